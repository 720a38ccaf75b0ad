"""The log of the window: what went wrong, with the places in the program, in a file of the user's that stays small."""

from __future__ import annotations

import getpass
import logging
import platform
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from facedesigner import __version__

SIZE = 500_000  # bytes of a file
KEPT = 2  # older files
LINES = 150  # of a report
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def begin(path: Path) -> None:
    """Writes what the program logs from now on. A folder that cannot be written leaves it without a log."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", errors="replace")
    except OSError:
        return
    handler.setFormatter(logging.Formatter(FORM))
    root.addHandler(handler)
    logging.getLogger(__name__).info("FaceDesigner %s begins", __version__)


def machine() -> str:
    return f"FaceDesigner {__version__}, Python {platform.python_version()}, {platform.platform()}"


def report(path: Path) -> str:
    """Version, machine and the last lines of the log, without the user's name and home."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:]
    except OSError:
        lines = ["There is no log."]
    return impersonal("\n".join((machine(), f"Python at {sys.prefix}", "", *lines)))


def impersonal(text: str) -> str:
    for private, word in ((str(Path.home()), "~"), (_user(), "USER")):
        if len(private) > 1:
            text = text.replace(private, word)
    return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
