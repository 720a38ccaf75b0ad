"""One picture -> what there is to know about its faces, aligned, and small pictures for the report."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from training.curation import align, texture
from training.curation.attributes import Attributes
from training.curation.contract import ALL, SINGLE, Options, Overrules, face_name
from training.curation.detector import FAST_SIDE, FINE_SIDE, SECOND_SCORE, Detector, Face
from training.curation.judge import Judge
from training.curation.measures import proportions, tones
from training.curation.opening import open_picture
from training.curation.pose import head_pose
from training.decoding import PictureError

LOOK = 128  # side of the aligned picture that all measures are taken from
THUMBNAIL = 160
UPRIGHT = 20.0  # degrees of roll from which turning the face upright counts as mending
ROOM = 0.5  # share of the picture; where a face's square covers more, there is no other one to speak of
NOBODY = Overrules()


@dataclass(frozen=True)
class Finding:
    """What was found out about a face, or about a picture without one."""

    name: str  # as `contract.face_name` makes it
    reason: str  # the first thing that speaks against it; "" when nothing does
    message: str
    forced: bool  # a face was made although something speaks against it
    face: str = ""  # file name in OUT/faces, "" when none was made
    thumbnail: str = ""  # file name in OUT/.rejected
    roll: float = 0.0  # degrees by which it had to be turned, counter-clockwise
    measures: dict[str, float | str | None] = field(default_factory=dict)
    fingerprint: str = ""  # base64 of int8

    @property
    def mended(self) -> bool:
        return abs(self.roll) >= UPRIGHT


@dataclass(frozen=True)
class Looked:
    """What was found out about a picture on its own: a line of the journal."""

    name: str
    size: int  # of the file when it was read
    stamp: int
    findings: tuple[Finding, ...]  # one of each face from left to right, at least one

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Inspection:
    """A face of a picture, or what there is instead."""

    reason: str
    message: str
    face: Image.Image | None = None  # aligned, `Options.size`
    thumbnail: Image.Image | None = None
    roll: float = 0.0
    measures: dict[str, float | str | None] = field(default_factory=dict)
    fingerprint: str = ""
    number: int = 0  # from the left, from 1 on; 0 where it is the only one
    forced: bool = False


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

    def __call__(self, content: bytes, name: str = "", overrules: Overrules = NOBODY) -> tuple[Inspection, ...]:
        """One of each face from left to right, at least one. What `overrules` accept of the picture `name` is made
        whatever speaks against it, if the picture can be decoded at all."""

        def forced(number: int) -> bool:
            return overrules.accepts(face_name(name, number))

        try:
            image, notes = open_picture(content)
        except PictureError as error:
            return (Inspection(error.reason, str(error), forced=forced(0)),)
        thumbnail = image.copy()
        thumbnail.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=2.0)
        face = None
        least = min(image.size)
        if least >= self.options.least or overrules.accept:
            face = self.detect(image)
        if face is None:
            reason, message = "no face", "no face was found, whichever way it was turned"
            if least < self.options.least:
                reason, message = (
                    "too small",
                    self.small(f"the picture is {image.width} × {image.height} pixels", least),
                )
            made = self.make(image, align.centre(*image.size)) if forced(0) else None
            return (Inspection(reason, message, made, thumbnail, forced=forced(0)),)
        faces = self.every(face) if self.options.faces == ALL else (face,)
        if len(faces) == 1:
            return (self.look_at(face, notes, thumbnail, forced(0)),)
        return tuple(
            replace(
                self.look_at(
                    one,
                    (*notes, f"face {number} of {len(faces)} from the left"),
                    align.cut(one.image, align.place(one.points), THUMBNAIL),
                    forced(number),
                ),
                number=number,
            )
            for number, one in enumerate(faces, 1)
        )

    def every(self, main: Face) -> tuple[Face, ...]:
        """All faces of the picture from left to right. It does not hang on the options, so that numbers stay."""
        width, height = main.image.size
        if not main.others and align.place(main.points).side ** 2 > ROOM * width * height:
            return (main,)
        found = [main, *self.detect.further(main, SECOND_SCORE, FINE_SIDE / FAST_SIDE)]
        return tuple(sorted(filter(has_eyes, found), key=lambda face: (face.box[0] + face.box[2], face.box)))

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
        if face.others and not reason and self.options.faces != ALL:
            notes = (*notes, f"the largest of {face.others + 1} faces")
        made = self.make(face.image, placement) if forced or not reason else None
        detail = pack(texture.fingerprint(grey))
        message = message or "; ".join(notes)
        return Inspection(reason, message, made, thumbnail, round(roll, 1), measures, detail, forced=forced)

    def check(self, face: Face, found: dict[str, float]) -> tuple[str, str]:
        """(reason, sentence) of the first thing that speaks against the face; two empty texts when nothing does."""
        limits = self.options
        if face.others and limits.faces == SINGLE:
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


def has_eyes(face: Face) -> bool:
    """Whether it can be a face at all: its eyes do not fall together."""
    try:
        align.place(face.points)
    except ValueError:
        return False
    return True
