"""What is done to the face while a region of it is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from facedesigner.gui.design import design_tab
from facedesigner.gui.design.design_tab import DesignTab
from facedesigner.gui.design.region_keeper import RegionKeeper
from facedesigner.state.face import FaceState
from facedesigner.state.mask import Mask, MaskError
from facedesigner.state.project import Project
from tests.gui.fake_engine import HASH
from tests.masks import box

NOSE, LIPS = box(100, 100, 150, 160), box(100, 170, 150, 200)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Finder:
    """Stands in for landmarks: calls are noted."""

    def __init__(self) -> None:
        self.error = ""
        self.pictures: list[object] = []

    def __call__(self, picture: object, name: str) -> Mask:
        self.pictures.append(picture)
        if self.error:
            raise MaskError(self.error)
        return {"nose": NOSE, "lips": LIPS}[name]


@pytest.fixture
def finder() -> Finder:
    return Finder()


@pytest.fixture
def tab(make_tab: Callable[..., DesignTab], finder: Finder, monkeypatch) -> Iterator[DesignTab]:
    monkeypatch.setattr(design_tab, "RegionKeeper", partial(RegionKeeper, make=lambda: finder))
    tab = make_tab()
    yield tab
    tab.shut_down()


@pytest.fixture
def bar(tab):
    return tab.view_panel.regions


def choose(qtbot, tab: DesignTab, name: str = "nose") -> None:
    with qtbot.waitSignal(tab.session.region_changed):
        tab.view_panel.regions.buttons[name].click()


def steps(session) -> list[str]:
    return [session.undo_stack.text(index) for index in range(session.undo_stack.index())]


def pressed(bar) -> list[str]:
    return [name for name, button in bar.buttons.items() if button.isChecked()]


def move(tab: DesignTab, value: float) -> None:
    tab.controls.committed.emit("pc01", value, f"Turn {value}")


def test_a_slider_moves_what_is_inside_alone_and_can_be_undone(qtbot, tab, session, bar):
    before = session.face
    choose(qtbot, tab)
    assert session.face == before and pressed(bar) == ["nose"]
    tab.controls.previewed.emit("pc01", 1.0)
    assert session.face.inside(NOSE).control("pc01") == 1.0 and session.committed_face == before
    move(tab, 2.0)
    assert session.face.without(NOSE) == before
    assert session.face.inside(NOSE) == before.with_control("pc01", 2.0)
    row = next(row for row in tab.controls.rows if row.control.name == "pc01")
    assert row.slider.value == 2.0 and bar.remove_button.isVisibleTo(bar)
    assert steps(session) == ["Only here: nose", "Turn 2.0"]
    session.undo_stack.undo()
    assert session.face == before and session.region == NOSE and row.slider.value == 0.0
    session.undo_stack.undo()
    assert session.region is None and pressed(bar) == [""]


def test_everywhere_shows_and_moves_the_whole_face_again_and_the_region_keeps_what_is_other(qtbot, tab, session, bar):
    choose(qtbot, tab)
    move(tab, 2.0)
    bar.buttons[""].click()
    row = next(row for row in tab.controls.rows if row.control.name == "pc01")
    assert session.region is None and row.slider.value == 0.0
    tab.controls.committed.emit("pc02", 1.0, "Hair")
    assert session.face.control("pc02") == 1.0
    assert session.face.inside(NOSE).controls == (("pc01", 2.0), ("pc02", 1.0))
    choose(qtbot, tab, "lips")
    bar.buttons["lips"].click()  # once more lets go of it
    assert session.region is None


def test_another_face_is_shown_inside_only(qtbot, tab, session):
    before = session.face
    choose(qtbot, tab)
    qtbot.mouseClick(tab.gallery.tiles[4], LEFT)
    chosen = session.gallery[4]
    assert session.face.without(NOSE) == before and session.face.inside(NOSE).seed == chosen.seed
    tab.new_faces()
    assert all(face.without(NOSE) == before for face in session.gallery)
    assert len({face.inside(NOSE).seed for face in session.gallery}) == 9
    qtbot.mouseClick(tab.gallery.tiles[3], LEFT)
    assert session.face == session.gallery[3]
    with qtbot.waitSignal(session.gallery_changed):
        tab.gallery_panel.vary_button.click()
    assert all(face.without(NOSE) == before for face in session.gallery)


def test_reset_and_the_button_take_out_what_was_changed_there(qtbot, tab, session, bar):
    before = session.face
    choose(qtbot, tab)
    for undo in (tab.reset, bar.remove_button.click):
        move(tab, 2.0)
        assert session.face != before
        undo()
        assert session.face == before and session.region == NOSE
    assert not bar.remove_button.isVisibleTo(bar)


def test_name_and_noise_are_the_whole_faces(qtbot, tab, session):
    choose(qtbot, tab)
    tab.recipe.noise.setValue(5)
    tab.recipe.name.setText("Ann")
    tab.recipe.finish()
    assert (session.face.noise_seed, session.face.name, session.face.patches) == (5, "Ann", ())


def test_a_file_that_is_opened_is_worked_on_as_a_whole(qtbot, tab, session):
    choose(qtbot, tab)
    session.open("Open", Project(FaceState(HASH, seed=99)))
    assert session.region is None
    session.undo_stack.undo()
    assert session.region == NOSE


def test_what_is_not_found_is_said_and_nothing_changes(qtbot, tab, session, bar, finder):
    finder.error = "no face is found in the picture: paint the region"
    bar.buttons["nose"].click()
    qtbot.waitUntil(lambda: "No face is found in the picture: paint the region." in bar.message.text())
    assert session.region is None and pressed(bar) == [""] and not steps(session)


def test_a_face_that_came_meanwhile_is_looked_at_itself(qtbot, tab, session, bar, finder):
    bar.buttons["nose"].click()
    session.commit("Seed", face=session.face.with_seed(77))
    qtbot.waitUntil(lambda: session.region == NOSE)
    assert len(finder.pictures) == 2 and steps(session) == ["Seed", "Only here: nose"]


def test_a_ninth_place_is_refused(qtbot, tab, session, bar):
    face = session.face
    for number in range(8):
        face = face.with_inside(box(number, 0, number + 9, 9), face.with_control("pc01", 1.0))
    session.commit("Eight places", face=face)
    bar.buttons["nose"].click()
    qtbot.waitUntil(lambda: "changed in 8 places" in bar.message.text())
    bar.say("")
    bar.brush.click()
    stroke(qtbot, tab, LEFT, (0.3, 0.5))
    assert "changed in 8 places" in bar.message.text()
    assert session.region is None and tab.view_panel.brush.mask is None and steps(session) == ["Eight places"]


def at(tab: DesignTab, x: float, y: float) -> QPoint:
    target = tab.view.target()
    return QPoint(round(target.left() + x * target.width()), round(target.top() + y * target.height()))


def stroke(qtbot, tab: DesignTab, button: Qt.MouseButton, *places: tuple[float, float]) -> None:
    first, *rest = places
    qtbot.mousePress(tab.view, button, pos=at(tab, *first))
    for place in rest:
        qtbot.mouseMove(tab.view, at(tab, *place))
    qtbot.mouseRelease(tab.view, button, pos=at(tab, *places[-1]))


def test_the_brush_paints_and_takes_away(qtbot, tab, session, bar):
    bar.brush.click()
    stroke(qtbot, tab, LEFT, (0.3, 0.5), (0.6, 0.5))
    first = session.region
    assert 0.02 < first.share < 0.06 and pressed(bar) == []
    stroke(qtbot, tab, LEFT, (0.3, 0.7))
    assert session.region.share > first.share
    stroke(qtbot, tab, RIGHT, (0.3, 0.7))
    assert session.region.share == pytest.approx(first.share, abs=0.001)
    assert steps(session) == ["Paint region"] * 3
    bar.diameter.setValue(60)
    stroke(qtbot, tab, RIGHT, (0.3, 0.5), (0.6, 0.5))
    assert session.region is None
    session.undo_stack.undo()
    assert tab.view_panel.brush.mask == session.region


def test_what_was_changed_follows_the_brush(qtbot, tab, session, bar):
    before = session.face
    choose(qtbot, tab)
    move(tab, 2.0)
    bar.brush.click()
    stroke(qtbot, tab, LEFT, (0.1, 0.1))
    assert session.face.inside(session.region).control("pc01") == 2.0 and len(session.face.patches) == 1
    session.undo_stack.undo()
    assert session.region == NOSE and session.face.inside(NOSE).control("pc01") == 2.0
    bar.diameter.setValue(60)
    stroke(qtbot, tab, RIGHT, (0.5, 0.5))
    assert session.region is None and session.face == before


def test_the_wheel_with_control_sets_the_brush_and_without_it_zooms(qtbot, tab, bar):
    bar.brush.click()
    place = QPointF(at(tab, 0.5, 0.5))
    for modifiers in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier):
        zoom, size = tab.view.zoom, bar.diameter.value()
        event = QWheelEvent(
            place,
            tab.view.mapToGlobal(place),
            QPoint(),
            QPoint(0, 240),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(tab.view, event)
        held = modifiers is Qt.KeyboardModifier.ControlModifier
        assert (bar.diameter.value() > size) == held and (tab.view.zoom > zoom) == (not held)
