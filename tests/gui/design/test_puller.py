from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from tests.masks import box

NONE, LEFT, RIGHT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


def hand(tab, kind: QEvent.Type, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
    target = tab.view.target()
    place = target.topLeft() + QPointF(x, y) * target.width()
    held = NONE if kind == RELEASE else button
    event = QMouseEvent(kind, place, tab.view.mapToGlobal(place), NONE if kind == MOVE else button, held, Qt.KeyboardModifier.NoModifier)  # fmt: skip # noqa: E501
    tab.view.event(event) if tab.puller.eventFilter(tab.view, event) is False else None


def steps(session) -> list[str]:
    return [session.undo_stack.text(index) for index in range(session.undo_stack.index())]


@pytest.fixture
def pulling(tab):
    tab.view_panel.pull.setChecked(True)
    return tab


def test_the_face_follows_the_hand_and_letting_go_is_one_step(qtbot, pulling, session):
    before = session.face
    hand(pulling, PRESS, 0.4, 0.7)
    hand(pulling, MOVE, 0.4, 0.5)
    qtbot.waitUntil(lambda: session.face != before)
    assert session.committed_face == before and pulling.puller.is_pulling
    hand(pulling, RELEASE, 0.4, 0.5)
    qtbot.waitUntil(lambda: steps(session) == ["Pull"])
    assert session.face.latent is not None and not pulling.puller.is_pulling
    session.undo_stack.undo()
    assert session.face == before


def test_the_right_button_gives_it_up(qtbot, pulling, session):
    before = session.face
    hand(pulling, PRESS, 0.4, 0.7)
    hand(pulling, MOVE, 0.4, 0.2)
    qtbot.waitUntil(lambda: session.face != before)
    hand(pulling, PRESS, 0.4, 0.2, RIGHT)
    assert session.face == before and not steps(session) and not pulling.puller.is_pulling


def test_what_cannot_be_reached_ends_all_the_same(qtbot, pulling, session, engine):
    hand(pulling, PRESS, 0.0, 0.0)
    hand(pulling, MOVE, 1.0, 1.0)
    hand(pulling, RELEASE, 1.0, 1.0)
    qtbot.waitUntil(lambda: steps(session) == ["Pull"])


def test_in_a_region_only_that_follows(qtbot, pulling, session):
    face, mask = session.face, box(0, 0, 99, 99)
    session.choose_region("Here", mask)
    hand(pulling, PRESS, 0.4, 0.4)
    hand(pulling, MOVE, 0.4, 0.35)
    hand(pulling, RELEASE, 0.4, 0.35)
    qtbot.waitUntil(lambda: steps(session)[-1:] == ["Pull"])
    assert session.face.without(mask) == face and session.face.inside(mask).latent is not None


def test_another_face_meanwhile_is_left_alone(qtbot, pulling, session):
    hand(pulling, PRESS, 0.4, 0.7)
    hand(pulling, MOVE, 0.4, 0.2)
    qtbot.waitUntil(lambda: session.face != session.committed_face)
    other = session.committed_face.with_seed(99)
    session.commit("Another", face=other)
    hand(pulling, RELEASE, 0.4, 0.2)
    qtbot.waitUntil(lambda: not pulling.puller.is_pulling)
    assert session.face == other and steps(session) == ["Another"]


def test_what_goes_wrong_is_said_and_the_face_stays(qtbot, pulling, session, engine):
    before = session.face
    engine.call_error = "this model draws in one go"
    hand(pulling, PRESS, 0.4, 0.7)
    qtbot.waitUntil(lambda: "cannot be pulled: this model draws in one go" in pulling.gallery_panel.status.text())
    assert session.face == before and not pulling.puller.is_pulling


def test_brush_and_hand_take_turns_and_outside_there_is_nothing_to_hold(pulling):
    pulling.view_panel.regions.brush.setChecked(True)
    assert not pulling.view_panel.pull.isChecked() and not pulling.puller.taken
    pulling.view_panel.pull.setChecked(True)
    assert not pulling.view_panel.regions.brush.isChecked()
    hand(pulling, PRESS, -0.2, 0.5)
    assert not pulling.puller.is_pulling
