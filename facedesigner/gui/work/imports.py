"""Libraries that come along with work in the background are kept out of Python's garbage collections."""

from __future__ import annotations

import atexit
import gc
import sys

MANY = 50  # modules


class Imports:
    """What is imported stays until the end; a hundred thousand objects of it take 100 ms to be looked through, while
    which the window stands still."""

    def __init__(self) -> None:
        self._known = len(sys.modules)

    def settle(self) -> None:
        """Call it after work that may have imported something. What is garbage just now stays too, so it is done only
        where that is worth it."""
        if len(sys.modules) > self._known + MANY:
            gc.freeze()
            atexit.register(gc.unfreeze)  # or libraries that count their objects in the end complain of them
            self._known = len(sys.modules)
