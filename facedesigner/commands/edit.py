"""`edit`: a face of ours, or that of a photo, with other slider values."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import (
    CommandError,
    add_engine_options,
    check_free,
    check_picture_name,
    draw,
    load_engine,
)
from facedesigner.commands.masks import add_mask_option, check_mask, mask_from
from facedesigner.commands.signing import add_signing_options, sign_by, signer_of
from facedesigner.commands.source import add_source_options, face_from

if TYPE_CHECKING:
    from facedesigner.contract.request import Control


def add(commands: Any) -> None:
    edit = commands.add_parser("edit", help="set sliders and menus of a face that FaceDesigner exported, or of a photo")
    edit.set_defaults(command=edit_command)
    add_source_options(edit)
    edit.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a slider or menu of `facedesigner controls`, by name or label; NAME@coarse is for these layers only",
    )
    edit.add_argument(
        "--lock", action="append", default=[], metavar="NAME", help="a slider that all others are to move around"
    )
    edit.add_argument("--unlock", action="append", default=[], metavar="NAME", help="a lock of the face to lift")
    add_mask_option(edit)
    edit.add_argument("--out", type=Path, required=True, help="the PNG file to write")
    edit.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    add_signing_options(edit)
    add_engine_options(edit)


def edit_command(args: argparse.Namespace) -> int:
    check_picture_name(args.out)
    check_free(args.out, args.overwrite)
    check_mask(args.mask)
    if args.mask and (args.lock or args.unlock):
        raise CommandError("locks hold for the whole face: set them first, without --mask")
    from facedesigner.commands.controls import offered
    from facedesigner.contract.request import BROUGHT, taught_control
    from facedesigner.export.png import save_png
    from facedesigner.state.sliders import Slider

    signer = signer_of(args)
    engine = load_engine(args, None if args.as_photo else args.file)
    info = engine.info
    face = face_from(args, engine)
    known = offered(engine)
    names = {control.name for control in known}
    strangers = [Slider(taught.label, taught.vector) for taught in face.taught if taught.name not in names]
    controls = (*known, *(taught_control(slider, info, BROUGHT) for slider in strangers))
    mask = mask_from(args.mask, engine, face) if args.mask else None
    edited = face if mask is None else face.inside(mask)
    for setting in args.set:
        key, value, control = parse(setting, controls)
        edited = edited.with_control(key, value, control.taught)
    face = edited if mask is None else face.with_inside(mask, edited)
    locks = set(face.locks)
    for name in args.lock:
        control = find(name, controls)
        if control.choices:
            raise CommandError(f"{name} is a menu: it has no direction that sliders could move around")
        locks.add(control.name)
    for name in args.unlock:
        locks.discard(find(name, controls).name)
    face = face.with_locks(locks, [control.taught for control in controls if control.taught])
    image, _ = draw(engine, face)
    print(
        save_png(image, args.out, face, info.name, overwrite=args.overwrite, sign=sign_by(signer, looked_at=args.file))
    )
    return 0


def parse(setting: str, controls: Sequence[Control]) -> tuple[str, float, Control]:
    """`smile@coarse=-1` -> the key of `FaceState.controls`, the value, the control. CommandError says what is wrong."""
    key, equals, text = setting.partition("=")
    if not equals:
        raise CommandError(f"--set {setting} lacks a value: write --set {setting}=1")
    name, at, layers = key.strip().partition("@")
    control = find(name, controls)
    if at and layers not in control.ranges:
        known = ", ".join(control.ranges)
        raise CommandError(f"{name} has no layers {layers!r}; " + (f"choose {known}" if known else "it acts on all"))
    return control.name + at + layers, value_of(control, text.strip()), control


def value_of(control: Control, text: str) -> float:
    """A number in the control's range, or the name of a menu's class. CommandError gives the range."""
    classes = [choice.casefold() for choice in control.choices]
    if text.casefold() in classes:
        return float(classes.index(text.casefold()) + 1)
    try:
        value = float(text)
    except ValueError:
        allowed = ", ".join(control.choices) or f"a number from {control.minimum:g} to {control.maximum:g}"
        raise CommandError(f"{control.name} cannot be {text!r}; choose {allowed}") from None
    if not control.minimum <= value <= control.maximum or (control.choices and value != int(value)):
        raise CommandError(f"{control.name} cannot be {text}; choose {control.minimum:g} to {control.maximum:g}")
    return value


def find(word: str, controls: Sequence[Control]) -> Control:
    """By name, else by label. CommandError names those that are spelled much alike."""
    for control in controls:
        if word == control.name:
            return control
    spelled = {control.name.casefold(): control.name for control in controls}
    for control in controls:
        if word.casefold() in (control.name.casefold(), control.label.casefold()):
            return control
        spelled[control.label.casefold()] = control.label
    near = [spelled[name] for name in difflib.get_close_matches(word.casefold(), spelled, n=3)]
    advice = f"did you mean {' or '.join(near)}?" if near else "`facedesigner controls` lists them"
    raise CommandError(f"this model has no control {word!r}; {advice}")
