"""The sliders that a user taught and renamed, one JSON file a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facedesigner.state import kept
from facedesigner.state.face import FaceState, Latent, Taught
from facedesigner.state.kept import KeptError
from facedesigner.state.recipe import latent_of, latent_to, listed, text, whole
from training.errors import UserError

SLIDERS_VERSION = 1
LABEL_LENGTH = 40
FEWEST = 2  # faces a side: with one, nothing tells what they have in common


@dataclass(frozen=True, slots=True)
class Slider:
    """A taught slider. `right` of `total` examples were told apart while they were held out."""

    label: str
    vector: Latent  # (1, D), one standard deviation long
    right: int = 0
    total: int = 0

    @property
    def taught(self) -> Taught:
        return Taught(self.label, self.vector)

    @property
    def name(self) -> str:
        return self.taught.name


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is kept of a model's sliders: those that were taught, and other names for the model's own."""

    taught: tuple[Slider, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)  # name of a control -> what the user calls it


def save(shelf: Shelf, path: Path, model: str) -> None:
    """Writes atomically, and makes the folder. OSError when it cannot be written; the old file then stays."""
    sliders = [{"label": s.label, "right": s.right, "total": s.total, **latent_to(s.vector)} for s in shelf.taught]
    kept.save(path, SLIDERS_VERSION, model, sliders=sliders, labels=dict(shelf.labels))


def load(path: Path, model: str, columns: int) -> Shelf:
    """What is kept of a model whose latents have `columns`; nothing when there is no file.

    KeptError names what is wrong with the file, or the model that it belongs to if that is another one.
    """
    values = kept.load(path, SLIDERS_VERSION, model)
    try:
        found = tuple(
            Slider(text(one["label"]), latent_of(one), whole(one["right"]), whole(one["total"]))
            for one in listed(values.get("sliders", []))
        )
        labels = {name: check_label(text(label), ()) for name, label in values.get("labels", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise KeptError(f"{path.name} is incomplete or damaged ({error})") from None
    for slider in found:
        if slider.vector.shape != (1, columns):
            raise KeptError(f"{path.name}: {slider.label} is {slider.vector.shape}, this model needs {(1, columns)}")
    return Shelf(found, labels)


def check_label(label: str, taken: Sequence[str]) -> str:
    """The label without surrounding space. UserError when it is empty, too long, or one of `taken` in any case."""
    label = " ".join(label.split())
    if not label:
        raise UserError("Give the slider a name.")
    if len(label) > LABEL_LENGTH:
        raise UserError(f"The name has {len(label)} letters; choose at most {LABEL_LENGTH}.")
    if label.casefold() in (other.casefold() for other in taken):
        raise UserError(f"There is a slider “{label}” already: choose another name.")
    return label


def check_examples(with_it: Sequence[FaceState], without: Sequence[FaceState]) -> None:
    """UserError says what lacks for teaching."""
    if len(with_it) < FEWEST or len(without) < FEWEST:
        raise UserError(
            f"Pick at least {FEWEST} faces with it and {FEWEST} without it; "
            f"there are {len(with_it)} with and {len(without)} without."
        )
    if set(with_it) & set(without):
        raise UserError("The same face is both with and without it: take it out on one side.")
