"""PageCleaner: pictures of drawings are opened and cleaned in the background, as `facedesigner sketch` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from facedesigner.gui.sketch.scan import colour_image, grey_image, open_pixels, to_png
from facedesigner.gui.work.companion import Companion, answer_each
from facedesigner.gui.work.desk import Desk, Job
from facedesigner.state.drawing import SIDE, Scan

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from facedesigner.contract.sketching import Grey
    from facedesigner.engine.page.heads import Head

Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture file that was opened."""

    name: str
    pixels: npt.NDArray[np.uint8]  # (H, W, 4) RGBA
    shown: QImage  # the same without transparent parts


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What became of a picture. `scan` is None exactly when there is a `problem`."""

    corners: tuple[Place, ...] = ()  # of the sheet, in pixels of the picture, from the top left of the drawing
    preview: QImage | None = None
    scan: Scan | None = None
    notices: tuple[str, ...] = ()
    of_photo: bool = False
    problem: str = ""


class HeadFinder(Protocol):
    """Finds the faces of a page, see `engine.page.heads`."""

    def find(self, page: Grey, stopped: Callable[[], bool]) -> tuple[Head, ...]: ...
    def close(self) -> None: ...


class HeadsApart(Companion):
    """In a process of its own, since dlib stops every other thread for a second as it loads."""

    def __init__(self) -> None:
        super().__init__(serve, "heads")

    def find(self, page: Grey, stopped: Callable[[], bool]) -> tuple[Head, ...]:
        found: tuple[Head, ...] = self.ask(
            page,
            stopped,
            "looking for the face ended all of a sudden, maybe for lack of memory: open the picture again",
        )
        return found


def serve(pipe: Connection) -> None:
    """What the process does."""
    from facedesigner.engine.page.heads import new_finder

    answer_each(pipe, lambda page: new_finder()(page))  # made for the first page that needs it, and kept


Then = Callable[[Cleaned | None, Exception | None], object]


class PageCleaner(QObject):
    """One picture at a time; asked for another meanwhile, it forgets the first one."""

    def __init__(self, make_finder: Callable[[], HeadFinder] = HeadsApart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = Desk(make_finder, self)
        self._closing = False

    def open(
        self, path: Path, whiten: bool, then: Callable[[tuple[Picture, Cleaned] | None, Exception | None], object]
    ) -> None:
        """`then` gets the picture and what was found of itself in it, or a ScanError."""

        def work(finder: HeadFinder, _: Job) -> tuple[Picture, Cleaned]:
            from facedesigner.engine.page.ground import on_ground

            pixels = open_pixels(path)
            picture = Picture(path.name, pixels, colour_image(on_ground(pixels)))
            return picture, self._cleaned(picture, None, whiten, finder)

        self._desk.ask(work, then, self, replace="picture", newest=True)

    def clean(self, picture: Picture, corners: tuple[Place, ...], whiten: bool, then: Then, owner: QObject) -> None:
        """What lies between the corners."""
        self._desk.ask(
            lambda finder, _: self._cleaned(picture, corners, whiten, finder), then, owner, replace="clean", newest=True
        )

    def close(self) -> None:
        """Drops what is being done."""
        self._closing = True
        self._desk.close()

    def _cleaned(
        self, picture: Picture, corners: tuple[Place, ...] | None, whiten: bool, finder: HeadFinder
    ) -> Cleaned:
        """Runs in the desk's thread. Faces are looked for to the end, since stopping ends the process."""
        import numpy as np

        from facedesigner.engine.page.cleaning import DrawingError, cleaned

        given: Any = None if corners is None else np.array(corners, np.float64)
        try:
            page = cleaned(
                picture.pixels, given, whiten=whiten, finder=lambda grey: finder.find(grey, lambda: self._closing)
            )
        except DrawingError as error:
            return Cleaned(problem=str(error))
        image = grey_image(page.on_square(SIDE))
        places = tuple((float(x), float(y)) for x, y in page.corners)
        return Cleaned(places, image, Scan(to_png(image), placed=True), page.notices, page.of_photo)
