import json
import struct

import pytest

from facedesigner.state.face import FaceState, Latent, Taught
from facedesigner.state.kept import KeptError, file_of
from facedesigner.state.recipe import RecipeError, describe, from_json, to_dict, to_json
from facedesigner.state.sliders import Shelf, Slider, check_examples, check_label, load, save

MODEL = "0123456789abcdef"


def vector(*values):
    return Latent(1, len(values), struct.pack(f"<{len(values)}f", *values))


SMILE = Slider("Smile", vector(1.0, 0.0), 7, 8)
HAT = Slider("Hat", vector(0.0, 2.0), 3, 4)
FACE = FaceState(MODEL, seed=1)


def test_a_name_comes_from_the_vector_alone():
    assert SMILE.name == Taught("Grin", SMILE.vector).name != HAT.name
    assert Taught("Grin", SMILE.vector) == SMILE.taught
    with pytest.raises(ValueError, match="one row"):
        Taught("Smile", Latent(2, 1, SMILE.vector.data))


def test_a_face_carries_the_taught_directions_that_it_uses():
    face = FACE.with_control(SMILE.name, 1.5, SMILE.taught)
    assert face.taught == (SMILE.taught,)
    assert face.with_control("pc01", 1.0).taught == (SMILE.taught,)
    assert face.with_control(SMILE.name, 0.0) == FACE
    assert FACE.with_control(f"{SMILE.name}@coarse", 1.0, SMILE.taught).taught == (SMILE.taught,)
    assert FACE.with_controls({HAT.name: 1.0}, [SMILE.taught, HAT.taught]).taught == (HAT.taught,)
    locked = FACE.with_locks([SMILE.name, "pc01", "pc01"], [SMILE.taught, HAT.taught])
    assert locked.locks == (SMILE.name, "pc01") and locked.taught == (SMILE.taught,)
    assert locked.with_locks(()) == FACE


def test_a_recipe_carries_locks_and_directions():
    face = FACE.with_control(SMILE.name, 1.5, SMILE.taught).with_locks(["pc01", HAT.name], [HAT.taught])
    again = from_json(to_json(face))
    assert again == face and {taught.label for taught in again.taught} == {"Smile", "Hat"}
    assert describe(face, "style").startswith("seed 1, psi 0.7, Smile +1.5, Hat locked, pc01 locked")


def test_a_plain_recipe_is_as_it_always_was():
    assert set(to_dict(FACE)) == {"version", "model", "seed", "controls", "psi", "noise_seed"}


@pytest.mark.parametrize(
    "values",
    [
        {"locks": "pc01"},
        {"locks": [1]},
        {"taught": [{"label": "Smile"}]},
        {"taught": [{"label": "Smile", "shape": [1, 2], "float32": "AAAA"}]},
        {"taught": [{"label": "Smile", "shape": [2, 1], "float32": "AAAAAAAAAAA="}]},
    ],
)
def test_damaged_locks_and_directions_are_refused(values):
    with pytest.raises(RecipeError, match="the recipe"):
        from_json(json.dumps(to_dict(FACE) | values))


def test_sliders_are_kept_a_file_a_model(tmp_path):
    path = file_of(tmp_path / "sliders", MODEL)
    assert load(path, MODEL, 2) == Shelf()
    shelf = Shelf((SMILE, HAT), {"pc01": "Shape of the head"})
    save(shelf, path, MODEL)
    assert load(path, MODEL, 2) == shelf
    assert [file.name for file in path.parent.iterdir()] == [f"{MODEL}.json"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text[:40], "not JSON"),
        (lambda text: text.replace(MODEL, "fedcba9876543210"), "belongs to model fedcba9876543210, not"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "newer FaceDesigner"),
        (lambda text: text.replace("Smile", "").replace('"label"', '"name"'), "incomplete or damaged"),
        (lambda text: "[]", "incomplete or damaged"),
        (lambda text: text.replace('"labels": {}', '"labels": []'), "incomplete or damaged"),
        (lambda text: text.replace('"labels": {}', '"labels": {"pc01": "%s"}' % (60 * "x")), "incomplete or damaged"),
    ],
)
def test_a_broken_file_says_what_is_wrong(tmp_path, spoil, message):
    path = file_of(tmp_path, MODEL)
    save(Shelf((SMILE,)), path, MODEL)
    path.write_text(spoil(path.read_text()))
    with pytest.raises(KeptError, match=message):
        load(path, MODEL, 2)


def test_a_slider_of_another_size_is_refused(tmp_path):
    path = file_of(tmp_path, MODEL)
    save(Shelf((SMILE,)), path, MODEL)
    with pytest.raises(KeptError, match=r"Smile is \(1, 2\), this model needs \(1, 3\)"):
        load(path, MODEL, 3)


@pytest.mark.parametrize(
    ("label", "message"), [("  ", "Give the slider a name"), ("x" * 41, "41 letters"), ("sMILE", "already")]
)
def test_labels_that_are_not_to_be_had(label, message):
    with pytest.raises(ValueError, match=message):
        check_label(label, ["Smile"])
    assert check_label("  Big   hat ", ["Smile"]) == "Big hat"


def test_examples_need_two_a_side_and_no_face_on_both():
    faces = [FACE.with_seed(seed) for seed in range(4)]
    for with_it, without in ((faces[:1], faces[1:]), (faces, []), ([], [])):
        with pytest.raises(ValueError, match="at least 2 faces with it and 2 without"):
            check_examples(with_it, without)
    with pytest.raises(ValueError, match="both with and without"):
        check_examples(faces[:2], faces[1:3])
    check_examples(faces[:2], faces[2:])
