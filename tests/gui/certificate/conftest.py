"""A certifier that knows distances and draws gradients: no models are loaded."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from facedesigner.engine.certifying import Examined
from facedesigner.engine.training_faces import TrainingFaces
from facedesigner.gui.certificate.certificate_desk import CertificateDesk
from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import Calibration, Compared, Finding, Neighbour, Pushed
from tests.fake_identity import CALIBRATION
from tests.gui.fake_engine import fake_info, fake_picture


class FakeCertifier:
    """`distance`: of the nearest training face. `gate` holds up each job until it is set; `error` ends each."""

    def __init__(self) -> None:
        self.calibration = Calibration.of(CALIBRATION)
        self.distance = 0.31
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.info = fake_info()
        self.asked: list[object] = []
        self.threads: set[int] = set()

    def use(self, weights: Path) -> None:
        self.threads.add(threading.get_ident())
        self.begun.set()
        self.gate.wait(10)
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        pass

    def draw(self, face):
        return fake_picture(face)

    def check(self, asked, gallery=(), folders=(), progress=lambda done, total: None, stop=lambda: False):
        self.asked.append((asked, gallery, folders))
        if folders:
            progress(1, 2)
        if stop():
            return None
        near = [Neighbour("training data", f"set/{n}.webp", self.distance + n / 50, 0.3) for n in range(4)]
        near += [Neighbour("your gallery", name, 0.5, 0.01) for name, _ in gallery[:1]]
        return Finding(tuple(near), (Compared("training data", 1000, "d"),), self.calibration)

    def notes(self, folder):
        return (f"no face was found in 1 of 9 pictures of {folder.name}",)

    def training_faces(self, finding, folder):
        if folder is None:
            return TrainingFaces("The nearest training faces are not shown. The names are those of files of set.")
        return TrainingFaces("They are shown.", {finding.neighbours[0].name: np.full((8, 8, 3), 7, np.uint8)})

    def push_away(self, face, threshold, gallery, folders, progress, stop):
        progress(0.5)
        if stop():
            return None
        return Pushed(face.with_seed(99), self.distance, self.distance + 0.1, 1.0, 1.0)

    def examine(self, path, face):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Examined(path.name, digest, (64, 64), face, fake_picture(face), "The recipe draws this very picture.")


@pytest.fixture
def certifier() -> FakeCertifier:
    return FakeCertifier()


@pytest.fixture
def desk(qapp, certifier) -> Iterator[CertificateDesk]:
    desk = CertificateDesk(make=lambda: certifier)
    yield desk
    certifier.gate.set()
    desk.close()


@pytest.fixture
def faces() -> list[FaceState]:
    return [FaceState(fake_info().hash, seed=seed) for seed in range(5)]
