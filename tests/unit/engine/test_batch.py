import numpy as np
import pytest

from facedesigner.contract.request import Control
from facedesigner.engine.batch import ALIKE, TRAINED, Search, Tools, nearest, ranges
from facedesigner.state.constraint import ConstraintError, Wish, parse
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import FakeEngine, fake_info

MEASURES = {"age": (30.0, 4.0), "smile": (0.1, 0.02), "glasses": (-5.0, 1.0)}


class Engine(FakeEngine):
    """Age is the seed's last digits, and what the slider adds; smile the slider alone."""

    def __init__(self, limit=10.0):
        super().__init__()
        controls = (
            Control("age", "Age", "Face", -limit, limit, unit="years"),
            Control("smile", "Smile", "Face", -2.0, 2.0, unit="σ"),
        )
        self._info = fake_info(controls=controls, measures=MEASURES)


def age_of(face: FaceState) -> float:
    return 20.0 + (face.seed or 0) % 20 + face.control("age")


def search(engine, wish, defect=lambda picture: "", embed=None, training=None):
    drawn = []

    def label(pictures):
        face = engine.requests[-1].face
        drawn.append(face)
        values = {"age": age_of(face), "smile": 0.1 + 0.02 * face.control("smile"), "glasses": -5.0}
        return {name: np.array([value]) for name, value in values.items()}

    def apart(picture):
        return np.full((2, 128), len(drawn), np.float64)

    return Search(engine, wish, Tools(label, embed or apart, defect, training))


def test_a_wish_steers_the_controls():
    engine = Engine()
    found = search(engine, Wish(1, (parse("age=40..44"), parse("smile=1..")), 0.0))
    for number in range(20):
        tried = found.try_face(number)
        assert tried.refused == "" if age_of(FaceState("", seed=tried.face.seed)) > 31 else True
        if not tried.refused:
            assert 40 <= tried.measures["age"] <= 44 and tried.measures["smile"] >= 0.12
            assert 0 < tried.face.control("smile") <= 2


def test_a_face_that_meets_the_wish_is_left_alone():
    tried = search(Engine(), Wish(1, (parse("age=0..99"), parse("glasses=no")), 0.0)).try_face(0)
    assert not tried.refused and tried.face.controls == ()


def test_what_no_control_reaches_is_refused_by_name():
    assert search(Engine(), Wish(1, (parse("age=80..90"),), 0.0)).try_face(0).refused == "age"
    assert search(Engine(), Wish(1, (parse("glasses=yes"),), 0.0)).try_face(0).refused == "glasses"


def test_defects_and_distances_refuse():
    assert search(Engine(), Wish(1), lambda picture: "blurred").try_face(0).refused == "blurred"

    def alike(picture):
        return np.zeros((2, 128))

    found = search(Engine(), Wish(1, min_distance=0.5), embed=alike)
    first = found.try_face(0)
    assert first.embedding is not None and not first.refused and first.nearest is None
    found.accept(first.embedding)
    assert found.try_face(1).refused == ALIKE
    trained = np.zeros((3, 128), np.float32)
    trained[:, 0] = (0.3, 0.9, 2.0)
    near = search(Engine(), Wish(1, min_distance=0.5), embed=alike, training=trained).try_face(0)
    assert near.refused == TRAINED and near.trained == pytest.approx(0.3)


def test_tries_are_the_same_for_the_same_seed():
    seeds = [
        [search(Engine(), Wish(1, seed=seed)).try_face(number).face.seed for number in range(5)] for seed in (1, 1, 2)
    ]
    assert seeds[0] == seeds[1] != seeds[2] and len(set(seeds[0])) == 5


def test_the_mirror_image_counts_as_the_same_face():
    asked = np.zeros((2, 128))
    asked[1, 0] = 1
    known = np.zeros((1, 128))
    known[0, 0] = 1
    assert nearest(asked, known) == 0 and nearest(asked, []) is None


def test_what_is_not_measured_cannot_be_asked_for():
    with pytest.raises(ConstraintError, match="'hat' is not measured"):
        ranges(Engine().info, [parse("hat=1..")])
    bare = fake_info(measures={})
    assert ranges(bare, [parse("age=20..30")]) == {"age": (20, 30)}
    with pytest.raises(ConstraintError, match="'smile' is not measured"):
        ranges(bare, [parse("smile=1..")])
