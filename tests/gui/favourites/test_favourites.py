from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMessageBox

from facedesigner.gui.favourites.favourites import Favourites
from facedesigner.gui.favourites.favourites_panel import EMPTY, NOTHING_FOUND, FavouritesPanel
from facedesigner.gui.widgets.face_mime import unpack
from facedesigner.state import kept as kept_files
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_info

ANNA, BERT = FaceState(HASH, seed=1, name="Anna"), FaceState(HASH, seed=2022)


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def kept(qapp, tmp_path: Path, failures: list[str]) -> Favourites:
    kept = Favourites(tmp_path / "favourites")
    kept.failed.connect(lambda title, words: failures.append(f"{title}: {words}"))
    kept.use_model(fake_info())
    return kept


def again(tmp_path: Path) -> tuple[FaceState, ...]:
    other = Favourites(tmp_path / "favourites")
    other.use_model(fake_info())
    return other.faces


@pytest.fixture
def panel(qtbot, session, thread, kept: Favourites) -> FavouritesPanel:
    panel = FavouritesPanel(session, thread, kept)
    qtbot.addWidget(panel)
    panel.resize(700, 220)
    panel.show()
    return panel


def test_favourites_last_and_are_there_once(kept, tmp_path):
    assert kept.add([ANNA, BERT, ANNA]) == 2 and kept.add([BERT]) == 0
    assert kept.add([FaceState("0123456789abcdef", seed=1)]) == 0  # of another model
    kept.rename(BERT, "Bert")
    assert again(tmp_path) == kept.faces == (ANNA, BERT.with_name("Bert"))
    kept.remove([ANNA])
    assert again(tmp_path) == (BERT.with_name("Bert"),)


def test_what_two_windows_keep_stays(kept, tmp_path):
    other = Favourites(tmp_path / "favourites")
    other.use_model(fake_info())
    kept.add([ANNA])
    other.add([BERT])
    assert other.faces == (ANNA, BERT)
    kept.rename(BERT, "Bert")  # which the other one kept
    assert kept.faces == (ANNA, BERT.with_name("Bert"))
    other.remove([ANNA])
    assert other.faces == again(tmp_path) == (BERT.with_name("Bert"),)


def test_a_window_that_does_not_come_to_an_end_is_named(kept, tmp_path, failures, monkeypatch):
    monkeypatch.setattr(kept_files, "PATIENCE", 0.0)
    path = kept_files.file_of(tmp_path / "favourites", HASH)
    with kept_files.changing(path):
        kept.add([ANNA])
    assert kept.faces == (ANNA,) and f"another window is writing {path.name} (process" in failures[0]
    kept.add([BERT])
    assert again(tmp_path) == (ANNA, BERT)  # what could not be written before is written now


def test_what_cannot_be_written_lasts_until_the_window_closes(kept, tmp_path, failures):
    (tmp_path / "favourites").write_text("a file in the way")
    kept.add([ANNA])
    assert kept.faces == (ANNA,) and "not being kept" in failures[0]


def test_a_damaged_file_is_set_aside(kept, tmp_path, failures):
    kept.add([ANNA])
    path = tmp_path / "favourites" / f"{HASH}.json"
    path.write_text(path.read_text()[:50])
    kept.use_model(fake_info())
    assert kept.faces == () and "set aside" in failures[0]
    assert kept.add([BERT]) == 1 and again(tmp_path) == (BERT,)


def test_the_face_in_view_is_kept_drawn_and_chosen(panel, session, kept, qtbot):
    assert panel.words.text() == EMPTY and panel.words.isVisible()
    panel.add_button.click()
    panel.add()
    assert kept.faces == (session.face,) and not panel.words.isVisible()
    item = panel.list.item(0)
    qtbot.waitUntil(lambda: not panel.list.item(0).icon().isNull())
    with qtbot.waitSignal(panel.chosen) as chosen:
        box = panel.list.visualItemRect(item)
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert chosen.args == [session.face]
    assert unpack(panel.list.mimeData([item])) == [session.face]


def test_search_hides_the_others(panel, kept):
    kept.add([ANNA, BERT])
    panel.search.setText("ann")
    assert panel.list.faces == [ANNA]
    panel.search.setText("2022 SEED")
    assert panel.list.faces == [BERT]
    panel.search.setText("carl")
    assert panel.list.faces == [] and panel.words.text() == NOTHING_FOUND and panel.words.isVisible()
    panel.search.clear()
    assert panel.list.faces == [BERT, ANNA]  # the newest first


def test_a_favourite_is_renamed_in_place(panel, kept, engine, qtbot):
    engine.gate.clear()
    kept.add([ANNA])
    panel.list.item(0).setSelected(True)
    panel.rename_button.click()
    editor = panel.list.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Anna Karenina")
    with qtbot.waitSignal(panel._thumbs.drawn):  # a picture that comes now must not put the old name back
        engine.gate.set()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept.faces[0].name == "Anna Karenina")
    qtbot.waitUntil(lambda: not panel.list.item(0).icon().isNull())
    said: list[str] = []
    panel.said.connect(said.append)
    panel.list.item(0).setText("x" * 99)
    qtbot.waitUntil(lambda: bool(said))
    assert "at most 60" in said[0] and panel.list.item(0).text() == "Anna Karenina"


def test_several_are_removed_after_a_question(panel, kept):
    kept.add([ANNA, BERT])
    assert not panel.remove_button.isEnabled()
    panel.list.selectAll()
    assert panel.remove_button.isEnabled() and not panel.rename_button.isEnabled()
    panel.remove_button.click()
    box = panel.window().findChild(QMessageBox)
    assert "2 faces" in box.text() and kept.faces == (ANNA, BERT)
    next(button for button in box.buttons() if "Remove" in button.text()).click()
    assert kept.faces == ()


def test_notes_last_and_are_found(kept, panel, qtbot, tmp_path):
    kept.add([ANNA, BERT])
    assert not panel.note.isVisible()
    panel.list.item(0).setSelected(True)
    panel.note.setText("for the museum")
    qtbot.keyClick(panel.note, Qt.Key.Key_Return)
    assert kept.notes[BERT] == "for the museum"
    other = Favourites(tmp_path / "favourites")
    other.use_model(fake_info())
    assert other.notes == {ANNA: "", BERT: "for the museum"}
    panel.search.setText("museum")
    assert panel.list.faces == [BERT]
    kept.rename(BERT, "Bert")
    assert kept.notes[BERT.with_name("Bert")] == "for the museum"


def test_a_note_that_is_being_typed_goes_to_its_face_when_another_is_selected(kept, panel):
    kept.add([ANNA, BERT])
    panel.list.item(0).setSelected(True)
    panel.note.setText("tall")
    panel.list.clearSelection()
    panel.list.item(1).setSelected(True)
    assert kept.notes == {ANNA: "", BERT: "tall"} and panel.note.text() == ""
