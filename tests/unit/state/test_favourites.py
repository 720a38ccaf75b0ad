from __future__ import annotations

import pytest

from facedesigner.state import favourites
from facedesigner.state.face import FaceState
from facedesigner.state.kept import KeptError, set_aside

MODEL = "0123456789abcdef"
FACES = (FaceState(MODEL, seed=1, name="Anna"), FaceState(MODEL, seed=2).with_control("pc01", 1.5))


def test_faces_are_kept_with_their_names(tmp_path):
    path = tmp_path / "favourites" / f"{MODEL}.json"
    assert favourites.load(path, MODEL) == ()
    favourites.save(FACES, path, MODEL)
    assert favourites.load(path, MODEL) == FACES


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"psi": 0.7', '"psi": 9', "psi is 9"),
        ('"seed": 1,', '"seed": 1, "more": 2,', "unknown keys"),
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
    assert favourites.load(path, MODEL) == ()
