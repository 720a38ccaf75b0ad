from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QWidget

from facedesigner.gui.photo.face_chooser import FaceChooser
from facedesigner.gui.photo.photo_desk import EDITED, REFINED, STOPPED, PhotoDesk
from facedesigner.gui.photo.photo_panel import EMPTY, PhotoPanel
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_info
from tests.gui.photo.fake_opener import FakeOpener, latent

PHOTO = Path("me.jpg")


def window_of(desk: PhotoDesk) -> QWidget:
    window = desk.parent()
    assert isinstance(window, QWidget)
    return window


def opened(qtbot, desk: PhotoDesk, path: Path = PHOTO) -> None:
    """Up to the estimate."""
    with qtbot.waitSignal(desk.opened):
        desk.open(path)


def refined_to(qtbot, desk: PhotoDesk, opener: FakeOpener, number: int) -> None:
    opener.step.release()
    wanted = latent(number)
    qtbot.waitUntil(lambda: bool(desk.record and desk.record.best and desk.record.best.face.latent == wanted))


def ended(qtbot, desk: PhotoDesk) -> None:
    qtbot.waitUntil(lambda: desk.record is not None and desk.record.likeness is not None)


def message(qtbot, desk: PhotoDesk) -> str:
    qtbot.waitUntil(lambda: bool(window_of(desk).findChildren(ErrorDialog)))
    return window_of(desk).findChildren(ErrorDialog)[-1].message.text()


def test_the_estimate_is_shown_at_once_and_becomes_better_in_one_undo_step(qtbot, session, desk, opener):
    before = session.face
    opened(qtbot, desk)
    assert session.committed_face == FaceState(HASH, latent=latent(0), psi=1.0)
    assert session.undo_stack.undoText() == "Open photo me.jpg"
    refined_to(qtbot, desk, opener, 1)
    assert session.committed_face.latent == latent(1) and session.undo_stack.count() == 1
    opener.finish.set()
    ended(qtbot, desk)
    assert session.committed_face.latent == latent(101) and session.undo_stack.count() == 1
    assert desk.record.ended == REFINED and not desk.is_refining
    assert (desk.record.estimate_likeness.pixels, desk.record.likeness.pixels) == (0.0, 0.101)
    session.undo_stack.undo()
    assert session.face == before
    session.undo_stack.redo()
    assert session.face.latent == latent(101)


def test_what_was_converted_is_said(qtbot, desk, opener):
    opener.finish.set()
    with qtbot.waitSignal(desk.said) as said:
        desk.open(Path("wide.jpg"))
    assert said.args[0] == "Opened wide.jpg; its colours were converted from Wide to sRGB"


def test_stop_keeps_the_best_so_far(qtbot, session, desk, opener):
    opened(qtbot, desk)
    refined_to(qtbot, desk, opener, 1)
    desk.stop()
    ended(qtbot, desk)
    assert session.committed_face.latent == latent(101) and desk.record.ended == STOPPED
    assert session.undo_stack.count() == 1


def test_a_slider_that_moves_ends_the_refinement_and_is_not_lost(qtbot, session, desk, opener):
    opened(qtbot, desk)
    refined_to(qtbot, desk, opener, 1)
    session.preview(session.face.with_control("pc01", 1.0))
    assert not desk.is_refining
    session.commit("Turn +1.0")
    ended(qtbot, desk)
    assert session.face == FaceState(HASH, latent=latent(1), psi=1.0).with_control("pc01", 1.0)
    assert desk.record.ended == EDITED
    session.undo_stack.undo()
    assert session.face.latent == latent(1)  # what was reached, not the estimate


def test_undo_ends_it_and_redo_brings_back_what_was_reached(qtbot, session, desk, opener):
    before = session.face
    opened(qtbot, desk)
    refined_to(qtbot, desk, opener, 1)
    session.undo_stack.undo()
    ended(qtbot, desk)
    assert session.face == before and session.undo_stack.count() == 1
    session.undo_stack.redo()
    assert session.face.latent == latent(1)


def test_locks_hold_for_the_photo_too(qtbot, session, desk, opener):
    session.commit("Lock", face=session.face.with_locks(["pc02"]), locks=frozenset({"pc02"}))
    opened(qtbot, desk)
    refined_to(qtbot, desk, opener, 1)
    assert session.face.locks == ("pc02",) and session.locks == {"pc02"}


def test_a_saved_project_is_changed_by_what_comes_after(qtbot, session, desk, opener):
    opened(qtbot, desk)
    session.undo_stack.setClean()
    refined_to(qtbot, desk, opener, 1)
    assert not session.undo_stack.isClean()


def test_several_faces_are_offered_the_largest_first(qtbot, session, desk, opener):
    desk.open(Path("two.jpg"))
    qtbot.waitUntil(lambda: bool(window_of(desk).findChildren(FaceChooser)))
    (chooser,) = window_of(desk).findChildren(FaceChooser)
    assert chooser.index == 0 and session.undo_stack.count() == 0
    chooser.buttons[0].click()
    with qtbot.waitSignal(desk.opened):
        chooser.accept()
    assert desk.record.index == 1 and desk.record.title == "two.jpg, face 1 of 2"  # the left one
    desk.stop()
    ended(qtbot, desk)
    desk.choose_again()
    again = window_of(desk).findChildren(FaceChooser)[-1]
    assert again.index == 1
    again.reject()
    assert session.undo_stack.count() == 1


