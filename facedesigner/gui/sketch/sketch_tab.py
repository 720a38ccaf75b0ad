"""SketchTab: draw a portrait, watch it become a photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from facedesigner.contract.sketching import SketchRequest, SketchResult
from facedesigner.gui.sketch import photos
from facedesigner.gui.sketch.autosave import Autosave
from facedesigner.gui.sketch.canvas import TURN_NOTCH, ZOOM_NOTCH, Canvas
from facedesigner.gui.sketch.cleaner import HeadFinder, HeadsApart
from facedesigner.gui.sketch.files import SketchFiles
from facedesigner.gui.sketch.kit import PHOTO, TOOLS, Kit
from facedesigner.gui.sketch.layers_bar import LayersBar
from facedesigner.gui.sketch.live import Live
from facedesigner.gui.sketch.options_bar import OptionsBar
from facedesigner.gui.sketch.result_panel import ResultPanel
from facedesigner.gui.sketch.scan import to_png
from facedesigner.gui.sketch.sheet import Sheet
from facedesigner.gui.sketch.tool_strip import ToolStrip
from facedesigner.gui.widgets.file_drop import FileDrop
from facedesigner.state.drawing import Clear

if TYPE_CHECKING:
    from facedesigner.engine.sketch import SketchEngine

WIDTHS = (760, 380)  # of canvas and photo at first
TOOL_KEYS = {Qt.Key[f"Key_{tool.key}"]: tool.name for tool in TOOLS}


class SketchTab(QWidget):
    said = Signal(str)  # for the status bar
    use_face = Signal(object)  # FaceState to continue with in Design
    use_photo = Signal(object)  # Path of the photo that the face in Design is to be fitted to

    def __init__(
        self,
        make_engine: Callable[[], SketchEngine],
        autosave: Path,
        make_finder: Callable[[], HeadFinder] = HeadsApart,
    ) -> None:
        """`make_engine` runs in a thread at the first drawing, `make_finder` at the first scan; `autosave` is the file
        that keeps the drawing. Photos that go on to Design are kept beside it."""
        super().__init__()
        self._photos = autosave.parent / "sketches"
        self.kit, self.sheet = Kit(self), Sheet(self)
        self.undo_stack = self.sheet.undo_stack
        self.canvas = Canvas(self.sheet, self.kit)
        self.strip = ToolStrip(self.kit, self.sheet)
        self.options = OptionsBar(self.kit)
        self.layers = LayersBar(self.canvas, self.kit)
        self.result = ResultPanel()
        self.files = SketchFiles(self.canvas, self, make_finder)
        self.live = Live(self.canvas, make_engine, self.result.follow.value() / 100)
        self.autosave = Autosave(self.sheet, autosave)
        self.files.fill_menus(self.strip.open_button.menu(), self.strip.export_button.menu())
        self.options.guide.setChecked(self.canvas.guide_on)
        self._restored = False
        self._lay_out()
        self._connect()
        FileDrop(self, self.files.offer)
        self.setFocusProxy(self.canvas)

    def shut_down(self) -> None:
        """Keeps the drawing and joins the threads."""
        self.sheet.cancel()
        self.autosave.finish()
        self.files.close()
        self.live.close()

    def clear(self) -> None:
        """Empties the sheet; undo brings it back."""
        if not self.sheet.is_empty:
            self.sheet.put(Clear())

    def restore(self) -> None:
        """The drawing of last time; once."""
        if not self._restored:
            self._restored = True
            self.autosave.restore()

    # -- building

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.options)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.layers)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((middle, 3), (self.result, 2)):
            widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # the window's colour, not the splitter's
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes(list(WIDTHS))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addWidget(splitter, 1)

    def _connect(self) -> None:
        canvas, result, live = self.canvas, self.result, self.live
        self.strip.cleared.connect(self.clear)
        self.options.guide.toggled.connect(canvas.set_guide)
        canvas.poured_nothing.connect(
            lambda: self.said.emit("Fill starts beside a line, not on it: click into an area.")
        )
        self.layers.photo_wanted.connect(self.files.ask_photo)
        for eye in self.layers.eyes.values():
            eye.toggled.connect(lambda _on: live.refresh())
        self.files.photo_shown.connect(self.layers.show_photo)
        self.files.photo_shown.connect(lambda there: self.layers.eyes[PHOTO].setChecked(True) if there else None)
        self.files.photo_shown.connect(lambda _there: live.refresh())
        for part in (self.files, self.autosave):
            part.said.connect(self.said)
        result.mode_changed.connect(self._switch)
        result.follow_changed.connect(self._follow)
        result.variants.chosen.connect(live.choose)
        result.continued.connect(self._continue)
        result.export_wanted.connect(self._export_photo)
        live.shown.connect(self._show)
        live.variant_shown.connect(result.show_variant)
        live.emptied.connect(result.clear)
        live.loading.connect(result.show_loading)

    def _switch(self, colourise: bool) -> None:
        self.files.keep_paper = colourise
        self.live.switch(colourise)

    def _follow(self, follow: float) -> None:
        self.live.follow = follow
        self.live.refresh()

    def _show(self, result: SketchResult) -> None:
        self.result.show_result(result)

    def _continue(self) -> None:
        """Design goes on with the generator's face, and, where the photo is not that face, fits it to the photo."""
        result, picture = self.result.result, self.result.picture
        if result is None or result.face is None or picture is None:
            return
        self.use_face.emit(result.face)
        if isinstance(result.request, SketchRequest) and not result.request.follow:
            return
        try:
            photo = photos.keep(to_png(picture), self._photos)
        except OSError as error:
            self.said.emit(f"The photo cannot be kept in {self._photos} ({error.strerror or error}).")
            return
        self.use_photo.emit(photo)

    def _export_photo(self) -> None:
        result = self.result.result
        if result is None:
            return

        def write(path: Path) -> None:
            from facedesigner.export.sketched import save_sketched

            save_sketched(result, path, overwrite=True)

        self.files.ask_write("photo.png", "Export the photo", write)

    # -- events

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.restore()
        self.canvas.setFocus()

    def event(self, event: QEvent) -> bool:
        """Keys of the canvas come before the window's shortcuts of the same keys, but not before an entry's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._action_of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._action_of(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def _action_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        key, kit, canvas = Qt.Key(event.key()), self.kit, self.canvas
        if event.matches(QKeySequence.StandardKey.Undo):
            return self.undo_stack.undo
        if event.matches(QKeySequence.StandardKey.Redo):
            return self.undo_stack.redo
        if key == Qt.Key.Key_Escape and self.sheet.stroke is not None:
            return canvas.cancel
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return None
        if key in TOOL_KEYS:
            return lambda: kit.take(TOOL_KEYS[key])
        actions: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_S: self.options.symmetry.toggle,
            Qt.Key.Key_G: self.options.guide.toggle,
            Qt.Key.Key_BracketLeft: lambda: kit.scale_size(-1),
            Qt.Key.Key_BracketRight: lambda: kit.scale_size(1),
            Qt.Key.Key_Plus: lambda: canvas.zoom_by(ZOOM_NOTCH),
            Qt.Key.Key_Equal: lambda: canvas.zoom_by(ZOOM_NOTCH),
            Qt.Key.Key_Minus: lambda: canvas.zoom_by(1 / ZOOM_NOTCH),
            Qt.Key.Key_0: canvas.fit,
            Qt.Key.Key_Comma: lambda: canvas.turn_by(-TURN_NOTCH),
            Qt.Key.Key_Period: lambda: canvas.turn_by(TURN_NOTCH),
        }
        return actions.get(key)
