"""Imports run one way: gui -> engine -> training.gans, gui and engine -> contract -> state, export -> state, cli ->
engine and export."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "numpy", "PIL", "PySide6", "qdarkstyle", "safetensors"}
DRAWING = {
    f"training.{module}"
    for module in ("gans", "movements", "weights", "sampling", "compute", "features", "texts", "errors", "locking")
}
NETWORKS = {f"training.{module}" for module in ("networks", "pictures", "filters", "decoding", "colours", "endings")}
LABELS = {"training.networks.labeller", "training.curation"}  # dlib comes along: where a face is found or measured
PLAIN = ("config", "errors", "events", "options", "texts", "locking", "files", "endings")
TABLES = ("curation.contract", "tasks.TASKS", "preparing.plan", "preparing.ledger")
FORMS = {f"training.{module}" for module in (*PLAIN, *TABLES)}
OPTIONAL = {"matplotlib", "pillow_heif"}  # of extras
LIBRARIES = {
    "av",
    "cryptography",
    "cv2",
    "fontTools",
    "manifold3d",
    "png",
    "pymatting",
    "reportlab",
    "trimesh",
}  # that write files, and cut hair out
# folder or file -> what it may import beside the standard library
ALLOWED = {
    "facedesigner/state": {
        "facedesigner.state",
        "training.errors",
        "training.texts",
        "training.files",
        "training.locking",
    },
    "facedesigner/contract": {"facedesigner.contract", "facedesigner.state", "numpy", "training.errors"},
    "facedesigner/engine": {
        "facedesigner.state",
        "facedesigner.contract",
        "facedesigner.engine",
        "facedesigner.resources",
        "torch",
        "numpy",
        "PIL",
    }
    | DRAWING
    | NETWORKS
    | LABELS,
    "facedesigner/export": {"facedesigner.__version__", "numpy", "PIL"}
    | {f"facedesigner.{package}" for package in ("state", "contract", "export")}
    | {
        f"facedesigner.engine.{module}"
        for module in ("landmarks", "relief", "enhance", "drawing", "voxels", "whole_head", "mould")
    }
    | LIBRARIES
    | {f"training.{module}" for module in ("errors", "files", "locking", "options", "texts")},
    "facedesigner/gui": {
        "facedesigner.__version__",
        "PySide6",
        "shiboken6",
        "qdarkstyle",
        "platformdirs",
        "pyqtgraph",
        "OpenGL",
    }
    | {f"facedesigner.{package}" for package in ("state", "contract", "engine", "export", "gui", "resources")}
    | {"numpy"}
    | FORMS,
    "facedesigner/cli.py": {"facedesigner", "training.errors", "training.files"},
    "facedesigner/commands": {"facedesigner", "PIL", "training.errors", "training.texts"},
    "facedesigner/serving": {"facedesigner.__version__", "facedesigner.serving", "training.errors", "training.locking"},
    "facedesigner/studio.py": {
        *(
            f"facedesigner.{package}"
            for package in ("contract", "engine", "export", "resources", "state", "gui.places")
        ),
        *("numpy", "PIL", "torch", "training.errors", "training.texts"),
    },
    "facedesigner/resources.py": set(),
    "training": {"training", "torch", "numpy", "PIL", "safetensors"} | OPTIONAL,
}
# folder or file -> what of that it may import inside functions only
NOT_AT_START = {
    "facedesigner/contract": {"numpy"},
    "facedesigner/gui": {"torch", "numpy", "facedesigner.engine", "facedesigner.export"},
    "facedesigner/cli.py": HEAVY | {"facedesigner.engine", "facedesigner.export", "facedesigner.gui"},
    "facedesigner/commands": HEAVY | {"facedesigner.engine", "facedesigner.export", "facedesigner.gui"},
    "facedesigner/engine": LABELS,
    "facedesigner/export": LIBRARIES | {"facedesigner.engine.enhance"},
    "training": OPTIONAL,
}


def imports(node: ast.AST, at_start: bool = False) -> Iterator[str]:
    """Dotted names that a module imports; `at_start` leaves out those in functions and those for types only."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        in_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        for_types = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not (at_start and (in_function or for_types)):
            yield from imports(child, at_start)


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def wrong(source: str, place: str) -> list[str]:
    tree = ast.parse(source)
    allowed = ALLOWED[place] | sys.stdlib_module_names
    late = NOT_AT_START.get(place, set())
    strangers = [name for name in imports(tree) if not within(name, allowed)]
    return strangers + [f"{name} at its start" for name in imports(tree, at_start=True) if within(name, late)]


