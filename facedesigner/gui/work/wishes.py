"""What the render thread has been asked for, and by whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from facedesigner.contract.request import RenderRequest, RenderResult
    from facedesigner.engine.face_engine import FaceEngine

Each = Callable[[int, "RenderResult"], object]  # index, picture
Ended = Callable[[bool], object]  # whether all were drawn
Then = Callable[[Any, str], object]  # value, or None and why not


@dataclass(slots=True, eq=False)
class Wish:
    """Who waits for a batch or a call, and what is done with the answers. Of the window's thread alone."""

    tag: str
    owner: QObject
    each: Each = lambda _index, _result: None
    ended: Ended = lambda _: None
    then: Then = lambda _value, _error: None
    over: bool = False  # given up, or something newer was asked under the name

    @property
    def holds(self) -> bool:
        return not self.over and shiboken6.isValid(self.owner)


@dataclass(slots=True, eq=False)
class Batch:
    """What is left to draw of one batch. Compared by identity: a newer batch of the same tag is another one."""

    waiting: deque[tuple[int, RenderRequest]]
    total: int
    wish: Wish | None
    model: int  # which one it was asked of
    started: bool = False


@dataclass(slots=True, eq=False)
class Call:
    function: Callable[[FaceEngine], object]
    wish: Wish | None
    model: int
    loads: int  # that were asked for before it
    keep: bool
