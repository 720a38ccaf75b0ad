"""SliderKeeper: the dialogs that teach, rename and delete sliders."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QInputDialog, QMessageBox

from facedesigner.gui.design.control_panel import ControlPanel
from facedesigner.gui.design.teach_dialog import TeachDialog
from facedesigner.gui.session import Session
from facedesigner.gui.sliders import Sliders
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from training.errors import UserError


class SliderKeeper(QObject):
    """Does what the panel asks for a slider. No dialog blocks."""

    taught = Signal(str)  # name of a new slider

    def __init__(self, session: Session, thread: RenderThread, sliders: Sliders, panel: ControlPanel) -> None:
        super().__init__(panel)
        self._session, self._thread, self._sliders, self._panel = session, thread, sliders, panel
        panel.teach.connect(self.teach)
        panel.asked.connect(self._do)
        sliders.failed.connect(lambda title, message: show_error(title, message, parent=panel.window()))

    def teach(self, with_it: Sequence[FaceState] = (), without: Sequence[FaceState] = ()) -> TeachDialog:
        """Opens the dialog, with examples marked already."""
        examples = (tuple(with_it), tuple(without))
        dialog = TeachDialog(self._session, self._thread, self._sliders, examples, self._panel.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.taught.connect(self.taught)
        dialog.open()
        return dialog

    def _do(self, action: str, name: str) -> None:
        if action == "rename":
            self._ask_name(name, "Rename slider", "Name", self._sliders.rename)
        elif action == "original":
            self._sliders.give_back(name)
        elif action == "delete":
            self._ask_delete(name)
        else:
            self._keep(name)

    def _keep(self, name: str) -> None:
        try:
            self._sliders.keep(name)
        except UserError as error:
            self._ask_name(name, "Keep slider", str(error), self._sliders.keep)

    def _ask_name(self, name: str, title: str, words: str, then: Callable[[str, str], None]) -> None:
        dialog = QInputDialog(self._panel.window())
        dialog.setWindowTitle(title)
        dialog.setLabelText(words)
        dialog.setTextValue(self._sliders.label(name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda label: self._give_name(name, label, then))
        dialog.open()

    def _give_name(self, name: str, label: str, then: Callable[[str, str], None]) -> None:
        try:
            then(name, label)
        except UserError as error:
            show_error("This name is not to be had", str(error), parent=self._panel.window())

    def _ask_delete(self, name: str) -> None:
        label = self._sliders.label(name)
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "Delete slider",
            f"Delete the slider “{label}”?\n\nThis cannot be undone. Faces that use it keep it, and show it as “From a "
            "file” when they are opened.",
            parent=self._panel.window(),
        )
        delete = box.addButton("&Delete", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete.clicked.connect(lambda: self._sliders.remove(name))
        box.open()
