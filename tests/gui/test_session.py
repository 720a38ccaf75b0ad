from __future__ import annotations

import gc
import weakref

import pytest

from facedesigner.gui import session as session_module
from facedesigner.gui.session import Scene, Session
from facedesigner.state.face import FaceState
from facedesigner.state.project import Project
from tests.gui.fake_engine import HASH, FakeEngine, fake_info


@pytest.fixture
def shown(session: Session) -> list[FaceState]:
    """Every face that `changed` told of."""
    faces: list[FaceState] = []
    session.changed.connect(faces.append)
    return faces


def test_preview_shows_a_face_without_a_trace_in_the_history(session, shown):
    before = session.committed_face
    face = before.with_control("pc01", 1.0)
    session.preview(face)
    assert session.face == face and shown == [face]
    assert session.committed_face == before and session.undo_stack.count() == 0
    session.revert()
    assert session.face == before and shown == [face, before]
    session.revert()
    assert len(shown) == 2, "nothing to drop, nothing to tell"


def test_a_drag_is_one_undo_step_back_to_where_it_began(session, shown):
    before = session.face
    for value in (0.5, 1.0, 1.5):
        session.preview(before.with_control("pc01", value))
    session.commit("Turn")
    assert session.undo_stack.undoText() == "Turn" and session.undo_stack.count() == 1
    assert session.committed_face.control("pc01") == 1.5
    session.undo_stack.undo()
    assert session.face == before and shown[-1] == before
    session.undo_stack.redo()
    assert session.face.control("pc01") == 1.5


def test_a_commit_that_changes_nothing_makes_no_step_and_ends_the_preview(session, shown):
    before = session.face
    session.preview(before.with_control("pc01", 1.0))
    session.commit("Turn", face=before)
    assert session.undo_stack.count() == 0 and session.face == before and shown[-1] == before


def test_gallery_and_locks_are_undone_with_the_face(session, qtbot):
    first = session.scene
    faces = [session.face.with_seed(seed) for seed in range(3)]
    with qtbot.waitSignals([session.gallery_changed, session.locks_changed]):
        session.commit("New faces", face=faces[1], gallery=faces, locks=frozenset({"seed"}))
    assert session.scene == Scene(faces[1], tuple(faces), frozenset({"seed"}))
    with qtbot.waitSignals([session.gallery_changed, session.locks_changed]):
        session.undo_stack.undo()
    assert session.scene == first


def test_undo_drops_a_preview(session):
    before = session.face
    session.commit("Seed", face=before.with_seed(7))
    session.preview(session.face.with_control("pc02", 2.0))
    session.undo_stack.undo()
    assert session.face == before


def test_the_first_model_adopts_the_face(qapp):
    session = Session(psi=0.5)
    assert session.info is None and session.face.model == ""
    info = fake_info()
    session.set_model(info)
    assert session.info is info
    assert session.face == FaceState(HASH, seed=0, psi=0.5)


def test_another_model_keeps_the_seed_and_starts_anew(session):
    session.commit("Seed", face=session.face.with_seed(42).with_control("pc01", 1.0), gallery=[session.face])
    session.set_model(fake_info(hash="0123456789abcdef"))
    assert session.face == FaceState("0123456789abcdef", seed=42)
    assert session.gallery == () and session.undo_stack.count() == 0


def test_the_same_model_again_changes_no_face(session):
    session.commit("Seed", face=session.face.with_seed(42))
    session.set_model(fake_info())
    assert session.face.seed == 42 and session.undo_stack.canUndo()


def test_a_latent_does_not_travel_to_another_model(session):
    latent = FakeEngine().latent(session.face)
    session.commit("Breed", face=session.face.with_latent(latent))
    session.set_model(fake_info(hash="0123456789abcdef"))
    assert session.face.seed == 0 and session.face.latent is None


def test_a_model_comes_with_its_project(session):
    info = fake_info(hash="0123456789abcdef")
    project = Project(FaceState(info.hash, seed=9), (FaceState(info.hash, seed=8),), "a note", ("pc01",))
    session.set_model(info, project)
    assert session.project() == project and session.undo_stack.count() == 0


def test_opening_a_project_can_be_undone(session):
    before = session.scene
    project = Project(session.face.with_seed(5), (session.face,), "", ("seed",))
    session.open("Open a.face", project)
    assert session.project() == project
    session.undo_stack.undo()
    assert session.scene == before


def test_the_history_is_bounded_in_memory(qapp, monkeypatch):
    monkeypatch.setattr(session_module, "UNDO_LIMIT", 20)
    session = Session()
    old = session.face.with_seed(1)
    session.commit("Old", gallery=[old])
    first_scene = weakref.ref(_Marker.attach(session))
    for seed in range(100):
        session.commit("Seed", face=session.face.with_seed(1000 + seed), gallery=[])
    gc.collect()
    assert session.undo_stack.count() == 20
    assert first_scene() is None, "steps past the limit are freed"


class _Marker(frozenset[str]):
    """Locks that can be referred to weakly: they live as long as the step that holds them."""

    @classmethod
    def attach(cls, session: Session) -> _Marker:
        marker = cls({"marker"})
        session.commit("Mark", locks=marker)
        session.commit("Unmark", locks=frozenset())
        return marker


def test_the_newest_step_can_be_amended_and_stays_one(session):
    before = session.face
    session.commit("Open photo", face=before.with_seed(5))
    session.undo_stack.setClean()
    assert session.amend(before.with_seed(6)) and session.face.seed == 6
    assert session.undo_stack.count() == 1 and not session.undo_stack.isClean()
    session.undo_stack.undo()
    assert session.face == before
    session.undo_stack.redo()
    assert session.face.seed == 6


def test_what_was_undone_or_is_being_moved_is_not_amended(session):
    assert not session.amend(session.face.with_seed(5))
    session.commit("Open photo", face=session.face.with_seed(5))
    session.preview(session.face.with_seed(7))
    assert not session.amend(session.face.with_seed(6)) and session.face.seed == 7
    session.revert()
    session.undo_stack.undo()
    before = session.face
    assert not session.amend(session.face.with_seed(6)) and session.face == before
