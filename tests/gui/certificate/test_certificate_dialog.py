import json
import threading
from pathlib import Path

import pytest

from facedesigner.engine.uniqueness import UniquenessError
from facedesigner.export.certificate import checksum
from facedesigner.gui.certificate.certificate_dialog import CertificateDialog
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.pixels import to_qimage
from tests.gui.fake_engine import fake_picture


@pytest.fixture
def make_dialog(qtbot, session, desk, faces):
    def make() -> CertificateDialog:
        gallery = [faces[1], faces[0], faces[0].with_control("pc01", 1.0), faces[2]]
        session.commit("Begin", face=faces[0], gallery=gallery)
        dialog = CertificateDialog(session, desk)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


@pytest.fixture
def dialog(qtbot, make_dialog):
    dialog = make_dialog()
    qtbot.waitUntil(lambda: dialog.checked is not None)
    return dialog


def test_the_verdict_follows_the_threshold(dialog):
    assert dialog.threshold.value == 0.2 and dialog.panel.heading.text() == "No copy found"
    assert "set/0.webp (training data) at a distance of 0.31" in dialog.panel.verdict.text()
    assert "flags 1% (2 of 200" in dialog.rates.text() and "finds 99% of 100 copies" in dialog.rates.text()
    dialog.threshold.put(0.35)
    assert dialog.panel.heading.text() == "Too close" and dialog.panel.heading.property("role") == "warning"
    assert "flags 20% (40 of 200" in dialog.rates.text()
    dialog.threshold.reset()
    assert dialog.panel.heading.text() == "No copy found"
    dialog.grab()  # paints the rows and the curves


def test_it_compares_in_a_thread_with_others_of_the_gallery(dialog, certifier, faces):
    asked, gallery, folders = certifier.asked[0]
    assert asked == faces[0] and not folders
    assert gallery == [("1. seed0001", faces[1]), ("4. seed0002", faces[2])]  # not with itself, whatever its sliders
    assert certifier.threads and threading.get_ident() not in certifier.threads
    assert dialog.neighbours.neighbours[-1].name == "1. seed0001"
    assert dialog.neighbours._pictures == {"1. seed0001": to_qimage(fake_picture(faces[1]))}


def test_it_follows_the_face(dialog, session, certifier, faces, qtbot):
    session.commit("Another", face=faces[3])
    qtbot.waitUntil(lambda: dialog.checked.face == faces[3])
    certifier.distance = 0.1
    session.commit("Another", face=faces[4])
    qtbot.waitUntil(lambda: dialog.panel.heading.text() == "Too close")


def test_photos_are_compared_with_and_forgotten(dialog, certifier, qtbot):
    dialog.compare_with((Path("holiday"),))
    assert "holiday" in dialog.folders.text()
    qtbot.waitUntil(lambda: "No face was found in 1 of 9 pictures of holiday." in dialog.message.text())
    assert certifier.asked[-1][2] == (Path("holiday"),)
    dialog.forget_button.click()
    qtbot.waitUntil(lambda: len(certifier.asked) == 3 and dialog._job is None)
    assert certifier.asked[-1][2] == () and not dialog.forget_button.isEnabled()


def test_training_faces_are_shown_where_their_pictures_are(dialog, desk, tmp_path, qtbot):
    assert dialog.training_words.isVisible() and "are not shown" in dialog.training_words.text()
    assert dialog.training_words.text().endswith("Choose its folder to see them.")
    dialog.show_training_faces(tmp_path)
    qtbot.waitUntil(lambda: dialog.training_words.text() == "They are shown.")
    assert "set/0.webp" in dialog.neighbours._pictures and desk.training_data == tmp_path
    with qtbot.waitSignal(dialog.said):
        dialog.save(tmp_path / "it.pdf", overwrite=False)
    assert json.loads((tmp_path / "it.json").read_text())["training_faces"] == "They are shown."


def test_pushing_away_offers_the_face(dialog, faces, qtbot):
    said: list[str] = []
    dialog.said.connect(said.append)
    with qtbot.waitSignal(dialog.use_face) as offered:
        dialog.push_button.click()
        assert not dialog.push_button.isEnabled() and dialog.cancel_button.isVisible()
    assert offered.args == [faces[0].with_seed(99)]
    assert said[0].startswith("The nearest face was 0.31 away and is 0.41 away now") and dialog.push_button.isEnabled()


def test_cancelling_keeps_what_was_found(dialog, certifier, qtbot):
    certifier.gate.clear()
    certifier.begun.clear()
    offered: list[object] = []
    dialog.use_face.connect(offered.append)
    dialog.push_button.click()
    qtbot.waitUntil(certifier.begun.is_set)
    dialog.cancel_button.click()
    assert "Cancelled" in dialog.message.text() and dialog.checked is not None and not dialog.bar.isVisible()
    certifier.gate.set()
    dialog.check()
    qtbot.waitUntil(lambda: dialog._job is None)
    assert not offered


def test_a_certificate_is_saved_with_its_picture(dialog, certifier, tmp_path, qtbot):
    with qtbot.waitSignal(dialog.said) as said:
        dialog.save(tmp_path / "it.pdf", overwrite=False)
    assert said.args[0].startswith("Wrote it.pdf, it.json and it.png, signed with the key ")
    values = json.loads((tmp_path / "it.json").read_text())
    assert (
        values["checksum"] == checksum(values) and values["picture"]["file"] == "it.png" and values["threshold"] == 0.2
    )
    (tmp_path / "it.pdf").unlink()
    dialog.save(tmp_path / "it.pdf", overwrite=False)
    qtbot.waitUntil(lambda: "it.json exists already" in dialog.message.text())
    assert not (tmp_path / "it.pdf").exists()


def test_missing_packages_are_said(make_dialog, certifier, qtbot):
    certifier.error = UniquenessError("finding faces needs packages: pip install 'facedesigner[faces]'")
    dialog = make_dialog()
    qtbot.waitUntil(lambda: "facedesigner[faces]" in dialog.message.text())
    assert dialog.panel.heading.text() == "Not compared" and not dialog.save_button.isEnabled()
    assert dialog.message.property("role") == "warning"


def test_without_a_model_it_says_so(qtbot, desk):
    dialog = CertificateDialog(Session(), desk)
    qtbot.addWidget(dialog)
    assert "No model is loaded yet" in dialog.message.text()
    dialog.grab()


def test_a_closed_dialog_takes_no_answer(dialog, certifier, session, faces, desk, qtbot):
    certifier.gate.clear()
    dialog.check()
    dialog.reject()
    session.commit("Another", face=faces[3])
    certifier.gate.set()
    done = []
    desk.ask(lambda certifier, job: 1, lambda value, error: done.append(value), desk)
    qtbot.waitUntil(lambda: done == [1])
    assert dialog.checked.face == faces[0] and not dialog._rest.isActive()
