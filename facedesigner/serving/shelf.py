"""What a server keeps loaded between commands. A command that runs by itself has no shelf, and makes what it needs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 3  # things kept: models weigh 100 MB or so each

_shelf: OrderedDict[Hashable, Any] | None = None


def open_shelf() -> None:
    """From now on `kept` keeps."""
    global _shelf
    _shelf = OrderedDict()


def close_shelf() -> None:
    global _shelf
    _shelf = None


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What was made for this key before, where something is kept at all; the longest unused make room."""
    if _shelf is None:
        return make()
    if key not in _shelf:
        _shelf[key] = make()
    _shelf.move_to_end(key)
    while len(_shelf) > MOST:
        _shelf.popitem(last=False)
    found: T = _shelf[key]
    return found
