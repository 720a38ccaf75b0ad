import json
import struct

import pytest

from facedesigner.state import edits
from facedesigner.state.face import MOST_PATCHES, FaceState, Latent, Patch, Taught
from facedesigner.state.recipe import RecipeError, describe, from_json, to_dict, to_json
from tests.masks import box

FACE = FaceState("0123456789abcdef", seed=42, controls=(("age", 10.0), ("smile", 1.0)))
NOSE, LIPS = box(100, 100, 150, 160), box(100, 170, 150, 200)
LATENT = Latent(1, 2, struct.pack("<2f", 1.0, 2.0))


def test_a_patch_says_what_is_other_and_the_rest_follows_the_whole():
    face = FACE.with_inside(NOSE, FACE.with_controls({"smile": 0.0, "nose": 2.0, "age": 10.0}))
    assert face.patches == (Patch(NOSE, (("nose", 2.0), ("smile", 0.0))),)
    older = face.with_control("age", 30.0)
    assert older.inside(NOSE).controls == (("age", 30.0), ("nose", 2.0))
    assert older.inside(LIPS).controls == older.controls and not older.inside(LIPS).patches


def test_another_person_inside_brings_its_truncation():
    other = FaceState(FACE.model, seed=7, psi=0.5, noise_seed=3, name="Ann")
    face = FACE.with_inside(NOSE, other)
    inside = face.inside(NOSE)
    assert (inside.seed, inside.psi, inside.controls) == (7, 0.5, ())
    assert (face.seed, face.psi, face.noise_seed, face.name) == (42, 0.7, 0, "")
    assert FACE.with_inside(NOSE, FACE.with_latent(LATENT)).inside(NOSE).latent == LATENT


def test_the_same_inside_as_outside_leaves_no_patch():
    face = FACE.with_inside(NOSE, FACE.with_control("nose", 2.0))
    assert face.with_inside(NOSE, FACE) == FACE == face.without(NOSE)


def test_a_new_patch_lies_below_the_others_and_an_old_one_keeps_its_place():
    face = FACE.with_inside(NOSE, FACE.with_control("nose", 2.0))
    face = face.with_inside(LIPS, FACE.with_control("lips", 1.0))
    assert [patch.mask for patch in face.patches] == [LIPS, NOSE]
    assert [p.mask for p in face.with_inside(NOSE, FACE.with_control("nose", 1.0)).patches] == [LIPS, NOSE]


def test_a_painted_mask_takes_its_patch_along():
    face = FACE.with_inside(NOSE, FACE.with_control("nose", 2.0))
    moved = face.remasked(NOSE, LIPS)
    assert moved.inside(LIPS).control("nose") == 2.0 and moved.inside(NOSE) == FACE
    assert face.remasked(NOSE, NOSE) == face


def test_taught_sliders_of_a_patch_travel_along():
    taught = Taught("Hat", Latent(1, 2, struct.pack("<2f", 1.0, 2.0)))
    face = FACE.with_inside(NOSE, FACE.with_control(taught.name, 2.0, taught))
    assert face.taught == face.inside(NOSE).taught == (taught,)
    assert face.without(NOSE).taught == ()


def test_another_person_has_no_patches():
    face = FACE.with_inside(NOSE, FACE.with_control("nose", 2.0))
    assert not face.with_seed(3).patches and not face.with_latent(LATENT).patches
    assert not edits.reset(face, (), frozenset()).patches


def test_too_many_and_foreign_ones_are_refused():
    face = FACE
    for number in range(MOST_PATCHES):
        face = face.with_inside(box(number, 0, number + 9, 9), FACE.with_control("nose", 2.0))
    with pytest.raises(ValueError, match="in 8 places, not 9"):
        face.with_inside(NOSE, FACE.with_control("nose", 2.0))
    with pytest.raises(ValueError, match="another model"):
        FACE.with_inside(NOSE, FaceState("another", seed=1))
    with pytest.raises(ValueError, match="one patch for a mask"):
        FaceState("m", seed=1, patches=(Patch(NOSE), Patch(NOSE)))


def test_recipes_hold_patches_and_those_without_are_as_ever():
    face = FACE.with_inside(NOSE, FACE.with_controls({"nose": 2.0})).with_inside(LIPS, FACE.with_seed(7).with_psi(1.0))
    face = face.with_inside(box(0, 0, 9, 9), FACE.with_latent(LATENT))
    assert from_json(to_json(face)) == face
    assert "patches" not in to_dict(FACE)
    words = describe(face, "style")
    assert "in 5% of the picture: age +0 nose +2 smile +0" in words and "seed 7 psi 1" in words


MASK = NOSE.to_text()


@pytest.mark.parametrize(
    ("patches", "message"),
    [
        (3, "incomplete or damaged"),
        ([3], "incomplete or damaged"),
        ([{"mask": MASK}], "incomplete or damaged"),
        ([{"mask": 3, "controls": {}}], "incomplete or damaged"),
        ([{"mask": "AAAA", "controls": {}}], "the mask is damaged"),
        ([{"mask": MASK, "controls": {"nose": 1e9}}], "a control must be a number"),
        ([{"mask": MASK, "controls": {}, "seed": -1}], "choose a whole number"),
        ([{"mask": MASK, "controls": {}, "psi": 7}], "psi is 7"),
        ([{"mask": MASK, "controls": {}}] * 1000, "in 8 places, not 9"),
    ],
)
def test_damaged_patches_are_named(patches, message):
    with pytest.raises(RecipeError, match=message):
        from_json(json.dumps({**to_dict(FACE), "patches": patches}))
