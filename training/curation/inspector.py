"""One picture -> what there is to know about it, its aligned face, and a small picture for the report."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from training.curation import align, texture
from training.curation.attributes import Attributes
from training.curation.contract import Options
from training.curation.detector import Detector, Face
from training.curation.judge import Judge
from training.curation.measures import proportions, tones
from training.curation.opening import PictureError, open_picture
from training.curation.pose import head_pose

LOOK = 128  # side of the aligned picture that all measures are taken from
THUMBNAIL = 160
UPRIGHT = 20.0  # degrees of roll from which turning the face upright counts as mending


@dataclass(frozen=True)
class Finding:
    """What was found out about a picture on its own: a line of the journal."""

    name: str
    size: int  # of the file when it was read
    stamp: int
    reason: str  # the first thing that speaks against it; "" when nothing does
    message: str
    forced: bool  # a face was made although something speaks against it
    face: str = ""  # file name in OUT/faces, "" when none was made
    thumbnail: str = ""  # file name in OUT/.rejected
    roll: float = 0.0  # degrees by which it had to be turned, counter-clockwise
    measures: dict[str, float | str | None] = field(default_factory=dict)
    fingerprint: str = ""  # base64 of int8

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def mended(self) -> bool:
        return abs(self.roll) >= UPRIGHT


@dataclass(frozen=True, eq=False)
class Inspection:
    reason: str
    message: str
    face: Image.Image | None = None  # aligned, `Options.size`
    thumbnail: Image.Image | None = None
    roll: float = 0.0
    measures: dict[str, float | str | None] = field(default_factory=dict)
    fingerprint: str = ""


def pack(fingerprint: np.ndarray) -> str:
    """(K,) -> base64 of int8; its length is left to whoever unpacks it."""
    scaled = fingerprint * (127 / max(float(np.abs(fingerprint).max()), 1e-9))
    return base64.b64encode(scaled.round().astype(np.int8).tobytes()).decode()


class Inspector:
    """Detector, networks and models, once a process."""

    def __init__(self, options: Options) -> None:
        """Raises ImportError that says what to install."""
        self.options = options
        self.detect, self.attributes, self.judge = Detector(), Attributes(), Judge()

    def __call__(self, content: bytes, forced: bool = False) -> Inspection:
        """`forced`: makes a face whatever speaks against it, if the picture can be decoded at all."""
        try:
            image, notes = open_picture(content)
        except PictureError as error:
            return Inspection(error.reason, str(error))
        thumbnail = image.copy()
        thumbnail.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=2.0)
        face = None
        least = min(image.size)
        if least >= self.options.least or forced:
            face = self.detect(image)
        if face is None:
            reason, message = "no face", "no face was found, whichever way it was turned"
            if least < self.options.least:
                reason, message = (
                    "too small",
                    self.small(f"the picture is {image.width} × {image.height} pixels", least),
                )
            made = self.make(image, align.centre(*image.size)) if forced else None
            return Inspection(reason, message, made, thumbnail)
        return self.look_at(face, notes, thumbnail, forced)

    def look_at(self, face: Face, notes: tuple[str, ...], thumbnail: Image.Image, forced: bool) -> Inspection:
        placement = align.place(face.points)
        look = np.asarray(align.cut(face.image, placement, LOOK))
        points = placement.to_unit(face.points)
        grey = texture.grey(look)
        yaw, pitch = head_pose(points)
        checks = {
            "yaw": round(yaw, 1),
            "pitch": round(pitch, 1),
            "blur": round(texture.blur(grey), 3),
            "distortion": round(self.judge(grey, "distorted"), 3),
            "outside": round(align.outside(placement, *face.image.size), 3),
            "face_pixels": round(placement.side),
            "score": round(face.score, 2),
        }
        reason, message = self.check(face, checks)
        roll = (face.turned + placement.roll + 180) % 360 - 180
        glasses = self.judge(grey, "glasses")
        measures: dict[str, float | str | None] = {
            **self.attributes(face),
            "glasses": int(glasses > 0.5),
            "glasses_probability": round(glasses, 3),
            **proportions(points, yaw),
            **tones(look, points),
            **checks,
        }
        if face.others and not reason:
            notes = (*notes, f"the largest of {face.others + 1} faces")
        made = self.make(face.image, placement) if forced or not reason else None
        detail = pack(texture.fingerprint(grey))
        return Inspection(reason, message or "; ".join(notes), made, thumbnail, round(roll, 1), measures, detail)

    def check(self, face: Face, found: dict[str, float]) -> tuple[str, str]:
        """(reason, sentence) of the first thing that speaks against the face; two empty texts when nothing does."""
        limits = self.options
        if face.others and limits.several == "reject":
            return "several faces", f"{face.others + 1} faces of about one size: crop it to one"
        if found["face_pixels"] < limits.least:
            return "too small", self.small("the face with its surroundings", found["face_pixels"])
        if abs(found["yaw"]) > limits.max_yaw:
            return "turned away", f"the head is turned {abs(found['yaw']):.0f}°; up to {limits.max_yaw:g}° are taken"
        if found["outside"] > limits.max_outside:
            return "cut off", f"{found['outside']:.0%} of the square around the head lie outside the picture"
        if found["blur"] > limits.max_blur:
            return "blurred", f"blur {found['blur']:.2f}; up to {limits.max_blur:g} is taken"
        if found["distortion"] > limits.max_distortion:
            return "distorted", f"features seem out of place ({found['distortion']:.0%} sure)"
        return "", ""

    def small(self, what: str, side: float) -> str:
        return f"{what} gives a square of {side:.0f} pixels; {self.options.least} are the least"

    def make(self, image: Image.Image, placement: align.Placement) -> Image.Image:
        """The aligned face; a picture that is in place already is not resampled, or only once."""
        size = self.options.size
        if not align.is_in_place(placement, *image.size):
            return align.cut(image, placement, size)
        return image if image.width == size else image.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
