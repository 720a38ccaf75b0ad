import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facedesigner.cli import main
from facedesigner.export.png import read_face, save_png
from facedesigner.gui.places import Places
from facedesigner.state.face import Latent
from facedesigner.state.kept import file_of
from facedesigner.state.sliders import Shelf, Slider, save
from tests.tiny import tiny_weights
from training.networks.encoder import new_encoder, save_encoder
from training.weights import load_weights


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch) -> Places:
    """The user's folders, empty ones."""
    places = Places(tmp_path / "user" / "settings.toml", tmp_path / "user" / "sessions")
    monkeypatch.setattr(Places, "of_user", classmethod(lambda cls: places))
    return places


def start(tmp_path, variant: str = "style") -> tuple[str, str]:
    """Weights and a face that they drew."""
    weights = str(tiny_weights(tmp_path / f"{variant}.safetensors", variant=variant))
    picture = str(tmp_path / "in.png")
    assert main(["generate", "--seed", "7", "--out", picture, "--weights", weights]) == 0
    return weights, picture


@pytest.fixture
def weights_and_face(tmp_path, capsys) -> tuple[str, str]:
    made = start(tmp_path)
    capsys.readouterr()
    return made


def taught_in(places: Places, picture: str) -> Slider:
    model = read_face(Path(picture)).model
    slider = Slider("Big hat", Latent(1, 8, struct.pack("<8f", *range(8))), 3, 4)
    save(Shelf((slider,), {"pc02": "Cheeks"}), file_of(places.sliders, model), model)
    return slider


def test_controls_as_a_table_and_as_json(weights_and_face, places, capsys):
    weights, picture = weights_and_face
    slider = taught_in(places, picture)
    assert main(["controls", "--weights", weights]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "label", "group", "range", "default"]
    assert lines[1].split()[0] == "pc01" and "-3 to 3 σ" in lines[1] and lines[-1].startswith(slider.name)
    assert main(["controls", "--json", "--weights", weights]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [c["name"] for c in found] == ["pc01", "pc02", "pc03", slider.name]
    assert found[1]["label"] == "Cheeks"
    assert found[0] | {"description": ""} == {
        "name": "pc01",
        "label": "Component 1",
        "group": "Principal directions",
        "minimum": -3.0,
        "maximum": 3.0,
        "default": 0.0,
        "unit": "σ",
        "layers": ["coarse", "middle"],
        "choices": [],
        "description": "",
    }
    assert (found[-1]["label"], found[-1]["group"]) == ("Big hat", "Mine")


def test_edit_sets_sliders_and_locks(weights_and_face, tmp_path, capsys):
    weights, picture = weights_and_face
    out = str(tmp_path / "out.png")
    words = ["edit", picture, "--set", "pc01=2", "--set", "component 2@coarse=-1", "--lock", "pc03", "--out", out]
    assert main([*words, "--weights", weights]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    face = read_face(Path(out))
    assert (face.seed, face.controls, face.locks) == (7, (("pc01", 2.0), ("pc02@coarse", -1.0)), ("pc03",))
    assert main([*words, "--unlock", "pc03", "--weights", weights, "--overwrite"]) == 0
    assert read_face(Path(out)).locks == ()
    with Image.open(out) as after, Image.open(picture) as before:
        assert not np.array_equal(np.asarray(after), np.asarray(before))


def test_a_taught_slider_returns_bit_for_bit_where_nobody_knows_it(weights_and_face, places, tmp_path):
    from facedesigner.contract.request import RenderRequest
    from facedesigner.engine.face_engine import FaceEngine

    weights, picture = weights_and_face
    slider = taught_in(places, picture)
    out = tmp_path / "out.png"
    assert main(["edit", picture, "--set", "big hat=1.5", "--out", str(out), "--weights", weights]) == 0
    file_of(places.sliders, read_face(out).model).unlink()  # another machine
    face = read_face(out)
    assert face.controls == ((slider.name, 1.5),) and face.taught[0].label == "Big hat"
    engine = FaceEngine("cpu")
    engine.load(Path(weights))
    with Image.open(out) as written:
        np.testing.assert_array_equal(np.asarray(written), engine.render(RenderRequest(face)).image)
    again = tmp_path / "again.png"
    assert main(["edit", str(out), "--set", "pc01=1", "--out", str(again), "--weights", weights]) == 0
    assert read_face(again).taught == face.taught
    words = ["edit", str(out), "--set", "big hat=0", "--out", str(again), "--overwrite", "--weights", weights]
    assert main(words) == 0 and read_face(again).taught == ()


def test_a_menu_takes_its_classes_by_name_or_number(tmp_path, capsys):
    weights, picture = start(tmp_path, "cgan")
    out = tmp_path / "out.png"
    for text, value in (("male", 2.0), ("Female", 1.0), ("2", 2.0)):
        words = ["edit", picture, "--set", f"gender={text}", "--out", str(out), "--weights", weights, "--overwrite"]
        assert main(words) == 0
        assert read_face(out).control("gender") == value
    for words, message in (
        (["--set", "gender=old"], "gender cannot be 'old'; choose female, male"),
        (["--set", "gender=1.5"], "choose 0 to 2"),
        (["--lock", "gender"], "is a menu"),
    ):
        assert main(["edit", picture, *words, "--out", str(tmp_path / "no.png"), "--weights", weights]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "no.png").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "pc1=2"], "no control 'pc1'; did you mean pc01"),
        (["--set", "Compoment 2=2"], "did you mean Component 2"),
        (["--set", "zzz=2"], "`facedesigner controls` lists them"),
        (["--set", "pc01"], "--set pc01 lacks a value: write --set pc01=1"),
        (["--set", "pc01=much"], "pc01 cannot be 'much'; choose a number from -3 to 3"),
        (["--set", "pc01=9"], "pc01 cannot be 9; choose -3 to 3"),
        (["--set", "pc01=nan"], "pc01 cannot be nan; choose -3 to 3"),
        (["--set", "pc01@upper=1"], "pc01 has no layers 'upper'; choose coarse, middle"),
        (["--lock", "pc9"], "no control 'pc9'"),
    ],
)
def test_what_cannot_be_set_is_said_in_one_line(weights_and_face, words, message, tmp_path, capsys):
    weights, picture = weights_and_face
    assert main(["edit", picture, *words, "--out", str(tmp_path / "out.png"), "--weights", weights]) == 2
    error = capsys.readouterr().err
    assert message in error and len(error.splitlines()) == 1
    assert not (tmp_path / "out.png").exists()


