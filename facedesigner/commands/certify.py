"""`certify`: is a face unlike all that its model was trained on, as a certificate."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import CommandError, add_engine_options, check_free, progress, say, weights_of

if TYPE_CHECKING:
    from facedesigner.engine.certifying import Certifier, Examined
    from facedesigner.engine.training_faces import TrainingFaces
    from facedesigner.export.signing import SigningKey
    from facedesigner.state.face import FaceState


def add(commands: Any) -> None:
    certify = commands.add_parser(
        "certify", help="compare a face with its model's training data and write a certificate (PDF and JSON)"
    )
    certify.set_defaults(command=certify_command)
    certify.add_argument("file", type=Path, help="a picture of a face, best a PNG exported by FaceDesigner")
    certify.add_argument(
        "--out",
        type=Path,
        help="a folder, or the .pdf to write; the .json lies beside it (default: beside the picture)",
    )
    add_comparison(certify)
    certify.add_argument(
        "--training-faces", type=Path, metavar="FOLDER", help="the pictures the model was trained on: shows the nearest"
    )
    certify.add_argument(
        "--threshold", type=float, help="distance under which a face is too close (default: the calibrated one)"
    )
    certify.add_argument("--overwrite", action="store_true", help="replace a certificate that exists")
    add_engine_options(certify)


def add_comparison(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--against", type=Path, action="append", default=[], metavar="FOLDER", help="photos to compare with as well"
    )


def certify_command(args: argparse.Namespace) -> int:
    from facedesigner.export.certificate import certificate_paths, save_certificate
    from facedesigner.export.signing import fingerprint
    from facedesigner.state.uniqueness import percent

    if args.threshold is not None and not 0 < args.threshold <= 2:
        raise CommandError(f"--threshold is {args.threshold:g}; choose a distance above 0, up to 2")
    paths = certificate_paths(args.file, args.out)
    for path in paths:
        check_free(path, args.overwrite)
    certifier = load_certifier(args, weights_of(args.file))
    examined = certifier.examine(args.file, recipe_of(args.file))
    values, trained = found_out(certifier, examined, args.against, args.threshold, args.training_faces)
    key = users_key()
    save_certificate(values, examined.picture, paths, args.overwrite, trained.pictures, key)
    print(f"{values['headline']}. {values['verdict']}")
    for near in values["neighbours"]:
        print(f"{near['distance']:.3f}  {percent(near['probability']):>11}  {near['name']} ({near['group']})")
    if not examined.holds:
        say(f"{args.file.name}: {examined.relation}")
    say(trained.words + (" Name their folder with --training-faces." if args.training_faces is None else ""))
    say(f"signed with your key {fingerprint(key.public)}; whoever has {key.public_file} can check that")
    for path in paths:
        print(path)
    return 0


def users_key() -> SigningKey:
    """The key that signs; says when it is new. ExportError."""
    from facedesigner.export.signing import own_key
    from facedesigner.gui.places import Places

    key = own_key(Places.of_user().signing_key)
    for note in key.notes:
        say(note)
    return key


def load_certifier(args: argparse.Namespace, weights: Path) -> Certifier:
    """`weights`: to use where --weights names none."""
    from facedesigner.engine.certifying import Certifier
    from facedesigner.gui.places import Places
    from facedesigner.resources import resource

    progress("loading the models")
    certifier = Certifier((resource("weights"),), Places.of_user().cache / "faces", args.device)
    certifier.use(args.weights or weights)
    progress("")
    return certifier


def recipe_of(path: Path) -> FaceState | None:
    """The recipe that a picture carries, None when it carries none. RecipeError for a broken one."""
    from facedesigner.export.png import read_face
    from facedesigner.state.recognise import carries_recipe

    return read_face(path) if carries_recipe(path) else None


def facts_of(
    certifier: Certifier, examined: Examined, against: Sequence[Path], threshold: float | None
) -> dict[str, Any]:
    """What a certificate of a picture says."""
    return found_out(certifier, examined, against, threshold, None)[0]


def found_out(
    certifier: Certifier, examined: Examined, against: Sequence[Path], threshold: float | None, data: Path | None
) -> tuple[dict[str, Any], TrainingFaces]:
    """What a certificate of a picture says, and the nearest training faces, from the folder `data`."""
    from facedesigner.export.certificate import facts_about

    def show(done: int, total: int) -> None:
        progress(f"looking for faces in {total} photos, {done} done")

    finding = certifier.check(examined.picture, (), against, show)
    progress("")
    assert finding is not None  # nothing stops it
    trained = certifier.training_faces(finding, data)
    limit = finding.calibration.threshold if threshold is None else threshold
    return facts_about(examined, certifier.info, finding, limit, trained.words), trained
