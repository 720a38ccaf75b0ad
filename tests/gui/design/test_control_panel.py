from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication

from facedesigner.gui.design.control_panel import FIRST_ROWS, ControlPanel
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_info

COUNT = 30


@pytest.fixture
def panel(qtbot) -> ControlPanel:
    """With more sliders than are made at once."""
    panel = ControlPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    first = fake_info().controls[0]
    names = [f"s{number:02d}" for number in range(COUNT)]
    panel.show_locks(frozenset({"s29"}))
    panel.show_face(FaceState(HASH, seed=1).with_control("s28", 1.5))
    panel.set_controls([replace(first, name=name, label=name, group=f"Group {name[:2]}") for name in names])
    return panel


def test_those_in_view_come_first_and_the_others_soon(panel, qtbot):
    qtbot.waitUntil(lambda: len(panel.rows) == COUNT)
    panel.set_controls([row.control for row in panel.rows])
    assert len(panel.rows) == FIRST_ROWS
    qtbot.waitUntil(lambda: len(panel.rows) == COUNT)
    assert [row.control.name for row in panel.rows] == [f"s{number:02d}" for number in range(COUNT)]
    assert len({row.label.width() for row in panel.rows}) == 1
    assert panel.rows[29].lock.isChecked() and not panel.rows[28].lock.isChecked()
    assert panel.rows[28].slider.value == 1.5


def test_a_row_that_is_asked_for_is_made_at_once(panel):
    panel.show_row("s25")
    assert len(panel.rows) == COUNT and panel.rows[25].marked


def test_what_changes_meanwhile_holds_for_the_rest(panel, qtbot):
    panel.set_layers("coarse")
    panel.show_face(FaceState(HASH, seed=1).with_control("s20@coarse", 2.0))
    qtbot.waitUntil(lambda: len(panel.rows) == COUNT)
    assert panel.rows[20].key == "s20@coarse" and panel.rows[20].slider.value == 2.0


def test_another_model_in_the_middle_leaves_nothing_of_the_first(panel, qtbot):
    panel.set_controls(fake_info().controls)
    names = [control.name for control in fake_info().controls]
    qtbot.waitUntil(lambda: [row.control.name for row in panel.rows] == names)
    QCoreApplication.processEvents()
    assert len(panel.rows) == len(names)