def test_edit_overwrites_nothing_silently_not_even_its_own_picture(weights_and_face, capsys):
    weights, picture = weights_and_face
    before = Path(picture).read_bytes()
    assert main(["edit", picture, "--set", "pc01=1", "--out", picture, "--weights", weights]) == 2
    assert "add --overwrite" in capsys.readouterr().err and Path(picture).read_bytes() == before


def test_a_face_of_another_model_is_refused(weights_and_face, tmp_path, capsys):
    _, picture = weights_and_face
    other = str(tiny_weights(tmp_path / "other.safetensors", seed=1))
    assert main(["edit", picture, "--set", "pc01=1", "--out", str(tmp_path / "out.png"), "--weights", other]) == 2
    assert "was made with model" in capsys.readouterr().err


def test_broken_sliders_are_named(weights_and_face, places, capsys):
    weights, picture = weights_and_face
    taught_in(places, picture)
    path = file_of(places.sliders, read_face(Path(picture)).model)
    path.write_text("[")
    assert main(["controls", "--weights", weights]) == 2
    assert "not JSON" in capsys.readouterr().err and path.read_text() == "["


def test_a_picture_without_a_recipe_is_opened_as_a_photo(weights_and_face, tmp_path, capsys):
    weights, _ = weights_and_face
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    words = ["edit", str(tmp_path / "photo.png"), "--aligned", "--out", str(tmp_path / "out.png")]
    assert main([*words, "--weights", weights]) == 2
    assert "opening a picture needs an encoder of tiny" in capsys.readouterr().err
    model = load_weights(Path(weights))
    save_encoder(new_encoder(model), tmp_path / "encoder-tiny.safetensors", model.hash, {})
    assert main([*words, "--weights", weights]) == 2
    assert "photo.png is 8 × 8 pixels" in capsys.readouterr().err


