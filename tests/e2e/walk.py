"""Walks through the real window, its tabs and dialogs, in the themes that the command line names, and prints each text
that does not fit. A program of its own, since the scale of the screen is fixed at its start (QT_SCALE_FACTOR)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QTabWidget

from benchmarks.window import is_drawn, make_application, opened, wait, wait_until
from facedesigner.gui import theme
from facedesigner.gui.window.lazy_tab import LazyTab
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.resources import default_weights
from tests.gui.fitting import clipped

SETTLE = 50  # milliseconds until a page that was opened has filled itself


def rooms(window: MainWindow) -> Iterator[str]:
    """Opens one page after the other; the names of those in view."""
    for index in range(window.tabs.count()):
        window.tabs.setCurrentIndex(index)
        tab = window.tabs.currentWidget()
        if isinstance(tab, LazyTab):
            tab.build()
        name = window.tabs.tabText(index).replace("&", "")
        yield name
        for pages in tab.findChildren(QTabWidget):
            for page in range(pages.count()):
                pages.setCurrentIndex(page)
                yield f"{name}, {pages.tabText(page)}".replace("&", "")
            pages.setCurrentIndex(0)
    window.tabs.setCurrentIndex(0)
    for dock in (window.docks.photo, window.docks.favourites, window.docks.history):
        dock.show()
    yield "Docks"
    for dock in (window.docks.photo, window.docks.favourites, window.docks.history):
        dock.hide()
    actions = window.actions_
    for action in (
        *(actions.strip, actions.animation, actions.grid, actions.versions, *actions.tools.values()),
        *(actions.prepare, actions.settings, actions.shortcuts, actions.about),
    ):
        yield from dialog(window, words_of(action), action.trigger)
    yield from dialog(window, "Teach", window.design.controls.teach_button.click)


def dialog(window: MainWindow, name: str, open_it: Callable[[], object]) -> Iterator[str]:
    open_it()
    wait_until(lambda: any(found.isVisible() for found in window.findChildren(QDialog)), f"the dialog of {name}", 60)
    yield name
    for found in window.findChildren(QDialog):
        found.close()


def words_of(action: QAction) -> str:
    return action.text().replace("&", "")


def main(themes: list[str]) -> int:
    application = make_application()
    problems, seen = [], 0
    with tempfile.TemporaryDirectory() as folder, opened(default_weights(), Path(folder)) as window:
        wait_until(lambda: is_drawn(window), "the window", 120)
        for name in themes:
            theme.apply(name)
            for room in rooms(window):
                wait(SETTLE)
                seen += 1
                problems += [f"{room} ({name}, x{application.devicePixelRatio():g}): {words}" for words in clipped()]
    print("\n".join([*problems, f"{seen} pages and dialogs"]))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
