"""What the window says of the content credentials of a file that it opened."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMessageBox

from facedesigner.export.chunks import text_chunk
from facedesigner.export.credential_signer import own_certificates, self_made
from facedesigner.export.credentials import TRUSTED, read, signed
from facedesigner.export.png import read_face, save_png
from facedesigner.export.signing import own_key
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_picture

FACE = FaceState(HASH, seed=77)


@pytest.fixture
def signer(places, tmp_path):
    def made(own):
        path = places.signing_key if own else tmp_path / "stranger.pem"
        return self_made(own_key(path), path)

    return made


@pytest.fixture
def opened(window, qtbot, tmp_path):
    def open_file(sign=None, extra=b""):
        path = save_png(fake_picture(FACE), tmp_path / "face.png", FACE, "fake", overwrite=True, sign=sign)
        content = path.read_bytes()
        end = content.index(b"IEND") - 4
        path.write_bytes(content[:end] + extra + content[end:])
        with qtbot.waitSignal(window.documents.badge.looked):
            window.documents.open(path)
        assert window.session.face == FACE
        return window.documents.badge

    return open_file


def test_a_file_without_them_shows_nothing(opened, window):
    badge = opened()
    assert badge.isHidden() and window.findChild(QMessageBox) is None


@pytest.mark.parametrize(("own", "who"), [(True, "with your own certificate"), (False, "Nobody vouches")])
def test_credentials_are_shown_in_the_status_bar(own, who, opened, window, signer):
    badge = opened(lambda png, name: signed(png, name, signer(own)))
    assert badge.text() == "face.png: signed" and not badge.isHidden() and who in badge.toolTip()
    assert window.findChild(QMessageBox) is None
    badge.click()
    assert who in window.findChild(QMessageBox).text()
    assert opened().isHidden()  # the next file has none


def test_a_file_that_was_changed_after_it_was_signed_is_told_at_once(opened, window, signer):
    badge = opened(lambda png, name: signed(png, name, signer(True)), text_chunk("Comment", "mine"))
    assert badge.text() == "face.png: tampered with"
    assert "the file was changed after it was signed" in window.findChild(QMessageBox).text()


def test_what_is_exported_is_signed_where_the_settings_say_so(window, qtbot, tmp_path, places):
    for sign in (False, True):
        window.preferences.set(replace(window.preferences.settings, sign=sign))
        with qtbot.waitSignal(window.documents.said, check_params_cb=lambda words: words.startswith("Wrote")):
            window.documents.export_to(tmp_path / f"{sign}.png")
    assert read(tmp_path / "False.png") is None
    found = read(tmp_path / "True.png", own_certificates(places.signing_key))
    assert found is not None and found.state == TRUSTED and read_face(tmp_path / "True.png") == window.session.face


def test_without_the_package_it_is_said_that_they_were_not_checked(opened, window, signer, monkeypatch):
    sign = signer(True)

    def then_gone(png, name):
        content = signed(png, name, sign)
        monkeypatch.setitem(sys.modules, "c2pa", None)
        return content

    badge = opened(then_gone)
    assert badge.text() == "face.png: not checked" and "pip install" in badge.toolTip()
