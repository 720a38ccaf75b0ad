"""Killed while it saves, a process leaves the old file or the new one, whole, and the next one goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from facedesigner.export.batch_folder import CONTACTS
from facedesigner.export.certificate import checksum, read_certificate
from facedesigner.export.certificate_format import PDF
from facedesigner.export.png import read_face
from facedesigner.state import favourites, kept, project
from tests.unit import savers
from tests.unit.export import test_batch_folder as batches
from tests.unit.export.test_certificate import made
from training.locking import Lock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks, and kills without a word")

KILLS = 20
SOME = (4, pytest.param(KILLS, marks=pytest.mark.slow))
LONGEST = 0.012  # seconds until the kill


class Nursery:
    """Has a process save without pause, and kills it."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "tests.unit.savers"]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[2])

    def kill(self, kind: str, folder: Path, first: int, after: float) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{kind}\t{folder}\t{first}\n")
        self.process.stdin.flush()
        saver = int(self.process.stdout.readline())
        time.sleep(after)
        os.kill(saver, signal.SIGKILL)
        assert self.process.stdout.readline() == "gone\n"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.process.communicate()


def number_of_project(folder: Path) -> int:
    found = project.load(folder / "a.face")
    (number,) = set(found.notes.split())
    assert found.gallery == savers.faces(int(number)) and found.face == found.gallery[0]
    return int(number)


def number_of_session(folder: Path) -> int:
    lock = Lock(folder / "a.lock", "held")  # of whoever is killed it is free at once
    lock.take()
    lock.give_back()
    return number_of_project(folder)


def number_of_library(folder: Path) -> int:
    with kept.changing(folder / "a.json"):
        found = tuple(favourites.load(folder / "a.json", savers.MODEL))
    assert found == savers.faces(found[0].seed or 0)
    return found[0].seed or 0


def number_of_picture(folder: Path) -> int:
    number = read_face(folder / "a.png").seed or 0
    with Image.open(folder / "a.png") as picture:
        assert set(picture.tobytes()) == {number % 256}
    return number


WHOLE = {
    "project": number_of_project,
    "session": number_of_session,
    "library": number_of_library,
    "picture": number_of_picture,
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_is_the_old_one_or_the_new_one(nursery, tmp_path, kind):
    number_of: Callable[[Path], int] = WHOLE[kind]
    chance = random.Random(kind)
    for first in range(1000, 1000 * (KILLS + 1), 1000):
        nursery.kill(kind, tmp_path, first, chance.uniform(0, LONGEST))
        assert first <= number_of(tmp_path) < first + 1000
    assert list(tmp_path.glob(".*.tmp"))  # else nobody was killed in the middle of anything


@pytest.mark.parametrize("kills", SOME)
def test_a_certificate_is_whole_and_so_is_its_page(nursery, tmp_path, kills):
    (tmp_path / savers.VALUES).write_text(json.dumps(made()))
    chance = random.Random(1)
    for first in range(1, kills + 1):
        nursery.kill("proof", tmp_path, first, chance.uniform(0, 3 * LONGEST))
        page, stated = (tmp_path / "a.pdf").read_bytes(), read_certificate(tmp_path / "a.json")
        assert page.startswith(b"%PDF") and page.endswith(b"%%EOF\n")
        assert stated["checksum"] == checksum(stated)
        assert stated[PDF]["file"] == "a.pdf"


@pytest.mark.parametrize("kills", SOME)
def test_a_batch_goes_on_where_it_was_killed(nursery, tmp_path, kills):
    whole, torn = tmp_path / "whole", 0
    batches.run(whole)
    chance = random.Random(2)
    for first in range(1000, 1000 * (kills + 1), 1000):
        nursery.kill("batch", tmp_path, first, chance.uniform(0, 3 * LONGEST))
        last = max(tmp_path.glob(f"{first // 1000:03d}*"))
        torn += not (last / CONTACTS).exists()
        batches.run(last)
        batches.same(last, whole)
    assert torn
