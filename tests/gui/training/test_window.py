"""The training tab in the main window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from facedesigner.gui.places import Places
from facedesigner.gui.preferences import Preferences
from facedesigner.gui.session import Session
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state import settings as settings_file
from facedesigner.state.settings import Settings
from tests.gui.training.test_training_tab import UNTIL_STOPPED


@pytest.fixture
def window(
    qtbot, thread: RenderThread, tmp_path: Path, script: Callable[[str], None], run: Path
) -> Iterator[MainWindow]:
    """Shown, with the training tab in front; its runs are those of the test."""
    places = Places(tmp_path / "settings.toml", tmp_path / "sessions")
    assert places.runs == run.parent
    window = MainWindow(Session(), thread, Preferences(Settings(), places.settings), places)
    qtbot.addWidget(window)
    window.show()
    assert window.tabs.training.tab is None  # not before it is looked at
    window.tabs.setCurrentWidget(window.tabs.training)
    tab = window.tabs.training
    qtbot.waitUntil(lambda: tab.tab is not None and tab.tab.monitor.record is not None)
    yield window
    window.tabs.training.shut_down()


def test_closing_asks_then_saves_then_closes(window, qtbot, script):
    script(UNTIL_STOPPED)
    tab = window.tabs.training.tab
    tab.monitor.header.resume_button.click()
    qtbot.waitUntil(lambda: tab.monitor.record.saved == 32)
    assert not window.close() and window.isVisible()
    window.findChild(QMessageBox).defaultButton().click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert tab.monitor.record.saved == 40


def test_a_trained_model_opens_in_the_design_tab(window, qtbot, tmp_path):
    window.tabs.training.tab.use_model.emit(tmp_path / "mine.safetensors")
    assert window.tabs.currentWidget() is window.faces
    qtbot.waitUntil(lambda: window.session.info is not None and window.session.info.name == "mine")


def test_another_folder_of_runs_is_remembered(window, tmp_path):
    window.tabs.training.tab.runs.folder_chosen.emit(tmp_path / "elsewhere")
    assert settings_file.load(tmp_path / "settings.toml").runs_folder == str(tmp_path / "elsewhere")
    assert "elsewhere" in window.tabs.training.tab.runs.folder.text()
