"""The one door to resources/: icons, theme and weights that come with the program."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOTS = (_HERE / "_resources", _HERE.parent / "resources")  # in the wheel, in the checkout


def resource(name: str) -> Path:
    """The path of `icons/dice.svg`, `weights/...`; FileNotFoundError if this installation lacks it."""
    for root in _ROOTS:
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"This installation lacks resources/{name}. Install FaceDesigner again.")


def default_weights() -> Path:
    """The weights that `weights/default.txt` names, one file name a line, the first one that is there.

    Raises FileNotFoundError that says what to do.
    """
    names = resource("weights/default.txt").read_text(encoding="utf-8").split()
    for name in names:
        try:
            return resource(f"weights/{name}")
        except FileNotFoundError:
            continue
    raise FileNotFoundError(
        f"None of the weights that come with FaceDesigner is here ({', '.join(names) or 'none is named'}). "
        "Install it again, or train a model (python -m training run) and load it with File > Load model…."
    )
