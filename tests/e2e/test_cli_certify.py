"""`facedesigner certify` and `verify` as a user types them, with a tiny generator and an identity of the tests."""

import json

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.engine import certifying, uniqueness
from facedesigner.engine.photo import NoFaceError
from facedesigner.export.signing import own_key
from tests.fake_identity import FakeIdentity, fake_embeddings, random_picture
from tests.tiny import tiny_weights


@pytest.fixture
def weights(tmp_path, monkeypatch):
    monkeypatch.setattr(uniqueness, "Identity", FakeIdentity)
    monkeypatch.setattr(certifying, "aligned_face", lambda image, path: np.asarray(image.resize((16, 16))))
    path = tiny_weights(tmp_path / "tiny.safetensors")
    fake_embeddings(tmp_path / "tiny.embeddings.safetensors", {f"{n}.png": random_picture(n) for n in range(20)})
    return path


@pytest.fixture
def face(weights, tmp_path):
    path = tmp_path / "face.png"
    assert main(["generate", "--seed", "3", "--out", str(path), "--weights", str(weights)]) == 0
    return path


def certify(face, weights, *more):
    return main(["certify", str(face), "--weights", str(weights), *map(str, more)])


def verify(sheet, face, weights, *more):
    return main(["verify", str(sheet), str(face), "--weights", str(weights), *map(str, more)])


def test_a_certificate_is_made_and_holds(face, weights, tmp_path, capsys):
    assert certify(face, weights) == 0
    said = capsys.readouterr().out
    pdf, sheet = tmp_path / "face-certificate.pdf", tmp_path / "face-certificate.json"
    assert "No copy found. None of 20 faces (training data of tiny)" in said and said.endswith(f"{pdf}\n{sheet}\n")
    values = json.loads(sheet.read_text())
    assert values["recipe"]["seed"] == 3 and values["threshold"] == 0.2 and len(values["neighbours"]) == 5
    assert values["recipe_and_picture"] == "The recipe draws this very picture."
    assert verify(sheet, face, weights) == 0
    said = capsys.readouterr().out
    assert "face-certificate.json holds for face.png" in said and "It is signed with the key" in said
    assert "Who that is, the signature does not say" in said and "Their word alone says that it was made at" in said


def test_a_key_can_be_demanded_and_the_page_is_looked_at(face, weights, tmp_path, capsys, monkeypatch):
    key, other = tmp_path / "keys" / "my.pem", tmp_path / "keys" / "other.pem"
    own_key(other)
    monkeypatch.setattr("facedesigner.gui.places.Places.signing_key", key)
    assert certify(face, weights) == 0
    said = capsys.readouterr().err
    assert "a new key signs your certificates" in said and "signed with your key" in said
    pdf, sheet = tmp_path / "face-certificate.pdf", tmp_path / "face-certificate.json"
    mine = json.loads(sheet.read_text())["signer"]["fingerprint"]
    for wanted in (mine, tmp_path / "keys" / "my.pub.pem"):
        assert verify(sheet, face, weights, "--key", wanted) == 0
    capsys.readouterr()
    assert verify(sheet, face, weights, "--key", tmp_path / "keys" / "other.pub.pem") == 1
    assert f"it is signed with the key {mine}, and was to be" in capsys.readouterr().out
    assert verify(sheet, face, weights, "--key", "nonsense") == 2
    assert "neither a file nor a fingerprint" in capsys.readouterr().err
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    assert verify(sheet, face, weights) == 1
    assert "the PDF was changed" in capsys.readouterr().out
    pdf.unlink()
    assert verify(sheet, face, weights) == 0
    assert "not checked: the PDF" in capsys.readouterr().err


def test_the_nearest_training_faces_are_shown_from_a_folder(face, weights, tmp_path, capsys):
    assert certify(face, weights) == 0
    said = capsys.readouterr().err
    assert "The nearest training faces are not shown" in said and "--training-faces" in said
    folder = tmp_path / "faces"
    folder.mkdir()
    for number in range(20):
        Image.fromarray(random_picture(number).repeat(16, 0).repeat(16, 1)).save(folder / f"{number}.png")
    assert certify(face, weights, "--overwrite", "--training-faces", folder) == 0
    assert "The nearest training faces are shown, from faces." in capsys.readouterr().err
    assert "are shown" in json.loads((tmp_path / "face-certificate.json").read_text())["training_faces"]


