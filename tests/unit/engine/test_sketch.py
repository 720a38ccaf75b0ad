import numpy as np
import pytest
import torch

from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.hinting import REACH, spread, with_colours
from facedesigner.engine.request import RenderRequest
from facedesigner.engine.sketch import SketchEngine, joined
from facedesigner.engine.sketching import SIDE, ColorizeRequest, SketchRequest
from tests.drawing_weights import drawing_weights
from tests.unit.engine.test_paper import face


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return drawing_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def engine(folder):
    return SketchEngine(folder / "tiny.safetensors", folder)


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


def test_lines_come_from_one_picture_alone():
    stripes = (torch.arange(SIDE) % 4 < 2).float().expand(1, 3, SIDE, SIDE) * 2 - 1
    plain = torch.zeros(1, 3, SIDE, SIDE)
    assert joined(stripes, plain, 0.8).std() > 0.9
    assert joined(stripes, plain, 0.3).std() < 0.1
    assert torch.equal(joined(None, plain, 0.0), plain)


def test_a_variant_leaves_the_users_hints_alone():
    given = torch.zeros(1, 4, SIDE, SIDE)
    given[:, 3, : SIDE // 2] = 1
    made = with_colours(given, torch.ones(1, 3, SIDE, SIDE))
    assert torch.equal(made[:, :3, : SIDE // 2 - 10], given[:, :3, : SIDE // 2 - 10])
    assert made[0, 3, SIDE // 2 :].any()


def test_a_hint_spreads_up_to_the_next_line():
    hints, ink = torch.zeros(1, 4, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    hints[0, :, 100:108, 100:108] = torch.tensor([1.0, -1.0, 0.0, 1.0])[:, None, None]
    ink[..., 110:112] = 1
    grown = spread(hints, ink)
    assert torch.equal(grown[0, :, 104, 97], torch.tensor([1.0, -1.0, 0.0, 1.0]))
    assert grown[0, 3, 104, 113] == 0  # behind the line
    assert grown[0, 3, 104, 100 - 2 * REACH - 4] == 0  # too far
    assert torch.equal(spread(torch.zeros_like(hints), ink), torch.zeros_like(hints))