@pytest.mark.parametrize("place", ALLOWED)
def test_imports_run_one_way(place):
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    assert files
    found = {str(path.relative_to(ROOT)): wrong(path.read_text(encoding="utf-8"), place) for path in files}
    assert not {path: names for path, names in found.items() if names}


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("facedesigner/state", "import torch"),
        ("facedesigner/state", "from facedesigner import engine"),
        ("facedesigner/state", "from .. import engine"),
        ("facedesigner/engine", "from training import loop"),
        ("facedesigner/engine", "from training.tasks.sliders.directions import find_directions"),
        ("facedesigner/export", "from facedesigner.engine.face_engine import FaceEngine"),
        ("facedesigner/gui", "def f():\n    from training.loop import train"),
        ("facedesigner/gui", "try:\n    import torch\nexcept ImportError:\n    pass"),
        ("facedesigner/gui", "from facedesigner.engine import inversion"),
        ("facedesigner/gui", "def f():\n    from facedesigner.commands import edit"),
        ("facedesigner/contract", "from facedesigner.engine import request"),
        ("facedesigner/cli.py", "import numpy as np"),
        ("facedesigner/commands", "from PIL import Image"),
        ("facedesigner/export", "import cv2"),
        ("training", "def f():\n    import facedesigner"),
        ("training", "import torchvision"),
    ],
)
def test_a_wrong_arrow_is_seen(place, source):
    assert wrong(source, place)
    assert not wrong("from __future__ import annotations\nimport json", place)


def test_types_and_functions_are_not_the_start():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {0}\ndef f():\n    import {0}"
    assert not wrong(source.format("facedesigner.engine.face_engine"), "facedesigner/gui")


CIRCLES: set[frozenset[str]] = set()  # modules that must import each other, also inside functions; none must


def sources() -> dict[str, str]:
    """Every module of the two programs by its dotted name."""
    found = {}
    for path in [path for top in ("facedesigner", "training") for path in (ROOT / top).rglob("*.py")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def at_run_time(node: ast.AST) -> Iterator[str]:
    """Dotted names that a module imports, also inside functions; not those for types only."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from imports(node)
    for child in ast.iter_child_nodes(node):
        yield from at_run_time(child)


def circles(modules: dict[str, str]) -> set[frozenset[str]]:
    """The groups of modules of which each imports all others, by way of others or itself."""

    def module_of(name: str) -> str:
        while name and name not in modules:
            name = name.rpartition(".")[0]
        return name

    arrows = {name: {module_of(found) for found in at_run_time(ast.parse(text))} for name, text in modules.items()}

    def reached(start: str) -> set[str]:
        seen, left = set[str](), [start]
        while left:
            new = arrows[left.pop()] - seen - {""}
            seen |= new
            left.extend(new)
        return seen

    reach = {name: reached(name) for name in modules}
    groups = {frozenset(other for other in reach[name] if name in reach[other]) for name in modules}
    return {group for group in groups if len(group) > 1}


def test_no_modules_import_each_other():
    found = circles({**sources(), "facedesigner": ""})  # the package offers its studio, which it is within
    assert not [sorted(group) for group in found - CIRCLES], "break the circle, or name it in CIRCLES and say why"
    assert found == CIRCLES


def test_a_circle_is_seen_also_inside_functions():
    modules = {
        "a": "import b",
        "b": "def f():\n    from c import g",
        "c": "from a import h\nimport d",
        "d": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a",
    }
    assert circles(modules) == {frozenset("abc")}
    assert not circles({**modules, "c": "import d"})
