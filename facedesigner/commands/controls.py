"""`controls`: what can be set on a face of a model."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import CommandError, add_engine_options, load_engine

if TYPE_CHECKING:
    from facedesigner.contract.request import Control
    from facedesigner.engine.face_engine import FaceEngine


def add(commands: Any) -> None:
    controls = commands.add_parser("controls", help="list the sliders and menus that a model offers")
    controls.set_defaults(command=controls_command)
    controls.add_argument("--json", action="store_true", help="print them as JSON")
    add_engine_options(controls)


def controls_command(args: argparse.Namespace) -> int:
    found = offered(load_engine(args))
    if args.json:
        print(json.dumps([described(control) for control in found], indent=2, ensure_ascii=False))
        return 0
    rows = [("name", "label", "group", "range", "default")]
    rows += [(c.name, c.label, c.group, range_of(c), f"{c.default:g}") for c in found]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())
    return 0


def described(control: Control) -> dict[str, Any]:
    return {
        "name": control.name,
        "label": control.label,
        "group": control.group,
        "minimum": control.minimum,
        "maximum": control.maximum,
        "default": control.default,
        "unit": control.unit,
        "layers": list(control.ranges),
        "choices": list(control.choices),
        "description": control.description,
    }


def range_of(control: Control) -> str:
    """`-3 to 3 σ`, or the classes of a menu."""
    if control.choices:
        return ", ".join(control.choices)
    return f"{control.minimum:g} to {control.maximum:g} {control.unit}".rstrip()


def offered(engine: FaceEngine) -> tuple[Control, ...]:
    """The controls of the loaded model as the user calls them, then the sliders that were taught with it."""
    from facedesigner.contract.request import relabelled, taught_control
    from facedesigner.gui.places import Places
    from facedesigner.state import kept
    from facedesigner.state import sliders as sliders_file

    info = engine.info
    path = kept.file_of(Places.of_user().sliders, info.hash)
    try:
        shelf = sliders_file.load(path, info.hash, info.latent_shape[1])
    except kept.KeptError as error:
        raise CommandError(f"{error}: mend or delete {path}") from None
    return (*relabelled(info.controls, shelf.labels), *(taught_control(slider, info) for slider in shelf.taught))
