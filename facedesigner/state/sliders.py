"""The sliders that a user taught, one JSON file a model: what each does, and how sure it was on held-out faces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facedesigner.state.face import FaceState, Latent, Taught
from facedesigner.state.files import write_atomically
from facedesigner.state.recipe import latent_of, latent_to, listed, text, whole

SLIDERS_VERSION = 1
LABEL_LENGTH = 40
FEWEST = 2  # faces a side: with one, nothing tells what they have in common


class SlidersError(ValueError):
    """The file of taught sliders cannot be used; the message says why."""


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


def file_of(folder: Path, model: str) -> Path:
    return folder / f"{model}.json"


def save(sliders: Sequence[Slider], path: Path, model: str) -> None:
    """Writes atomically, and makes the folder. OSError when it cannot be written; the old file then stays."""
    values = {
        "version": SLIDERS_VERSION,
        "model": model,
        "sliders": [{"label": s.label, "right": s.right, "total": s.total, **latent_to(s.vector)} for s in sliders],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(values, indent=1).encode())


def load(path: Path, model: str, columns: int) -> tuple[Slider, ...]:
    """The sliders of a model whose latents have `columns`; none when there is no file.

    SlidersError names what is wrong with the file, or the model that it belongs to if that is another one.
    """
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SlidersError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise SlidersError(f"{path.name} is not JSON, so it was damaged or changed by hand") from None
    try:
        if values["version"] != SLIDERS_VERSION:
            raise SlidersError(f"{path.name} is of version {values['version']!r}: a newer FaceDesigner made it")
        if values["model"] != model:
            raise SlidersError(f"{path.name} was taught with model {values['model']}, not {model}")
        found = tuple(
            Slider(text(one["label"]), latent_of(one), whole(one["right"]), whole(one["total"]))
            for one in listed(values["sliders"])
        )
    except SlidersError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise SlidersError(f"{path.name} is incomplete or damaged ({error})") from None
    for slider in found:
        if slider.vector.shape != (1, columns):
            raise SlidersError(f"{path.name}: {slider.label} is {slider.vector.shape}, this model needs {(1, columns)}")
    return found


def check_label(label: str, taken: Sequence[str]) -> str:
    """The label without surrounding space. ValueError when it is empty, too long, or one of `taken` in any case."""
    label = " ".join(label.split())
    if not label:
        raise ValueError("Give the slider a name.")
    if len(label) > LABEL_LENGTH:
        raise ValueError(f"The name has {len(label)} letters; choose at most {LABEL_LENGTH}.")
    if label.casefold() in (other.casefold() for other in taken):
        raise ValueError(f"There is a slider “{label}” already: choose another name.")
    return label


def check_examples(with_it: Sequence[FaceState], without: Sequence[FaceState]) -> None:
    """ValueError says what lacks for teaching."""
    if len(with_it) < FEWEST or len(without) < FEWEST:
        raise ValueError(
            f"Pick at least {FEWEST} faces with it and {FEWEST} without it; "
            f"there are {len(with_it)} with and {len(without)} without."
        )
    if set(with_it) & set(without):
        raise ValueError("The same face is both with and without it: take it out on one side.")
