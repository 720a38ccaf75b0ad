import pytest
import torch

from facedesigner.contract.sketching import SIDE
from facedesigner.engine.dabs import dabbed, strokes_of

HAIR, SKIN, GROUND, LIPS = (-0.7, -0.75, -0.8), (0.5, 0.2, 0.0), (0.5, 0.55, 0.6), (0.4, -0.35, -0.3)
PLACES = {"hair": (0.16, 0.5), "skin": (0.6, 0.36), "ground": (0.2, 0.04), "lips": (0.745, 0.5)}  # row, column


def picture() -> torch.Tensor:
    """A face as a translator draws it, (1, 3, SIDE, SIDE) in [-1, 1]."""
    places = (torch.arange(SIDE) + 0.5) / SIDE
    x, y = places[None, :], places[:, None]
    drawn = torch.tensor(GROUND)[:, None, None].expand(3, SIDE, SIDE).clone()
    for inside, colour in (
        (((x - 0.5) / 0.32) ** 2 + ((y - 0.42) / 0.36) ** 2 < 1, HAIR),
        (((x - 0.5) / 0.22) ** 2 + ((y - 0.56) / 0.33) ** 2 < 1, SKIN),
        (((x - 0.5) / 0.1) ** 2 + ((y - 0.745) / 0.03) ** 2 < 1, LIPS),
    ):
        drawn[:, inside] = torch.tensor(colour)[:, None]
    return drawn[None]


def dab(hints: torch.Tensor, row: float, column: float, colour: tuple[float, float, float], reach: int = 5) -> None:
    down, across = round(row * SIDE), round(column * SIDE)
    here = (slice(max(0, down - reach), down + reach), slice(max(0, across - reach), across + reach))
    hints[0, :3, here[0], here[1]] = torch.tensor(colour)[:, None, None]
    hints[0, 3, here[0], here[1]] = 1


def no_hints() -> torch.Tensor:
    return torch.zeros(1, 4, SIDE, SIDE)


def colour_at(drawn: torch.Tensor, name: str) -> torch.Tensor:
    row, column = PLACES[name]
    return drawn[0, :, round(row * SIDE), round(column * SIDE)]


BARE = torch.zeros(1, 1, SIDE, SIDE)


def test_without_hints_the_picture_stays_as_it_is():
    assert torch.equal(dabbed(picture(), no_hints(), BARE), picture())


@pytest.mark.parametrize(
    ("name", "place", "elsewhere"),
    [
        ("hair", (0.16, 0.5), (0.4, 0.22)),
        ("skin", (0.6, 0.36), (0.62, 0.66)),
        ("ground", (0.2, 0.04), (0.3, 0.95)),
        ("lips", (0.745, 0.45), (0.745, 0.55)),
    ],
)
def test_a_dab_colours_its_whole_region_and_no_other(name, place, elsewhere):
    hints, wanted = no_hints(), (-0.2, 0.4, -0.4)
    dab(hints, place[0], place[1], wanted, reach=4)
    drawn, before = dabbed(picture(), hints, BARE), picture()
    far = drawn[0, :, round(elsewhere[0] * SIDE), round(elsewhere[1] * SIDE)]
    assert (far[1] - far[0] > 0.1) and (far[1] - far[2] > 0.1)  # green, away from the dab
    for other in PLACES.keys() - {name}:
        torch.testing.assert_close(colour_at(drawn, other), colour_at(before, other), atol=0.1, rtol=0)


def test_two_colours_of_hair_run_into_each_other():
    hints = no_hints()
    dab(hints, 0.3, 0.22, (0.6, -0.6, -0.6))
    dab(hints, 0.3, 0.78, (-0.6, -0.6, 0.6))
    drawn = dabbed(picture(), hints, BARE)[0, :, round(0.3 * SIDE)]
    left, right = drawn[:, round(0.22 * SIDE)], drawn[:, round(0.78 * SIDE)]
    assert left[0] > left[2] + 0.2 and right[2] > right[0] + 0.2


def test_hair_colour_on_the_upper_forehead_is_meant_for_the_hair():
    hints = no_hints()
    dab(hints, 0.29, 0.5, (-0.2, 0.4, -0.4))
    drawn = dabbed(picture(), hints, BARE)
    assert colour_at(drawn, "hair")[1] > colour_at(drawn, "hair")[0] + 0.1
    torch.testing.assert_close(colour_at(drawn, "skin"), colour_at(picture(), "skin"), atol=0.1, rtol=0)


def test_on_hatching_and_eyes_a_stroke_colours_what_lies_under_it():
    for row, column, ink in ((0.47, 0.4, BARE), (0.82, 0.5, torch.ones_like(BARE))):
        hints = no_hints()
        dab(hints, row, column, (-0.2, 0.4, -0.4))
        drawn = dabbed(picture(), hints, ink)
        under = drawn[0, :, round(row * SIDE), round(column * SIDE)]
        assert under[1] > under[0] + 0.1
        torch.testing.assert_close(colour_at(drawn, "skin"), colour_at(picture(), "skin"), atol=0.02, rtol=0)


def test_strokes_are_told_apart_by_place_and_colour():
    hints = no_hints()
    for row, column, colour in ((0.2, 0.2, (0.5, 0.0, 0.0)), (0.2, 0.7, (0.5, 0.0, 0.0)), (0.24, 0.2, (0.0, 0.5, 0.0))):
        dab(hints, row, column, colour)
    strokes = strokes_of(hints)
    assert len(strokes) == 3
    assert torch.equal(torch.stack(strokes).any(0), hints[:, 3:] > 0)
