"""RasterCanvas: draws on pictures what is drawn on a PDF, so that a sheet can be looked at before it is written.

It knows of reportlab's canvas what `export.sheet` uses. Letters are those of Vera, which comes along with reportlab;
no line is dashed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
BLACK: Colour = (0, 0, 0)
NARROWER = 0.9  # so that words in Vera take the room of Helvetica's
SMALLEST = 6.0  # pixels of letters


@dataclass(frozen=True, slots=True)
class Pen:
    fill: Colour = BLACK
    stroke: Colour = BLACK
    width: float = 1.0  # points
    clip: Box | None = None  # left, top, right, bottom in pixels


@dataclass(slots=True)
class Outline:
    """In points."""

    places: list[tuple[float, float]] = field(default_factory=list)

    def moveTo(self, x: float, y: float) -> None:
        self.places.append((x, y))

    def lineTo(self, x: float, y: float) -> None:
        self.places.append((x, y))

    def rect(self, x: float, y: float, width: float, height: float) -> None:
        self.places += [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


class RasterCanvas:
    """`pages` are RGB pictures."""

    def __init__(self, dpi: float) -> None:
        self.pages: list[Pillow.Image] = []
        self._scale = dpi / 72
        self._pen, self._pens = Pen(), list[Pen]()
        self._points = 8.0  # of the letters
        self._page = Pillow.new("RGB", (1, 1), "white")

    def setPageSize(self, size: tuple[float, float]) -> None:
        width, height = (max(1, round(length * self._scale)) for length in size)
        self._page = Pillow.new("RGB", (width, height), "white")

    def showPage(self) -> None:
        self.pages.append(self._page)
        self._pen, self._pens = Pen(), []

    def saveState(self) -> None:
        self._pens.append(self._pen)

    def restoreState(self) -> None:
        self._pen = self._pens.pop()

    def setFillColorRGB(self, red: float, green: float, blue: float) -> None:
        self._pen = replace(self._pen, fill=colour(red, green, blue))

    def setStrokeColorRGB(self, red: float, green: float, blue: float) -> None:
        self._pen = replace(self._pen, stroke=colour(red, green, blue))

    def setLineWidth(self, points: float) -> None:
        self._pen = replace(self._pen, width=points)

    def setDash(self, *lengths: float) -> None:
        """Lines are too thin here."""

    def setFillAlpha(self, alpha: float) -> None:
        """What is half transparent hides what is below it here."""

    def setFont(self, name: str, points: float) -> None:
        self._points = points

    def beginPath(self) -> Outline:
        return Outline()

    def clipPath(self, path: Outline, stroke: int = 0) -> None:
        across, down = zip(*(self._at(x, y) for x, y in path.places), strict=True)
        self._pen = replace(self._pen, clip=(min(across), min(down), max(across), max(down)))

    def drawPath(self, path: Outline) -> None:
        with self._drawing() as draw:
            draw.line([self._at(x, y) for x, y in path.places], self._pen.stroke, self._thick)

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        with self._drawing() as draw:
            draw.line([self._at(x, y), self._at(to_x, to_y)], self._pen.stroke, self._thick)

    def rect(self, x: float, y: float, width: float, height: float, stroke: int = 1, fill: int = 0) -> None:
        (left, bottom), (right, top) = self._at(x, y), self._at(x + width, y + height)
        colours = (self._pen.fill if fill else None, self._pen.stroke if stroke else None)
        with self._drawing() as draw:
            draw.rectangle((left, top, max(left, right), max(top, bottom)), *colours, self._thick)

    def circle(self, x: float, y: float, radius: float, stroke: int = 1, fill: int = 0) -> None:
        (left, bottom), (right, top) = self._at(x - radius, y - radius), self._at(x + radius, y + radius)
        with self._drawing() as draw:
            draw.ellipse((left, top, right, bottom), self._pen.fill if fill else None)

    def drawString(self, x: float, y: float, words: str) -> None:
        with self._drawing() as draw:
            draw.text(self._at(x, y), words, self._pen.fill, letters(self._points * self._scale), anchor="ls")

    def drawImage(self, picture: Pillow.Image, x: float, y: float, width: float, height: float) -> None:
        left, top = self._at(x, y + height)
        wide, high = max(1, round(width * self._scale)), max(1, round(height * self._scale))
        small = picture.resize(
            (wide, high), Pillow.Resampling.BOX if wide < picture.width else Pillow.Resampling.BICUBIC
        )
        corner = (round(left), round(top))
        if self._pen.clip is None:
            self._page.paste(small, corner)
            return
        x, y, right, bottom = map(round, self._pen.clip)
        self._page.paste(small.crop((x - corner[0], y - corner[1], right - corner[0], bottom - corner[1])), (x, y))

    @property
    def _thick(self) -> int:
        return max(1, round(self._pen.width * self._scale))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """Points from the bottom left -> pixels from the top left."""
        return x * self._scale, self._page.height - y * self._scale

    @contextmanager
    def _drawing(self) -> Iterator[ImageDraw.ImageDraw]:
        """On the page, or on what is open of it."""
        if self._pen.clip is None:
            yield ImageDraw.Draw(self._page)
            return
        whole = self._page.copy()
        yield ImageDraw.Draw(whole)
        left, top, right, bottom = map(round, self._pen.clip)
        self._page.paste(whole.crop((left, top, right, bottom)), (left, top))


def colour(*parts: float) -> Colour:
    red, green, blue = (round(255 * part) for part in parts)
    return red, green, blue


@lru_cache(maxsize=16)
def letters(pixels: float) -> ImageFont.FreeTypeFont:
    import reportlab

    file = Path(reportlab.__file__).with_name("fonts") / "Vera.ttf"
    return ImageFont.truetype(str(file), max(SMALLEST, NARROWER * pixels))
