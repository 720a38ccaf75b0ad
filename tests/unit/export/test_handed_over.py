"""Whether a package is as it was packed, of two files and a certificate."""

from __future__ import annotations

import hashlib
import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from facedesigner.engine.landmarks import pointed_at
from facedesigner.export.certificate import sealed
from facedesigner.export.fabrication import Fabrication, Options
from facedesigner.export.handed_over import PackageError, checked
from facedesigner.export.layout import Layout
from facedesigner.export.parts import write_set
from facedesigner.export.readme import readme, sealed_text
from facedesigner.export.signing import fingerprint, own_key
from tests.unit.export.test_certificate import PICTURE
from tests.unit.export.test_certificate import made as facts

MAIN = Fabrication(np.zeros((20, 20, 3), np.uint8), 100.0, pointed_at((5, 10), (15, 10)))
OF = SimpleNamespace(stem="a", robot="", face=None, model="m", options=Options(), layout=Layout())


@pytest.fixture
def key(tmp_path_factory):
    return own_key(tmp_path_factory.mktemp("key") / "key.pem")


@pytest.fixture
def parts(key):
    picture = b"a picture"
    about = {"file": "a.png", "sha256": hashlib.sha256(picture).hexdigest(), "width": 1, "height": 1}
    pdf, sheet = sealed(facts(picture=about), PICTURE, {}, "a-certificate.pdf", key)
    made = {"a.png": picture, "a-certificate.pdf": pdf, "a-certificate.json": sheet, "a-relief.stl": b"solid"}
    return {**made, "a-readme.txt": sealed_text(readme(MAIN, OF, made, [], []), key).encode()}  # type: ignore[arg-type]


@pytest.fixture(params=["package.zip", "package"])
def place(request, tmp_path):
    return tmp_path / request.param


def test_a_whole_package_is_said_to_be_so(parts, place, key):
    write_set(place, parts)
    found = checked(place)
    assert not found.wrong and "4 of 4 files" in " ".join(found.fine)
    assert fingerprint(key.public) in found.fine[0] and "about a.png" in found.fine[-1]
    assert not checked(place, fingerprint(key.public)).wrong
    assert "was to be signed with 0000" in checked(place, "0000").wrong[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a.png": b"b picture"}, "a.png was changed: its SHA-256 is another"),
        ({"a.png": b"a picture and more"}, "a.png has more than the 9 bytes it was packed with"),
        ({"a.png": b"a pic"}, "a.png has fewer than the 9 bytes it was packed with"),
        ({"a-relief.stl": None}, "a-relief.stl is missing"),
        ({"virus.exe": b"x"}, "virus.exe is in it, and a-readme.txt does not name it"),
        ({"a-readme.txt": b"nothing"}, "a-readme.txt names no files with their hashes"),
        ({"a-readme.txt": b"\xff"}, "a-readme.txt is damaged"),
    ],
)
def test_whatever_was_changed_is_named(parts, place, change, message):
    changed = {name: content for name, content in {**parts, **change}.items() if content is not None}
    write_set(place, changed)
    assert message in checked(place).wrong


def test_hashes_that_were_changed_with_a_file_do_not_fit_the_signature(parts, place):
    new, text = b"b picture", parts["a-readme.txt"].decode()
    old, other = (hashlib.sha256(one).hexdigest() for one in (parts["a.png"], new))
    write_set(place, {**parts, "a.png": new, "a-readme.txt": text.replace(old, other).encode()})
    assert [sentence.partition(":")[0] for sentence in checked(place).wrong] == [
        "a-readme.txt was changed after it was signed",
        "a-certificate.json",  # which is about the old picture
    ]


def test_a_certificate_that_somebody_else_signed_is_said(parts, place, tmp_path, key):
    stranger = own_key(tmp_path / "stranger.pem")
    stated = json.loads(parts["a-certificate.json"])
    pdf, sheet = sealed(facts(picture=stated["picture"]), PICTURE, {}, "a-certificate.pdf", stranger)
    files = {**parts, "a-certificate.pdf": pdf, "a-certificate.json": sheet}
    del files["a-readme.txt"]
    write_set(place, {**files, "a-readme.txt": sealed_text(readme(MAIN, OF, files, [], []), key).encode()})  # type: ignore[arg-type]
    assert "it is signed with the key" in checked(place).wrong[0]


def test_what_is_no_package_is_said(tmp_path):
    for name, content in (("text.zip", b"no zip"), ("none.zip", None)):
        if content:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(PackageError, match="choose"):
            checked(tmp_path / name)
    with pytest.raises(PackageError, match=r"has no text whose name ends in -readme\.txt"):
        checked(tmp_path)
    for stem in "ab":
        (tmp_path / f"{stem}-readme.txt").write_text("")
    with pytest.raises(PackageError, match="more than one text"):
        checked(tmp_path)


def test_a_damaged_zip_is_told_part_by_part(parts, tmp_path):
    path = tmp_path / "a.zip"
    write_set(path, parts)
    content = path.read_bytes()
    place = content.index(b"a picture")
    path.write_bytes(content[:place] + b"b" + content[place + 1 :])
    assert any(sentence.startswith("a.png cannot be read (Bad CRC-32") for sentence in checked(path).wrong)


def test_a_name_that_stands_twice_in_a_zip_is_said(parts, tmp_path):
    path = tmp_path / "a.zip"
    write_set(path, parts)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.png", b"another")
    assert "a.png is in it twice" in checked(path).wrong


def test_little_is_read_of_a_file_that_unpacks_to_more(parts, tmp_path, monkeypatch):
    path, read = tmp_path / "a.zip", []
    write_set(path, {**parts, "a-relief.stl": bytes(50_000_000)})
    original = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, size: int = -1) -> bytes:
        block = original(self, size)
        read.append(len(block))
        return block

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    assert "a-relief.stl has more than the 5 bytes it was packed with" in checked(path).wrong
    assert sum(read) < 1_000_000
