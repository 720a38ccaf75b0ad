"""RobotForm: for which robot a face is handed over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QWidget

from facedesigner.gui.handover.wish import Wish
from facedesigner.gui.places import Places
from facedesigner.gui.widgets.message_label import MessageLabel
from training.errors import UserError
from training.texts import sentence

FILE = "From a file…"


class RobotForm(QWidget):
    """Emits `changed` with each change; `wish` is what it says, None while the preset cannot be used."""

    changed = Signal()

    def __init__(self, plain: Wish, first: str) -> None:
        """`plain`: without a robot, called `first`."""
        from facedesigner.export.presets import presets

        super().__init__()
        self._plain, self._robot = plain, plain
        self._folder = Places.of_user().presets
        self.trouble = ""  # why there is no wish
        self.presets = QComboBox()
        self.presets.setToolTip("The robot: its size, openings, colours and resolution")
        self.presets.addItem(first, None)
        for name, path in presets(Places.of_user().preset_folders).items():
            self.presets.addItem(name, path)
        self.presets.addItem(FILE, FILE)
        self._chosen = 0
        self.about = MessageLabel()
        self.about.setProperty("role", "hint")
        self.about.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self.recipe = QCheckBox("With re&cipe")
        self.recipe.setToolTip("The files say how the face was made and that it is generated")
        self.recipe.setChecked(plain.face is not None)
        self.recipe.setEnabled(plain.face is not None)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("&Robot", self.presets)
        form.addRow(self.about)
        form.addRow("", self.recipe)
        self.presets.activated.connect(self.choose)
        self.recipe.toggled.connect(lambda: self.changed.emit())
        self.about.setText(words_of(plain))

    @property
    def wish(self) -> Wish | None:
        if self.trouble:
            return None
        return self._robot if self.recipe.isChecked() else replace(self._robot, face=None)

    def choose(self, index: int) -> None:
        """A preset of the list, or a file that is asked for."""
        from facedesigner.export.presets import load

        path = self.presets.itemData(index)
        if path == FILE:
            name, _ = QFileDialog.getOpenFileName(self, "Open preset", str(self._folder), "Presets (*.toml)")
            if not name:
                self.presets.setCurrentIndex(self._chosen)
                return
            path = Path(name)
            self.presets.insertItem(index, path.stem, path)
        self.presets.setCurrentIndex(index)
        self._chosen, self.trouble, about = index, "", ""
        try:
            preset = None if path is None else load(path)
            self._robot = self._plain if preset is None else self._plain.having(preset)
            about = preset.about if preset else ""
        except UserError as error:
            self.trouble = sentence(str(error))
        self.about.setText("" if self.trouble else f"{about} {words_of(self._robot)}".strip())
        self.changed.emit()


def words_of(wish: Wish) -> str:
    """What is asked for, as a sentence."""
    size, layout = wish.options.size, wish.layout
    length = f"{size.pupil_mm:g} mm between the pupils" if size.pupil_mm else f"a head of {size.head_mm:g} mm"
    words = [f"{length}, {size.dpi:g} dpi, {layout.page}"]
    words += [f"openings: {', '.join(map(str, layout.openings))}"] if layout.openings else []
    words += [f"a shell of {layout.cylinder_mm:g} mm radius"] if layout.cylinder_mm else []
    words += [f"in the colours of {wish.profile.name}"] if wish.profile else []
    return sentence("; ".join(words))
