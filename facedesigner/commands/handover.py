"""`handover`: everything that whoever builds a robot's head needs of a face, in one package; and is one whole?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import CommandError, add_engine_options, check_free, say
from facedesigner.commands.fabricating import (
    add_icc_option,
    add_picture_options,
    explaining,
    eyes,
    package_of,
    picture_of,
    say_size,
    shown,
)
from facedesigner.commands.signing import add_signing_options

if TYPE_CHECKING:
    from facedesigner.export.presets import Preset


def add(commands: Any) -> None:
    handover = commands.add_parser(
        "handover", help="everything of a face for whoever builds the head, in one package; or check such a package"
    )
    handover.set_defaults(command=handover_command)
    handover.add_argument("file", type=Path, nargs="?", help="a PNG of ours, or any picture with a face")
    handover.add_argument(
        "--preset", metavar="NAME|FILE", help="the robot: a preset's name, or a .toml file (default: life size)"
    )
    handover.add_argument("--presets", action="store_true", help="print the presets there are")
    handover.add_argument("--out", type=Path, metavar="PLACE", help="the .zip to write, or a folder")
    handover.add_argument(
        "--verify", type=Path, metavar="PLACE", help="check a package: its hashes, its signatures, its certificate"
    )
    handover.add_argument(
        "--key", metavar="FILE|FINGERPRINT", help="with --verify: the key that must have signed it (default: any)"
    )
    add_picture_options(handover)
    add_icc_option(handover)
    handover.add_argument("--overwrite", action="store_true", help="replace files that exist")
    add_signing_options(handover, by_default=True)
    add_engine_options(handover)


def handover_command(args: argparse.Namespace) -> int:
    if args.presets:
        return list_presets()
    if args.verify:
        return verify(args)
    if args.file is None or args.out is None:
        raise CommandError("say what to hand over and where to: handover face.png --out package.zip; or --verify one")
    from facedesigner.export.readme import README

    preset = preset_of(args.preset)
    is_zip = args.out.suffix.lower() == ".zip"
    check_free(args.out if is_zip else args.out / f"{args.file.stem}{README}", args.overwrite)
    from facedesigner.export.fabrication import fabricate
    from facedesigner.export.parts import write_set
    from facedesigner.export.press import read_profile

    if args.icc:
        read_profile(args.icc)  # that it can be used is known before the work
    source, known = picture_of(args), eyes(args)
    with explaining(args.file):
        main = fabricate(source.picture, preset.options, known[1], known[0], shown, part=source.part)
        profile = args.icc or (Path(preset.profile) if preset.profile else None)
        of = (preset.options, preset.layout, known, args.file.stem, preset.title, preset.solid, profile)
        package = package_of(args, main, source, *of)
    for path in write_set(args.out, package.parts, args.overwrite):
        print(path, flush=True)
    for note in (*package.left_out, *package.notes):
        say(note)
    say_size(main)
    return 0


def preset_of(name: str | None) -> Preset:
    from facedesigner.export.presets import Preset, chosen
    from facedesigner.gui.places import Places

    return Preset() if name is None else chosen(name, Places.of_user().preset_folders)


def list_presets() -> int:
    from facedesigner.export.presets import load, presets
    from facedesigner.gui.places import Places

    for name, path in presets(Places.of_user().preset_folders).items():
        preset = load(path)
        print(f"{name}: {preset.title}. {preset.about}".rstrip())
    return 0


def verify(args: argparse.Namespace) -> int:
    from facedesigner.export.credential_signer import own_certificates
    from facedesigner.export.handed_over import checked
    from facedesigner.export.signing import wanted_fingerprint
    from facedesigner.gui.places import Places

    wanted = "" if args.key is None else wanted_fingerprint(args.key)
    found = checked(args.verify, wanted, own_certificates(Places.of_user().signing_key))
    for sentence in found.fine:
        print(sentence)
    for sentence in found.wrong:
        print(f"- {sentence}")
    print(f"{args.verify.name} {'is not as it was packed.' if found.wrong else 'is as it was packed.'}")
    return 1 if found.wrong else 0
