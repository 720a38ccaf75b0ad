from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from facedesigner.export import batch_folder
from facedesigner.gui.batch import batch_form, batch_tab
from facedesigner.gui.batch.batch_form import BatchForm
from facedesigner.gui.batch.batch_tab import BatchTab
from facedesigner.gui.session import Session
from tests.gui.fake_engine import fake_info
from tests.unit.export.test_batch_folder import FakeSearch

INFO = replace(fake_info(), measures={"age": (30.0, 5.0), "smile": (0.1, 0.02)})


class Held(FakeSearch):
    """Waits before each try until the gate is open."""

    def __init__(self, gate, **others):
        super().__init__(**others)
        self.gate = gate

    def try_face(self, number):
        self.gate.wait(10)
        return super().try_face(number)


@pytest.fixture
def gate():
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def tab(qtbot, qapp, tmp_path, gate):
    session = Session()
    session.set_model(INFO)
    found = BatchTab(session, tmp_path / "many", lambda weights, wish: (Held(gate), "nothing to compare with"))
    qtbot.addWidget(found)
    found.form.count.setValue(3)
    found.resize(1000, 600)
    found.show()
    yield found
    gate.set()
    found.shut_down()


def finish(qtbot, tab):
    qtbot.waitUntil(lambda: not tab.busy)


def test_faces_come_in_and_can_be_used(qtbot, tab, tmp_path):
    tab.form.rows[0].low.setText("20")
    tab.start()
    finish(qtbot, tab)
    assert [tab.grid.item(n).text() for n in range(3)] == ["face0001", "face0002", "face0003"]
    assert tab.rate.text().startswith("3 of 3 faces. Done") and "age=20.. missed 4" in tab.refused.text()
    assert tab.note.text() == "nothing to compare with"
    assert (tmp_path / "many" / "batch.csv").exists()
    with qtbot.waitSignal(tab.use_face) as used:
        tab.grid.itemActivated.emit(tab.grid.item(1))
    assert used.args[0].seed == 1003


def test_it_stops_and_goes_on(qtbot, tab, gate):
    gate.clear()
    tab.start()
    assert tab.busy and not tab.form.isEnabled()
    tab.stop()
    gate.set()
    finish(qtbot, tab)
    assert tab.grid.count() < 3 and "goes on where it was" in tab.rate.text()
    tab.start()
    finish(qtbot, tab)
    assert tab.grid.count() == 3


def test_closing_ends_it(qtbot, tab):
    tab.form.count.setValue(10_000)
    tab.start()
    qtbot.waitUntil(lambda: tab.grid.count() > 0)
    tab.shut_down()
    assert not tab.busy


def test_a_wish_that_is_too_narrow_says_so(qtbot, tab):
    tab._make = lambda weights, wish: (FakeSearch(lambda number: True), "")
    tab.form.patience.setValue(5)
    tab.start()
    finish(qtbot, tab)
    assert "too narrow" in tab.rate.text() and "age 5" in tab.refused.text()


def test_what_goes_wrong_is_shown(qtbot, tab, monkeypatch):
    shown = []
    monkeypatch.setattr(batch_tab, "show_error", lambda title, why, parent: shown.append(why))

    def missing(weights, wish):
        raise ImportError("finding faces needs packages")

    tab._make = missing
    tab.start()
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == ["Finding faces needs packages."] and not tab.busy


def test_the_form_makes_constraints(qtbot, tab):
    form = tab.form
    assert {form.rows[0].attribute.itemData(n) for n in range(form.rows[0].attribute.count())} >= {
        "age",
        "glasses",
        "gender",
        "smile",
    }
    form.rows[0].low.setText("60")
    form.rows[0].high.setText("80,5")
    form.add_row("glasses")
    form.rows[1].word.setCurrentText("yes")
    form.add_row("smile")
    assert [str(one) for one in form.wish.constraints] == ["age=60..80.5", "glasses=yes"]
    form.rows[0].high.setText("x")
    assert "has no range" in tab.hint.text() and not tab.start_button.isEnabled()
    qtbot.mouseClick(form.rows[0].remove, Qt.MouseButton.LeftButton)
    assert [row.name for row in form.rows] == ["glasses", "smile"] and tab.start_button.isEnabled()
    form.add_row("glasses")
    assert "asked for twice" in tab.hint.text()
    form.folder.setText(" ")
    assert tab.hint.text() == "Choose a folder for the faces."


def test_without_a_model_nothing_can_be_made(qtbot, qapp, tmp_path):
    tab = BatchTab(Session(), tmp_path)
    qtbot.addWidget(tab)
    assert not tab.start_button.isEnabled() and "Load a model" in tab.hint.text()


def test_a_batch_that_is_there_goes_on_with_its_seed_and_a_new_one_gets_a_folder(qtbot, tmp_path):
    folder = tmp_path / "batch"
    form = BatchForm(folder)
    qtbot.addWidget(form)
    assert form.path == folder and batch_form.JOURNAL == batch_folder.JOURNAL
    folder.mkdir()
    (folder / "batch.jsonl").write_text('{"batch": 1, "seed": 4711}\n{}\n')
    again = BatchForm(folder)
    qtbot.addWidget(again)
    assert again.path == tmp_path / "batch-2"
    again.folder.setText(str(folder))
    assert again.seed.value() == 4711
    (folder / "batch.jsonl").write_text("nonsense")
    again.folder.setText(f"{folder}/")
    assert again.seed.value() == 4711
