import math

import pytest

from facedesigner.state.constraint import Constraint, ConstraintError, Wish, check_known, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("age=60..80", Constraint("age", 60, 80)),
        ("smile=1..", Constraint("smile", 1, math.inf)),
        ("jaw=..-0.5", Constraint("jaw", -math.inf, -0.5)),
        ("glasses=no", Constraint("glasses", -math.inf, 0, "no")),
        ("gender = male", Constraint("gender", 0, math.inf, "male")),
    ],
)
def test_what_can_be_asked(text, found):
    assert parse(text) == found
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("age", "write it as"),
        ("age=30", "write two numbers"),
        ("age=80..60", "leaves nothing"),
        ("glasses=maybe", "or no or yes"),
        ("age=old..", "has no range"),
        ("age=nan..3", "has no range"),
    ],
)
def test_what_cannot_is_named(text, named):
    with pytest.raises(ConstraintError, match=named):
        parse(text)


def test_age_is_in_years_and_others_in_deviations():
    assert parse("age=60..80").bounds(30, 5) == (60, 80)
    assert parse("smile=1..2").bounds(0.1, 0.02) == pytest.approx((0.12, 0.14))
    assert parse("glasses=no").bounds(-5, 1) == (-math.inf, 0)


def test_unknown_and_repeated_ones():
    with pytest.raises(ConstraintError, match="'hat' is not measured on this model; choose age, smile"):
        check_known([parse("hat=1..")], {"smile", "age"})
    with pytest.raises(ConstraintError, match="asked for twice"):
        check_known([parse("age=1.."), parse("age=..9")], {"age"})


@pytest.mark.parametrize("wrong", [{"count": 0}, {"min_distance": 2.0}, {"psi": 3.0}, {"patience": 0}, {"seed": -1}])
def test_a_wish_says_what_is_out_of_range(wrong):
    with pytest.raises(ValueError, match="choose"):
        Wish(**{"count": 5, **wrong})
