"""Sliders: what can be moved on a face of the loaded model, with what the user taught it and what faces bring along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.engine.request import BROUGHT, taught_control
from facedesigner.state import sliders as sliders_file
from facedesigner.state.face import FaceState, Taught
from facedesigner.state.sliders import Slider, SlidersError, check_label

if TYPE_CHECKING:
    from facedesigner.engine.request import Control, ModelInfo


class Sliders(QObject):
    """The model's own controls, then the taught sliders that the user keeps, then those that only faces carry.

    What is taught is kept in `folder`, a file a model. A broken file is set aside; what cannot be written is told by
    `failed`, and stays as long as the window is open.
    """

    changed = Signal()
    failed = Signal(str, str)  # title, message

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._info: ModelInfo | None = None
        self.own: tuple[Slider, ...] = ()
        self._brought: dict[str, Taught] = {}
        self.controls: tuple[Control, ...] = ()

    def use_model(self, info: ModelInfo) -> None:
        """Takes over the controls of a model, and what was taught with it."""
        self._info, self._brought = info, {}
        path = sliders_file.file_of(self._folder, info.hash)
        try:
            self.own = sliders_file.load(path, info.hash, info.latent_shape[1])
        except SlidersError as error:
            self.own = ()
            self._set_aside(path, str(error))
        self._rebuild()

    def see(self, face: FaceState) -> None:
        """Offers the taught sliders that a face uses and nobody knows here."""
        known = {slider.name for slider in self.own}
        strangers = {taught.name: taught for taught in face.taught if taught.name not in known | set(self._brought)}
        if strangers and face.model == self._hash:
            self._brought |= strangers
            self._rebuild()

    def add(self, slider: Slider) -> None:
        """Keeps a newly taught slider. ValueError when its name is not to be had, or it is kept already."""
        label = self.check(slider.label)
        if any(slider.name == other.name for other in self.own):
            raise ValueError("This slider is there already: these examples were taught before.")
        self._keep((*self.own, replace(slider, label=label)))

    def keep(self, name: str, label: str = "") -> None:
        """Keeps a slider that a face brought along, under its own name or another. ValueError when that is taken."""
        taught = self._brought[name]
        self.add(Slider(label or taught.label, taught.vector))

    def rename(self, name: str, label: str) -> None:
        """ValueError when the name is not to be had."""
        label = self.check(label, but=name)
        self._keep(tuple(replace(s, label=label) if s.name == name else s for s in self.own))

    def remove(self, name: str) -> None:
        """Forgets a slider. Faces that use it carry it, and keep it."""
        self._keep(tuple(slider for slider in self.own if slider.name != name))

    def check(self, label: str, but: str = "") -> str:
        """The label, tidied. ValueError when a control of the model or a slider other than `but` has it."""
        model = () if self._info is None else self._info.controls
        taken = [word for control in model for word in (control.label, control.name)]
        return check_label(label, [*taken, *(slider.label for slider in self.own if slider.name != but)])

    def taught(self, key: str) -> Taught | None:
        """The direction of a slider by its key in `FaceState.controls`; None for the model's own."""
        control = self.control(key.partition("@")[0])
        return control.taught if control else None

    def label(self, name: str) -> str:
        control = self.control(name)
        return control.label if control else name

    def control(self, name: str) -> Control | None:
        return next((control for control in self.controls if control.name == name), None)

    @property
    def _hash(self) -> str:
        return "" if self._info is None else self._info.hash

    def _keep(self, sliders: Sequence[Slider]) -> None:
        gone = {slider.name: slider.taught for slider in self.own} | self._brought
        self.own = tuple(sliders)
        kept = {slider.name for slider in self.own}
        self._brought = {name: taught for name, taught in gone.items() if name not in kept}
        path = sliders_file.file_of(self._folder, self._hash)
        try:
            sliders_file.save(self.own, path, self._hash)
        except OSError as error:
            self.failed.emit(
                "The taught sliders are not being kept",
                f"{path} cannot be written: {error.strerror or error}. They last until the window closes; faces that "
                "use them carry them, so save those.",
            )
        self._rebuild()

    def _set_aside(self, path: Path, reason: str) -> None:
        names = (path.with_suffix(f".broken{number or ''}") for number in count())
        aside = next(name for name in names if not name.exists())
        try:
            path.replace(aside)
            where = f"It was set aside as {aside}."
        except OSError as error:
            where = f"It could not be set aside ({error.strerror or error}): mend or delete {path}."
        self.failed.emit("The taught sliders cannot be read", f"{reason}.\n\n{where} Faces that use them carry them.")

    def _rebuild(self) -> None:
        if self._info is not None:
            mine = (taught_control(slider, self._info) for slider in self.own)
            strangers = (Slider(taught.label, taught.vector) for taught in self._brought.values())
            brought = (taught_control(slider, self._info, BROUGHT) for slider in strangers)
            self.controls = (*self._info.controls, *mine, *brought)
        self.changed.emit()
