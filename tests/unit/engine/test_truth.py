import io
import json

import numpy as np
import pytest
from PIL import Image

from facedesigner.contract.framed import Framed
from facedesigner.contract.tiles import TILES_KEY
from facedesigner.engine.truth import Kind, claim_of, truth, truth_of
from facedesigner.export.enlarged import save_enlarged
from facedesigner.export.fabrication import Options, fabricate
from facedesigner.export.measure import Size
from facedesigner.export.parts import png_of
from facedesigner.export.png import save_png
from facedesigner.export.strip import save_sheet
from facedesigner.state.face import FaceState
from tests.unit.export.faces import eyed, find_eyes

FACE = FaceState("hash", seed=1)


def drawing(seed: int = 0, side: int = 64) -> np.ndarray:
    """Smooth blotches: (side, side, 3)."""
    cells = np.random.default_rng(seed).integers(30, 225, (6, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(cells).resize((side, side), Image.Resampling.BICUBIC))


def scaled(picture: np.ndarray, width: int, height: int | None = None) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((width, height or width), Image.Resampling.LANCZOS))


def looked_at(path, drawn):
    """What is said of a file whose recipe draws that."""
    return truth_of(path, FACE, lambda face: drawn)


def painted(picture: np.ndarray, share: float = 0.12) -> np.ndarray:
    changed, side = picture.copy(), picture.shape[0]
    low, high = int(0.3 * side), int((0.3 + share) * side)
    changed[low:high, low:high, :3] = (250, 20, 20)
    return changed


def test_a_picture_and_what_another_processor_draws_of_it():
    noise = np.random.default_rng(1).integers(-2, 3, (64, 64, 3))
    assert truth(drawing(), drawing()).words == "The recipe draws this very picture."
    rounded = truth((drawing().astype(int) + noise).clip(0, 255).astype(np.uint8), drawing())
    assert rounded.kind is Kind.ROUNDED and rounded.holds
    with_alpha = np.dstack([drawing(), np.full((64, 64), 255, np.uint8)])
    assert truth(with_alpha, drawing()).kind is Kind.SAME


@pytest.mark.parametrize("side", [32, 48, 128, 256])
def test_another_size_of_the_same_is_known(side):
    found = truth(scaled(drawing(), side), drawing())
    assert found.kind is Kind.RESIZED and f"has {side} × {side} pixels, its recipe draws 64 × 64: it was" in found.words
    assert not truth(painted(scaled(drawing(), side)), drawing()).holds


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (drawing(1), "is not what its recipe draws (it differs by"),
        (painted(drawing()), "it was edited"),
        (painted(drawing(), 0.07), "it was edited"),
        (drawing()[:, ::-1], "it was edited"),
        ((drawing() * 0.9).astype(np.uint8), "it was edited"),
        (drawing().mean(2, keepdims=True).astype(np.uint8), "it was edited"),
        (scaled(drawing(1), 128), "is another picture"),
        (scaled(drawing(), 128, 64), "64 pixels, its recipe draws 64 × 64: it is not"),
        (scaled(drawing(), 64)[8:, 8:], "56 × 56 pixels"),
        (np.dstack([drawing(), np.zeros((64, 64), np.uint8)]), "it was edited"),
    ],
)
def test_another_picture_is_told(picture, said):
    found = truth(picture, drawing())
    assert not found.holds and said in found.words


def made(**changes):
    picture = eyed()
    size = Size(63.0, dpi=60.0)
    return picture, fabricate(picture, Options(size, method="bicubic", **changes), find_eyes)


@pytest.mark.parametrize("changes", [{}, {"mirror": True}, {"straighten": False}, {"bits": 16}])
def test_an_export_in_real_size_is_known_by_the_part_that_it_shows(changes, tmp_path):
    picture, fabrication = made(**changes)
    path = tmp_path / "it.png"
    path.write_bytes(png_of(fabrication, FACE, "model"))
    assert looked_at(path, picture).holds
    assert not looked_at(path, np.ascontiguousarray(picture[::-1])).holds
    with Image.open(path) as opened:
        texts = {str(key): text for key, text in opened.info.items() if isinstance(text, str)}
        changed = painted(np.array(opened.convert("RGB")))
    save_enlarged(changed, tmp_path / "painted.png", texts, "hand")
    assert not looked_at(tmp_path / "painted.png", picture).holds


