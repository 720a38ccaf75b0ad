"""What a curation and its viewers agree on: options, events, files in the output folder. Plain Python, imports fast.

OUT/faces/*.png        the clean, aligned set
OUT/labels.csv         its labels; `data.source=OUT` and `data.source=OUT/faces` both find them
OUT/report.jsonl       a `Row` for each face, and for each picture without one, sorted by name
OUT/report.html        the same to look at
OUT/overrules.json     {"accept": [names], "reject": [names]}: a person's word, kept for ever
OUT/journal.jsonl      a line for each picture with all its faces: the memory of a run that was stopped
OUT/.rejected/         small pictures of the rejected ones, and whole faces put aside (hidden from training)

A picture with one face gives its name to the face. The faces of a picture with several are called by their place from
the left: `party.jpg#1` is a name, and its file in OUT/faces ends in -1. The number counts all faces that were found,
also those that are thrown out, so it stays when the limits change. What a person says of `party.jpg` holds for all its
faces that nothing is said of by themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from training.errors import UserError
from training.events import decode_one_of
from training.events import encode as encode
from training.files import replacing
from training.options import build, option

FACES, ASIDE = "faces", ".rejected"
LABELS, REPORT, PAGE, OVERRULES, JOURNAL = (
    "labels.csv",
    "report.jsonl",
    "report.html",
    "overrules.json",
    "journal.jsonl",
)

REASONS = {  # in the order in which they are asked for
    "unreadable": "Unreadable or broken file",
    "too large": "Too large to be decoded safely",
    "too small": "Too small",
    "no face": "No face",
    "several faces": "Several faces in the picture",
    "turned away": "Turned too far to the side",
    "cut off": "Too much of the head lies outside",
    "blurred": "Blurred",
    "distorted": "Distorted",
    "duplicate": "Nearly the same as another picture",
    "by hand": "Thrown out by hand",
}
ALL, LARGEST, SINGLE = "all", "largest", "single"
ENLARGED = 0.45  # of the size asked for: the least that a face may have of it, so that pictures of half the size pass
KEPT, MENDED, REJECTED = "kept", "mended", "rejected"


@dataclass(frozen=True)
class Options:
    size: int = option(256, "side of the aligned faces that are written", low=16, high=2048, unit="px")
    format: str = option("png", "of the faces: png loses nothing, webp is a tenth of its size", choices=("png", "webp"))
    min_face: int = option(
        0,
        "reject where the aligned square has fewer pixels a side in the original; 0: nearly half of `size`",
        low=0,
        high=4096,
        unit="px",
    )
    faces: str = option(
        ALL,
        "of a picture with several: all that are good, each as a picture of its own; the largest alone; or single: "
        "reject pictures that hold several of about one size",
        choices=(ALL, LARGEST, SINGLE),
    )
    max_yaw: float = option(42.0, "reject heads turned further than this to a side", low=5.0, high=90.0, unit="°")
    max_blur: float = option(0.70, "reject above: 0.4 to 0.6 is sharp, 0.85 is clearly blurred", low=0.0, high=1.0)
    max_distortion: float = option(
        0.9, "reject above this probability that features are out of place", low=0.0, high=1.0
    )
    max_outside: float = option(
        0.25, "reject when this share of the square lies outside the picture", low=0.0, high=1.0
    )
    max_similarity: float = option(
        0.96, "of faces more alike than this the one with the most detail stays; 1 keeps all", low=0.5, high=1.0
    )

    @property
    def least(self) -> int:
        """Pixels that the aligned square must have in the original."""
        return self.min_face or max(8, round(ENLARGED * self.size))


@dataclass(frozen=True, slots=True)
class Started:
    out: str
    total: int  # pictures
    done: int  # of them known from before
    workers: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int
    seconds_left: float
    pictures_per_second: float


@dataclass(frozen=True, slots=True)
class Finished:
    out: str
    pictures: int  # that were looked at
    faces: int  # found in them
    kept: int  # faces as they were, or moved and turned a little
    mended: int  # faces turned upright; in the set too
    rejected: dict[str, int]  # reason -> faces, and pictures without one
    seconds: float
    stopped: bool  # before all pictures were looked at: running again goes on


Event = Started | Progress | Finished
KINDS: dict[str, type[Any]] = {cls.__name__.lower(): cls for cls in (Started, Progress, Finished)}


@dataclass(frozen=True)
class Row:
    """One face in `report.jsonl`, or one picture without any."""

    name: str  # of the picture in the source: relative, with forward slashes; with #1 and so on of several faces
    verdict: str  # "kept", "mended" or "rejected"
    reason: str  # of `REASONS`; "" when kept, unless it was taken back: then what spoke against it
    message: str  # a sentence
    overruled: bool  # a person's word decided
    picture: str  # relative to OUT: the face, or a small picture of what was rejected; "" when it cannot be read
    measures: dict[str, float | str | None] = field(default_factory=dict)  # none where there is no face


def face_name(picture: str, number: int) -> str:
    """`number`: the face's place from the left, from 1 on; 0 for the only one."""
    return f"{picture}#{number}" if number else picture


