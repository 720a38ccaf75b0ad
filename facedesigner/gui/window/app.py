"""Starts the window: it shows first, then the render thread imports torch and loads the weights."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from facedesigner import __version__
from facedesigner.gui import theme
from facedesigner.gui.places import Places
from facedesigner.gui.preferences import Preferences
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import ExceptionHook, show_error
from facedesigner.gui.window import log
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.resources import default_weights, named_weights
from facedesigner.state import settings as settings_file
from facedesigner.state.settings import Settings, SettingsError

if TYPE_CHECKING:
    from facedesigner.contract.request import RenderResult
    from facedesigner.engine.face_engine import FaceEngine

TIMINGS = "FACEDESIGNER_TIMINGS"  # set: prints window_ms and first_face_ms on standard error; "quit": then closes
_imported = time.monotonic()


def main(path: Path | None = None) -> int:
    """Runs the window, with `path` (a PNG, a .face project or weights) opened in it; returns the exit code."""
    places = Places.of_user()
    log.begin(places.log)
    settings, keep_file, problem = load_settings(places.settings)
    application = _application()
    theme.apply(settings.theme)
    weights, fallback, missing = choose_weights(settings)
    session = Session(settings.psi)
    thread = RenderThread(make_engine, weights, settings.device)
    window = MainWindow(session, thread, Preferences(settings, places.settings, keep_file=keep_file), places, fallback)
    for part in (session, thread):
        part.setParent(window)  # they end together, so that none tells another that is gone
    hook = ExceptionHook(window.documents.kept.save, window)
    hook.install()
    window.painted.connect(thread.start)
    if os.environ.get(TIMINGS):
        Timings(window, thread)
    window.show()
    for message in filter(None, (problem, missing)):
        show_error("FaceDesigner starts with a default", message, parent=window)
    if path is not None:
        window.documents.open(path)
    try:
        return application.exec()
    finally:
        thread.close()
        hook.uninstall()


def make_engine() -> FaceEngine:
    """The engine, in whose import torch comes along: some seconds."""
    import facedesigner.export.png  # noqa: F401 here, so that the window need not wait for Pillow at the first export
    from facedesigner.engine.face_engine import FaceEngine

    return FaceEngine(known=Places.of_user().known_models)


def load_settings(path: Path) -> tuple[Settings, bool, str]:
    """The settings, whether their file must be left alone, and what is wrong with it ("" if nothing)."""
    try:
        return settings_file.load(path), False, ""
    except SettingsError as error:
        return Settings(), True, f"{error}\n\nThe defaults are used until the file is mended; it is left as it is."


def choose_weights(settings: Settings) -> tuple[Path | None, Path | None, str]:
    """The weights to load, those to take if they are broken, and what is missing ("" if nothing)."""
    try:
        shipped, missing = default_weights(), ""
    except FileNotFoundError as error:
        shipped, missing = None, str(error)
    if not settings.weights:
        return shipped, None, missing
    chosen = named_weights(settings.weights).expanduser()
    if chosen.is_file():
        return chosen, shipped, ""
    gone = f"The model {chosen} is not there any more."
    return shipped, None, f"{gone} {missing or 'The one that comes with FaceDesigner is used.'}"


def _application() -> QApplication:
    os.environ.setdefault("QT_API", "pyside6")  # for qtpy, which qdarkstyle uses
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal; the session was kept a second ago
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("FaceDesigner")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("facedesigner")
    return application


class Timings(QObject):
    """Prints how long after the process began the window was drawn and the first face was there."""

    def __init__(self, window: MainWindow, thread: RenderThread) -> None:
        super().__init__(window)
        self._window, self._done = window, False
        window.painted.connect(self._painted)
        thread.rendered.connect(self._rendered)

    def _painted(self) -> None:
        print(f"window_ms={process_age() * 1000:.0f}", file=sys.stderr, flush=True)

    def _rendered(self, result: RenderResult) -> None:
        if result.image is None or self._done:
            return
        self._done = True
        print(f"first_face_ms={process_age() * 1000:.0f}", file=sys.stderr, flush=True)
        if os.environ[TIMINGS] == "quit":
            self._window.close()


def process_age() -> float:
    """Seconds since the process began; where the system does not tell, since this module was imported."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])  # field 22, proc(5)
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.monotonic() - _imported
