"""The window closes in the middle of everything: what was under way ends, what was being saved is whole."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from facedesigner.export.certificate import checksum
from facedesigner.export.png import read_face
from facedesigner.gui.certificate.certificate_dialog import CertificateDialog
from facedesigner.gui.design.design_tab import DesignTab
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.gui.window.tools import TOOLS
from facedesigner.gui.work.desk import Desk
from facedesigner.state import project as project_file
from tests.gui.certificate.conftest import FakeCertifier
from tests.gui.fake_engine import HASH
from tests.gui.photo.fake_opener import FakeOpener, latent
from tests.gui.training.conftest import pictures, script  # noqa: F401 fixtures


class Until(threading.Event):
    """Is set once something is so: it holds a background thread up until the window closes."""

    def __init__(self, condition: Callable[[], bool]) -> None:
        super().__init__()
        self._condition = condition

    def wait(self, timeout: float | None = None) -> bool:
        while not super().wait(0.001) and not self._condition():
            pass
        return True


def closes(window: MainWindow, places, *desks: Desk) -> None:
    """Once, with no thread left and the session kept."""
    assert window.close() and not window.isVisible()
    assert not window.thread_.isRunning() and not any(desk.is_running for desk in desks)
    assert project_file.load(places.sessions / f"{HASH}.face") == window.session.project()


@pytest.fixture
def opener(window, monkeypatch) -> FakeOpener:
    """Of the window's photos, one of which is being refined."""
    opener = FakeOpener()
    monkeypatch.setattr(window.documents.photos.desk, "make", lambda: opener)
    return opener


def refine(window: MainWindow, qtbot, opener: FakeOpener) -> None:
    window.show()
    window.documents.open(Path("me.jpg"))
    opener.step.release(3)
    qtbot.waitUntil(lambda: window.session.face.latent == latent(3))


def test_a_refinement_ends_and_what_it_has_reached_is_kept(window, make_window, opener, places, qtbot):
    refine(window, qtbot, opener)
    closes(window, places, window.documents.photos.desk)
    assert opener.closed
    assert make_window().session.face.latent == latent(3)


def test_a_photo_that_waits_for_a_refinement_to_end_is_written(window, opener, places, qtbot, tmp_path):
    refine(window, qtbot, opener)
    photos = window.documents.photos
    assert photos.record is not None
    picture = photos.record.best.picture
    photos.write(photos.record, picture, None, tmp_path / "out.png")
    closes(window, places, photos.desk)
    assert opener.pasted == [(Path("me.jpg"), False)] and (tmp_path / "out.png").is_file()


def test_another_model_ends_a_refinement(window, opener, qtbot):
    refine(window, qtbot, opener)
    window.documents.load_model(Path("second.safetensors"))
    qtbot.waitUntil(lambda: window.session.info.name == "second" and not window.documents.photos.is_refining)
    qtbot.waitUntil(lambda: not window.status.bar.isVisible())
    assert window.session.face.model == window.session.info.hash and window.session.face.latent is None


def test_pictures_that_are_being_exported_are_whole(window, engine, places, tmp_path, qtbot):
    engine.gate = Until(lambda: window.thread_._closing)
    for name in ("a.png", "b.png"):
        window.documents.export_to(tmp_path / name)
    qtbot.waitUntil(engine.entered.is_set)
    closes(window, places)
    for name in ("a.png", "b.png"):
        assert read_face(tmp_path / name) == window.session.face
        Image.open(tmp_path / name).load()
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.fixture
def certifier(window, monkeypatch) -> FakeCertifier:
    certifier = FakeCertifier()
    monkeypatch.setattr(window.tools.desk, "make", lambda: certifier)
    return certifier


def certify(window: MainWindow, certifier: FakeCertifier, qtbot) -> CertificateDialog:
    """The dialog, with the face compared; the desk's next job lasts until the window closes."""
    window.show()
    window.tools.open(TOOLS[0], Path())
    qtbot.waitUntil(lambda: window.findChild(CertificateDialog) is not None)
    dialog = window.findChild(CertificateDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.checked is not None)
    certifier.begun.clear()
    certifier.gate = Until(lambda: window.tools.desk._closing)
    return dialog


def test_a_comparison_is_given_up(window, certifier, places, qtbot):
    dialog = certify(window, certifier, qtbot)
    dialog.push_button.click()
    qtbot.waitUntil(certifier.begun.is_set)
    closes(window, places, window.tools.desk)


@pytest.mark.parametrize("how", ["window", "dialog", "another face"])
def test_a_certificate_that_waits_to_be_written_is_whole(window, certifier, places, tmp_path, qtbot, how):
    dialog = certify(window, certifier, qtbot)
    assert dialog.checked is not None
    window.tools.watch._watcher.watch("busy", dialog.checked.picture)
    qtbot.waitUntil(certifier.begun.is_set)
    dialog.save(tmp_path / "it.pdf", overwrite=False)
    if how == "dialog":
        dialog.reject()
    elif how == "another face":
        dialog.check()
    closes(window, places, window.tools.desk)
    values = json.loads((tmp_path / "it.json").read_text())
    assert values["checksum"] == checksum(values)
    assert (tmp_path / "it.pdf").read_bytes().endswith(b"%%EOF\n") and read_face(tmp_path / "it.png")


def test_a_curation_ends(window, places, script, pictures, tmp_path, qtbot):  # noqa: F811
    script("say('started', out=words[1], total=4, done=0, workers=1, notes=[]); sys.stdin.read(); sys.stdin.read(1)")
    window.show()
    window.tabs.show_training()
    page = window.tabs.training.build().curate
    page.source.setText(str(pictures))
    page.start()
    qtbot.waitUntil(lambda: page.bar.maximum() == 4)
    process = page._child._process
    closes(window, places, window.tabs.training.tab.worker)
    assert process.state() == process.ProcessState.NotRunning and not page.busy


@pytest.mark.logs
def test_a_part_that_fails_to_end_keeps_none_from_ending(window, places, monkeypatch, caplog):
    def fail(_tab):
        raise RuntimeError("cannot end")

    monkeypatch.setattr(DesignTab, "shut_down", fail)
    closes(window, places, window.documents.photos.desk)
    (record,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert record.exc_info is not None and "cannot end" in str(record.exc_info[1])
