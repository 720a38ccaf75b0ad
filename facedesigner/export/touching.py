"""Whether hair or chin touch the frame of what is exported, in words: a cut-out ends in a straight line there."""

from __future__ import annotations

import numpy as np

from facedesigner.engine.landmarks import CHIN, Landmarks
from facedesigner.export.frame import Frame
from training.texts import capital

SAMPLES = 256  # places along an edge
INSET = 0.006  # of the frame's side: where an edge is looked at
COVERED = 0.5  # coverage from which a place is hair
SHARE = 0.03  # of an edge: less is a strand
CHIN_ROOM = 0.12  # eye distances between the chin and the frame
CHIN_BELOW = 1.7  # eye distances from the eyes to the chin, where it is not known
ENDS = "a cut-out ends in a straight line there"
SIDES = {"top": "at the top", "left": "on the left", "right": "on the right", "bottom": "at the bottom"}


def touching(
    frame: Frame, marks: Landmarks, size: tuple[int, int], alpha: np.ndarray | None = None, mirror: bool = False
) -> tuple[str, ...]:
    """A sentence, none where nothing touches. All in pixels of a picture of `size` (width, height); `alpha` (H, W) is
    its matte, without which the top of the head is estimated from the landmarks. `mirror`: the export is mirrored."""
    found = []
    if alpha is not None:
        hair = [side for side in ("top", "left", "right") if hair_at(side, frame, marks, alpha)]
        found += [f"hair touches the frame {listed(hair, mirror)}"] if hair else []
    elif marks.head is not None and "top" in at_edge(frame, marks.middle - marks.down * marks.head / 2, size, 0.0):
        found.append("the head reaches the frame at the top, by an estimate from the eyes and the chin")
    if marks.points is not None:
        chin = at_edge(frame, marks.points[CHIN], size, CHIN_ROOM * marks.distance)
        found += [f"the chin touches the frame {listed(chin, mirror)}"] if chin else []
    words = ", ".join(found)
    return (f"{capital(words)}: {ENDS}.",) if found else ()


def hair_at(side: str, frame: Frame, marks: Landmarks, alpha: np.ndarray) -> bool:
    """Whether what is beside or above the face is covered along an edge; shoulders below the chin do not count."""
    along, inset = (np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5, 0.5 - INSET
    across = {"top": along, "left": np.full(SAMPLES, -inset), "right": np.full(SAMPLES, inset)}[side]
    down = np.full(SAMPLES, -inset) if side == "top" else along
    spots = frame.centre + across[:, None] * frame.width * frame.across + down[:, None] * frame.height * frame.down
    limit = (alpha.shape[1] - 1, alpha.shape[0] - 1)
    columns, rows = np.clip(np.floor(spots).astype(int), 0, limit).T  # what a picture lacks is mirrored: its own edge
    chin = (
        CHIN_BELOW * marks.distance if marks.points is None else float((marks.points[CHIN] - marks.middle) @ marks.down)
    )
    above = (spots - marks.middle) @ marks.down < chin
    return bool(((alpha[rows, columns] > COVERED) & above).sum() > SHARE * SAMPLES)


def at_edge(frame: Frame, spot: np.ndarray, size: tuple[int, int], room: float) -> list[str]:
    """The sides of the frame, or of the picture within it, that a place is nearer to than `room`, or beyond."""
    from_centre = spot - frame.centre
    x, y = float(from_centre @ frame.across), float(from_centre @ frame.down)
    rooms = {
        "top": y + frame.height / 2,
        "left": x + frame.width / 2,
        "right": frame.width / 2 - x,
        "bottom": frame.height / 2 - y,
    }
    (column, row), (width, height) = spot.tolist(), size
    for side, own in (("top", row), ("left", column), ("right", width - column), ("bottom", height - row)):
        rooms[side] = min(rooms[side], own)
    return [side for side, left in rooms.items() if left <= room]


def listed(sides: list[str], mirror: bool) -> str:
    """In the exported picture."""
    turned = {"left": "right", "right": "left"} if mirror else {}
    words = [SIDES[turned.get(side, side)] for side in sides]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
