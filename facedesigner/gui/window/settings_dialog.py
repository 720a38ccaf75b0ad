"""The dialog for the user's settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui.theme import THEMES
from facedesigner.state.face import PSI_MAX, PSI_MIN
from facedesigner.state.settings import Settings


class SettingsDialog(QDialog):
    """Edits a copy of `settings`; `devices` are the ones to choose from."""

    def __init__(self, settings: Settings, devices: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._before = settings
        self.theme = QComboBox()
        for name in THEMES:
            self.theme.addItem(name.capitalize(), name)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.device = QComboBox()
        for name in dict.fromkeys((*devices, settings.device)):
            self.device.addItem(name, name)
        self.device.setCurrentIndex(self.device.findData(settings.device))
        self.device.setToolTip("Where faces are drawn; “auto” takes a graphics card if there is one")
        self.psi = QDoubleSpinBox()
        self.psi.setRange(PSI_MIN, PSI_MAX)
        self.psi.setSingleStep(0.05)
        self.psi.setValue(settings.psi)
        self.psi.setToolTip("Truncation of new faces: 0 is the mean face, 1 leaves each as drawn")
        self.budget = QDoubleSpinBox()
        self.budget.setRange(1.0, 1000.0)
        self.budget.setDecimals(0)
        self.budget.setSuffix(" ms")
        self.budget.setValue(settings.preview_milliseconds)
        self.budget.setToolTip("While a slider moves, the picture is drawn coarser if it would take longer than this")
        self.folder = QLineEdit(settings.save_folder)
        self.folder.setPlaceholderText("The last one used")
        self.folder.setMinimumWidth(self.fontMetrics().averageCharWidth() * 40)
        self.sign = QCheckBox("S&ign exported pictures")
        self.sign.setChecked(settings.sign)
        self.sign.setToolTip("Content credentials (C2PA); all that one key signs can be told to be of one signer")
        browse = QPushButton("&Browse…")
        browse.clicked.connect(self._browse)
        folder_row = QHBoxLayout()
        folder_row.addWidget(self.folder, 1)
        folder_row.addWidget(browse)

        form = QFormLayout()
        form.addRow("&Theme", self.theme)
        form.addRow("&Device", self.device)
        form.addRow("Truncation &psi of new faces", self.psi)
        form.addRow("Time for a p&review", self.budget)
        form.addRow("&Folder for pictures", folder_row)
        form.addRow("", self.sign)
        label = form.labelForField(folder_row)
        label.setBuddy(self.folder)  # type: ignore[attr-defined]
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def settings(self) -> Settings:
        """What the fields say."""
        return replace(
            self._before,
            theme=self.theme.currentData(),
            device=self.device.currentData(),
            psi=round(self.psi.value(), 2),
            preview_milliseconds=self.budget.value(),
            save_folder=self.folder.text().strip(),
            sign=self.sign.isChecked(),
        )

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for pictures", self.folder.text())
        if folder:
            self.folder.setText(folder)
