from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.contract.sketching import SIDE, ColorizeRequest, SketchRequest
from facedesigner.engine.drawing_file import open_drawing
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.hinting import REACH, spread
from facedesigner.engine.looks import Look, recoloured
from facedesigner.engine.sketch import SketchEngine, joined
from facedesigner.resources import default_weights
from tests.drawing_weights import drawing_weights
from tests.unit.engine.test_paper import face

DRAWINGS = Path(__file__).parents[3] / "docs" / "drawings"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return drawing_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def engine(folder):
    return SketchEngine(folder / "tiny.safetensors", folder)


@pytest.fixture(scope="module")
def whole_engine():
    """With the networks that come along."""
    return SketchEngine(default_weights())


def hints(colour=(255, 0, 0)):
    strokes = np.zeros((100, 100, 4), np.uint8)
    strokes[40:60, 40:60] = (*colour, 255)
    return strokes


def test_a_drawing_becomes_a_picture_and_a_face(engine, folder):
    request = SketchRequest(face(), stamp=7)
    result = engine.render(request)
    assert result.error is None and result.request is request
    assert result.image.shape == (SIDE, SIDE, 3) and result.image.dtype == np.uint8
    assert result.milliseconds > 0
    faces = FaceEngine("cpu")
    faces.load(folder / "tiny.safetensors")
    assert faces.render(RenderRequest(result.face)).error is None


