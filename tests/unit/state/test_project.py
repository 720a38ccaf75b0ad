import errno
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedesigner.state.face import FaceState
from facedesigner.state.project import Project, ProjectError, load, save
from facedesigner.state.recipe import to_dict
from tests.unit.state.faces import faces

PROJECT = Project(FaceState("m", seed=1), (FaceState("m", seed=2), FaceState("m", seed=3)), "notes", ("pc01", "seed"))
VALUES = {"version": 1, "face": to_dict(PROJECT.face), "gallery": [], "notes": "", "locks": []}


def test_round_trip(tmp_path):
    save(PROJECT, tmp_path / "a.face")
    assert load(tmp_path / "a.face") == PROJECT
    assert [p.name for p in tmp_path.iterdir()] == ["a.face"]


@given(project=st.builds(Project, face=faces, gallery=st.lists(faces, max_size=3).map(tuple), notes=st.text()))
def test_any_project_round_trips(project, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.face"
    save(project, path)
    assert load(path) == project


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a project file"),
        ("\udcff\udcd8", "not a project file"),
        ("[" * 100_000, "not a project file"),
        ("[]", "version None"),
        (json.dumps({"version": 99}), "version 99, this program reads version 1"),
        (json.dumps({"version": 1, "gallery": []}), "incomplete or damaged"),
        (json.dumps(VALUES | {"notes": 3}), "3 is not text"),
        (json.dumps(VALUES | {"locks": [["seed"]]}), "is not text"),
        (json.dumps({"version": 1, "gallery": [{}]}), r"a\.face: the recipe is of version None"),
    ],
)
def test_a_file_that_is_no_project_is_named(content, message, tmp_path):
    (tmp_path / "a.face").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ProjectError, match=message):
        load(tmp_path / "a.face")
    with pytest.raises(ProjectError, match="cannot be opened"):
        load(tmp_path / "none.face")


def test_a_full_disk_leaves_the_old_project(tmp_path, monkeypatch):
    save(PROJECT, tmp_path / "a.face")
    write = Path.write_bytes

    def full(self, data):
        write(self, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        save(Project(FaceState("m", seed=9)), tmp_path / "a.face")
    monkeypatch.undo()
    assert load(tmp_path / "a.face") == PROJECT
    assert [p.name for p in tmp_path.iterdir()] == ["a.face"]
