"""A face that changes, as a GIF or an MP4 file."""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.export.writing import ExportError, check_free, write_file

SIDE = 256  # pixels: smaller pictures are enlarged
FPS_MIN, FPS_MAX = 5, 50  # pictures a second; a GIF counts hundredths of a second, and viewers slow down above 50
SECONDS_MIN, SECONDS_MAX = 1.0, 60.0
QUALITY = "18"  # of H.264, 0 to 51, less is better
ENDINGS = (".gif", ".mp4")
COMMENT = "A face that a generator drew, made with FaceDesigner"


def check_animation(path: Path) -> None:
    """ExportError unless a file of that name can be written on this machine."""
    if path.suffix.lower() not in ENDINGS:
        raise ExportError(f"{path.name} is no animation: choose a name that ends in .gif or .mp4")
    if path.suffix.lower() == ".mp4":
        video()


def check_speed(fps: int, seconds: float) -> None:
    """ExportError unless an animation can be so fast and so long."""
    if not FPS_MIN <= fps <= FPS_MAX:
        raise ExportError(f"--fps is {fps}; choose {FPS_MIN} to {FPS_MAX}")
    if not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise ExportError(f"--length is {seconds:g}; choose {SECONDS_MIN:g} to {SECONDS_MAX:g} seconds")


def save_animation(pictures: Sequence[Image], path: Path, fps: int, *, overwrite: bool = False) -> Path:
    """Writes pictures (H, H, 3) uint8, a GIF that repeats or an MP4 by the ending of `path`. Returns the path.

    Raises ExportError as `save_png` does; nothing half-written is left.
    """
    check_animation(path)
    check_free(path, overwrite)
    frames = [enlarged(picture) for picture in pictures]
    content = gif(frames, fps) if path.suffix.lower() == ".gif" else mp4(frames, fps)
    return write_file(path, content, overwrite)


def enlarged(picture: Image) -> Pillow.Image:
    image = Pillow.fromarray(picture)
    side = max(SIDE, image.width + image.width % 2)  # H.264 wants even numbers
    return image if image.width == side else image.resize((side, side), Pillow.Resampling.LANCZOS)


def gif(frames: Sequence[Pillow.Image], fps: int) -> bytes:
    """256 colours for all pictures together, so that the background does not flicker."""
    colours = palette_of(frames)
    reduced = [frame.quantize(palette=colours, dither=Pillow.Dither.FLOYDSTEINBERG) for frame in frames]
    buffer = io.BytesIO()
    reduced[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=reduced[1:],
        duration=round(100 / fps) * 10,  # milliseconds
        loop=0,
        comment=COMMENT.encode(),
    )
    return buffer.getvalue()


def palette_of(frames: Sequence[Pillow.Image]) -> Pillow.Image:
    """The colours of nine pictures, evenly spread from the first to the last."""
    chosen = [frames[round(place * (len(frames) - 1) / 8)] for place in range(9)]
    side = chosen[0].width
    together = Pillow.new("RGB", (side * len(chosen), side))
    for index, frame in enumerate(chosen):
        together.paste(frame, (index * side, 0))
    return together.quantize(256, Pillow.Quantize.MEDIANCUT)


def mp4(frames: Sequence[Pillow.Image], fps: int) -> bytes:
    av = video()
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        file.metadata["comment"] = COMMENT
        stream = file.add_stream("libx264", rate=Fraction(fps), options={"crf": QUALITY})
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuv420p"  # what every player shows
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_image(frame)))
        file.mux(stream.encode())
    return buffer.getvalue()


def video() -> Any:
    """The package that writes MP4. ExportError that says how to install it."""
    try:
        return importlib.import_module("av")
    except ImportError:
        raise ExportError("an MP4 needs a package: pip install 'facedesigner[video]'; a GIF needs none") from None
