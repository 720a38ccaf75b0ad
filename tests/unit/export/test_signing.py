import os
import threading

import pytest

from facedesigner.export import signing
from facedesigner.export.signing import KeyFileError, fingerprint, is_signed, own_key, wanted_fingerprint
from facedesigner.export.writing import ExportError


@pytest.fixture
def key(tmp_path):
    return own_key(tmp_path / "data" / "key.pem")


def test_a_key_is_made_once_and_is_the_users_alone(key, tmp_path):
    path = tmp_path / "data" / "key.pem"
    assert "a new key signs" in key.notes[0] and "key.pub.pem" in key.notes[0]
    again = own_key(path)
    assert again.public == key.public and again.notes == ()
    assert sorted(file.name for file in path.parent.iterdir()) == ["key.pem", "key.pub.pem"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
        assert "others could read" in own_key(path).notes[0] and path.stat().st_mode & 0o777 == 0o600


def test_a_signature_fits_its_content_and_key_alone(key, tmp_path):
    signature, other = key.sign(b"this"), own_key(tmp_path / "other.pem")
    assert is_signed(key.public, signature, b"this")
    assert not is_signed(key.public, signature, b"that") and not is_signed(other.public, signature, b"this")
    assert not is_signed(b"short", signature, b"this") and not is_signed(key.public, b"", b"this")


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_set_aside_and_said(content, key, tmp_path):
    path = tmp_path / "data" / "key.pem"
    for number in ("", "-2"):
        path.write_bytes(content)
        new = own_key(path)
        assert f"set aside as key.damaged{number}.pem" in new.notes[0] and "a new key" in new.notes[1]
        assert (path.parent / f"key.damaged{number}.pem").read_bytes() == content and new.public != key.public
    assert own_key(path).public == new.public and wanted_fingerprint(str(new.public_file)) == fingerprint(new.public)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="the key that signs certificates cannot be had"):
        own_key(tmp_path / "file" / "key.pem")


def test_two_that_make_the_first_key_at_once_get_the_same(tmp_path, monkeypatch):
    both, found = threading.Barrier(2), []
    make = signing.make

    def together(path):
        both.wait(10)
        make(path)

    monkeypatch.setattr(signing, "make", together)
    monkeypatch.setattr(os, "getpid", threading.get_ident)
    threads = [threading.Thread(target=lambda: found.append(own_key(tmp_path / "key.pem").public)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and found[0] == found[1]


def test_a_wanted_key_is_a_file_or_a_fingerprint(key, tmp_path):
    words = fingerprint(key.public)
    assert len(words.replace(" ", "")) == 32
    for given in (words, words.replace(" ", "").upper(), words.replace(" ", ":"), str(key.public_file)):
        assert wanted_fingerprint(given) == words
    (tmp_path / "text.pem").write_text("hello")
    for given, said in (
        ("nowhere.pem", "neither a file nor a fingerprint"),
        (words[:9], "neither a file nor a fingerprint"),
        (str(tmp_path / "data" / "key.pem"), "is a private key"),
        (str(tmp_path / "text.pem"), "holds no Ed25519 key"),
    ):
        with pytest.raises(KeyFileError, match=said):
            wanted_fingerprint(given)
