import pytest
import torch

from training.data import Faces
from training.pictures import DataError
from training.weighting import cumulative_weights, drawn

NAMES = ("plain/1.png", "plain/2.png", "varied/1.png", "varied/2.png")


@pytest.fixture
def faces():
    labels = {"age": torch.tensor([20.0, 50.0, float("nan"), 70.0]), "gender": torch.tensor([0, 1, 1, -1])}
    return Faces(torch.zeros(4, 3, 4, 4, dtype=torch.uint8), NAMES, labels, {"gender": ("female", "male")})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (("varied/*: 0.5",), [1, 1, 0.5, 0.5]),
        (("age>=50: 3",), [1, 3, 1, 3]),
        (("age<50:0",), [0, 1, 1, 1]),
        (("gender=male: 2",), [1, 2, 2, 1]),
        (("varied/*: 0.5", "age>60: 4"), [1, 1, 0.5, 4]),  # the last that fits decides
    ],
)
def test_rules_say_how_often_pictures_are_drawn(faces, rules, expected):
    shares = cumulative_weights(faces, rules)
    assert shares is not None
    wanted = torch.tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(shares.diff(prepend=torch.zeros(1, dtype=torch.float64)), wanted / wanted.sum())


def test_pictures_are_drawn_by_their_weights(faces):
    torch.manual_seed(0)
    shares = cumulative_weights(faces, ("plain/*: 3", "age=20: 0"))
    counts = drawn(shares, 4, 5000).bincount(minlength=4) / 5000
    torch.testing.assert_close(counts, torch.tensor([0, 0.6, 0.2, 0.2]), atol=0.03, rtol=0)


def test_without_rules_all_count_the_same(faces):
    torch.manual_seed(0)
    assert cumulative_weights(faces, ()) is None
    before = torch.get_rng_state()
    index = drawn(None, 4, 100)
    torch.set_rng_state(before)
    assert torch.equal(index, torch.randint(4, (100,)))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("hat=1: 2", "no label column 'hat'; known are age, gender"),
        ("gender>male: 2", "gender= and one of female, male"),
        ("gender=other: 2", "female, male"),
        ("age>old: 2", "is no rule"),
        ("varied/*", "is no rule"),
        ("age>40: -1", "0 or more"),
        ("none/*: 2", "fits none of the 4"),
        ("*: 0", "leaves no picture"),
    ],
)
def test_a_rule_that_says_nothing_is_named(faces, rule, message):
    with pytest.raises(DataError, match=message):
        cumulative_weights(faces, (rule,))
