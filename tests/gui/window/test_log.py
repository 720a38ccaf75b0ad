from __future__ import annotations

import getpass
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from facedesigner import __version__
from facedesigner.gui.window import log


@pytest.fixture
def path(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A log that has begun, in a user's home."""
    root = logging.getLogger()
    before = list(root.handlers)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    path = tmp_path / "data" / "facedesigner.log"
    log.begin(path)
    yield path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


def test_what_was_caught_is_written_down_and_reported_without_names(path, tmp_path):
    try:
        raise ValueError(f"{tmp_path}/secret/me.png of {getpass.getuser()} cannot be read")
    except ValueError:
        logging.getLogger("x").info("asked for", exc_info=True)
    assert "Traceback" in path.read_text() and str(tmp_path) in path.read_text()
    told = log.report(path)
    assert told.startswith(f"FaceDesigner {__version__}, Python 3") and "ValueError: ~/secret/me.png of USER" in told
    assert str(tmp_path) not in told


def test_it_stays_small(path, monkeypatch):
    (handler,) = (one for one in logging.getLogger().handlers if isinstance(one, RotatingFileHandler))
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(200):
        logging.getLogger("x").info("line %s", number)
    assert sum(file.stat().st_size for file in path.parent.iterdir()) < 8000
    assert len(log.report(path).splitlines()) < 160


def test_a_folder_that_cannot_be_written_leaves_it_without(tmp_path):
    (tmp_path / "file").write_text("")
    log.begin(tmp_path / "file" / "facedesigner.log")
    assert "There is no log." in log.report(tmp_path / "file" / "facedesigner.log")
