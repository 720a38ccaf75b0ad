"""The meter with a measurement of the test's own: no labellers are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from facedesigner.gui.design.design_tab import DesignTab
from facedesigner.gui.design.leak_meter import EMPTY, LeakMeter
from facedesigner.gui.widgets.pixels import to_qimage
from tests.gui.fake_engine import fake_info, fake_picture


class Fixed:
    """Says that pc01 moved by two deviations and pc02 by half a one."""

    def __call__(self, before, after, measures):
        assert before.shape == after.shape and measures
        return {"pc01": 2.0, "pc02": -0.5, "pc03": 0.01}


@pytest.fixture
def metered(make_tab: Callable[..., DesignTab]) -> Iterator[DesignTab]:
    tab = make_tab(fake_info(measures={f"pc0{i}": (0.0, 1.0) for i in (1, 2, 3)}))
    tab.leaks.desk.make = Fixed
    yield tab
    tab.leaks.close()


def test_the_meter_shows_what_was_asked_for_and_what_moved_besides(metered, qtbot):
    meter = metered.view_panel.meter
    assert not meter.isVisible()
    metered.view_panel.measure.click()
    assert meter.isVisible() and meter.words == EMPTY
    session = metered.session
    session.commit("Move", face=session.face.with_control("pc01", 2.0))
    qtbot.waitUntil(lambda: bool(meter.rows))
    labels = [metered.sliders.label(name) for name in ("pc01", "pc02")]
    assert [(label, kind) for label, _, kind in meter.rows] == [(labels[0], "asked"), (labels[1], "loud")]
    meter.grab()  # paints
    session.commit("Back", face=session.face.with_control("pc01", 0.0))
    qtbot.waitUntil(lambda: meter.words == EMPTY)
    metered.view_panel.measure.click()
    assert not meter.isVisible()


def test_a_model_without_measures_is_said(make_tab, qtbot):
    tab = make_tab()
    tab.leaks.desk.make = Fixed
    tab.view_panel.measure.click()
    qtbot.waitUntil(lambda: "training directions" in tab.view_panel.meter.words)
    tab.leaks.close()


def test_missing_packages_are_said_until_they_are_there(metered, qtbot):
    def missing() -> Fixed:
        raise ImportError("pip install 'facedesigner[faces]'")

    metered.leaks.desk.make = missing
    metered.view_panel.measure.click()
    session, meter = metered.session, metered.view_panel.meter
    session.commit("Move", face=session.face.with_control("pc01", 2.0))
    qtbot.waitUntil(lambda: "facedesigner[faces]" in meter.words)
    metered.leaks.desk.make = Fixed
    session.commit("Move", face=session.face.with_control("pc01", 1.0))
    qtbot.waitUntil(lambda: bool(meter.rows))


def test_switching_it_on_does_not_take_the_place_of_the_picture_in_view(metered, qtbot):
    session = metered.session
    session.commit("Move", face=session.face.with_control("pc01", 2.0))
    metered.view_panel.measure.click()  # before the picture is drawn
    expected = to_qimage(fake_picture(session.face))
    qtbot.waitUntil(lambda: metered.view.picture == expected)


def test_bars_are_sorted_small_ones_left_out(qtbot):
    meter = LeakMeter()
    qtbot.addWidget(meter)
    meter.show_movements({"a": 0.2, "b": -1.5, "c": 0.05, "asked": 0.0}, {"b": "Bee"}, frozenset({"asked"}))
    assert meter.rows == [("Asked", 0.0, "asked"), ("Bee", -1.5, "loud"), ("A", 0.2, "quiet")]
    meter.show_movements({"c": 0.05}, {}, frozenset())
    assert "Nothing" in meter.words
