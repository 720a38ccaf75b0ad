"""Steps of the cleaning that are hard to see from outside."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from facedesigner.engine.page.heads import heads_of
from facedesigner.engine.page.regions import area_of, grown, hull_of, labelled, quad_around, shrunk
from facedesigner.engine.page.ruling import without_ruling
from facedesigner.engine.page.warp import applied, corners_of, homography
from tests.unit.engine.page.pages import drawn


def test_regions_touch_by_their_sides():
    mask = np.array([[1, 1, 0, 1], [0, 1, 0, 1], [1, 0, 1, 1], [1, 0, 0, 0]], bool)
    assert labelled(mask).tolist() == [[1, 1, 0, 2], [0, 1, 0, 2], [3, 0, 2, 2], [3, 0, 0, 0]]
    assert labelled(np.zeros((3, 3), bool)).max() == 0


def test_a_spiral_is_one_region():
    mask = np.zeros((21, 21), bool)
    for ring in range(0, 10, 2):
        mask[ring, ring : -ring or None] = mask[-1 - ring, ring : -ring or None] = True
        mask[ring : -ring or None, -1 - ring] = mask[ring + 2 : -ring or None, ring] = True
        mask[ring + 2, ring : ring + 3] = True
    assert labelled(mask).max() == 1


def test_regions_grow_and_shrink_by_squares():
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    assert grown(mask, 2).sum() == 25 and (shrunk(grown(mask, 2), 2) == mask).all()
    assert shrunk(np.ones((5, 5), bool), 1).all()  # the picture's edge takes nothing away


def test_a_quadrilateral_prolongs_cut_corners():
    mask = np.ones((40, 60), bool)
    for row in range(8):
        mask[row, : 8 - row] = mask[-1 - row, : 8 - row] = False
    quad = quad_around(hull_of(mask))
    assert quad is not None and area_of(quad) == pytest.approx(40 * 60, rel=0.02)


def test_a_homography_takes_corners_to_corners():
    source, target = corners_of(30, 20), np.array([(3, 4), (50, 9), (44, 60), (8, 40)], np.float64)
    np.testing.assert_allclose(applied(homography(source, target), source), target, atol=1e-9)


def test_hatching_is_no_printed_line():
    page = drawn(shaded=True)
    page[200:300:6, 150:250] = 90
    assert without_ruling(page)[1] is False


class FakeDetector:
    """Sees a face at one place with a score for each turn, which are asked for in their order."""

    def __init__(self, scores: dict[int, float]) -> None:
        self.find = SimpleNamespace(run=self.run)
        self.scores, self.asked = scores, 0
        self.predict: Any = lambda picture, box: SimpleNamespace(
            parts=lambda: [SimpleNamespace(x=box[0] + i, y=box[1]) for i in range(68)]
        )

    def run(self, picture: np.ndarray, upsample: int, least: float) -> tuple[list[Any], list[float], list[int]]:
        turn = (0, 180, 90, 270)[self.asked]
        self.asked += 1
        score = self.scores.get(turn, -1.0)
        return ([(100, 120)], [score], [0]) if score >= least else ([], [], [])


@pytest.mark.parametrize(
    ("scores", "turned"),
    [
        ({0: 1.5, 180: 0.6}, 0),
        ({180: 1.5, 0: 0.6}, 180),
        ({90: 0.9}, 90),
        ({270: 0.7, 0: -0.1}, 270),
        ({90: 0.4}, None),  # not clearly enough to turn the page
        ({0: 0.1, 90: 0.3}, None),
        ({}, None),
    ],
)
def test_a_page_is_turned_only_if_a_face_is_clearly_found_so(scores, turned):
    heads = heads_of(cast(Any, FakeDetector(scores)), np.full((448, 300), 255, np.uint8))
    assert [head.turned for head in heads] == ([] if turned is None else [turned])


def test_places_of_a_turned_face_are_those_of_the_page():
    page = np.full((448, 300), 255, np.uint8)
    margin = round(0.15 * 448)
    for turned, place in {
        0: (100.5 - margin, 120.5 - margin),
        90: (300 + 2 * margin - 120.5 - margin, 100.5 - margin),
        180: (300 + 2 * margin - 100.5 - margin, 448 + 2 * margin - 120.5 - margin),
        270: (120.5 - margin, 448 + 2 * margin - 100.5 - margin),
    }.items():
        (head,) = heads_of(cast(Any, FakeDetector({turned: 2.0})), page)
        np.testing.assert_allclose(head.points[0], place)
