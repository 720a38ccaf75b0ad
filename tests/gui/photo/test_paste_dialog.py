from __future__ import annotations

from pathlib import Path

import pytest

from facedesigner.gui.photo.paste_dialog import CARRIED, STRANGER, UNCHANGED, WHOLE, PasteDialog, ask_to_paste
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH


@pytest.fixture
def make_dialog(qtbot, session, desk, opener, thread: RenderThread):
    """A photo is opened and a slider moved, unless told otherwise; the dialog's preview is there."""

    def make(out: Path | None = None, edit: bool = True, wait: bool = True) -> PasteDialog:
        with qtbot.waitSignal(desk.opened):
            desk.open(Path("me.jpg"))
        if edit:
            session.commit("Turn", face=session.face.with_control("pc01", 2.0))
        ask_to_paste(desk, session.face, thread, lambda suggestion: out, desk.parent())
        dialog: PasteDialog = desk.parent().findChildren(PasteDialog)[-1]
        if wait:
            qtbot.waitUntil(dialog.save_button.isEnabled)
        return dialog

    return make


def colour(dialog: PasteDialog) -> int:
    picture = dialog.pasted.picture
    assert picture is not None
    return picture.pixelColor(5, 5).red()


def test_it_shows_both_ways_and_begins_with_the_change(make_dialog, engine):
    dialog = make_dialog()
    assert dialog.change.isChecked() and colour(dialog) == 2 and dialog.message.text() == CARRIED
    dialog.whole.setChecked(True)
    assert colour(dialog) == 3 and dialog.message.text() == WHOLE
    edited, before = engine.requests[-2:]
    assert dict(edited.face.controls) == {"pc01": 2.0} and not before.face.controls
    assert edited.face.latent == before.face.latent


@pytest.mark.parametrize("change", [True, False])
def test_save_writes_in_the_background(qtbot, make_dialog, desk, opener, change, tmp_path):
    out = tmp_path / "out.png"
    dialog = make_dialog(out)
    (dialog.change if change else dialog.whole).setChecked(True)
    with qtbot.waitSignal(desk.said, check_params_cb=lambda line: line == f"Wrote {out}"):
        dialog.save_button.click()
    assert opener.pasted == [(Path("me.jpg"), change)] and out.is_file()


def test_a_file_that_cannot_be_written_is_explained(qtbot, make_dialog, desk, opener):
    dialog = make_dialog(Path("out.png"))
    opener.error = OSError("the disk is full")
    dialog.save_button.click()
    qtbot.waitUntil(lambda: bool(desk.parent().findChildren(ErrorDialog)))
    assert "the disk is full" in desk.parent().findChildren(ErrorDialog)[-1].message.text()


def test_the_photo_itself_is_never_replaced(make_dialog, opener):
    dialog = make_dialog(Path("me.jpg"))
    dialog.save_button.click()
    assert "is the photo itself" in dialog.message.text() and dialog.isVisible() and not opener.pasted


def test_without_a_name_nothing_is_written(make_dialog, opener):
    dialog = make_dialog(None)
    dialog.save_button.click()
    assert dialog.isVisible() and not opener.pasted


def test_an_unedited_face_is_pasted_whole(make_dialog):
    dialog = make_dialog(edit=False)
    assert dialog.whole.isChecked()
    dialog.change.setChecked(True)
    assert dialog.message.text() == UNCHANGED


def test_another_face_is_pasted_whole(qtbot, session, desk, make_dialog, thread):
    make_dialog().reject()
    session.commit("Choose", face=FaceState(HASH, seed=5))
    dialog = PasteDialog(desk, desk.record, session.face, thread, lambda _: None)
    qtbot.addWidget(dialog)
    assert dialog.whole.isChecked()
    dialog.change.setChecked(True)
    assert dialog.message.text() == STRANGER


def test_a_preview_that_fails_is_said(qtbot, make_dialog, opener, engine):
    engine.gate.clear()
    dialog = make_dialog(wait=False)
    opener.error = ValueError("the photo is gone")
    engine.gate.set()
    qtbot.waitUntil(lambda: dialog.message.text() == "the photo is gone")
    assert not dialog.save_button.isEnabled()


def test_a_face_that_cannot_be_drawn_is_said(qtbot, make_dialog, engine):
    engine.render_error = "out of memory"
    dialog = make_dialog(wait=False)
    qtbot.waitUntil(lambda: "cannot be drawn: out of memory" in dialog.message.text())


def test_without_a_photo_it_says_how_to_get_one(qtbot, session, desk, thread):
    ask_to_paste(desk, session.face, thread, lambda _: None, desk.parent())
    (dialog,) = desk.parent().findChildren(ErrorDialog)
    assert "There is no photo to paste into" in dialog.message.text()
