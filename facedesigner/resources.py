"""The one door to resources/: icons, theme and weights that come with the program."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOTS = (_HERE / "_resources", _HERE.parent / "resources")  # in the wheel, in the checkout


def resource(name: str) -> Path:
    """The path of `icons/dice.svg`, `weights/...`; FileNotFoundError if this installation lacks it."""
    for root in _ROOTS:
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"This installation lacks resources/{name}. Install FaceDesigner again.")


def shipped_models() -> dict[str, dict[str, str]]:
    """The models that come along, by the hash that recipes and certificates name: `file` in weights/, and `content`,
    the SHA-256 of the network."""
    try:
        found: dict[str, dict[str, str]] = json.loads(resource("weights/models.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def shipped_weights(digest: str) -> Path | None:
    """The model that comes along and goes by this hash, None when there is none."""
    try:
        return resource(f"weights/{shipped_models()[digest]['file']}")
    except (KeyError, FileNotFoundError):
        return None


def named_weights(text: str) -> Path:
    """The path of a weights file, or of a model that comes along and goes by this name: `style128`."""
    path = Path(text)
    if path.name == text and not path.exists():
        with suppress(FileNotFoundError):
            return resource(f"weights/{path.stem}.safetensors")
    return path


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
