import pytest

from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import (
    Calibration,
    CalibrationError,
    Compared,
    Finding,
    Neighbour,
    Pushed,
    Rate,
    nearest,
    percent,
)
from tests.fake_identity import CALIBRATION


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 100, 0.0, 0.0370), (5, 100, 0.0215, 0.1118), (50, 100, 0.4038, 0.5962), (100, 100, 0.9630, 1.0)],
)
def test_the_interval_is_wilsons(count, total, low, high):
    assert Rate(count, total).interval == pytest.approx((low, high), abs=1e-4)


def test_a_rate_of_nothing_is_anything():
    assert Rate(0, 0).interval == (0.0, 1.0) and Rate(0, 0).share == 0


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.00001, "under 0.01%"), (0.0053, "0.53%"), (0.125, "12.5%"), (0.9996, "over 99.9%"), (1, "100%")],
)
def test_percents_say_neither_nothing_nor_all_for_less(share, text):
    assert percent(share) == text


def test_a_calibration_says_what_a_threshold_does():
    found = Calibration.of(CALIBRATION)
    assert found.probability(0.25) == pytest.approx(0.5) and found.probability(0) > 0.99 > 0.01 > found.probability(0.4)
    assert (found.flagged(0.2).count, found.found(0.2).count, found.paired(0.3).count) == (2, 99, 1)
    assert found.flagged(0.29) == found.flagged(0.2)  # what lies between is not known
    assert found.flagged(-1).count == 0 and found.flagged(2).count == 150
    assert str(found.flagged(0.2)) == "1% (2 of 200; 95% interval 0.27% to 3.6%)"


@pytest.mark.parametrize(
    "change", [{"slope": "x"}, {"limits": []}, {"copies": {"total": 1, "under": []}}, {"kinds": 3}]
)
def test_a_damaged_one_is_refused(change):
    with pytest.raises(CalibrationError, match="is damaged"):
        Calibration.of({**CALIBRATION, **change})


def test_the_verdict_follows_the_threshold():
    first = Neighbour("training data", "a.png", 0.15, 0.98, mirrored=True)
    found = Finding((first,), (Compared("training data", 1000, "d"),), Calibration.of(CALIBRATION))
    assert not found.is_unique(0.2) and found.is_unique(0.1) and found.is_unique(0.15)
    assert "a.png (training data), mirrored, at a distance of 0.15 is nearer" in found.verdict(0.2)
    assert "98%" in found.verdict(0.2) and found.headline(0.2) == "Too close"
    assert found.verdict(0.1).startswith("None of 1,000 faces (training data) is nearer than the threshold of 0.10")
    assert found.headline(0.1) == "No copy found"
    empty = Finding((), (), found.calibration)
    assert empty.is_unique(0.2) and "nothing to compare" in empty.verdict(0.2)


def test_the_nearest_come_first():
    names = [Neighbour("g", name, distance, 0.0) for name, distance in (("c", 0.3), ("a", 0.1), ("b", 0.2))]
    assert [near.name for near in nearest(names, 2)] == ["a", "b"]
    assert names[1].similarity == 0.9 and Neighbour("g", "far", 1.4, 0.0).similarity == 0


def test_a_push_says_how_far_it_went():
    face = FaceState("m", seed=0)
    assert "0.20 away and is 0.30 away now" in Pushed(face, 0.2, 0.3, 1.0, 3.0).words
    assert "No way" in Pushed(face, 0.2, 0.2, 0.0, 3.0).words
