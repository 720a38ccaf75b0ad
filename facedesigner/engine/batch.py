"""Search: the faces of a batch, one try after the other, each judged by what is measured on its picture.

A try begins with a face of its own seed. Where it misses a wish for which the model has a control, the control is set
by as much as is missing, since one unit of a control moves its measure by one unit on average, and the face is measured
again; what still misses is refused. Then come defects, and the distance to faces that are there already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from facedesigner.contract.request import Control, Image, ModelInfo, RenderRequest
from facedesigner.state.constraint import Constraint, Wish, check_known
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine

CORRECTIONS = 3  # times that the controls are set
INSIDE = 0.3  # how far inside a range the controls aim: of its width, or of a deviation where it is open
ALIKE, TRAINED = "too alike", "training data"
REASONS = {ALIKE: "too like another face of the batch", TRAINED: "too like a face of the training data"}

Label = Callable[[np.ndarray], dict[str, np.ndarray]]  # (N, H, W, 3) uint8 -> (N,) by name


@dataclass(frozen=True, eq=False)
class Tools:
    """What faces are measured with. `training`: embeddings (N, 128) of the faces that the model was trained on, None
    where they are not here; `embed`: a picture -> (2, 128), as it is and mirrored."""

    label: Label
    embed: Callable[[Image], np.ndarray]
    defect: Callable[[Image], str]
    training: np.ndarray | None = None
    note: str = ""  # why there is nothing to compare with


@dataclass(frozen=True, eq=False)
class Try:
    """One face, accepted if `refused` is empty."""

    number: int
    face: FaceState
    refused: str = ""  # the name of a constraint, a defect of `quality`, ALIKE or TRAINED
    picture: Image | None = None
    measures: dict[str, float] = field(default_factory=dict)
    embedding: np.ndarray | None = None  # (128,)
    nearest: float | None = None  # distance to the nearest face of the batch
    trained: float | None = None  # distance to the nearest face of the training data


class Search:
    """`try_face(number)` depends on the wish, the number and the faces that were accepted before, on nothing else."""

    def __init__(self, engine: FaceEngine, wish: Wish, tools: Tools) -> None:
        """The engine has its model. ConstraintError names what cannot be asked of it."""
        self._engine, self._wish, self._tools = engine, wish, tools
        self._known: list[np.ndarray] = []
        info = engine.info
        self._ranges = ranges(info, wish.constraints)
        self._controls = {control.name: control for control in info.controls}

    @property
    def info(self) -> ModelInfo:
        return self._engine.info

    @property
    def compared(self) -> int:
        """How many faces of the training data are kept away from."""
        return 0 if self._tools.training is None else len(self._tools.training)

    def accept(self, embedding: np.ndarray) -> None:
        """Later faces keep away from this one."""
        self._known.append(embedding.astype(np.float32))

    def draw(self, face: FaceState) -> Image:
        """RuntimeError when it cannot be drawn."""
        result = self._engine.render(RenderRequest(face))
        if result.image is None:
            raise RuntimeError(f"a face could not be drawn: {result.error}")
        return result.image

    def try_face(self, number: int) -> Try:
        seed = Random(f"{self._wish.seed}:{number}").getrandbits(32)
        face = FaceState(self.info.hash, seed=seed, psi=self._wish.psi)
        picture, measures = self._measured(face)
        missed = self._missed(measures)
        for _ in range(CORRECTIONS):
            steered = self._steered(face, measures, missed)
            if steered == face:
                break
            face = steered
            picture, measures = self._measured(face)
            missed = self._missed(measures)
        tried = Try(number, face, picture=picture, measures=measures)
        if missed:
            return replace(tried, refused=missed[0])
        if defect := self._tools.defect(picture):
            return replace(tried, refused=defect)
        return self._placed(tried, self._tools.embed(picture))

    def _placed(self, tried: Try, asked: np.ndarray) -> Try:
        """With its distances, and refused where they are too small."""
        near, trained = nearest(asked, self._known), nearest(asked, self._tools.training)
        least = self._wish.min_distance
        refused = ""
        if near is not None and near < least:
            refused = ALIKE
        elif trained is not None and trained < least:
            refused = TRAINED
        return replace(tried, refused=refused, embedding=asked[0].astype(np.float32), nearest=near, trained=trained)

    def _measured(self, face: FaceState) -> tuple[Image, dict[str, float]]:
        picture = self.draw(face)
        return picture, {name: float(values[0]) for name, values in self._tools.label(picture[None]).items()}

    def _missed(self, measures: dict[str, float]) -> list[str]:
        return [name for name, (low, high) in self._ranges.items() if not low <= measures.get(name, np.nan) <= high]

    def _steered(self, face: FaceState, measures: dict[str, float], missed: Sequence[str]) -> FaceState:
        """The face with the controls of what it misses set to where the wish may be met; itself if there are none."""
        values = dict(face.controls)
        for name in missed:
            control = self._controls.get(name)
            if control is not None and name in measures:
                values[name] = self._setting(control, values.get(name, 0.0), measures[name])
        return face.with_controls(values)

    def _setting(self, control: Control, now: float, measure: float) -> float:
        constraint = next(one for one in self._wish.constraints if one.name == control.name)
        if control.choices:
            return control.choices.index(constraint.word) + 1.0 if constraint.word in control.choices else now
        low, high = self._ranges[control.name]
        deviation = self.info.measures[control.name][1] if control.name in self.info.measures else 1.0
        margin = INSIDE * (high - low if np.isfinite(high - low) else deviation)
        aim = low + margin if measure < low else high - margin
        unit = deviation if control.unit == "σ" else 1.0
        return float(np.clip(round(now + (aim - measure) / unit, 3), control.minimum, control.maximum))


def ranges(info: ModelInfo, constraints: Sequence[Constraint]) -> dict[str, tuple[float, float]]:
    """The bounds of each measure. ConstraintError names what the model does not say."""
    if not constraints:
        return {}
    check_known(constraints, set(info.measures) | {one.name for one in constraints if one.plain})
    return {one.name: one.bounds(*info.measures.get(one.name, (0.0, 1.0))) for one in constraints}


def nearest(asked: np.ndarray, known: Sequence[np.ndarray] | np.ndarray | None) -> float | None:
    """Distance of the nearest of `known` (N, 128) to one of `asked` (2, 128); None where there is nothing."""
    if known is None or len(known) == 0:
        return None
    rows = np.asarray(known, dtype=np.float32)
    return min(float(np.linalg.norm(rows - one.astype(np.float32), axis=1).min()) for one in asked)


def ready_tools(info: ModelInfo) -> Tools:
    """The labellers and networks of `facedesigner[faces]`, some seconds to load. ImportError says what to install."""
    from facedesigner.engine.quality import Quality
    from facedesigner.engine.uniqueness import UniquenessError, training_library
    from facedesigner.resources import resource
    from training.networks.identity import Identity
    from training.networks.labeller import Labeller

    training, note = None, ""
    try:
        training = training_library(info, [resource("weights")]).embeddings.values.astype(np.float32)
    except UniquenessError as error:
        note = f"The training data is not compared with: {error}."
    return Tools(Labeller(), Identity().both_ways, Quality(), training, note)
