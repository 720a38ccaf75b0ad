"""FaceDesigner: design faces of people who do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facedesigner.studio import Face as Face
    from facedesigner.studio import Studio as Studio

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`Studio` and `Face`, loaded when they are asked for: they bring torch along."""
    if name in ("Face", "Studio"):
        from facedesigner import studio

        return getattr(studio, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
