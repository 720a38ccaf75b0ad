import numpy as np
import pytest
from PIL import Image, ImageDraw

from facedesigner.contract.sketching import SIDE
from facedesigner.engine.drawing_file import DrawingFileError, open_drawing, open_hints
from facedesigner.engine.page.cleaning import EMPTY, DrawingError
from facedesigner.engine.paper import prepared


def face(side=400, box=(100, 60, 300, 340), width=5):
    """A head with eyes and mouth, black on white."""
    page = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = box
    draw.ellipse(box, outline=0, width=width)
    middle, height = (left + right) / 2, bottom - top
    for x in (middle - height / 7, middle + height / 7):
        draw.ellipse((x - 8, top + height * 0.4, x + 8, top + height * 0.4 + 10), fill=0)
    draw.arc((middle - 40, top + height * 0.6, middle + 40, top + height * 0.8), 20, 160, fill=0, width=width)
    return np.array(page)


def extent(ink):
    rows, columns = np.flatnonzero(ink.max(1) > 0.3), np.flatnonzero(ink.max(0) > 0.3)
    return columns[0] / SIDE, rows[0] / SIDE, columns[-1] / SIDE, rows[-1] / SIDE


def test_paper_is_white_and_ink_is_black():
    sheet = prepared(face(), None, False)
    assert sheet.ink.shape == (SIDE, SIDE) and sheet.ink.dtype == np.float32
    assert sheet.ink[0, 0] == 0 and sheet.ink.max() > 0.9
    assert sheet.hints.shape == (4, SIDE, SIDE) and not sheet.hints.any()
    assert sheet.notice == ""


def test_grey_paper_and_faint_ink_come_to_the_same():
    plain = prepared(face(), None, False).ink
    faint = prepared((150 + face() // 4).astype(np.uint8), None, False).ink
    assert np.abs(plain - faint).mean() < 0.01


def test_white_on_black_is_turned_over():
    sheet = prepared(255 - face(), None, False)
    assert np.abs(sheet.ink - prepared(face(), None, False).ink).mean() < 0.01
    assert "white on black" in sheet.notice


@pytest.mark.parametrize("value", [255, 0, 128])
def test_an_empty_page_says_what_to_do(value):
    with pytest.raises(DrawingError, match=EMPTY):
        prepared(np.full((300, 300), value, np.uint8), None, False)


@pytest.mark.parametrize("place", [False, True])
def test_a_dot_is_nothing_yet(place):
    page = np.full((300, 300), 255, np.uint8)
    page[150:153, 150:153] = 0
    with pytest.raises(DrawingError, match=EMPTY):
        prepared(page, None, place)


def test_shading_stays():
    ramp = np.linspace(20, 230, 256)
    shaded = np.clip(ramp[None] * 0.5 + ramp[:, None] * 0.5, 0, 255)
    shaded[60:200, 80:180] *= 0.5
    sheet = prepared(shaded.astype(np.uint8), None, False)
    assert sheet.notice == ""
    assert np.corrcoef(sheet.ink.ravel(), 255 - shaded.ravel())[0, 1] > 0.99


def test_a_small_drawing_in_a_corner_is_brought_into_place():
    page = np.full((500, 800), 255, np.uint8)
    page[20:220, 30:230] = np.array(Image.fromarray(face()).resize((200, 200)))
    left, top, right, bottom = extent(prepared(page, None, True).ink)
    assert abs((left + right) / 2 - 0.5) < 0.03
    assert 0.03 < top < 0.12 and 0.82 < bottom < 0.95


def test_a_drawing_that_fills_the_page_stays():
    ink = prepared(face(box=(80, 20, 320, 380)), None, True).ink
    np.testing.assert_array_equal(ink, prepared(face(box=(80, 20, 320, 380)), None, False).ink)


def test_a_wide_page_is_filled_up_with_paper():
    page = np.full((200, 400), 255, np.uint8)
    page[20:180, 195:205] = 0
    ink = prepared(page, None, False).ink
    assert ink[: SIDE // 4 - 4].max() == 0
    assert ink[SIDE // 2, SIDE // 2] > 0.9


def test_hints_lie_where_the_drawing_was():
    hints = np.zeros((200, 200, 4), np.uint8)
    hints[40:60, 100:120] = (255, 0, 0, 255)
    sheet = prepared(face(), hints, False)
    assert sheet.hints[:, int(0.25 * SIDE), int(0.55 * SIDE)].tolist() == [1, -1, -1, 1]
    assert sheet.hints[3].mean() == pytest.approx(0.01, abs=0.002)


def width_of(ink):
    return (ink[SIDE // 2] > 0.5).sum() / 2  # two lines of the head's outline


def test_thin_lines_get_a_broader_pen_and_broad_ones_stay():
    thin, broad = (prepared(face(width=w), None, False).ink for w in (2, 12))
    assert 3.5 <= width_of(thin) <= 6.5
    assert 6.5 <= width_of(broad) <= 9.5


def test_transparent_ground_is_paper(tmp_path):
    image = Image.new("RGBA", (60, 50), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (10, 10, 50, 20))
    image.save(tmp_path / "ink.png")
    page = open_drawing(tmp_path / "ink.png")
    assert page.shape == (50, 60) and page[0, 0] == 255 and page[15, 30] == 0


def test_white_in_hints_without_transparency_is_none(tmp_path):
    image = Image.new("RGB", (40, 40), "white")
    image.paste((200, 30, 30), (10, 10, 20, 20))
    image.save(tmp_path / "hints.png")
    assert open_hints(tmp_path / "hints.png")[..., 3].astype(bool).sum() == 100


def test_a_large_scan_is_scaled_down(tmp_path):
    Image.new("L", (10_000, 3000), 240).save(tmp_path / "scan.png")
    assert open_drawing(tmp_path / "scan.png").shape == (614, 2048)


def test_files_that_are_no_pictures_say_so(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG but no more")
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(DrawingFileError, match=r"broken.png cannot be opened: it is not a picture"):
        open_drawing(tmp_path / "broken.png")
    with pytest.raises(DrawingFileError, match=r"empty\.png cannot be opened: the file is empty"):
        open_drawing(tmp_path / "empty.png")
    with pytest.raises(DrawingFileError, match="cannot be read"):
        open_drawing(tmp_path / "missing.png")
