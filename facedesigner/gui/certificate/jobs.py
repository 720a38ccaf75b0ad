"""What the certificate's thread is asked to do. Torch and dlib come with the certifier, so they are imported here, in
functions that run in that thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.gui.places import Places
from facedesigner.resources import resource
from facedesigner.state.edits import same_person
from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import Finding, Pushed
from training.texts import sentence

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.certifying import Certifier
    from facedesigner.gui.work.desk import Job


@dataclass(frozen=True, eq=False)
class Checked:
    """A face that was compared."""

    face: FaceState
    picture: Image
    finding: Finding
    pictures: dict[str, Image] = field(default_factory=dict)  # of neighbours in the gallery, by name
    trained: dict[str, Image] = field(default_factory=dict)  # of those in the training data, where they are at hand
    training_words: str = ""  # whether they are, and why not
    notes: tuple[str, ...] = ()


def make_certifier() -> Certifier:
    from facedesigner.engine.certifying import Certifier

    return Certifier((resource("weights"),), Places.of_user().cache / "faces")


def check(
    model: Path, face: FaceState, gallery: Sequence[FaceState], folders: Sequence[Path], data: Path | None = None
) -> Callable[[Certifier, Job], Checked | None]:
    """Compares a face; `data` is where the pictures of the training data are, if anywhere. Reports (done, total) photos
    of a folder. None when it was stopped."""

    named = others(face, gallery)

    def work(certifier: Certifier, job: Job) -> Checked | None:
        certifier.use(model)
        finding = certifier.check(face, named, folders, lambda done, total: job.report((done, total)), job.stopped)
        if finding is None:
            return None
        near = {neighbour.name for neighbour in finding.neighbours}
        pictures = {name: certifier.draw(other) for name, other in named if name in near}
        notes = tuple(note for folder in folders for note in certifier.notes(folder))
        trained = certifier.training_faces(finding, data)
        return Checked(face, certifier.draw(face), finding, pictures, trained.pictures, trained.words, notes)

    return work


def others(face: FaceState, gallery: Sequence[FaceState]) -> list[tuple[str, FaceState]]:
    """The gallery's faces by place and title, without this face and what sliders made of it."""
    named = [(f"{place}. {other.title}", other) for place, other in enumerate(gallery, 1)]
    return [(name, other) for name, other in named if not same_person(face, other)]


def push(
    model: Path, face: FaceState, threshold: float, gallery: Sequence[FaceState], folders: Sequence[Path]
) -> Callable[[Certifier, Job], Pushed | None]:
    """Moves a face away from its nearest face; reports the share that is done."""
    named = others(face, gallery)

    def work(certifier: Certifier, job: Job) -> Pushed | None:
        certifier.use(model)
        return certifier.push_away(face, threshold, named, folders, job.report, job.stopped)

    return work


def save(checked: Checked, threshold: float, pdf: Path, overwrite: bool) -> Callable[[Certifier, Job], str]:
    """Writes the face's PNG, the certificate and its JSON side by side; answers a sentence."""

    def work(certifier: Certifier, job: Job) -> str:
        from facedesigner.export.certificate import certificate_paths, facts_about, save_certificate
        from facedesigner.export.png import save_png
        from facedesigner.export.signing import fingerprint, own_key
        from facedesigner.export.writing import ExportError

        paths, png = certificate_paths(pdf, pdf), pdf.with_suffix(".png")
        for path in (*paths, png):
            if path.exists() and not overwrite:
                raise ExportError(f"{path.name} exists already: choose another name")
        key = own_key(Places.of_user().signing_key)
        save_png(checked.picture, png, checked.face, certifier.info.name, overwrite=overwrite)
        examined = certifier.examine(png, checked.face)
        values = facts_about(examined, certifier.info, checked.finding, threshold, checked.training_words)
        save_certificate(values, checked.picture, paths, overwrite, checked.trained, key)
        notes = "".join(f" {sentence(note)}" for note in key.notes)
        wrote = f"Wrote {pdf.name}, {paths[1].name} and {png.name}"
        return f"{wrote}, signed with the key {fingerprint(key.public)}.{notes}"

    return work


def watch(model: Path, picture: Image) -> Callable[[Certifier, Job], tuple[float, float, float] | None]:
    """The distance of the nearest training face, the probability that it is the same one, and the suggested
    threshold. None when it was given up."""

    def work(certifier: Certifier, job: Job) -> tuple[float, float, float] | None:
        if job.stopped():
            return None
        certifier.use(model)
        finding = certifier.check(picture)
        assert finding is not None  # nothing stops it
        first = finding.neighbours[0]
        return first.distance, first.probability, finding.calibration.threshold

    return work
