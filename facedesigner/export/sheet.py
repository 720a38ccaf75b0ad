"""A PDF to print a face in its real size: a page with its measures, then the picture on as many pages as it needs.

Pages overlap, and crop marks say where to cut; a scale bar on each shows whether the printer kept the size. The same
functions draw the pages as pictures, to be looked at before anything is written.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.export.fabrication import Fabrication
from facedesigner.export.layout import FOOT, MARGIN, PAGES, Layout, Tiling, tiling
from facedesigner.export.lettering import Lettering, readable
from facedesigner.export.openings import ellipses
from facedesigner.export.raster import RasterCanvas
from facedesigner.export.shell import Shell, shell_for

MARK = 5.0  # mm, length of a crop mark
POINT = 72 / 25.4  # PDF points of a mm
INK, LINE, WHITE = (0.1, 0.1, 0.1), (0.85, 0.1, 0.1), (1.0, 1.0, 1.0)


def sheet(fabrication: Fabrication, layout: Layout, title: str, about: str = "") -> bytes:
    """A PDF. `title` names the face, `about` is a line below, such as how it was made. SheetError."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    def held(pixels: Image) -> Any:
        packed = io.BytesIO()
        Pillow.fromarray(pixels).save(packed, "JPEG", quality=95, subsampling=0)
        return ImageReader(io.BytesIO(packed.getvalue()))  # one object, so that it is in the file once

    buffer = io.BytesIO()
    canvas: Any = Canvas(buffer, invariant=1)
    canvas.setTitle(readable(title))
    canvas.setCreator("FaceDesigner")
    draw(canvas, fabrication, layout, title, about, held)
    canvas.save()
    return buffer.getvalue()


def sheet_pictures(
    fabrication: Fabrication, layout: Layout, title: str, about: str = "", dpi: float = 75.0
) -> list[Image]:
    """The same pages as pictures (H, W, 3). SheetError."""
    canvas = RasterCanvas(dpi)
    draw(canvas, fabrication, layout, title, about, Pillow.fromarray)
    return [np.asarray(page) for page in canvas.pages]


def draw(
    canvas: Any, fabrication: Fabrication, layout: Layout, title: str, about: str, held: Callable[[Image], Any]
) -> None:
    """`held` makes of pixels what the canvas draws."""
    shell = shell_for(fabrication, layout.cylinder_mm)
    opaque, printed = fabrication.opaque, fabrication.opaque if shell is None else shell.unwrapped(fabrication.opaque)
    size = (printed.shape[1] / fabrication.dpi * 25.4, printed.shape[0] / fabrication.dpi * 25.4)
    plan = tiling(*size, layout.page, layout.overlap_mm)
    lettering = Lettering(f"{title}{about}")
    whole = held(opaque)
    measured_page(canvas, lettering, fabrication, whole, layout, title, about, plan.count, shell)
    picture = whole if shell is None else held(printed)
    holes, _ = ellipses(layout.openings, fabrication.landmarks)
    lines = [hole.outline(fabrication.dpi / 25.4) for hole in holes]
    lines = lines if shell is None else [shell.moved(line) for line in lines]
    for row in range(plan.rows):
        for column in range(plan.columns):
            tile_page(canvas, lettering, picture, size, plan, column, row, title, lines)


