"""What the training tab asks in dialogs of their own; none blocks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from facedesigner.gui.training.run_record import RunRecord

MOST_IMAGES = 1_000_000_000


def ask_to_stop(parent: QWidget, name: str, then: Callable[[], object]) -> None:
    """Whether the run in progress may be stopped and saved, which is the default; then calls `then`."""
    box = QMessageBox(
        QMessageBox.Icon.Question,
        "A run is in progress",
        f"{name} is still training.\n\nStop it and save? It can be resumed at any time.",
        parent=parent,
    )
    stop = box.addButton("&Stop and save", QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(stop)
    box.setEscapeButton(stay)
    stop.clicked.connect(lambda: then())
    box.open()


def ask_how_long(parent: QWidget, record: RunRecord, then: Callable[[int], object]) -> None:
    """Until how many pictures a finished run should go on; then calls `then` with their number."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle("Go on for longer")
    dialog.setLabelText(f"The run is finished at {record.images:,} pictures. Go on until how many?")
    dialog.setIntRange(record.images + 1, MOST_IMAGES)
    dialog.setIntStep(10_000)
    dialog.setIntValue(2 * record.images)
    dialog.intValueSelected.connect(lambda images: then(images))
    dialog.open()