def painted(picture: str) -> str:
    """A copy with another picture under the same recipe."""
    path = Path(picture).with_name("painted.png")
    save_png(np.full((16, 16, 3), 40, np.uint8), path, read_face(Path(picture)), "tiny")
    return str(path)


def test_a_picture_that_its_recipe_does_not_draw_is_said(weights_and_face, tmp_path, capsys):
    weights, picture = weights_and_face
    for file, said in ((picture, ""), (painted(picture), "is not what its recipe draws")):
        out = str(tmp_path / f"of-{Path(file).name}")
        assert main(["edit", file, "--set", "pc01=1", "--out", out, "--weights", weights]) == 0
        told = capsys.readouterr().err
        assert said in told and ("--as-photo" in told) is bool(said)


def test_inspect_says_whether_the_recipe_draws_the_picture(weights_and_face, tmp_path, capsys):
    weights, picture = weights_and_face
    assert main(["inspect", picture, "--weights", weights]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["seed"] == 7 and "The recipe draws this very picture." in told.err
    assert main(["inspect", painted(picture), "--weights", weights]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["seed"] == 7 and "is not what its recipe draws" in told.err
    other = str(tiny_weights(tmp_path / "other.safetensors", seed=1, name="other"))
    assert main(["inspect", picture, "--weights", other]) == 0
    assert "was not looked at: it is of model" in capsys.readouterr().err


def test_as_photo_takes_the_picture(weights_and_face, monkeypatch, tmp_path, capsys):
    weights, picture = weights_and_face
    asked = []

    def found(args, engine):
        asked.append(args.file)
        return read_face(args.file)

    monkeypatch.setattr("facedesigner.commands.source.face_of_photo", found)
    out = str(tmp_path / "out.png")
    assert main(["edit", painted(picture), "--as-photo", "--out", out, "--weights", weights]) == 0
    assert asked and "is not what" not in capsys.readouterr().err


def masked(tmp_path, *words: str) -> list[str]:
    mask = np.zeros((16, 16), np.uint8)
    mask[4:12, 4:12] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return [*words, "--mask", str(tmp_path / "mask.png"), "--set", "pc01=3", "--out", str(tmp_path / "out.png")]


def test_edit_with_a_mask_changes_nothing_outside_and_opens_again(weights_and_face, tmp_path, capsys):
    weights, picture = weights_and_face
    assert main([*masked(tmp_path, "edit", picture), "--weights", weights]) == 0
    before, after = (np.array(Image.open(path)) for path in (picture, tmp_path / "out.png"))
    outside = np.ones((16, 16), bool)
    outside[4:12, 4:12] = False
    np.testing.assert_array_equal(before[outside], after[outside])
    assert (before != after).any()
    face = read_face(tmp_path / "out.png")
    assert face.controls == () and dict(face.patches[0].controls) == {"pc01": 3.0}
    capsys.readouterr()
    again = str(tmp_path / "again.png")
    assert main(["edit", str(tmp_path / "out.png"), "--out", again, "--weights", weights]) == 0
    assert "edited" not in capsys.readouterr().err
    np.testing.assert_array_equal(np.array(Image.open(again)), after)


def test_masks_that_cannot_be_used_are_told(weights_and_face, tmp_path, capsys):
    weights, picture = weights_and_face
    out = str(tmp_path / "o.png")
    assert main(["edit", picture, "--mask", "ear", "--out", out, "--weights", weights]) == 2
    assert "neither a file nor a region; regions are nose, lips" in capsys.readouterr().err
    assert main([*masked(tmp_path, "edit", picture), "--lock", "pc02", "--weights", weights]) == 2
    assert "locks hold for the whole face" in capsys.readouterr().err
    (tmp_path / "mask.png").write_bytes(b"\x89PNG")
    words = ["edit", picture, "--mask", str(tmp_path / "mask.png"), "--out", out, "--weights", weights]
    assert main(words) == 2
    assert "mask.png cannot be opened" in capsys.readouterr().err
    assert not Path(out).exists()