def measured_page(
    canvas: Any,
    lettering: Lettering,
    fabrication: Fabrication,
    picture: Any,
    layout: Layout,
    title: str,
    about: str,
    pages: int,
    shell: Shell | None,
) -> None:
    """The whole face, as large as the page allows, with its landmarks and its measures in mm."""
    wide, high = PAGES[layout.page]
    canvas.setPageSize((wide * POINT, high * POINT))
    width, height = fabrication.millimetres
    rows = len(fabrication.measures)
    room = (wide - 2 * MARGIN, high - 2 * MARGIN - 24 - 6 * rows - FOOT)
    scale = min(1.0, room[0] / width, room[1] / height)
    left, bottom = (wide - width * scale) / 2, high - MARGIN - 18 - height * scale
    across = (wide - 2 * MARGIN) * POINT
    foreign(canvas, lettering, MARGIN, high - MARGIN - 5, lettering.beginning(title, across, 14, True), 14, True)
    foreign(canvas, lettering, MARGIN, high - MARGIN - 11, lettering.beginning(about, across, 8), 8)
    canvas.drawImage(picture, left * POINT, bottom * POINT, width * scale * POINT, height * scale * POINT)
    per_pixel = scale / (fabrication.dpi / 25.4)

    def at(place: Any) -> tuple[float, float]:
        return left + float(place[0]) * per_pixel, bottom + height * scale - float(place[1]) * per_pixel

    canvas.setFillColorRGB(*LINE)
    points = fabrication.landmarks.points
    for place in fabrication.landmarks.eyes if points is None else points:
        x, y = at(place)
        canvas.circle(x * POINT, y * POINT, 0.5 * POINT, stroke=0, fill=1)
    for measure in fabrication.measures:
        length(canvas, at(measure.start), at(measure.end), f"{measure.mm:.1f}")
    down = bottom - 8
    for measure in fabrication.measures:
        text(canvas, MARGIN, down, measure.label, 10)
        text(canvas, MARGIN + 45, down, f"{measure.mm:.1f} mm", 10)
        down -= 6
    size = f"The picture is {width:.1f} × {height:.1f} mm at {fabrication.dpi:g} dpi"
    many = "the next page" if pages == 1 else f"the next {pages} pages"
    shown = "here in its real size" if scale == 1 else f"here at 1 : {1 / scale:.2f}"
    if shell is None:
        text(canvas, MARGIN, MARGIN + 4, f"{size}; {shown}, and in its real size on {many}. Print at 100%.", 8)
    else:
        text(canvas, MARGIN, MARGIN + 8, f"{size}; {shown}, and unwrapped on {many}. Print at 100%.", 8)
        text(canvas, MARGIN, MARGIN + 4, f"{shell.words}", 8)
    text(canvas, MARGIN, MARGIN, "The head's height is an estimate: twice from the eyes to the chin.", 8)
    text(canvas, MARGIN, MARGIN - 4, lettering.note, 8)
    canvas.showPage()


def tile_page(
    canvas: Any,
    lettering: Lettering,
    picture: Any,
    size: tuple[float, float],
    plan: Tiling,
    column: int,
    row: int,
    title: str,
    openings: Sequence[np.ndarray],
) -> None:
    """A part of the picture, which is `size` mm large; `openings` are closed lines (N, 2) in it, in mm."""
    wide, high = plan.page
    canvas.setPageSize((wide * POINT, high * POINT))
    width, height = size
    left, top = plan.corner(column, row)
    part = (min(plan.tile[0], width - left), min(plan.tile[1], height - top))
    x, y = MARGIN, high - MARGIN - part[1]
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(x * POINT, y * POINT, part[0] * POINT, part[1] * POINT)
    canvas.clipPath(clip, stroke=0)
    canvas.drawImage(picture, (x - left) * POINT, (y + part[1] + top - height) * POINT, width * POINT, height * POINT)
    for places in openings:
        dashed(canvas, places * (1, -1) + (x - left, y + part[1] + top))
    canvas.restoreState()
    crop_marks(canvas, x, y, *part)
    if plan.count > 1:
        inner_marks(canvas, plan, column, row, x, y, part)
    scale_bar(canvas, MARGIN, MARGIN + 4)
    place = f"row {row + 1} of {plan.rows}, column {column + 1} of {plan.columns}" if plan.count > 1 else "real size"
    room = (wide - 2 * MARGIN - 110) * POINT
    named = lettering.beginning(title, room - lettering.room(f": {place}", 8), 8)
    foreign(canvas, lettering, MARGIN + 110, MARGIN + 4, f"{named}: {place}", 8)
    canvas.showPage()