def test_at_0_the_picture_is_the_face_itself(engine, folder):
    result = engine.render(SketchRequest(face(), follow=0.0))
    faces = FaceEngine("cpu")
    faces.load(folder / "tiny.safetensors")
    drawn = faces.render(RenderRequest(result.face)).image
    shrunk = result.image.reshape(16, SIDE // 16, 16, SIDE // 16, 3).mean((1, 3))
    assert np.abs(shrunk - drawn).mean() < 12


def test_follow_leads_from_one_to_the_other(engine):
    lines, middle, believable = (engine.render(SketchRequest(face(), follow=f)).image.astype(int) for f in (1, 0.5, 0))
    assert np.abs(lines - believable).mean() > 1
    assert np.abs(lines - middle).mean() < np.abs(lines - believable).mean()
    assert np.abs(believable - middle).mean() < np.abs(lines - believable).mean()


def test_the_same_request_gives_the_same_picture(engine):
    first, second = (engine.render(SketchRequest(face(), hints(), 0.7, 2)) for _ in range(2))
    assert np.array_equal(first.image, second.image) and first.face == second.face


def test_variants_differ(engine):
    pictures = [engine.render(SketchRequest(face(), variant=v)).image for v in range(4)]
    for i in range(4):
        assert not any(np.array_equal(pictures[i], other) for other in pictures[:i])


def test_hints_reach_the_network(engine):
    plain, hinted = (engine.render(SketchRequest(face(), h, 1.0)).image for h in (None, hints()))
    assert not np.array_equal(plain, hinted)


def test_an_empty_page_is_an_error_that_travels(engine):
    result = engine.render(SketchRequest(np.full((50, 50), 255, np.uint8)))
    assert result.image is None and "draw the outline of a face" in result.error


def test_missing_and_foreign_weights_say_what_to_do(folder, tmp_path):
    result = SketchEngine(folder / "tiny.safetensors", tmp_path).render(SketchRequest(face()))
    assert "pix2pix256.safetensors" in str(result.error)
    other = drawing_weights(tmp_path, seed=5)
    for path in (*folder.glob("sketch_encoder*"), folder / "pix2pix256.safetensors"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    result = SketchEngine(other / "tiny.safetensors", tmp_path).render(SketchRequest(face()))
    assert "python -m training encoder --sketches" in str(result.error)


def test_a_colouring_keeps_size_and_lightness(engine):
    grey = np.tile(np.linspace(30, 220, 90).astype(np.uint8), (60, 1))
    result = engine.colorize(ColorizeRequest(grey, hints()))
    assert result.error is None and result.image.shape == (60, 90, 3) and result.face is None
    lightness = result.image @ np.array([0.299, 0.587, 0.114])
    assert np.abs(lightness - grey).mean() < 6


def test_a_colouring_of_lines_says_that_it_wants_shading(engine):
    lines = face()
    result = engine.colorize(ColorizeRequest(lines))
    assert result.image is not None and "shade it with a pencil" in result.notice
    shaded = lines.copy()
    shaded[80:330, 110:290] = np.minimum(lines[80:330, 110:290], np.linspace(110, 210, 180).astype(np.uint8))
    assert not engine.colorize(ColorizeRequest(shaded)).notice


def test_lines_come_from_one_picture_alone():
    stripes = (torch.arange(SIDE) % 4 < 2).float().expand(1, 3, SIDE, SIDE) * 2 - 1
    plain = torch.zeros(1, 3, SIDE, SIDE)
    assert joined(stripes, plain, 0.8).std() > 0.9
    assert joined(stripes, plain, 0.3).std() < 0.1
    assert torch.equal(joined(None, plain, 0.0), plain)


def head() -> torch.Tensor:
    """A face of one colour with eyes and mouth under dark hair, on a grey ground."""
    y, x = (((torch.arange(SIDE) + 0.5) / SIDE)[index] for index in ((slice(None), None), (None, slice(None))))
    picture = torch.full((3, SIDE, SIDE), 0.8)
    for oval, colour in (
        (((x - 0.5) / 0.32) ** 2 + ((y - 0.45) / 0.4) ** 2, (0.1, 0.1, 0.1)),
        (((x - 0.5) / 0.24) ** 2 + ((y - 0.56) / 0.34) ** 2, (0.75, 0.55, 0.45)),
        (((x - 0.38) / 0.04) ** 2 + ((y - 0.47) / 0.02) ** 2, (0.1, 0.1, 0.1)),
        (((x - 0.5) / 0.1) ** 2 + ((y - 0.75) / 0.03) ** 2, (0.6, 0.3, 0.3)),
    ):
        picture[:, oval < 1] = torch.tensor(colour)[:, None]
    return picture[None] * 2 - 1


PLACES = {"skin": (120, 128), "hair": (20, 128), "back": (40, 8), "eye": (120, 97)}  # of `head`: row and column


def changes(hints: torch.Tensor, variant: int) -> dict[str, float]:
    change = (recoloured(head(), hints, Look.of(variant)) - head()).abs().mean(1)[0]
    return {name: float(change[row, column]) for name, (row, column) in PLACES.items()}


def tint(picture: torch.Tensor, name: str) -> list[float]:
    row, column = PLACES[name]
    colour = (picture[0, :, row, column] + 1) / 2
    return (colour / colour.mean()).tolist()


def test_a_look_gives_skin_hair_and_background_other_colours():
    none = torch.zeros(1, 4, SIDE, SIDE)
    for variant, least in ((1, ("skin", "hair", "back")), (2, ("skin",)), (3, ("hair", "back"))):
        changed = changes(none, variant)
        assert all(changed[name] > 0.1 for name in least) and changed["eye"] < 0.1, (variant, changed)


@pytest.mark.parametrize("name", ["skin", "hair", "back"])
def test_a_variant_keeps_the_tints_that_were_asked_for(name):
    row, column = PLACES[name]
    hints = torch.zeros(1, 4, SIDE, SIDE)
    hints[:, 3, row - 6 : row + 6, max(column - 6, 0) : column + 6] = 1
    hints[:, :3] = hints[:, 3:] * 0.2
    made, plain = (recoloured(head(), given, Look.of(1)) for given in (hints, torch.zeros_like(hints)))
    for other in ("skin", "hair", "back"):
        assert tint(made, other) == pytest.approx(tint(head() if other == name else plain, other), abs=0.05), other
    assert tint(plain, name) != pytest.approx(tint(head(), name), abs=0.05)
    assert changes(hints, 1)[name] > 0.01 or name != "back"  # another light


def test_sixteen_variants_have_sixteen_looks():
    looks = [Look.of(variant) for variant in range(1, 17)]
    assert len(set(looks)) == 16


def lines_of(picture: np.ndarray) -> np.ndarray:
    down, across = np.gradient(picture.mean(2))
    lines: np.ndarray = np.hypot(down, across).ravel()
    return lines


@pytest.mark.parametrize(("name", "follow"), [("smiling", 0.7), ("circle-face", 1.0), ("old-man", 0.0)])
def test_variants_differ_visibly_and_keep_to_the_drawing(whole_engine, name, follow):
    drawing = open_drawing(DRAWINGS / f"{name}.png")
    pictures = [whole_engine.render(SketchRequest(drawing, None, follow, v)).image.astype(float) for v in range(4)]
    apart = [np.abs(one - other).mean() for one, other in combinations(pictures, 2)]
    assert min(apart) > 6, apart  # of 255; 0.2 to 5 when a variant was hints and fine rows alone
    if follow:
        kept = [np.corrcoef(lines_of(pictures[0]), lines_of(picture))[0, 1] for picture in pictures[1:]]
        assert min(kept) > 0.8, kept


def test_a_hint_spreads_up_to_the_next_line():
    hints, ink = torch.zeros(1, 4, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    hints[0, :, 100:108, 100:108] = torch.tensor([1.0, -1.0, 0.0, 1.0])[:, None, None]
    ink[..., 110:112] = 1
    grown = spread(hints, ink)
    assert torch.equal(grown[0, :, 104, 97], torch.tensor([1.0, -1.0, 0.0, 1.0]))
    assert grown[0, 3, 104, 113] == 0  # behind the line
    assert grown[0, 3, 104, 100 - 2 * REACH - 4] == 0  # too far
    assert torch.equal(spread(torch.zeros_like(hints), ink), torch.zeros_like(hints))
