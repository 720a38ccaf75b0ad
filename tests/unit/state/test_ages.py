import pytest

from facedesigner.state.ages import AGE, OLDEST, age_of, aged, range_words, there_and_back
from facedesigner.state.face import FaceState

FACE = FaceState("m", seed=1, controls=(("smile", 1.0),))


def test_an_age_is_held_as_the_change_from_the_own_one():
    face = aged(FACE, 31.27, 70.0)
    assert face.controls == ((AGE, 38.7), ("smile", 1.0))
    assert age_of(face, 31.27) == pytest.approx(70, abs=0.05)
    assert aged(face, 31.27, 31.27) == FACE
    assert age_of(FACE.with_control(AGE, 500.0), 30.0) == OLDEST and age_of(FACE.with_control(AGE, -500.0), 30.0) == 0


def test_an_animation_goes_there_and_back_and_repeats_without_a_jump():
    ages = there_and_back(10, 70, 12)
    assert len(ages) == 12 and ages[0] == 10 and ages[6] == pytest.approx(70)
    assert ages[1:6] == pytest.approx(ages[:6:-1])
    assert max(abs(a - b) for a, b in zip(ages, (*ages[1:], ages[0]), strict=True)) < 17


def test_the_range_is_said_in_years():
    assert "18 to 66 years" in range_words((17.6, 66.2))
