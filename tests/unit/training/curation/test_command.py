"""`python -m training curate` as a page runs it."""

import json
import os
import subprocess
import sys

import pytest

from training.__main__ import main
from training.curation.contract import Finished, Progress, decode, read_rows


@pytest.fixture
def source(tmp_path, faces):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, face in enumerate(faces):
        face.save(folder / f"{number}.png")
    (folder / "empty.jpg").touch()
    return folder


def child(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "training", "curate", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_processes_and_events(source, tmp_path):
    process = child(source, tmp_path / "out", "--events", "--workers", "1", "--size=64")
    lines = process.stdout.readlines()  # its input stays open: the end of it would stop it
    process.stdin.close()
    assert process.wait() == 0, process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    events = [decode(line) for line in lines]
    assert json.loads(lines[0])["event"] == "started"
    before, last = events[-2:]
    assert isinstance(last, Finished) and isinstance(before, Progress)
    assert (last.kept, last.rejected, last.stopped) == (3, {"unreadable": 1}, False)
    assert before.done == before.total == 4
    assert len(read_rows(tmp_path / "out")) == 4


def test_the_end_of_input_stops(source, tmp_path):
    process = child(source, tmp_path / "out", "--events", "--workers", "1")
    output, errors = process.communicate("")
    assert process.returncode == 0, errors
    last = decode(output.splitlines()[-1])
    assert isinstance(last, Finished) and last.stopped


def test_mistakes_are_named(source, tmp_path, capfd):
    assert main(["curate", str(tmp_path / "gone"), str(tmp_path / "out")]) == 2
    assert "there is no folder or zip" in capfd.readouterr().err
    assert main(["curate", str(source), str(tmp_path / "out"), "--workers", "-1"]) == 2
    assert "choose 0 or more" in capfd.readouterr().err
    assert main(["curate", str(source), str(tmp_path / "out"), "--size", "3"]) == 2
    assert "size is 3; choose 16 to 2048" in capfd.readouterr().err
