"""What is shown, what is kept and what is saved are one number, whichever editor it comes from."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from facedesigner.contract.request import Control, ModelInfo
from facedesigner.gui.design import design_tab
from facedesigner.gui.design.age_panel import AgePanel
from facedesigner.gui.design.control_row import ControlRow
from facedesigner.gui.design.design_tab import DesignTab
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.state import project as project_file
from facedesigner.state.face import FaceState, Latent, Taught
from facedesigner.state.sliders import Slider
from tests.gui.fake_engine import CONTROLS, LATENT_SHAPE, FakeEngine, fake_info

OWN = 30.473  # years: what a network says is no round number
TAUGHT = Taught("Freckles", Latent(1, LATENT_SHAPE[1], array("f", range(LATENT_SHAPE[1])).tobytes()))
MENU = Control("colour", "Colour", "Labels", 0.0, 2.0, choices=("red", "blue"))
INFO: dict[str, Any] = {"ages": (18.0, 66.0), "controls": (*CONTROLS, MENU)}
LEFT = Qt.MouseButton.LeftButton


class AgingEngine(FakeEngine):
    def load(self, path: Path) -> ModelInfo:
        self._info = replace(super().load(path), **INFO)
        return self._info

    def age(self, face: FaceState) -> float:
        return OWN


@pytest.fixture
def engine() -> FakeEngine:
    return AgingEngine()


def blind():
    """Stands in for the networks that look at ages."""
    raise ImportError("not here")


@pytest.fixture
def tab(make_tab: Callable[..., DesignTab], qtbot, monkeypatch) -> Iterator[DesignTab]:
    monkeypatch.setattr(design_tab, "AgePanel", partial(AgePanel, make=blind))
    tab = make_tab(fake_info(**INFO))
    tab.sliders.add(Slider(TAUGHT.label, TAUGHT.vector))
    qtbot.waitUntil(lambda: tab.age.own.years is not None)
    yield tab
    tab.shut_down()


def row(tab: DesignTab, name: str) -> ControlRow:
    return next(r for r in tab.findChildren(ControlRow) if r.control.name == name)


def drag(qtbot, slider: ValueSlider) -> None:
    bar = slider.slider
    middle = QPoint(bar.width() // 2, bar.height() // 2)
    qtbot.mousePress(bar, LEFT, pos=middle)
    for step in (5, 10, 20):
        qtbot.mouseMove(bar, middle + QPoint(step, 0))
    qtbot.mouseRelease(bar, LEFT, pos=middle + QPoint(20, 0))
    slider.finish()


def press_keys(qtbot, slider: ValueSlider) -> None:
    for _ in range(3):
        qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    slider.slider.left.emit()  # as when the keyboard goes elsewhere


def type_in(qtbot, slider: ValueSlider) -> None:
    slider.box.lineEdit().selectAll()
    qtbot.keyClicks(slider.box.lineEdit(), "1.3")
    qtbot.keyClick(slider.box, Qt.Key.Key_Return)


def step_box(qtbot, slider: ValueSlider) -> None:
    slider.box.stepUp()
    slider.finish()


def go_default(qtbot, slider: ValueSlider) -> None:
    slider.put(slider.maximum)
    slider.reset()
    slider.put(slider.minimum)


SLIDERS: dict[str, Callable[[DesignTab], ValueSlider]] = {
    "named": lambda tab: slider_of(tab, "pc04"),
    "taught": lambda tab: slider_of(tab, TAUGHT.name),
    "age": lambda tab: tab.age.slider,
    "psi": lambda tab: tab.recipe.psi,
}


def slider_of(tab: DesignTab, name: str) -> ValueSlider:
    found = row(tab, name).slider
    assert isinstance(found, ValueSlider)
    return found


@pytest.mark.parametrize("hand", [drag, press_keys, type_in, step_box, go_default])
@pytest.mark.parametrize("which", SLIDERS)
def test_a_slider_keeps_what_it_shows(which, hand, tab, qtbot, tmp_path):
    slider = SLIDERS[which](tab)
    reach(tab, slider)
    check(tab, lambda: hand(qtbot, slider), lambda: (slider.value, slider.box.value()), tmp_path)


def test_a_menu_keeps_what_it_shows(tab, tmp_path):
    menu = row(tab, "colour").slider
    check(tab, lambda: menu.put(2.0), lambda: menu.value, tmp_path)


def test_the_noise_box_keeps_what_it_shows(tab, tmp_path):
    check(tab, lambda: tab.recipe.noise.setValue(7), tab.recipe.noise.value, tmp_path)


def test_the_seed_box_keeps_what_it_shows(tab, qtbot, tmp_path):
    edit = tab.recipe.seed.edit

    def enter() -> None:
        edit.selectAll()
        qtbot.keyClicks(edit, "1234")
        qtbot.keyClick(edit, Qt.Key.Key_Return)

    check(tab, enter, edit.text, tmp_path)


def reach(tab: DesignTab, widget: QWidget) -> None:
    """Brings the page with the widget to the front."""
    page: QWidget | None = widget
    while page is not None:
        if tab.tools.indexOf(page) >= 0:
            tab.tools.setCurrentWidget(page)
        page = page.parentWidget()


def check(tab: DesignTab, edit: Callable[[], None], shown: Callable[[], object], tmp_path: Path) -> None:
    session = tab.session
    stack = session.undo_stack
    before, shown_before, steps = session.face, shown(), stack.count()
    edit()
    after, shown_after = session.committed_face, shown()
    assert after == session.face != before and shown_after != shown_before
    assert stack.count() > steps and stack.isClean() is False
    last = stack.count()
    session.settle()
    assert (session.face, stack.count()) == (after, last)  # nothing is left to be kept

    stack.setIndex(steps)
    assert (session.face, shown()) == (before, shown_before)
    stack.setIndex(last)
    assert (session.face, shown()) == (after, shown_after)
    tab.stop()  # Esc
    assert (session.face, shown()) == (after, shown_after)

    saved = tmp_path / "kept.face"
    project_file.save(session.project(), saved)
    stack.setIndex(steps)
    session.open("Open", project_file.load(saved))
    assert (session.face, shown()) == (after, shown_after)
    session.commit("Smile", face=session.face.with_control("pc06", 1.0))
    stack.undo()
    assert (session.face, shown()) == (after, shown_after)  # another step does not take it along


@pytest.mark.parametrize("value", [1.2345, 7.5, -9.0])
def test_a_value_from_elsewhere_is_shown_as_it_is(value, tab):
    slider = slider_of(tab, "pc04")
    tab.session.commit("From a file", face=tab.session.face.with_control("pc04", value))
    assert slider.box.value() == value
    slider.finish()
    assert tab.session.face.control("pc04") == value


def test_saving_takes_along_what_was_typed_a_moment_ago(tab, qtbot):
    slider = slider_of(tab, "pc04")
    qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    assert tab.session.undo_stack.count() == 0
    tab.session.settle()
    assert tab.session.undo_stack.count() == 1 and tab.session.project().face.control("pc04") == slider.value
