from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from facedesigner.state import favourites
from facedesigner.state.face import FaceState
from facedesigner.state.kept import KeptError, set_aside

MODEL = "0123456789abcdef"
FACES = {FaceState(MODEL, seed=1, name="Anna"): "the aunt", FaceState(MODEL, seed=2).with_control("pc01", 1.5): ""}


def test_faces_are_kept_with_their_names_and_notes(tmp_path):
    path = tmp_path / "favourites" / f"{MODEL}.json"
    assert favourites.load(path, MODEL) == {}
    favourites.save(FACES, path, MODEL)
    assert list(favourites.load(path, MODEL).items()) == list(FACES.items())


def test_a_file_of_an_older_program_has_no_notes(tmp_path):
    path = tmp_path / f"{MODEL}.json"
    favourites.save(FACES, path, MODEL)
    values = json.loads(path.read_text())
    del values["notes"]
    path.write_text(json.dumps(values))
    assert favourites.load(path, MODEL) == dict.fromkeys(FACES, "")


def test_a_note_has_a_length():
    assert favourites.check_note(" short ") == "short"
    with pytest.raises(ValueError, match="has 501 letters; choose at most 500"):
        favourites.check_note("x" * 501)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"psi": 0.7', '"psi": 9', "psi is 9"),
        ('"seed": 1,', '"seed": 1, "more": 2,', "unknown keys"),
        ('"notes": [', '"notes": [3, ', "3 is not text"),
        ('"faces": [', '"faces": 3, "x": [', "incomplete or damaged"),
        ('{\n   "version": 1,\n   "model": "0', '{\n   "version": 1,\n   "model": "1', "faces of another model"),
    ],
)
def test_a_damaged_file_says_what_is_wrong_and_makes_way(tmp_path, before, after, message):
    path = tmp_path / f"{MODEL}.json"
    favourites.save(FACES, path, MODEL)
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(KeptError, match=message):
        favourites.load(path, MODEL)
    assert str(path.with_suffix(".broken")) in set_aside(path)
    assert favourites.load(path, MODEL) == {}


ADDS = """
import sys
from pathlib import Path
from facedesigner.state import favourites, kept
from facedesigner.state.face import FaceState
path, model, first = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for seed in range(first, first + 30):
    with kept.changing(path):
        faces = favourites.load(path, model)
        favourites.save({**faces, FaceState(model, seed=seed): ""}, path, model)
"""


def test_two_processes_at_once_lose_nothing(tmp_path):
    path, root = tmp_path / "new" / "a.json", Path(__file__).parents[3]
    pipe = subprocess.PIPE
    words = [[sys.executable, "-c", ADDS, str(path), MODEL, str(first)] for first in (0, 30)]
    others = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) for command in words]
    for other in others:
        assert other.stdout is not None and other.stdout.readline() == "ready\n"
    for other in others:
        assert other.stdin is not None
        other.stdin.close()  # go
    for other in others:
        with other:
            assert other.wait() == 0
    assert {face.seed for face in favourites.load(path, MODEL)} == set(range(60))
