from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from facedesigner.gui.places import Places
from facedesigner.gui.preferences import Preferences
from facedesigner.gui.session import Session
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.settings import Settings


@pytest.fixture
def places(tmp_path) -> Places:
    return Places(tmp_path / "config" / "settings.toml", tmp_path / "data" / "sessions")


@pytest.fixture
def make_window(qtbot, make_thread: Callable[..., RenderThread], places: Places, tmp_path: Path):
    """Builds a window like a start of the program does; waits until the model is there unless told otherwise."""
    windows = []

    def make(weights: str = "fake.safetensors", wait: bool = True, fallback: Path | None = None) -> MainWindow:
        thread = make_thread(Path(weights))
        settings = Settings(save_folder=str(tmp_path))
        window = MainWindow(Session(settings.psi), thread, Preferences(settings, places.settings), places, fallback)
        qtbot.addWidget(window)
        windows.append(window)
        thread.start()
        if wait:
            qtbot.waitUntil(lambda: window.session.info is not None)
        return window

    yield make
    for window in windows:
        window.documents.path = None  # no question about unsaved changes
        window.close()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()
