"""Packer: makes everything of a face in a process of its own, since torch, dlib and what does the matting stop every
other thread as they load."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.gui.places import Places
from facedesigner.gui.work.companion import Companion, Report, answer_each
from training.errors import UserError

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.export.fabrication import Find, Progress
    from facedesigner.export.package import Certifier, Package
    from facedesigner.gui.handover.wish import Wish

ENDED = "making the files ended all of a sudden, maybe for lack of memory: choose fewer dpi, or close other programs"
MAIN = 0.3  # share of the work that the picture itself is
NO_MODEL = "no model is loaded whose training data it could be compared with"


class Packer(Companion):
    def __init__(self) -> None:
        super().__init__(serve, "package")

    def pack(self, picture: Image, wish: Wish, progress: Progress, stopped: Callable[[], bool]) -> Package:
        """Raises what `package_of` raises, Stopped, or RuntimeError when the process came to an end."""
        package: Package = self.ask((picture, wish), stopped, ENDED, lambda value: progress(*value))
        return package


def package_of(
    picture: Image, wish: Wish, find: Find | None, certifier: Callable[[Path], Certifier], progress: Progress
) -> Package:
    """`certifier` loads one with the weights of a model. Raises what `fabricate` raises."""
    from facedesigner.export.credential_signer import self_made
    from facedesigner.export.fabrication import fabricate
    from facedesigner.export.package import Contents, packed, square
    from facedesigner.export.signing import own_key

    key_file = Places.of_user().signing_key

    def certifying() -> Certifier:
        if wish.weights is None:
            raise UserError(NO_MODEL)
        return certifier(wish.weights)

    made = fabricate(picture, wish.options, find, wish.pointed, lambda share, what: progress(MAIN * share, what))
    of = Contents(
        *(picture, wish.options, find, wish.pointed, wish.stem, wish.layout, wish.face, wish.model),
        certifier=certifying,
        aligned=lambda: square(picture),
        key=lambda: own_key(key_file),
        signer=lambda: self_made(own_key(key_file), key_file),
        robot=wish.robot,
        solid=wish.solid,
        profile=wish.profile,
    )
    return packed(made, of, lambda share, what: progress(MAIN + (1 - MAIN) * share, what), with_looks=True)


def serve(pipe: Connection) -> None:
    """What the process does: answers each question until the pipe closes."""
    from facedesigner.engine.landmarks import LandmarkFinder

    try:
        find: Find | None = LandmarkFinder()
    except ImportError:
        find = None

    def work(question: tuple[Image, Wish]) -> Package:
        return package_of(*question, find, loaded, lambda share, what: pipe.send(Report((share, what))))

    answer_each(pipe, work)


def loaded(weights: Path) -> Certifier:
    from facedesigner.gui.certificate.jobs import make_certifier

    certifier = make_certifier()
    certifier.use(weights)
    return certifier
