"""RecipeBar: seed, truncation and noise of the current face."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from facedesigner.gui.design.seed_box import SeedBox
from facedesigner.gui.widgets.value_slider import NumberBox, ValueSlider
from facedesigner.state.face import NAME_LENGTH, PSI_DEFAULT, PSI_MAX, PSI_MIN, SEED_MAX, FaceState

PSI_TIP = (
    "How far a face may be from the average one: truncation psi. 0 is the average face, about 0.7 is regular and "
    "clean, 1 is as varied as the model learned, more is wild. Double-click sets it back to 0.7."
)
NOISE_TIP = "The noise behind fine details such as strands of hair: 0 to 4294967295. Another number, other details."


class RecipeBar(QWidget):
    """Edits of what is not a slider of the model. Emits whole faces: `previewed` and `committed(face, text)`."""

    previewed = Signal(object)
    committed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._face: FaceState | None = None
        self.name = QLineEdit()
        self.name.setMaxLength(NAME_LENGTH)
        self.name.setAccessibleName("Name of the face")
        self.name.setToolTip("What you call this person: files, favourites and the history are named after it")
        self.seed = SeedBox()
        self.psi = ValueSlider(PSI_MIN, PSI_MAX, PSI_DEFAULT)
        self.psi.set_names("Variety", PSI_TIP)
        self.noise = NumberBox()
        self.noise.setDecimals(0)  # a QSpinBox ends at 2**31 - 1
        self.noise.setRange(0, SEED_MAX)
        self.noise.setAccessibleName("Noise seed")
        self.noise.setToolTip(NOISE_TIP)
        self._noise_label = QLabel("N&oise")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        heading = QLabel("Current face")
        heading.setProperty("role", "heading")
        grid.addWidget(heading, 0, 0, 1, 2)
        for row, (label, widget, buddy) in enumerate(
            (
                (QLabel("Name"), self.name, self.name),
                (QLabel("&Seed"), self.seed, self.seed.edit),
                (QLabel("Vari&ety"), self.psi, self.psi.slider),
                (self._noise_label, self.noise, self.noise),
            ),
            start=1,
        ):
            label.setBuddy(buddy)
            label.setToolTip(buddy.toolTip())
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
        self.name.editingFinished.connect(self._enter_name)
        self.seed.entered.connect(self._enter_seed)
        self.psi.previewed.connect(lambda psi: self.previewed.emit(self._need_face().with_psi(psi)))
        self.psi.committed.connect(
            lambda psi: self.committed.emit(self._need_face().with_psi(psi), f"Variety {psi:.2f}")
        )
        self.noise.valueChanged.connect(self._enter_noise)
        self.setDisabled(True)

    def show_face(self, face: FaceState) -> None:
        changed_seed = self._face is None or (face.seed, face.latent) != (self._face.seed, self._face.latent)
        changed_name = self._face is None or face.name != self._face.name
        self._face = face
        self.name.setPlaceholderText(face.origin)
        if changed_name:
            self.name.setText(face.name)
        if changed_seed:  # else what is being typed would be lost at each tick of a slider
            self.seed.show_seed(face.seed)
        self.psi.set_value(face.psi)
        with QSignalBlocker(self.noise):
            self.noise.setValue(face.noise_seed)

    def show_noise(self, has_noise: bool) -> None:
        self.noise.setVisible(has_noise)
        self._noise_label.setVisible(has_noise)

    def finish(self) -> None:
        """Takes a name that is still being typed."""
        if self._face is not None:
            self._enter_name()

    def _enter_name(self) -> None:
        face = self._need_face().with_name(self.name.text())
        if face.name != self._need_face().name:
            self.committed.emit(face, f"Name {face.name}" if face.name else "No name")
        self.name.setText(face.name)

    def _enter_seed(self, seed: int) -> None:
        self.committed.emit(self._need_face().with_seed(seed), f"Seed {seed}")

    def _enter_noise(self, value: float) -> None:
        self.committed.emit(replace(self._need_face(), noise_seed=int(value)), f"Noise {int(value)}")

    def _need_face(self) -> FaceState:
        assert self._face is not None, "the bar is disabled until there is a face"
        return self._face