def test_a_photo_without_a_face_may_be_opened_as_aligned(qtbot, session, desk, opener):
    desk.open(Path("none.jpg"))
    qtbot.waitUntil(lambda: bool(window_of(desk).findChildren(QMessageBox)))
    (box,) = window_of(desk).findChildren(QMessageBox)
    assert "no face was found in none.jpg" in box.text() and session.undo_stack.count() == 0
    button = next(button for button in box.buttons() if "aligned" in button.text())
    with qtbot.waitSignal(desk.opened):
        button.click()
    assert opener.found == [("none.jpg", False), ("none.jpg", True)]


def asked(qtbot, desk: PhotoDesk, name: str) -> QMessageBox:
    desk.open(Path(name))
    qtbot.waitUntil(lambda: bool(window_of(desk).findChildren(QMessageBox)))
    box: QMessageBox = window_of(desk).findChildren(QMessageBox)[0]
    return box


def test_a_drawing_is_offered_to_sketch_first(qtbot, session, desk):
    box = asked(qtbot, desk, "drawing.png")
    assert "looks like a drawing" in box.text() and "Sketch" in box.defaultButton().text()
    with qtbot.waitSignal(desk.drawing_found) as signal:
        box.defaultButton().click()
    assert signal.args == [Path("drawing.png")] and session.undo_stack.count() == 0


def test_a_drawing_can_be_taken_for_a_photo(qtbot, session, desk):
    box = asked(qtbot, desk, "drawing.png")
    with qtbot.waitSignal(desk.opened):
        next(button for button in box.buttons() if "photo" in button.text()).click()
    assert session.undo_stack.count() == 1


def test_a_drawing_without_a_face_is_for_sketch_alone(qtbot, desk):
    box = asked(qtbot, desk, "empty-drawing.png")
    assert not any("photo" in button.text() for button in box.buttons())
    box.close()


def test_what_is_no_picture_is_explained_and_changes_nothing(qtbot, session, desk):
    before = session.scene
    desk.open(Path("broken.jpg"))
    assert "broken.jpg cannot be opened: it is not a picture" in message(qtbot, desk)
    assert session.scene == before and session.undo_stack.count() == 0


def test_a_refinement_that_fails_is_explained(qtbot, session, desk, opener):
    opener.error = ValueError("this model has labels or codes")
    desk.open(PHOTO)
    assert "labels or codes" in message(qtbot, desk)
    assert session.undo_stack.count() == 0 and not desk.is_refining
    opener.error = None
    opened(qtbot, desk)  # the thread lives on


def test_a_measurement_that_fails_is_said_beside_the_picture(qtbot, desk, opener):
    panel = PhotoPanel(desk)
    qtbot.addWidget(panel)
    opened(qtbot, desk)
    opener.error = MemoryError()
    desk.stop()
    qtbot.waitUntil(lambda: "cannot be measured: There is not enough memory" in panel.verdict.text())


def test_the_newest_photo_wins(qtbot, session, desk, opener):
    opened(qtbot, desk)
    refined_to(qtbot, desk, opener, 1)
    opened(qtbot, desk, Path("other.jpg"))
    assert desk.record.path.name == "other.jpg" and session.undo_stack.count() == 2
    opener.finish.set()
    ended(qtbot, desk)
    session.undo_stack.undo()
    assert session.face.latent == latent(1) and desk.record.path == PHOTO  # the photo of the face in view
    assert desk.record.ended == STOPPED


def test_looking_for_faces_can_be_given_up(qtbot, session, desk, opener):
    work: list[tuple[str, int]] = []
    desk.working.connect(lambda text, percent: work.append((text, percent)))
    with qtbot.waitSignal(desk.finished):
        desk.open(PHOTO)
        desk.stop()
    assert work == [("Looking for faces in me.jpg", -1)]
    opened(qtbot, desk, Path("other.jpg"))
    assert session.undo_stack.count() == 1


def test_another_model_forgets_the_photos(qtbot, session, desk, opener):
    opened(qtbot, desk)
    session.set_model(fake_info(hash="0123456789abcdef"))
    assert desk.record is None and not desk.is_refining
    assert session.face.latent is None


def test_closing_ends_a_refinement(qtbot, desk, opener):
    opened(qtbot, desk)
    desk.shut_down()
    assert not desk.desk.is_running and opener.closed


def test_the_panel_shows_each_state(qtbot, session, desk, opener):
    panel = PhotoPanel(desk)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.verdict.text() == EMPTY and not panel.paste.isEnabled() and not panel.stop.isVisible()
    opened(qtbot, desk)
    refined_to(qtbot, desk, opener, 1)
    assert panel.heading.text() == "me.jpg" and "10 of 100" in panel.verdict.text()
    assert panel.photo.picture is not None and panel.model.picture is not None and panel.stop.isVisible()
    panel.stop.click()
    ended(qtbot, desk)
    assert panel.verdict.text().startswith(STOPPED) and panel.paste.isEnabled() and not panel.again.isEnabled()
    assert panel.numbers.text() == "Pixels 0.101 (estimate 0.000)"


def test_without_a_model_nothing_happens(qtbot, opener):
    window = QWidget()
    qtbot.addWidget(window)
    desk = PhotoDesk(Session(), window, lambda: opener)
    desk.open(PHOTO)
    assert not desk.desk.is_running and not opener.found
