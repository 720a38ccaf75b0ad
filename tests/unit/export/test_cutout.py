import numpy as np
import pytest

from facedesigner.engine.landmarks import pointed_at
from facedesigner.export import cutout
from facedesigner.export.cutout import cut_out

SIDE = 96
EYES = pointed_at((36, 44), (60, 44))


def person():
    """A skin-coloured head with dark hair before a light wall: the picture, and what of it is the person."""
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    random = np.random.default_rng(0)
    picture = np.array([205.0, 210, 220]) + random.normal(0, 3, (SIDE, SIDE, 3))
    hair = ((columns - 48) / 30) ** 2 + ((rows - 44) / 38) ** 2 < 1
    face = ((columns - 48) / 21) ** 2 + ((rows - 52) / 27) ** 2 < 1
    body = (rows > 82) & (np.abs(columns - 48) < 34)
    picture[hair] = (60, 40, 30)
    picture[body] = (40, 70, 120)
    picture[face | ((np.abs(columns - 48) < 9) & (rows > 60) & (rows < 90))] = (220, 170, 140)
    soft = sum(np.roll(picture, (x, y), (0, 1)) for x in (-1, 0, 1) for y in (-1, 0, 1)) / 9
    return np.clip(soft, 0, 255).astype(np.uint8), hair | face | body


@pytest.fixture(scope="module")
def cut():
    picture, _ = person()
    return cut_out(picture, EYES)


def test_the_person_is_kept_and_the_wall_is_not(cut):
    _, inside = person()
    solid = cut.alpha > 0.5
    assert (solid == inside).mean() > 0.97
    assert cut.alpha[5, 5] == 0 and cut.alpha[50, 48] == 1 and cut.alpha[12, 48] == 1


def test_no_wall_shines_through_the_hair(cut):
    edge = (cut.alpha > 0.05) & (cut.alpha < 0.95)
    edge[70:] = False
    assert edge.any()
    assert cut.colour[edge].mean() < 110  # hair is 43 on average, the wall 212


def test_missing_packages_are_named(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(ImportError, match=r"pip install 'facedesigner\[cutout\]'"):
        cut_out(person()[0], EYES)


def test_a_picture_of_one_colour_has_no_background():
    with pytest.raises(cutout.CutoutError, match="cannot be told"):
        cutout.whole(np.ones((SIDE, SIDE), bool), EYES)
