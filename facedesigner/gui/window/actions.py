"""The actions of the main window with their keys and icons, and the menus and tool bar that show them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoGroup
from PySide6.QtWidgets import QDockWidget, QMenu, QMenuBar, QToolBar, QWidget

from facedesigner.gui import theme
from facedesigner.gui.window.docks import Docks
from facedesigner.gui.window.tools import TOOLS
from facedesigner.resources import named_weights, shipped_models


class Actions(QObject):
    """Every action; the window connects them."""

    def __init__(self, stack: QUndoGroup, docks: Docks, window: QWidget) -> None:
        super().__init__(window)
        self.new_faces = self._action("&New faces", "dice", "Ctrl+Enter", "Ctrl+Return")
        self.open = self._action("&Open…", "open", "Ctrl+O")
        self.save = self._action("&Save project", "save", "Ctrl+S")
        self.save_as = self._action("Save project &as…", "", "Ctrl+Shift+S")
        self.export = self._action("&Export PNG…", "export", "Ctrl+E")
        self.paste = self._action("&Paste into photo…", "paste", "Ctrl+Shift+V")
        self.load_model = self._action("&Load model…", "model", "Ctrl+L")
        self.shipped = QActionGroup(self)  # the models that come along, by name
        for name in sorted(Path(model["file"]).stem for model in shipped_models().values()):
            self.shipped.addAction(self._action(name, ""))
        self.find_sliders = self._action("&Find named sliders", "teach")
        self.find_sliders.setToolTip("Measure this model's faces and make sliders for smile, age, hair and more")
        self.prepare = self._action("Prepare &model…", "check")
        self.prepare.setToolTip("Make everything that belongs to a model: sliders, ages, encoders, a report")
        self.keep = self._action("Add to &favourites", "star", "Ctrl+D")
        self.strip = self._action("&Seven ages…", "strip")
        self.animation = self._action("&Animation of ages…", "play")
        self.grid = self._action("&Grid of two sliders…", "gallery", "Ctrl+G")
        self.versions = self._action("Si&de by side…", "compare", "Ctrl+B")
        self.enhance = self._action("&Enhance", "enhance", "Ctrl+Shift+E")
        self.enhance.setToolTip("Enlarge the face: bicubic, SRResNet and SRGAN side by side")
        self.tools = {tool: self._action(tool.text, tool.icon, *tool.keys) for tool in TOOLS}
        self.settings = self._action("Se&ttings…", "settings", "Ctrl+,")
        self.quit = self._action("&Quit", "quit", "Ctrl+Q")
        self.undo = stack.createUndoAction(self, "&Undo")
        self.redo = stack.createRedoAction(self, "&Redo")
        for action, name, key in ((self.undo, "undo", "Ctrl+Z"), (self.redo, "redo", "Ctrl+Shift+Z")):
            action.setShortcut(key)
            theme.set_icon(action, name)
        self.reset = self._action("Re&set sliders", "reset", "Ctrl+R")
        self.stop = self._action("S&top", "cancel", "Esc")
        self.themes = QActionGroup(self)
        for name in theme.THEMES:
            action = self._action(f"&{name.capitalize()}", "")
            action.setCheckable(True)
            action.setData(name)
            self.themes.addAction(action)
        self.history = self._shows(docks.history, "&History", "history", "Ctrl+H")
        self.photo = self._shows(docks.photo, "&Photo", "paste")
        self.favourites = self._shows(docks.favourites, "Fa&vourites", "star", "Ctrl+Shift+D")
        self.full_screen = self._action("&Full screen", "fullscreen", "F11")
        self.full_screen.setCheckable(True)
        self.shortcuts = self._action("&Shortcuts", "keyboard", "?", "F1")
        self.report = self._action("&Report a problem…", "")
        self.about = self._action("&About FaceDesigner", "about")
        self._shorten()

    @property
    def with_keys(self) -> list[QAction]:
        """The actions that have a shortcut, in the order of the menus."""
        return [action for actions in self._menus.values() for action in actions if action and action.shortcuts()]

    def fill_menus(self, bar: QMenuBar, devices: QMenu) -> None:
        """`devices` is the menu of devices, which the status bar shares."""
        for title, actions in self._menus.items():
            menu = bar.addMenu(title)
            for action in actions:
                if action is None:
                    menu.addSeparator()
                else:
                    menu.addAction(action)
                if action is self.load_model:
                    menu.addMenu("Models that come &along").addActions(self.shipped.actions())
                    menu.addMenu(devices)
            if title == "&View":
                menu.addMenu("&Theme").addActions(self.themes.actions())

    def toolbar(self) -> QToolBar:
        bar = QToolBar("Tools")
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addAction(self.new_faces)
        for group in (
            (self.open, self.save, self.export),
            (self.undo, self.redo, self.reset),
            (self.favourites, self.history),
        ):
            bar.addSeparator()
            bar.addActions(group)
        return bar

    def show_model(self, path: Path) -> None:
        """The model in use need not be chosen."""
        for action in self.shipped.actions():
            action.setEnabled(path != named_weights(action.text()))

    def show_theme(self, name: str) -> None:
        for action in self.themes.actions():
            action.setChecked(action.data() == name)

    @property
    def _menus(self) -> dict[str, tuple[QAction | None, ...]]:
        """None is a separator."""
        return {
            "&File": (
                *(self.new_faces, self.open, self.save, self.save_as, self.export, self.paste, None),
                *(self.load_model, self.find_sliders, self.prepare, self.settings, None, self.quit),
            ),
            "&Edit": (self.undo, self.redo, None, self.reset, self.stop),
            "Fa&ce": (
                *(self.keep, None, self.strip, self.animation, self.grid, self.versions, self.enhance, None),
                *self.tools.values(),
            ),
            "&View": (self.favourites, self.history, self.photo, self.full_screen),
            "&Help": (self.shortcuts, self.report, self.about),
        }

    def _shorten(self) -> None:
        """Words for the tool bar."""
        self.save.setIconText("Save")
        self.reset.setIconText("Reset")
        for action in (self.undo, self.redo):
            action.changed.connect(self._name_steps)
        self._name_steps()

    def _name_steps(self) -> None:
        """Undo's and redo's words must not grow with the name of the step: the menu and the tip tell that."""
        self.undo.setIconText("Undo")
        self.redo.setIconText("Redo")

    def _action(self, text: str, icon: str, *keys: str) -> QAction:
        return _dressed(QAction(self), text, icon, *keys)

    def _shows(self, dock: QDockWidget, text: str, icon: str, *keys: str) -> QAction:
        """Shows and hides a dock."""
        return _dressed(dock.toggleViewAction(), text, icon, *keys)


def _dressed(action: QAction, text: str, icon: str, *keys: str) -> QAction:
    action.setText(text)
    action.setShortcuts([QKeySequence(key) for key in keys])
    if icon:
        theme.set_icon(action, icon)
    return action
