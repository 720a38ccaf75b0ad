"""What the Enhance tab has done in the background: a picture opened, and enlarged by one method after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from facedesigner.contract.methods import Stopped

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.opening import Opened
    from facedesigner.gui.work.desk import Job

Enlarge: TypeAlias = "Callable[[Image, str, int, Callable[[float], None], Callable[[], bool]], Image]"


@dataclass(frozen=True, eq=False)
class Read:
    """The file is open."""

    opened: Opened


@dataclass(frozen=True)
class Progress:
    method: str
    share: float  # 0 to 1


@dataclass(frozen=True, eq=False)
class Result:
    method: str
    image: Image
    seconds: float


@dataclass(frozen=True)
class Failure:
    method: str
    reason: str


def enlarge(
    pixels: Image, method: str, scale: int, progress: Callable[[float], None], stop: Callable[[], bool]
) -> Image:
    from facedesigner.engine.enhance import upscale

    return upscale(pixels, method, scale, progress, stop)


def enlarged(enlarge: Enlarge, job: Job, source: Path | Opened, scale: int, methods: Sequence[str]) -> bool:
    """Reports the classes above. Whether nothing was stopped. UserError when the file cannot be opened."""
    if isinstance(source, Path):
        from facedesigner.engine.opening import open_picture

        source = open_picture(source)
        job.report(Read(source))
    return all(_by(enlarge, job, source.pixels, scale, method) for method in methods)


def save(image: Image, path: Path, texts: dict[str, str], how: str) -> Path:
    """Compressing a large picture takes seconds. ExportError or MemoryError."""
    from facedesigner.export.enlarged import save_enlarged

    return save_enlarged(image, path, texts, how, overwrite=True)  # the dialog asked


def _by(enlarge: Enlarge, job: Job, pixels: Image, scale: int, method: str) -> bool:
    """False when it was stopped."""
    began = time.perf_counter()
    try:
        large = enlarge(pixels, method, scale, lambda share: job.report(Progress(method, share)), job.stopped)
    except Stopped:
        return False
    except Exception as error:  # missing weights, too large, no memory: the other methods may still work
        job.report(Failure(method, str(error) or type(error).__name__))
    else:
        job.report(Result(method, large, time.perf_counter() - began))
    return not job.stopped()
