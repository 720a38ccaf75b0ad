"""A PDF to print a face in its real size: a page with its measures, then the picture on as many pages as it needs.

Pages overlap, and crop marks say where to cut; a scale bar on each shows whether the printer kept the size.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image as Pillow

from facedesigner.export.fabrication import Fabrication
from facedesigner.export.lettering import Lettering, readable
from facedesigner.export.openings import Ellipse, Opening, ellipses
from training.errors import UserError
from training.texts import quoted

PAGES = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "Letter": (215.9, 279.4)}  # mm
MARGIN = 12.0  # mm that printers cannot reach, and where crop marks go
FOOT = 14.0  # mm for the scale bar below the picture
OVERLAP = 10.0  # mm that neighbouring pages share
MARK = 5.0  # mm, length of a crop mark
MOST_PAGES = 100
POINT = 72 / 25.4  # PDF points of a mm
INK, LINE = (0.1, 0.1, 0.1), (0.85, 0.1, 0.1)


class SheetError(UserError):
    """The sheet cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is to be."""

    page: str = "A4"  # one of PAGES
    openings: tuple[Opening, ...] = ()  # drawn as dashed lines


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is spread over pages, all in mm."""

    page: tuple[float, float]
    tile: tuple[float, float]  # room for the picture on a page
    columns: int
    rows: int

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def corner(self, column: int, row: int) -> tuple[float, float]:
        """Left and top of a page's part, from the picture's top left."""
        return column * (self.tile[0] - OVERLAP), row * (self.tile[1] - OVERLAP)


def tiling(width: float, height: float, page: str) -> Tiling:
    """The fewest pages, upright or across. SheetError for an unknown page or hundreds of pages."""
    if page not in PAGES:
        raise SheetError(f"there is no page {quoted(page)}: choose {', '.join(PAGES)}")
    short, long = PAGES[page]
    found = []
    for sides in ((short, long), (long, short)):
        tile = (sides[0] - 2 * MARGIN, sides[1] - 2 * MARGIN - FOOT)
        columns, rows = (
            1 if length <= room else math.ceil((length - OVERLAP) / (room - OVERLAP))
            for length, room in zip((width, height), tile, strict=True)
        )
        found.append(Tiling(sides, tile, columns, rows))
    best = min(found, key=lambda one: one.count)
    if best.count > MOST_PAGES:
        raise SheetError(
            f"{width / 10:.0f} × {height / 10:.0f} cm would need {best.count} pages {page}; {MOST_PAGES} are the most: "
            "choose a larger page or a smaller face"
        )
    return best


def fewer_pages(width: float, height: float, page: str) -> str:
    """A sentence on how the picture would fit one page, or fewer ones by a hair's breadth; "" where neither helps."""
    plan = tiling(width, height, page)
    if plan.count == 1:
        return ""
    for larger in PAGES:
        if PAGES[larger][0] > PAGES[page][0] and tiling(width, height, larger).count == 1:
            return f"On {larger} it fits on one page."
    for percent in range(99, 84, -1):
        count = tiling(width * percent / 100, height * percent / 100, page).count
        if count < plan.count:
            return f"At {percent}% of the size it takes {count}."
    return ""


def sheet(fabrication: Fabrication, layout: Layout, title: str, about: str = "") -> bytes:
    """A PDF. `title` names the face, `about` is a line below, such as how it was made. SheetError."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    width, height = fabrication.millimetres
    plan = tiling(width, height, layout.page)
    holes, _ = ellipses(layout.openings, fabrication.landmarks)
    buffer, packed = io.BytesIO(), io.BytesIO()
    Pillow.fromarray(fabrication.opaque).save(packed, "JPEG", quality=95, subsampling=0)
    picture = ImageReader(io.BytesIO(packed.getvalue()))  # one object, so that it is in the file once
    canvas: Any = Canvas(buffer, invariant=1)
    canvas.setTitle(readable(title))
    canvas.setCreator("FaceDesigner")
    lettering = Lettering(f"{title}{about}")
    measured_page(canvas, lettering, fabrication, picture, PAGES[layout.page], title, about, plan.count)
    for row in range(plan.rows):
        for column in range(plan.columns):
            tile_page(canvas, lettering, fabrication, picture, plan, column, row, title, holes)
    canvas.save()
    return buffer.getvalue()


def measured_page(
    canvas: Any,
    lettering: Lettering,
    fabrication: Fabrication,
    picture: Any,
    page: tuple[float, float],
    title: str,
    about: str,
    pages: int,
) -> None:
    """The whole face, as large as the page allows, with its landmarks and its measures in mm."""
    wide, high = page
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
    text(canvas, MARGIN, MARGIN + 4, f"{size}; {shown}, and in its real size on {many}. Print at 100%.", 8)
    text(canvas, MARGIN, MARGIN, "The head's height is an estimate: twice from the eyes to the chin.", 8)
    text(canvas, MARGIN, MARGIN - 4, lettering.note, 8)
    canvas.showPage()


def tile_page(
    canvas: Any,
    lettering: Lettering,
    fabrication: Fabrication,
    picture: Any,
    plan: Tiling,
    column: int,
    row: int,
    title: str,
    holes: Sequence[Ellipse],
) -> None:
    """A part of the picture in its real size."""
    wide, high = plan.page
    canvas.setPageSize((wide * POINT, high * POINT))
    width, height = fabrication.millimetres
    left, top = plan.corner(column, row)
    part = (min(plan.tile[0], width - left), min(plan.tile[1], height - top))
    x, y = MARGIN, high - MARGIN - part[1]
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(x * POINT, y * POINT, part[0] * POINT, part[1] * POINT)
    canvas.clipPath(clip, stroke=0)
    canvas.drawImage(picture, (x - left) * POINT, (y + part[1] + top - height) * POINT, width * POINT, height * POINT)
    for hole in holes:
        opening_line(canvas, hole, x - left, y + part[1] + top, fabrication.dpi / 25.4)
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


def opening_line(canvas: Any, hole: Ellipse, left: float, top: float, pixels_per_mm: float) -> None:
    """Dashed, where to cut. `left` and `top`: the picture's corner on the page, in mm."""
    x, y = hole.centre / pixels_per_mm
    wide, high = hole.opening.width_mm, hole.opening.height_mm
    canvas.saveState()
    canvas.translate((left + x) * POINT, (top - y) * POINT)
    canvas.rotate(-math.degrees(math.atan2(hole.across[1], hole.across[0])))
    for colour, dashes in (((1, 1, 1), ()), (LINE, (4, 3))):  # on skin and on hair alike
        canvas.setStrokeColorRGB(*colour)
        canvas.setDash(*((dashes,) if dashes else ()))
        canvas.setLineWidth(0.7)
        canvas.ellipse(-wide / 2 * POINT, -high / 2 * POINT, wide / 2 * POINT, high / 2 * POINT, stroke=1, fill=0)
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
    half = OVERLAP / 2
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
        canvas.setFillColorRGB(*(INK if centimetre % 2 == 0 else (1, 1, 1)))
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
    canvas.setFillColorRGB(1, 1, 1)
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
