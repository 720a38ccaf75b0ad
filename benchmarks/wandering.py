"""Wandering: a hand that goes everywhere in the window: tabs, dialogs, files, models, favourites, ages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QWidget

from benchmarks.actions import Action, Actions
from facedesigner.gui.window.lazy_tab import LazyTab
from facedesigner.gui.window.main_window import MainWindow

MOST = 5  # faces of a sum
FILES = 4  # projects and pictures that are written again and again


class Wandering(Actions):
    """As `Actions`, and all else that the window offers. What it saves is in `folder`."""

    def __init__(
        self, window: MainWindow, seed: int, folder: Path, models: tuple[Path, ...] = (), *, heavy: bool = False
    ) -> None:
        """`models` are loaded in turn. `heavy` also opens what loads dlib or starts processes."""
        super().__init__(window, seed)
        self._folder, self._models = folder, models
        actions = window.actions_
        light = [actions.settings, actions.shortcuts, actions.report, actions.about, actions.strip, actions.animation]
        light += [actions.prepare]
        self._kinds |= {
            self._drag_age: 4,
            self._add_up: 3,
            self._show_tools: 3,
            self._show_tab: 3,
            self._show_dock: 3,
            self._keep: 4,
            self._use_favourite: 3,
            self._rename_favourite: 1,
            self._remove_favourite: 2,
            self._search_favourites: 1,
            self._save: 4,
            self._open: 4,
            self._export: 1,
            self._draw: 3,
            lambda: self._visit(self._random.choice(light)): 3,
            self._teach: 1,
        }
        if models:
            self._kinds[self._load] = 1
        self._slow = [*actions.tools.values()] if heavy else []
        if heavy:
            self._kinds |= {lambda: self._visit(self._random.choice(self._slow)): 0.15, self._enhance: 0.1}

    def look_around(self) -> Action:
        """Opens each tab, and what loads libraries and networks that are kept, for the first time. Wait after each."""
        tabs = self._window.tabs
        for tab in (tabs.sketch, tabs.enhance, tabs.batch, tabs.training):
            tab.build()
            yield "tab"
        for action in self._slow:
            action.trigger()
            yield "dialog"
            self._close_dialogs()
        if self._slow:
            self._window.actions_.enhance.trigger()
            yield "enhance"
            tabs.show_faces()

    # -- Design

    def _drag_age(self) -> Action:
        yield from self._drag_slider(lambda: self._tab.age.slider)

    def _add_up(self) -> Action:
        slot = self._random.choice(self._tab.arithmetic.slots)
        if len(slot.faces) < MOST:
            slot.current_wanted.emit()
        else:
            slot.set_faces(())
        yield "arithmetic"

    def _show_tools(self) -> Action:
        self._tab.tools.setCurrentIndex(self._random.randrange(self._tab.tools.count()))
        yield "tools of Design"

    def _show_dock(self) -> Action:
        actions = self._window.actions_
        yield self._trigger(self._random.choice((actions.photo, actions.favourites)), "dock")

    # -- favourites

    def _keep(self) -> Action:
        yield self._trigger(self._window.actions_.keep, "keep favourite")

    def _use_favourite(self) -> Action:
        if self._window.kept.faces:
            self._window.favourites_panel.chosen.emit(self._random.choice(self._window.kept.faces))
        yield "use favourite"

    def _rename_favourite(self) -> Action:
        if self._window.kept.faces:
            face = self._random.choice(self._window.kept.faces)
            self._window.kept.rename(face, f"Face {self._random.randint(1, 99)}")
        yield "rename favourite"

    def _remove_favourite(self) -> Action:
        """Most of them, when there are many, as nobody keeps thousands."""
        faces = self._window.kept.faces
        self._window.kept.remove(self._random.sample(faces, len(faces) // 2 if len(faces) > 20 else min(len(faces), 1)))
        yield "remove favourites"

    def _search_favourites(self) -> Action:
        self._window.favourites_panel.search.setText(self._random.choice(("", "4", "face 1")))
        yield "search favourites"

    # -- files and models

    def _save(self) -> Action:
        self._window.documents.save_to(self._file("face"))
        yield "save project"

    def _open(self) -> Action:
        path = self._file(self._random.choice(("face", "png")))
        self._settle()
        if path.exists():
            self._window.documents.open(path)
        yield f"open {path.suffix}"

    def _export(self) -> Action:
        self._window.documents.export_to(self._file("png"), overwrite=True)
        yield "export"

    def _load(self) -> Action:
        self._settle()
        self._window.documents.load_model(self._random.choice(self._models))
        yield "load model"

    def _file(self, ending: str) -> Path:
        info = self._window.session.info
        return self._folder / f"{info.hash if info else ''}-{self._random.randrange(FILES)}.{ending}"

    def _settle(self) -> None:
        """So that no question blocks."""
        if self._window.documents.path is not None:
            self._window.documents.save()

    # -- other rooms

    def _show_tab(self) -> Action:
        tabs = self._window.tabs
        tabs.setCurrentIndex(self._random.randrange(tabs.count()))
        tab = tabs.currentWidget()
        if isinstance(tab, LazyTab):
            tab.build()
        yield f"show {tabs.tabText(tabs.currentIndex())}".replace("&", "")
        tabs.show_faces()
        yield "show Design"

    def _draw(self) -> Action:
        """A stroke in Sketch, and back again."""
        self._window.tabs.setCurrentWidget(self._window.tabs.sketch)
        canvas = self._window.tabs.sketch.build().canvas
        canvas.press(self._place(canvas), 1.0, False)
        for _ in range(self._random.randint(1, 8)):
            canvas.drag(self._place(canvas), 1.0)
            yield "draw"
        canvas.lift()
        yield "end stroke"
        for _ in range(self._random.randint(0, 2)):
            yield self._trigger(self._window.actions_.undo, "undo stroke")
        self._window.tabs.show_faces()
        yield "show Design"

    def _enhance(self) -> Action:
        yield self._trigger(self._window.actions_.enhance, "enhance")
        for _ in range(20):
            yield "wait"
        self._window.tabs.show_faces()
        yield "show Design"

    def _visit(self, action: QAction) -> Action:
        yield from self._dialog(action.trigger, action.text().replace("&", ""))

    def _teach(self) -> Action:
        yield from self._dialog(self._tab.controls.teach_button.click, "Teach")

    def _dialog(self, open_it: Callable[[], object], name: str) -> Action:
        open_it()
        for _ in range(self._random.randint(1, 10)):
            yield f"open {name}"
        self._close_dialogs()
        yield f"close {name}"

    def _close_dialogs(self) -> None:
        for dialog in self._window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.close()

    def _place(self, canvas: QWidget) -> QPointF:
        size = canvas.size()
        return QPointF(self._random.random() * size.width(), self._random.random() * size.height())
