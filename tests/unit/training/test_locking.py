from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from training.locking import NAME, Lock, LockedError, locked

HOLD = """
import sys
from pathlib import Path
from training.locking import locked
with locked(Path(sys.argv[1]), "busy"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of the folder."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_named(tmp_path, other):
    with pytest.raises(LockedError, match=rf"^another run trains here \(process {other.pid}\): wait for it"):
        Lock(tmp_path / NAME, "another run trains here").take()


def test_a_lock_goes_with_its_process_however_that_ends(tmp_path, other):
    other.kill()
    other.wait()
    with locked(tmp_path, "busy"):
        assert (tmp_path / NAME).exists()
    with locked(tmp_path, "busy"):
        pass


def test_it_is_taken_once_and_given_back(tmp_path):
    lock = Lock(tmp_path / NAME, "busy")
    lock.take()
    lock.take()
    with pytest.raises(LockedError), locked(tmp_path, "busy"):
        pass
    lock.give_back()
    with locked(tmp_path, "busy"):
        pass
