"""Certifier: what a certificate says, found out. For the window's thread and for the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image, ModelInfo, RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.photo import NoFaceError, faces_of, opened
from facedesigner.engine.pushing import push_away
from facedesigner.engine.training_faces import TrainingFaces, training_faces
from facedesigner.engine.truth import Kind, truth_of
from facedesigner.engine.uniqueness import (
    SIDE,
    Library,
    UniquenessError,
    compare,
    gallery_library,
    new_identity,
    photo_library,
    training_library,
)
from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import Finding, Pushed

COMPARED = "What was compared is the picture."
NO_RECIPE = (
    "The picture carries no recipe: it was not exported by FaceDesigner, or was changed by another program since."
)

Gallery = Sequence[tuple[str, FaceState]]  # other faces of the user's, by name


@dataclass(frozen=True, eq=False)
class Examined:
    """A picture file, and what it has to do with its recipe."""

    name: str  # of the file
    sha256: str
    size: tuple[int, int]  # pixels, width and height
    face: FaceState | None  # its recipe
    picture: Image  # the aligned face that was compared, (H, H, 3)
    relation: str  # a sentence: whether the recipe draws the picture
    holds: bool = True  # False: the picture is not what its recipe draws

    @property
    def described(self) -> dict[str, str | int]:
        return {"file": self.name, "sha256": self.sha256, "width": self.size[0], "height": self.size[1]}


class Certifier:
    """Holds a model of its own, so that another thread may draw meanwhile. Each face is embedded once."""

    def __init__(self, folders: Sequence[Path], cache: Path, device: str = "auto") -> None:
        """`folders` may hold embeddings, see `training_library`; `cache` keeps those of photos. UniquenessError says
        what to install."""
        self.identity = new_identity()
        self.engine = FaceEngine(device)
        self._folders, self._cache = folders, cache
        self._path: Path | None = None
        self._photos: dict[Path, Library] = {}
        self._seen: dict[FaceState, np.ndarray] = {}

    @property
    def info(self) -> ModelInfo:
        return self.engine.info

    def use(self, weights: Path) -> Library:
        """Loads a model, unless it is loaded, and what it was trained on. WeightsError or UniquenessError."""
        if weights != self._path:
            self._path = None
            self.engine.load(weights)
            self._seen.clear()
            self.training = training_library(self.info, self._folders)
            assert self.training.calibration is not None
            self.calibration = self.training.calibration
            self._path = weights
        return self.training

    def close(self) -> None:
        """Nothing has to be given back: the model goes with the object."""

    def draw(self, face: FaceState) -> Image:
        """(R, R, 3); UniquenessError when it cannot be drawn."""
        result = self.engine.render(RenderRequest(face))
        if result.image is None:
            raise UniquenessError(f"the face cannot be drawn: {result.error}")
        return result.image

    def embedding(self, face: FaceState) -> np.ndarray:
        """(2, 128): as it is, and mirrored."""
        if face not in self._seen:
            self._seen[face] = self.identity.both_ways(self.draw(face))
        return self._seen[face]

    def check(
        self,
        asked: FaceState | Image,
        gallery: Gallery = (),
        folders: Sequence[Path] = (),
        progress: Callable[[int, int], None] = lambda done, total: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Finding | None:
        """Compares a face, or an aligned picture of one, with the training data, with other faces and with folders of
        photos. None when `stop` said so."""
        embeddings = self.embedding(asked) if isinstance(asked, FaceState) else self.identity.both_ways(asked)
        libraries = self.libraries(gallery, folders, progress, stop)
        return None if libraries is None or stop() else compare(embeddings, libraries, self.calibration)

    def push_away(
        self,
        face: FaceState,
        threshold: float,
        gallery: Gallery = (),
        folders: Sequence[Path] = (),
        progress: Callable[[float], None] = lambda share: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Pushed | None:
        """A face of about these attributes, further from the nearest of those that `check` compares with; see
        `pushing.push_away`."""
        libraries = self.libraries(gallery, folders, stop=stop)
        if libraries is None:
            return None
        values = np.concatenate([library.embeddings.values for library in libraries])
        return push_away(self.engine, self.identity, face, values, threshold, progress=progress, stop=stop)

    def libraries(
        self,
        gallery: Gallery,
        folders: Sequence[Path],
        progress: Callable[[int, int], None] = lambda done, total: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Library] | None:
        found = [self.training]
        if gallery:
            found.append(gallery_library([(name, self.embedding(face)[0]) for name, face in gallery]))
        for folder in folders:
            if folder not in self._photos:
                library = photo_library(folder, self.identity, self._cache, progress, stop)
                if library is None:
                    return None
                self._photos[folder] = library
            found.append(self._photos[folder])
        return found

    def notes(self, folder: Path) -> tuple[str, ...]:
        """What was left out of a folder that was compared with."""
        return self._photos[folder].notes

    def training_faces(self, finding: Finding, folder: Path | None) -> TrainingFaces:
        """Pictures of the training faces that were found, from the folder of the data, where there is one."""
        names = [near.name for near in finding.neighbours if near.group == self.training.group]
        return training_faces(names, self.training.embeddings, folder, self.identity)

    def examine(self, path: Path, face: FaceState | None) -> Examined:
        """A picture file and its recipe, if it carries one. PhotoError: it is no picture or shows no face;
        UniquenessError: another model made it."""
        image = opened(path)
        look, relation, holds = None, NO_RECIPE, True
        if face is not None:
            if face.model != self.info.hash:
                raise UniquenessError(
                    f"{path.name} was made with model {face.model}, the loaded one is {self.info.name} "
                    f"({self.info.hash}): name the weights that made it"
                )
            true = truth_of(path, face, self.draw)
            if true.kind is Kind.SHEET:
                raise UniquenessError(f"{path.name} is a sheet of several faces: certify the picture of one")
            exact = true.kind in (Kind.SAME, Kind.ROUNDED)
            holds, relation = true.holds, true.words if exact else f"{true.words} {COMPARED}"
            if exact:
                look = self.draw(face)
        if look is None:
            look = aligned_face(image, path)
        content = path.read_bytes()
        return Examined(path.name, hashlib.sha256(content).hexdigest(), image.size, face, look, relation, holds)


def aligned_face(image: Pillow.Image, path: Path) -> Image:
    try:
        picture: Image = faces_of(image, path, SIDE)[0].picture
    except NoFaceError:
        raise UniquenessError(
            f"no face was found in {path.name}, so there is nothing to certify: choose a picture that shows a face "
            "from the front"
        ) from None
    return picture
