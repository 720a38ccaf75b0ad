import pytest

from facedesigner.state.face import FaceState, Latent
from facedesigner.state.recipe import from_dict, to_dict


def test_a_face_has_either_a_seed_or_a_latent():
    latent = Latent(1, 1, b"\0" * 4)
    for seed, wrong in ((None, None), (1, latent)):
        with pytest.raises(ValueError, match="either a seed or a latent"):
            FaceState("m", seed=seed, latent=wrong)
    face = FaceState("m", seed=1).with_latent(latent)
    assert face.seed is None and face.with_seed(3).latent is None


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "7"])
def test_a_seed_out_of_range_is_named(seed):
    with pytest.raises(ValueError, match="choose a whole number from 0 to 4294967295"):
        FaceState("m", seed=seed)


@pytest.mark.parametrize("psi", [-0.1, 1.6, float("nan")])
def test_psi_out_of_range_is_named(psi):
    with pytest.raises(ValueError, match="psi"):
        FaceState("m", seed=0, psi=psi)


def test_controls_are_sorted_and_zero_is_no_control():
    face = FaceState("m", seed=0).with_control("b", 1).with_control("a", 2).with_control("c", 0)
    assert face.controls == (("a", 2.0), ("b", 1.0))
    assert face.with_control("b", 0) == FaceState("m", seed=0, controls=(("a", 2.0),))
    assert face.control("a") == 2 and face.control("z") == 0


@pytest.mark.parametrize("data", [b"", b"\0" * 3, b"\0\0\x80\x7f"])
def test_a_latent_of_wrong_length_or_not_finite_is_refused(data):
    with pytest.raises(ValueError, match="latent"):
        Latent(1, 1, data)


def test_a_name_belongs_to_the_person():
    anna = FaceState("m", seed=42).with_name("  Anna\n Karenina\x1b ")
    assert anna.name == anna.title == "Anna Karenina" and anna.origin == "seed0042"
    assert anna.with_control("a", 1.0).with_psi(0.5).with_locks(["a"]).name == "Anna Karenina"
    assert anna.with_seed(43).name == anna.with_latent(Latent(1, 1, b"\0\0\x80\x3f")).name == ""
    assert from_dict(to_dict(anna)) == anna and "name" not in to_dict(anna.with_name(""))
    for long in ("x" * 61, "x" * 10**6):
        with pytest.raises(ValueError, match="choose at most 60"):
            anna.with_name(long)


@pytest.mark.parametrize(
    ("name", "stem"), [("Jürgen (2)", "Jürgen (2)"), ("../a/b", "a_b"), ("..", "seed0042"), ("C:\\x", "C_x")]
)
def test_a_file_is_called_like_the_face_whatever_that_is(name, stem):
    assert FaceState("m", seed=42, name=name).stem == stem


def test_titles_are_file_names():
    assert FaceState("m", seed=42).title == "seed0042"
    assert FaceState("m", latent=Latent(1, 1, b"\0\0\x80\x3f")).title.startswith("latent-")