def parts_of(name: str) -> tuple[str, int]:
    """(picture, number) of a face. Pictures are known by their endings, so none of them ends in a number itself."""
    found = re.fullmatch(r"(.+)#([1-9][0-9]{0,4})", name, re.DOTALL)
    return (found[1], int(found[2])) if found else (name, 0)


def decode(line: str) -> Event:
    """Raises UserError on a line that is no event of ours."""
    event: Event = decode_one_of(KINDS, line)
    return event


def read_rows(out: Path) -> tuple[Row, ...]:
    """The report. Raises OSError when there is none yet, UserError when it is broken."""
    lines = (out / REPORT).read_text(encoding="utf-8").splitlines()
    try:
        return tuple(Row(**json.loads(line)) for line in lines if line)
    except (json.JSONDecodeError, TypeError) as error:
        raise UserError(f"{out / REPORT} is broken ({error}): run the curation again") from None


@dataclass(frozen=True)
class Overrules:
    """What a person decided, by name of a face or of a whole picture. No name is in both."""

    accept: frozenset[str] = frozenset()
    reject: frozenset[str] = frozenset()

    def accepting(self, names: Iterable[str]) -> Overrules:
        chosen = frozenset(names)
        return replace(self, accept=self.accept | chosen, reject=self.reject - chosen)

    def rejecting(self, names: Iterable[str]) -> Overrules:
        chosen = frozenset(names)
        return replace(self, accept=self.accept - chosen, reject=self.reject | chosen)

    def accepts(self, name: str) -> bool:
        return self._says(name) is True

    def rejects(self, name: str) -> bool:
        return self._says(name) is False

    def _says(self, name: str) -> bool | None:
        """Whether to take a face; None where nothing is said. What is said of the face goes before its picture."""
        for one in (name, parts_of(name)[0]):
            if one in self.accept or one in self.reject:
                return one in self.accept
        return None

    def by_picture(self) -> dict[str, Overrules]:
        """What is said of each picture and its faces."""
        apart: dict[str, Overrules] = {}
        for name in self.accept:
            picture = parts_of(name)[0]
            apart[picture] = apart.get(picture, Overrules()).accepting((name,))
        for name in self.reject:
            picture = parts_of(name)[0]
            apart[picture] = apart.get(picture, Overrules()).rejecting((name,))
        return apart


def read_overrules(out: Path) -> Overrules:
    """Raises UserError when the file is not what it should be: a person's work must not be dropped in silence."""
    path = out / OVERRULES
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Overrules(frozenset(map(str, values["accept"])), frozenset(map(str, values["reject"])))
    except FileNotFoundError:
        return Overrules()
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is broken ({error}): mend it, or remove it to begin without overrules") from None


def accept(out: Path, names: Iterable[str]) -> Overrules:
    """Takes rejected faces or pictures back. It takes effect when the curation is run again."""
    return write_overrules(out, read_overrules(out).accepting(names))


def reject(out: Path, names: Iterable[str]) -> Overrules:
    """Throws kept faces or pictures out. It takes effect when the curation is run again."""
    return write_overrules(out, read_overrules(out).rejecting(names))


def write_overrules(out: Path, overrules: Overrules) -> Overrules:
    with replacing(out / OVERRULES) as path:
        text = json.dumps({"accept": sorted(overrules.accept), "reject": sorted(overrules.reject)}, indent=1)
        path.write_text(text + "\n", encoding="utf-8")
    return overrules


def merge_options(before: Options | None, given: dict[str, Any]) -> Options:
    """What is given, otherwise as before, otherwise the default. Raises UserError that names what is out of range."""
    return build(Options, {**asdict(before or Options()), **given}, "options")