def dashed(canvas: Any, places: np.ndarray) -> None:
    """A closed line (N, 2) in mm, where to cut: white below red, to be seen on skin and on hair."""
    path = canvas.beginPath()
    path.moveTo(*(places[-1] * POINT))
    for place in places:
        path.lineTo(*(place * POINT))
    canvas.saveState()
    canvas.setLineWidth(0.7)
    canvas.setStrokeColorRGB(*WHITE)
    canvas.drawPath(path)
    canvas.setStrokeColorRGB(*LINE)
    canvas.setDash(4, 3)
    canvas.drawPath(path)
    canvas.restoreState()


def crop_marks(canvas: Any, x: float, y: float, width: float, height: float) -> None:
    """Outside the four corners."""
    canvas.setStrokeColorRGB(*INK)
    canvas.setLineWidth(0.4)
    for across, side in ((x, -1), (x + width, 1)):
        for up, end in ((y, -1), (y + height, 1)):
            line(canvas, across + side, up, across + side * (1 + MARK), up)
            line(canvas, across, up + end, across, up + end * (1 + MARK))


def inner_marks(
    canvas: Any, plan: Tiling, column: int, row: int, x: float, y: float, part: tuple[float, float]
) -> None:
    """Ticks in the margin where the neighbour's page begins, halfway through what both show: cut here and butt."""
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(0.4)
    half = plan.overlap / 2
    cuts = [half] if column else []
    cuts += [part[0] - half] if column < plan.columns - 1 else []
    for cut in cuts:
        line(canvas, x + cut, y + part[1] + 1, x + cut, y + part[1] + 1 + MARK)
        line(canvas, x + cut, y - 1, x + cut, y - 1 - MARK)
    cuts = [half] if row else []
    cuts += [part[1] - half] if row < plan.rows - 1 else []
    for cut in cuts:
        up = y + part[1] - cut
        line(canvas, x - 1, up, x - 1 - MARK, up)
        line(canvas, x + part[0] + 1, up, x + part[0] + 1 + MARK, up)


def scale_bar(canvas: Any, x: float, y: float, mm: int = 100) -> None:
    """Ten centimetres, every second one black."""
    for centimetre in range(mm // 10):
        canvas.setFillColorRGB(*(INK if centimetre % 2 == 0 else WHITE))
        canvas.setStrokeColorRGB(*INK)
        canvas.setLineWidth(0.3)
        canvas.rect((x + 10 * centimetre) * POINT, y * POINT, 10 * POINT, 2 * POINT, stroke=1, fill=1)
    for at in (0, mm // 2, mm):
        text(canvas, x + at - 1, y - 4, f"{at} mm" if at else "0", 7)


def length(canvas: Any, start: tuple[float, float], end: tuple[float, float], label: str) -> None:
    """A line with its number of mm."""
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(0.7)
    line(canvas, *start, *end)
    upright = abs(end[1] - start[1]) > abs(end[0] - start[0])
    for x, y in (start, end):
        line(canvas, *((x - 1.5, y, x + 1.5, y) if upright else (x, y - 1.5, x, y + 1.5)))
    x, y = (start[0] + 2, start[1] - 3) if upright else (max(start, end)[0] + 1.5, end[1] - 1.2)
    canvas.setFillColorRGB(*WHITE)
    canvas.setFillAlpha(0.75)
    canvas.rect((x - 0.5) * POINT, (y - 0.8) * POINT, (2 * len(label) + 0.5) * POINT, 3.6 * POINT, stroke=0, fill=1)
    canvas.setFillAlpha(1)
    text(canvas, x, y, label, 8, LINE)


def line(canvas: Any, x: float, y: float, to_x: float, to_y: float) -> None:
    canvas.line(x * POINT, y * POINT, to_x * POINT, to_y * POINT)


def text(canvas: Any, x: float, y: float, words: str, size: float, colour: tuple[float, ...] = INK) -> None:
    """Our own words, in Helvetica."""
    canvas.setFillColorRGB(*colour)
    canvas.setFont("Helvetica", size)
    canvas.drawString(x * POINT, y * POINT, words)


def foreign(canvas: Any, lettering: Lettering, x: float, y: float, words: str, size: float, bold: bool = False) -> None:
    """Names, in any alphabet."""
    canvas.setFillColorRGB(*INK)
    lettering.write(canvas, x * POINT, y * POINT, words, size, bold)