def test_a_copy_of_a_training_picture_is_too_close_and_has_no_recipe(weights, tmp_path, capsys):
    copy = tmp_path / "copy.png"
    Image.fromarray(np.clip(random_picture(4)[:, ::-1] * 1.03, 0, 255).astype(np.uint8)).save(copy)
    assert certify(copy, weights, "--out", tmp_path / "out" / "it.pdf") == 0
    assert "Too close. 4.png (training data of tiny), mirrored" in capsys.readouterr().out
    values = json.loads((tmp_path / "out" / "it.json").read_text())
    assert values["recipe"] is None and "carries no recipe" in values["recipe_and_picture"] and not values["unique"]


def test_what_differs_is_said(face, weights, tmp_path, capsys):
    assert certify(face, weights, "--out", tmp_path / "it.pdf", "--threshold", "0.3") == 0
    sheet = tmp_path / "it.json"
    values = json.loads(sheet.read_text())
    values["neighbours"][0]["distance"] = 1.5
    (tmp_path / "edited.json").write_text(json.dumps(values))
    capsys.readouterr()
    assert verify(tmp_path / "edited.json", face, weights) == 1
    said = capsys.readouterr().out
    assert "does not hold" in said and "changed after it was made" in said and "the certificate says 1.5000" in said
    other = tmp_path / "other.png"
    assert main(["generate", "--seed", "4", "--out", str(other), "--weights", str(weights)]) == 0
    assert verify(sheet, other, weights) == 1
    said = capsys.readouterr().out
    assert "the picture is another file" in said and "seed 4" in said and "certified was “seed 3" in said
    strange = tiny_weights(tmp_path / "strange.safetensors", seed=1, name="strange")
    fake_embeddings(tmp_path / "strange.embeddings.safetensors", {"a.png": random_picture(0)}, model="strange")
    assert verify(sheet, face, strange) == 1
    assert "was made with model tiny" in capsys.readouterr().out


def test_a_picture_of_another_size_than_its_recipe(face, weights, tmp_path):
    from facedesigner.export.png import read_face, save_png

    large = np.asarray(Image.open(face).resize((64, 64)))
    save_png(large, tmp_path / "large.png", read_face(face), "tiny")
    assert certify(tmp_path / "large.png", weights) == 0
    values = json.loads((tmp_path / "large-certificate.json").read_text())
    assert "has 64 × 64 pixels, its recipe draws 16 × 16" in values["recipe_and_picture"]


def test_a_picture_that_its_recipe_does_not_draw_is_said(face, weights, tmp_path, capsys):
    from facedesigner.export.png import read_face, save_png

    other = save_png(random_picture(77), tmp_path / "other.png", read_face(face), "tiny")
    assert certify(other, weights) == 0
    assert "other.png: The picture is not what its recipe draws" in capsys.readouterr().err
    assert "is not what" in json.loads((tmp_path / "other-certificate.json").read_text())["recipe_and_picture"]


def test_photos_to_compare_with(face, weights, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("facedesigner.gui.places.Places.cache", tmp_path / "cache")
    assert certify(face, weights, "--against", tmp_path / "nowhere") == 2
    assert "there is no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--threshold", "0"], "--threshold is 0; choose a distance above 0"),
        (["--threshold", "nan"], "--threshold is nan"),
        (["--out", "a.txt"], "ends in .pdf"),
    ],
)
def test_bad_words_get_one_line(more, message, face, weights, capsys):
    assert certify(face, weights, *more) == 2
    assert message in capsys.readouterr().err


def test_bad_input_gets_one_line_and_nothing_is_written(face, weights, tmp_path, capsys, monkeypatch):
    before = sorted(tmp_path.iterdir())
    (tmp_path / "broken.png").write_bytes(b"no picture")
    assert certify(tmp_path / "broken.png", weights) == 2
    assert "broken.png cannot be opened" in capsys.readouterr().err
    assert certify(tmp_path / "none.png", weights) == 2
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "broken.png").unlink()
    (tmp_path / "tiny.embeddings.safetensors").rename(tmp_path / "away")
    assert certify(face, weights) == 2
    assert "python -m training embeddings" in capsys.readouterr().err
    (tmp_path / "away").rename(tmp_path / "tiny.embeddings.safetensors")
    assert sorted(tmp_path.iterdir()) == before
    assert certify(face, weights) == 0 and certify(face, weights) == 2
    assert "exists already" in capsys.readouterr().err and certify(face, weights, "--overwrite") == 0
    assert verify(face, face, weights) == 2
    assert "is not JSON" in capsys.readouterr().err


def test_a_picture_without_a_face(weights, tmp_path, capsys, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(uniqueness, "Identity", FakeIdentity)

    def nobody(image, path, size):
        raise NoFaceError("none")

    monkeypatch.setattr(certifying, "faces_of", nobody)
    Image.fromarray(random_picture(0)).save(tmp_path / "wall.png")
    assert certify(tmp_path / "wall.png", weights) == 2
    assert "no face was found in wall.png" in capsys.readouterr().err
