"""How a face is laid out to be printed: on which paper, over how many pages, for which shell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from facedesigner.export.openings import Opening
from training.errors import UserError
from training.texts import quoted

PAGES = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "Letter": (215.9, 279.4)}  # mm
MARGIN = 12.0  # mm that printers cannot reach, and where crop marks go
FOOT = 14.0  # mm for the scale bar below the picture
OVERLAP = 10.0  # mm that neighbouring pages share
OVERLAPS = (0.0, 40.0)
SHELLS = (20.0, 2000.0)  # mm of a shell's radius
MOST_PAGES = 100


class SheetError(UserError):
    """The sheet cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is to be."""

    page: str = "A4"  # one of PAGES
    openings: tuple[Opening, ...] = ()  # drawn as dashed lines
    overlap_mm: float = OVERLAP  # that neighbouring pages share
    cylinder_mm: float | None = None  # the radius of the shell that the print is bent around; None is flat

    def __post_init__(self) -> None:
        if self.page not in PAGES:
            raise SheetError(f"there is no page {quoted(self.page)}: choose {', '.join(PAGES)}")
        for value, (low, high), what in (
            (self.overlap_mm, OVERLAPS, "the pages' overlap"),
            (self.cylinder_mm, SHELLS, "the shell's radius"),
        ):
            if value is not None and not low <= value <= high:
                raise SheetError(f"{what} is {value:g} mm; choose {low:g} to {high:g} mm")


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is spread over pages, all in mm."""

    page: tuple[float, float]
    tile: tuple[float, float]  # room for the picture on a page
    columns: int
    rows: int
    overlap: float = OVERLAP

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def corner(self, column: int, row: int) -> tuple[float, float]:
        """Left and top of a page's part, from the picture's top left."""
        return column * (self.tile[0] - self.overlap), row * (self.tile[1] - self.overlap)


def tiling(width: float, height: float, page: str, overlap: float = OVERLAP) -> Tiling:
    """The fewest pages, upright or across. SheetError for an unknown page or hundreds of pages."""
    if page not in PAGES:
        raise SheetError(f"there is no page {quoted(page)}: choose {', '.join(PAGES)}")
    short, long = PAGES[page]
    found = []
    for sides in ((short, long), (long, short)):
        tile = (sides[0] - 2 * MARGIN, sides[1] - 2 * MARGIN - FOOT)
        columns, rows = (
            1 if length <= room else math.ceil((length - overlap) / (room - overlap))
            for length, room in zip((width, height), tile, strict=True)
        )
        found.append(Tiling(sides, tile, columns, rows, overlap))
    best = min(found, key=lambda one: one.count)
    if best.count > MOST_PAGES:
        raise SheetError(
            f"{width / 10:.0f} × {height / 10:.0f} cm would need {best.count} pages {page}; {MOST_PAGES} are the most: "
            "choose a larger page or a smaller face"
        )
    return best


def fewer_pages(width: float, height: float, page: str, overlap: float = OVERLAP) -> str:
    """A sentence on how the picture would fit one page, or fewer ones by a hair's breadth; "" where neither helps."""
    plan = tiling(width, height, page, overlap)
    if plan.count == 1:
        return ""
    for larger in PAGES:
        if PAGES[larger][0] > PAGES[page][0] and tiling(width, height, larger, overlap).count == 1:
            return f"On {larger} it fits on one page."
    for percent in range(99, 84, -1):
        count = tiling(width * percent / 100, height * percent / 100, page, overlap).count
        if count < plan.count:
            return f"At {percent}% of the size it takes {count}."
    return ""
