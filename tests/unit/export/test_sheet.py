import base64
import itertools
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

from facedesigner.engine.landmarks import pointed_at
from facedesigner.export.fabrication import Fabrication
from facedesigner.export.layout import MARGIN, OVERLAP, Layout, SheetError, fewer_pages, tiling
from facedesigner.export.openings import Opening
from facedesigner.export.sheet import sheet, sheet_pictures


def made(width, height, dpi=25.4):
    """A picture of so many mm."""
    return Fabrication(
        np.full((height, width, 3), 90, np.uint8), dpi, pointed_at((width * 0.4, height / 2), (width * 0.6, height / 2))
    )


def pages(content):
    return [tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[ 0 0 ([\d. ]+) \]", content)]


def test_what_fits_takes_one_page_and_keeps_its_size():
    assert tiling(150, 200, "A4").count == 1
    assert tiling(250, 150, "A4").page == (297.0, 210.0)


@pytest.mark.parametrize(("width", "height"), [(257, 250), (1000, 700), (186.5, 260), (190, 259)])
def test_tiles_cover_the_picture_and_overlap(width, height):
    plan = tiling(width, height, "A4")
    for length, tile, count, axis in (
        (width, plan.tile[0], plan.columns, 0),
        (height, plan.tile[1], plan.rows, 1),
    ):
        starts = [plan.corner(n, n)[axis] for n in range(count)]
        assert starts[-1] + tile >= length and (count == 1 or starts[-2] + tile < length)
        assert all(b - a == pytest.approx(tile - OVERLAP) for a, b in itertools.pairwise(starts))


def test_the_pdf_has_a_page_of_measures_and_the_tiles():
    content = sheet(made(257, 250), Layout(), "seed0042", "seed 42, σ")
    assert content.startswith(b"%PDF") and len(pages(content)) == 1 + tiling(257, 250, "A4").count
    assert pages(content)[0] == pytest.approx((595.28, 841.89), abs=0.01)
    assert content.count(b"/Subtype /Image") == 1  # in the file once, however many pages
    assert sheet(made(257, 250), Layout(), "seed0042", "seed 42, σ") == content


def test_the_picture_is_drawn_in_its_real_size():
    content = sheet(made(150, 200), Layout("Letter"), "face")
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        try:
            found.append(zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>"))))
        except (ValueError, zlib.error):
            continue
    text = b"".join(found)
    width, height = 150 / 25.4 * 72, 200 / 25.4 * 72
    scaled = [tuple(map(float, pair)) for pair in re.findall(rb"([\d.]+) 0 0 ([\d.]+) [-\d.]+ [-\d.]+ cm", text)]
    assert any(pair == pytest.approx((width, height), abs=0.1) for pair in scaled)


def test_the_preview_shows_the_pages_of_the_pdf():
    main = made(257, 250)
    main = replace(main, pixels=np.where(np.arange(257)[None, :, None] < 128, 40, 200).repeat(250, 0).repeat(3, 2))
    main = replace(main, pixels=main.pixels.astype(np.uint8))
    layout = Layout(openings=(Opening("eyes", 20, 20),))
    shown = sheet_pictures(main, layout, "seed0042", "seed 42, σ", dpi=50.8)  # two pixels a mm
    assert len(shown) == len(pages(sheet(main, layout, "seed0042", "seed 42, σ")))
    first, *tiles = shown
    assert first.shape == (594, 420, 3) and (first < 100).any()
    plan = tiling(257, 250, "A4")
    for page in tiles:
        assert page.shape[:2] == (round(plan.page[1] * 2), round(plan.page[0] * 2))
    left = tiles[0]
    x, y = round((MARGIN + 60) * 2), round((MARGIN + 10) * 2)
    assert (left[y, x] == 40).all() and (left[y, x + 2 * 90] == 200).all()  # in its real size: the step is at 128 mm
    red = (left[..., 0].astype(int) - left[..., 1] > 100) & (left[..., 2] < 80)
    assert red.any()
    columns = np.nonzero(red[: round((MARGIN + plan.tile[1]) * 2)])[1]
    assert columns.max() <= (MARGIN + plan.tile[0]) * 2 + 1  # an opening at the edge ends with the tile


def test_pages_overlap_as_much_as_is_asked_for():
    assert tiling(257, 250, "A4", 30.0).corner(1, 0)[0] == tiling(257, 250, "A4").tile[0] - 30
    few, many = (len(pages(sheet(made(372, 250), Layout(overlap_mm=overlap), "a"))) for overlap in (0, 40))
    assert many > few


def test_a_sheet_for_a_shell_is_wider():
    main, bent = made(260, 100), Layout(cylinder_mm=140.0)
    assert len(pages(sheet(main, Layout(), "a"))) == 2
    assert len(pages(sheet(main, bent, "a"))) == len(sheet_pictures(main, bent, "a")) == 3


WRONG = (({"page": "B5"}, "choose A4"), ({"overlap_mm": 50}, "0 to 40"), ({"cylinder_mm": 1}, "20 to 2000"))


def test_what_cannot_be_is_said():
    for layout, message in (
        ({"page": "B5"}, "choose A4"),
        ({"overlap_mm": 50}, "0 to 40"),
        ({"cylinder_mm": 1}, "2000"),
    ):
        with pytest.raises(SheetError, match=message):
            Layout(**layout)
    with pytest.raises(SheetError, match="choose A4, A3, Letter"):
        tiling(10, 10, "B5")
    with pytest.raises(SheetError, match="100 are the most: choose a larger page or a smaller face"):
        tiling(9000, 9000, "A4")


def test_a_sliver_of_a_second_page_is_answered_with_advice():
    assert fewer_pages(150, 200, "A4") == ""
    assert fewer_pages(195, 250, "A4") == "On A3 it fits on one page."
    assert tiling(600, 250, "A3").count > 1
    advice = fewer_pages(402, 250, "A3")
    percent = int(advice.partition("%")[0].removeprefix("At "))
    assert tiling(402 * percent / 100, 250 * percent / 100, "A3").count < tiling(402, 250, "A3").count
    assert fewer_pages(1500, 1500, "A3").startswith(("At ", ""))
