from __future__ import annotations

from random import Random

from facedesigner.contract.request import Control
from facedesigner.state import edits
from facedesigner.state.face import FaceState, Latent

CONTROLS = (
    Control("smile", "Smile", "Look", -3, 3, ranges=("coarse",)),
    Control("age", "Age", "Look", 0, 90, default=30, unit="years"),
)
FACE = FaceState(model="m", seed=1, controls=(("smile", 2.0), ("smile@coarse", 1.0), ("age", 60.0)))
NONE: frozenset[str] = frozenset()


def test_reset_goes_to_the_defaults_on_all_layers():
    assert edits.reset(FACE, CONTROLS, NONE).controls == (("age", 30.0),)
    assert edits.reset(FACE, CONTROLS, frozenset({"smile"})).controls == (
        ("age", 30.0),
        ("smile", 2.0),
        ("smile@coarse", 1.0),
    )


def test_randomised_stays_within_the_limits_and_is_repeatable():
    faces = [edits.randomised(FACE, CONTROLS, NONE, "", Random(seed)) for seed in range(200)]
    smiles = [face.control("smile") for face in faces]
    assert -3 <= min(smiles) < -1.5 and 1.5 < max(smiles) <= 3
    assert all(0 <= face.control("age") <= 90 for face in faces)
    assert faces[7] == edits.randomised(FACE, CONTROLS, NONE, "", Random(7))


def test_randomised_of_some_layers_touches_those_alone():
    face = edits.randomised(FACE, CONTROLS, NONE, "coarse", Random(0))
    assert (face.control("smile"), face.control("age")) == (2.0, 60.0)
    assert face.control("smile@coarse") != 1.0


def test_new_faces_of_a_latent_have_seeds():
    face = FACE.with_latent(Latent(1, 1, bytes(4)))
    faces = edits.new_faces(face, CONTROLS, NONE, Random(0))
    assert len({one.seed for one in faces} - {None}) == 9


def test_edit_text():
    control = CONTROLS[0]
    assert edits.edit_text(control, "", 1.5) == "Smile +1.5"
    assert edits.edit_text(control, "coarse", -0.25) == "Smile (coarse) -0.25"
    assert edits.edit_text(control, "", 2.0) == "Smile +2.0"


def test_same_person_whatever_the_sliders():
    assert edits.same_person(FACE, FACE.with_controls({}).with_psi(1.0))
    assert not edits.same_person(FACE, FACE.with_seed(2))


def test_sliders_are_held_and_menus_are_not():
    menu = Control("gender", "Gender", "Look", 0, 2, choices=("female", "male"))
    controls = (*CONTROLS, menu)
    assert edits.held(FACE, controls, frozenset({"age", "gender", "seed", "gone"})).locks == ("age",)
    assert edits.held(FACE.with_locks(["age"]), controls, NONE) == FACE


def test_a_face_from_a_file_brings_its_locks_and_leaves_those_that_no_picture_depends_on():
    menu = Control("gender", "Gender", "Look", 0, 2, choices=("female", "male"))
    locks = edits.locks_with(FACE.with_locks(["smile"]), frozenset({"age", "gender", "seed"}), (*CONTROLS, menu))
    assert locks == {"smile", "gender", "seed"}
