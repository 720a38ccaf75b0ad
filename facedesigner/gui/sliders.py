"""Sliders: what can be moved on a face of the loaded model, with what the user taught it and what faces bring along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.contract.request import BROUGHT, relabelled, taught_control
from facedesigner.state import kept
from facedesigner.state import sliders as sliders_file
from facedesigner.state.face import FaceState, Taught
from facedesigner.state.kept import KeptError
from facedesigner.state.sliders import Shelf, Slider, check_label
from training.errors import UserError
from training.locking import LockedError

if TYPE_CHECKING:
    from facedesigner.contract.request import Control, ModelInfo


class Sliders(QObject):
    """The model's own controls, then the taught sliders that the user keeps, then those that only faces carry.

    What is taught, and what the model's own are called, is kept in `folder`, a file a model, which several windows may
    change. A broken file is set aside; what cannot be written is told by `failed`, and stays as long as the window is
    open.
    """

    changed = Signal()
    failed = Signal(str, str)  # title, message

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._info: ModelInfo | None = None
        self._shelf = Shelf()
        self._lasting = True  # the shelf is in the file
        self._brought: dict[str, Taught] = {}
        self.controls: tuple[Control, ...] = ()

    @property
    def own(self) -> tuple[Slider, ...]:
        return self._shelf.taught

    def use_model(self, info: ModelInfo) -> None:
        """Takes over the controls of a model, and what was taught with it."""
        self._info, self._brought = info, {}
        self._shelf, self._lasting = Shelf(), True
        self._take(self._newest())
        self.changed.emit()

    def see(self, face: FaceState) -> None:
        """Offers the taught sliders that a face uses and nobody knows here."""
        known = {slider.name for slider in self.own}
        strangers = {taught.name: taught for taught in face.taught if taught.name not in known | set(self._brought)}
        if strangers and face.model == self._hash:
            self._brought |= strangers
            self._list()
            self.changed.emit()

    def add(self, slider: Slider) -> None:
        """Keeps a newly taught slider. UserError when its name is not to be had, or it is kept already."""

        def added() -> Shelf:
            label = self.check(slider.label)
            if any(slider.name == other.name for other in self.own):
                raise UserError("This slider is there already: these examples were taught before.")
            return replace(self._shelf, taught=(*self.own, replace(slider, label=label)))

        self._change(added)

    def keep(self, name: str, label: str = "") -> None:
        """Keeps a slider that a face brought along, under its own name or another. UserError when that is taken."""
        taught = self._brought[name]
        self.add(Slider(label or taught.label, taught.vector))

    def rename(self, name: str, label: str) -> None:
        """Calls a taught slider, or one of the model's, by another name. UserError when that is not to be had."""

        def renamed() -> Shelf:
            tidy = self.check(label, but=name)
            if any(slider.name == name for slider in self.own):
                taught = tuple(replace(s, label=tidy) if s.name == name else s for s in self.own)
                return replace(self._shelf, taught=taught)
            others = {key: value for key, value in self._shelf.labels.items() if key != name}
            other = {} if tidy == self._own_label(name) else {name: tidy}
            return replace(self._shelf, labels=others | other)

        self._change(renamed)

    def give_back(self, name: str) -> None:
        """Calls a control of the model as the model does."""
        self.rename(name, self._own_label(name))

    def remove(self, name: str) -> None:
        """Forgets a slider. Faces that use it carry it, and keep it."""
        self._change(lambda: replace(self._shelf, taught=tuple(slider for slider in self.own if slider.name != name)))

    def check(self, label: str, but: str = "") -> str:
        """The label, tidied. UserError when a control of the model or a slider other than `but` has it."""
        model = [control for control in self._model if control.name != but]
        taken = [word for control in model for word in (control.label, control.name, self.label(control.name))]
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
    def _model(self) -> tuple[Control, ...]:
        return () if self._info is None else self._info.controls

    def _own_label(self, name: str) -> str:
        return next((control.label for control in self._model if control.name == name), name)

    @property
    def _hash(self) -> str:
        return "" if self._info is None else self._info.hash

    def _change(self, change: Callable[[], Shelf]) -> None:
        """Puts another shelf in the place of ours, which by then holds what other windows have changed meanwhile. What
        `change` raises is the caller's."""
        path = kept.file_of(self._folder, self._hash)
        try:
            with kept.changing(path):
                self._take(self._newest())
                shelf = change()
                sliders_file.save(shelf, path, self._hash)
            self._lasting = True
        except (OSError, LockedError) as error:
            shelf, self._lasting = change(), False
            reason = error.strerror or error if isinstance(error, OSError) else error
            self.failed.emit(
                "The sliders are not being kept",
                f"{path} cannot be written: {reason}. They last until the window closes; faces that use them carry "
                "them, so save those.",
            )
        except ValueError:
            self.changed.emit()
            raise
        self._take(shelf)
        self.changed.emit()

    def _take(self, shelf: Shelf) -> None:
        """What is no longer kept, faces may still carry."""
        known = {slider.name: slider.taught for slider in self.own} | self._brought
        self._shelf = shelf
        stays = {slider.name for slider in self.own}
        self._brought = {name: taught for name, taught in known.items() if name not in stays}
        self._list()

    def _newest(self) -> Shelf:
        """That of the file, and what could not be written."""
        path, mine = kept.file_of(self._folder, self._hash), self._shelf
        if self._info is None or not path.exists():
            return mine
        try:
            found = sliders_file.load(path, self._hash, self._info.latent_shape[1])
        except KeptError as error:
            words = f"{error}.\n\n{kept.set_aside(path)} Faces that use them carry them."
            self.failed.emit("The taught sliders cannot be read", words)
            return mine
        if self._lasting:
            return found
        both = {slider.name: slider for slider in (*found.taught, *mine.taught)}
        return Shelf(tuple(both.values()), {**found.labels, **mine.labels})

    def _list(self) -> None:
        if self._info is not None:
            mine = (taught_control(slider, self._info) for slider in self.own)
            strangers = (Slider(taught.label, taught.vector) for taught in self._brought.values())
            brought = (taught_control(slider, self._info, BROUGHT) for slider in strangers)
            self.controls = (*relabelled(self._model, self._shelf.labels), *mine, *brought)
