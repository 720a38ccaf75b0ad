"""A picture of a face -> a whole head with ears, back and neck, and a texture for it.

A model of whole heads is fitted to the landmarks (`training.networks.whole_head`) and turned upright; hair is a volume
grown to the person's outline (`engine.hair`), or left away; the picture is its texture (`engine.skin`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.crossings import crossings
from facedesigner.engine.hair import HAIR, hair_grown
from facedesigner.engine.look import Look, whole_head_model
from facedesigner.engine.relief import ReliefError, looked_at
from facedesigner.engine.skin import texture
from training.networks.head_model import LEFT_EYE, MOST_TURN, RIGHT_EYE
from training.networks.whole_head import WholeHead
from training.texts import quoted

SIDE = 512  # pixels that the picture is looked at with
TEXTURE = 1024  # pixels a side
EYES = ("open", "closed")
SHUT = (1.0, 0.85, 0.75, 0.65, 0.5)  # of the lids' way
THINNED = (1.0, 0.7, 0.4)  # of the hair's thickness
TURNED = "the face is turned by 30 degrees or more, which cannot be modelled: choose one seen from the front"


@dataclass(frozen=True, eq=False)
class Head:
    """An upright head: N vertices, x right, y up, z to the viewer, in eye distances, the origin between the eyes."""

    vertices: np.ndarray  # (N, 3) float64
    triangles: np.ndarray  # (T, 3) counter-clockwise from outside; the border is the neck's
    places: np.ndarray  # (N, 2) where each vertex lies in the texture: 0 to 1 from its left and lower edge
    texture: Image  # (S, S, 3)
    pupils: np.ndarray  # (2, 3) the middles of the eyes' landmarks on the surface, the right one first
    expressions: dict[str, np.ndarray]  # by ARKit's names: (N, 3) how far each vertex moves
    marks: np.ndarray  # (68, 3) dlib's landmarks on the surface


def whole_head(
    image: Image,
    landmarks: np.ndarray | None = None,
    *,
    hair: str = "volume",
    eyes: str = "open",
    side: int | None = None,
) -> Head:
    """Picture (H, H, 3) uint8 of an aligned face -> its head; `side` pixels of its texture (TEXTURE).

    `landmarks` (68, 2) in sides of the picture; None takes the mean head. Raises ReliefError.
    """
    check_choices(hair, eyes)
    if image.ndim != 3 or image.shape[0] != image.shape[1]:
        raise ReliefError("the picture must be square: align the face first")
    picture, marks, _ = looked_at(image, landmarks, SIDE)
    model = whole_head_model()
    fit = model.fit(marks)
    if np.degrees(np.arccos(np.clip(fit.turn[2, 2], -1, 1))) > MOST_TURN - 0.5:  # the fit turns no further
        raise ReliefError(TURNED)
    look = Look(picture, marks, fit)
    upright, eyeballs = look.upright(fit.vertices), look.upright(fit.eyeballs)
    shape = eyes_closed(model, upright, eyeballs) if eyes == "closed" else model.laid(upright, eyeballs, 1.0)
    growth, hairy = hair_grown(shape, model, look, hair)
    for share in THINNED:  # until hair does not run into what lies beside it
        grown = shape + share * growth
        grown[model.rim, 1] = grown[model.rim, 1].max()
        fine = model.finer(grown)
        if not hairy.any() or len(crossings(fine, model.finer.triangles)) == 0:
            break
    places = model.finer_values(model.chart)
    painted = texture(look, model, fine, hairy, closed=eyes == "closed", side=side or TEXTURE)
    rest = model.laid(grown, eyeballs, 1.0, closed=eyes == "closed")
    moves = {
        name: model.finer(model.laid(grown + move, eyeballs, 1.0, closed=eyes == "closed") - rest)
        for name, move in zip(model.names, model.expressions, strict=True)
        if not (eyes == "closed" and name.startswith("eyeBlink"))
    }
    return Head(
        up(fine),
        model.finer.triangles,
        places.astype(np.float64),
        painted,
        up(np.stack([fine[model.surface.landmarks[eye]].mean(0) for eye in (RIGHT_EYE, LEFT_EYE)])),
        {name: up(move) for name, move in moves.items()},
        up(fine[model.surface.landmarks]),
    )


def eyes_closed(model: WholeHead, head: np.ndarray, eyeballs: np.ndarray) -> np.ndarray:
    """Lids as far down as they come without running into each other; a narrow slit between them is filled."""
    for share in SHUT:
        shape = model.laid(model.blinked(head, share), eyeballs, 1.0, closed=True)
        if len(crossings(shape, model.surface.triangles)) == 0:
            break
    return shape


def check_choices(hair: str, eyes: str) -> None:
    """Raises ReliefError."""
    for word, choices, name in ((hair, HAIR, "hair"), (eyes, EYES, "eyes")):
        if word not in choices:
            raise ReliefError(f"{name} is {quoted(word)}; choose {' or '.join(choices)}")


def up(points: np.ndarray) -> np.ndarray:
    """y down -> y up."""
    return np.asarray(points * (1.0, -1.0, 1.0))