@pytest.mark.parametrize("outer", [Framed(0.45, 0.55, 0.8, 0.6, 0.7, 0.6), Framed(0.5, 0.4, 0.6, -0.8, 1, 1.2, True)])
def test_a_part_of_a_part_is_a_part(outer):
    inner = Framed(0.4, 0.6, 0.6, 0.8, 0.5, 0.3, True, False)
    both = inner.within(outer)
    for x, y in ((0.0, 0.0), (0.2, -0.1), (-0.1, 0.15)):  # of the inner picture's middle
        assert place(both, x, y, 0.5 * outer.width) == pytest.approx(through(outer, *place(inner, x, y, 0.5)))
    assert both.background is False and both.mirrored is not outer.mirrored


def place(framed, x, y, width):
    """Of a place so far from the middle of a part, in its widths, in the whole's."""
    x = -x if framed.mirrored else x
    return (
        framed.x + width * (x * framed.across_x - y * framed.across_y),
        framed.y + width * (x * framed.across_y + y * framed.across_x),
    )


def through(outer, x, y):
    return place(outer, x - 0.5, y - 0.5 * outer.height / outer.width, outer.width)


def test_no_frame_makes_another_picture_true():
    blank = np.full((64, 64, 3), 128, np.uint8)
    for text in ("", "x", "[]", '{"x": 1}', Framed(0.5, 0.5, 1, 0, 0.001, 0.001).to_text()):
        assert Framed.of_text(text) is None
    part = Framed(0.5, 0.5, 1, 0, 0.5, 0.5, background=False)
    assert Framed.of_text(part.to_text()) == part and not truth(blank, drawing(), part).holds


def test_files_are_compared_after_decoding(tmp_path):
    path = save_png(drawing(), tmp_path / "a.png", FACE, "model")
    assert looked_at(path, drawing()).kind is Kind.SAME and looked_at(path, drawing(2)).kind is Kind.OTHER
    buffer = io.BytesIO()
    Image.fromarray(drawing()).save(buffer, "PNG", compress_level=0)
    path.write_bytes(buffer.getvalue())
    assert looked_at(path, drawing()).kind is Kind.SAME


AGES = (5.0, 30.0, 70.0)
AGED = [FACE.with_control("age", years) for years in AGES]


def drawn_at(face):
    """Another picture for each age."""
    return drawing(round(face.control("age")))


@pytest.fixture
def sheet(tmp_path):
    return save_sheet([drawn_at(face) for face in AGED], AGED, AGES, tmp_path / "ages.png", FACE, "model")


def texts_of(path):
    with Image.open(path) as opened:
        return np.array(opened), {str(key): text for key, text in opened.info.items() if isinstance(text, str)}


def test_a_sheet_of_ages_is_what_its_recipe_draws_with_other_sliders(sheet, tmp_path):
    found = truth_of(sheet, FACE, drawn_at)
    assert found.kind is Kind.SHEET and found.holds and "a sheet of 3 faces" in found.words
    pixels, texts = texts_of(sheet)
    large = scaled(pixels, 2 * pixels.shape[1], 2 * pixels.shape[0])
    save_enlarged(large, tmp_path / "large.png", texts, "bicubic")
    assert truth_of(tmp_path / "large.png", FACE, drawn_at).kind is Kind.SHEET
    assert "does not draw 3" in truth_of(sheet, FACE, lambda face: drawing(1)).words


def test_a_sheet_with_one_face_painted_over_is_told(sheet, tmp_path):
    pixels, texts = texts_of(sheet)
    pixels[100:140, 100:140] = (250, 20, 20)
    save_enlarged(pixels, tmp_path / "painted.png", texts, "hand")
    found = truth_of(tmp_path / "painted.png", FACE, drawn_at)
    assert not found.holds and "Of the 3 faces of the sheet its recipe does not draw 1" in found.words
    assert not claim_of(sheet, FACE).truth([drawing(5), None, drawing(70)]).holds


HALF = {"x": 0, "y": 0, "width": 0.5, "height": 1, "controls": {}}


@pytest.mark.parametrize(
    "tiles",
    [
        [],
        "x",
        [HALF],
        [HALF, HALF],
        [HALF, {**HALF, "x": 0.6}],
        [HALF, {**HALF, "x": 0.5, "height": 0.1}],
        [HALF, {**HALF, "x": 0.5, "width": "1"}],
        [HALF, {**HALF, "x": 0.5, "controls": []}],
        [HALF, {**HALF, "x": 0.5, "controls": {"age\n": 1}}],
        [HALF, {**HALF, "x": 0.5, "controls": {"age": float("nan")}}],
        [HALF, {**HALF, "x": 0.5, "controls": {"age@nowhere@": 1e99}}],
    ],
)
def test_no_list_of_faces_makes_another_picture_true(tiles, tmp_path):
    path = save_png(drawing(1), tmp_path / "a.png", FACE, "model", {TILES_KEY: json.dumps(tiles)})
    assert truth_of(path, FACE, drawn_at).kind is Kind.OTHER
