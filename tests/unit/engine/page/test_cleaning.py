"""Drawings as they come, against the same drawing on a clean page."""

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from facedesigner.contract.sketching import SIDE
from facedesigner.engine.page import cleaning
from facedesigner.engine.page.cleaning import EMPTY, DrawingError, cleaned
from facedesigner.engine.page.groups import OTHERS, WRITING
from facedesigner.engine.page.heads import Head
from facedesigner.engine.page.warp import applied, corners_of, homography
from tests.unit.engine.page.pages import FACE, HEIGHT, WIDTH, drawn, likeness, on_table, rgba

ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH] / [[[HEIGHT]], [[WIDTH]]]
LIGHTS = {
    "from the left": 1 - 0.3 * COLUMNS,
    "strongly from the right": 0.4 + 0.6 * COLUMNS,
    "from a corner": 1 - 0.35 * (COLUMNS + ROWS) / 2,
    "of a lamp": 1 / (1 + 0.8 * ((COLUMNS - 0.3) ** 2 + (ROWS - 0.2) ** 2)),
    "through a lens": 1 - ((COLUMNS - 0.5) ** 2 + (ROWS - 0.5) ** 2),
    "with a shadow across": 1 - 0.4 * np.clip((COLUMNS + ROWS - 1.2) / 0.03, 0, 1),
}


@cache
def clean(shaded: bool = False) -> np.ndarray:
    return cleaned(rgba(drawn(shaded=shaded), 0)).on_square(SIDE)


@pytest.mark.parametrize(
    ("light", "shaded"), [(light, shaded) for light in LIGHTS for shaded in (False, True) if "shadow" not in light]
)
def test_uneven_light_changes_nothing(light, shaded):
    page = cleaned(rgba(drawn(shaded=shaded) * LIGHTS[light] * 0.9))
    assert likeness(page.on_square(SIDE), clean(shaded)) > 0.97
    assert page.notices == (cleaning.UNEVEN,)


def test_a_hard_shadow_on_a_drawing_of_lines_changes_nothing():
    page = cleaned(rgba(drawn() * LIGHTS["with a shadow across"] * 0.9))
    assert likeness(page.on_square(SIDE), clean()) > 0.97


def test_shading_keeps_its_tones():
    page = drawn(shaded=True)
    grey = cleaned(rgba(page, 0)).grey
    tones = [float(np.median(grey[page == tone])) for tone in (255, 215, 70)]
    assert tones[0] == 255 and 205 <= tones[1] <= 235 and 60 <= tones[2] <= 90


def test_a_page_that_is_clean_is_left_alone():
    page = cleaned(rgba(drawn(), 0))
    assert page.notices == ()
    np.testing.assert_allclose(page.corners, corners_of(WIDTH, HEIGHT))
    assert np.abs(page.grey.astype(int) - drawn()).mean() < 1


@pytest.mark.parametrize("table", [(110, 70, 40), (190, 150, 105), (20, 20, 24), (130, 130, 130)])
@pytest.mark.parametrize("degrees", [4, -14, 23])
def test_a_sheet_on_a_table_is_found_and_straightened(table, degrees):
    picture, corners = on_table(drawn(), table, degrees)
    page = cleaned(picture)
    assert cleaning.STRAIGHTENED in page.notices
    assert np.abs(page.corners - corners).max() < 10
    assert likeness(page.on_square(SIDE), clean()) > 0.8


@pytest.mark.parametrize("dark", [10, 90, 150])
def test_a_scanners_lid_is_cut_off(dark):
    picture = np.pad(drawn(), [(30, 0), (0, 18)], constant_values=dark)
    page = cleaned(rgba(picture))
    assert likeness(page.on_square(SIDE), clean()) > 0.97


def test_a_shadow_is_no_edge_of_the_sheet():
    light = np.where(ROWS > 0.55, 0.5, 1.0)
    assert cleaning.STRAIGHTENED not in cleaned(rgba(drawn() * light)).notices


@pytest.mark.parametrize(
    ("place", "words", "size"),
    [((20, 20), "By A. Student 12/98", 18), ((30, 385), "Portrait study no. 3", 34), ((290, 375), "2024-05-01", 18)],
)
def test_captions_are_left_out(place, words, size):
    image = Image.fromarray(drawn())
    ImageDraw.Draw(image).text(place, words, fill=40, font=ImageFont.load_default(size))
    page = cleaned(rgba(np.array(image)))
    assert page.notices == (WRITING,)
    assert likeness(page.on_square(SIDE), clean()) > 0.99


def test_a_signature_to_one_side_is_left_out():
    image = Image.fromarray(drawn())
    x = np.linspace(0, 1, 40)
    ImageDraw.Draw(image).line([(290 + 70 * at, 385 + 12 * np.sin(20 * at)) for at in x], fill=60, width=2)
    page = cleaned(rgba(np.array(image)))
    assert page.notices == (WRITING,)
    assert likeness(page.on_square(SIDE), clean()) > 0.99


def test_parts_of_the_face_are_no_writing():
    image = Image.fromarray(drawn())
    draw = ImageDraw.Draw(image)
    for x in range(130, 280, 12):  # hair that stands on end, a little off the head
        draw.line((x, 118, x, 138), fill=20, width=3)
    for x in (170, 230):  # the neck
        draw.line((x, 366, x, 430), fill=20, width=3)
    page = cleaned(rgba(np.array(image)))
    assert page.notices == ()
    assert (page.grey[118:139, 130:275] < 100).any() and (page.grey[400:430] < 100).any()


def test_of_two_drawings_the_larger_is_taken():
    page = np.concatenate([drawn(), drawn((60, 200, 140, 310))], 1)
    found = cleaned(rgba(page))
    assert found.notices == (OTHERS,)
    assert likeness(found.on_square(SIDE), clean()) > 0.99


@pytest.mark.parametrize("tilt", [0, 4])
@pytest.mark.parametrize("squared", [False, True])
def test_printed_lines_are_taken_out(tilt, squared):
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    for y in range(11, HEIGHT, 23):
        draw.line((0, y - tilt, WIDTH, y + tilt), fill=(165, 190, 225))
    for x in range(9, WIDTH, 23) if squared else (40,):
        draw.line((x + tilt, 0, x - tilt, HEIGHT), fill=(225, 160, 160))
    page = cleaned(rgba(np.minimum(np.array(image), drawn()[..., None])))
    assert cleaning.RULED in page.notices
    assert likeness(page.on_square(SIDE), clean()) > 0.98


@pytest.mark.parametrize(("board", "chalk"), [((38, 70, 52), 225), ((20, 20, 22), 250), ((85, 115, 100), 235)])
def test_chalk_on_a_board_is_turned_over(board, chalk):
    ink = (255 - drawn()[..., None]) / 255
    page = cleaned(rgba(np.array(board) * (1 - ink) + chalk * ink, 3))
    assert cleaning.DARK in page.notices
    assert likeness(page.on_square(SIDE), clean()) > 0.97


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 240, 150), (0, 0, 0), (60, 30, 120)])
def test_what_lies_on_transparent_ground_is_seen(colour):
    pixels = np.dstack([np.full((HEIGHT, WIDTH, 3), colour, np.uint8), 255 - drawn()])
    assert likeness(cleaned(pixels).on_square(SIDE), clean()) > 0.95


def test_a_cut_out_with_white_skin_and_black_lines_lies_on_white():
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(mask).ellipse((110, 140, 290, 370), fill=255)
    pixels = np.dstack([np.repeat(drawn()[..., None], 3, 2), np.array(mask)])
    page = cleaned(pixels)
    assert page.notices == () and likeness(page.on_square(SIDE), clean()) > 0.95


def test_a_photograph_is_drawn_first():
    picture = np.zeros((300, 300, 3))
    rows, columns = np.mgrid[:300, :300]
    picture[:] = np.stack([60 + columns * 0.3, 90 - rows * 0.1, 120 - columns * 0.2], -1)
    picture[(rows - 150) ** 2 + (columns - 150) ** 2 < 100**2] = (210, 150, 120)
    page = cleaned(rgba(picture))
    assert page.of_photo
    assert 0.005 < (page.grey < 128).mean() < 0.3


@pytest.mark.parametrize("value", [255, 0, 128])
def test_an_empty_page_says_what_to_do(value):
    with pytest.raises(DrawingError, match=EMPTY):
        cleaned(rgba(np.full((300, 300), value, np.uint8)))


def test_an_empty_sheet_in_uneven_light_is_empty():
    with pytest.raises(DrawingError, match=EMPTY):
        cleaned(rgba(240 * LIGHTS["strongly from the right"]))
    with pytest.raises(DrawingError, match=EMPTY):
        cleaned(on_table(np.full((HEIGHT, WIDTH), 255, np.uint8), (110, 70, 40), 5)[0])


def test_a_picture_without_anything_to_see_is_empty():
    with pytest.raises(DrawingError, match=EMPTY):
        cleaned(np.zeros((200, 200, 4), np.uint8))


def head(box=FACE, turned=0, score=1.0) -> Head:
    """dlib's landmarks of a face in that box; only eyes, mouth and the outermost are looked at."""
    left, top, right, bottom = box
    points = np.full((68, 2), [(left + right) / 2, (top + bottom) / 2])
    points[36:42], points[42:48] = (
        (left + 0.3 * (right - left), top + 0.475 * (bottom - top)),
        (
            left + 0.7 * (right - left),
            top + 0.475 * (bottom - top),
        ),
    )
    points[[48, 54]] = ((left + right) / 2, top + 0.8 * (bottom - top))
    points[0], points[16], points[8] = (left, top + 20), (right, top + 20), ((left + right) / 2, bottom)
    return Head(points, turned, score)


def test_a_face_is_brought_to_where_photos_have_theirs():
    page = cleaned(rgba(drawn()), finder=lambda _: (head(),))
    matrix = np.linalg.inv(page.square.matrix(1))
    eyes = [(matrix @ [x, FACE[1] + 0.475 * (FACE[3] - FACE[1]), 1])[:2] for x in (168, 232)]
    np.testing.assert_allclose(np.mean(eyes, 0), (0.5, 0.47), atol=1e-6)
    assert eyes[1][0] - eyes[0][0] <= 0.245 + 1e-6


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_is_turned_upright(turned):
    page = drawn()
    lying = np.rot90(page, -turned // 90)  # counter-clockwise by `turned`, it is upright

    def finder(seen):
        assert seen.shape == lying.shape
        points = head().points
        height, width = page.shape
        for _ in range(turned // 90):  # the page's places as it lies: clockwise by quarters
            points = np.stack([height - points[:, 1], points[:, 0]], 1)
            height, width = width, height
        return (Head(points, turned, 1.0),)

    found = cleaned(rgba(lying), finder=finder)
    upright = cleaned(rgba(page), finder=lambda _: (head(),))
    assert len(found.notices) == 1 and "turned" in found.notices[0]
    assert likeness(found.on_square(SIDE), upright.on_square(SIDE)) > 0.99
    again = cleaned(rgba(lying), found.corners)  # as the window asks for it once the corners are known
    np.testing.assert_array_equal(again.grey, found.grey)


def test_what_is_closer_to_another_face_is_left_out():
    page = np.concatenate([drawn(), drawn((20, 170, 160, 350))], 1)
    ImageDraw.Draw(image := Image.fromarray(page)).line((280, 250, 420, 250), fill=20, width=4)  # the heads touch
    other = head((420, 170, 560, 350))
    found = cleaned(rgba(np.array(image)), finder=lambda _: (head(), other))
    assert found.notices == (OTHERS,)
    assert (found.grey[:, 430:] == 255).all()


def test_hints_go_where_the_drawing_goes():
    picture, corners = on_table(drawn(), (110, 70, 40), -8)
    hints = np.zeros((300, 320, 4), np.uint8)  # half as large as the picture
    x, y = (corners[0] + corners[2]) / 4
    hints[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8] = (255, 0, 0, 255)
    page = cleaned(picture)
    found = page.hints_on_square(hints, SIDE)
    rows, columns = np.nonzero(found[..., 3])
    straight = homography(page.corners, corners_of(*page.grey.shape[::-1]))
    expected = applied(np.linalg.inv(page.square.matrix(SIDE)) @ straight, (2 * x, 2 * y))
    np.testing.assert_allclose((columns.mean() + 0.5, rows.mean() + 0.5), expected, atol=3)


def test_in_place_everything_stays():
    image = Image.fromarray(drawn())
    ImageDraw.Draw(image).line((20, 20, 80, 20), fill=0, width=4)
    page = cleaned(rgba(np.array(image)), place=False)
    assert (page.grey[19:21, 22:78] < 60).all()
    assert page.on_square(SIDE)[:, 0].min() == 255  # filled up with paper


def test_corners_on_one_line_are_refused():
    with pytest.raises(DrawingError, match="four corners"):
        cleaned(rgba(drawn()), np.array([(x, 10.0) for x in (0, 100, 200, 300)]))


def test_a_small_drawing_in_a_corner_is_brought_into_place():
    page = np.full((500, 800), 255, np.uint8)
    page[20:220, 30:190] = np.array(Image.fromarray(drawn()).resize((160, 200)))
    square = cleaned(rgba(page)).on_square(SIDE)
    rows, columns = (np.flatnonzero((square < 160).any(axis)) / SIDE for axis in (1, 0))
    assert abs((columns[0] + columns[-1]) / 2 - 0.5) < 0.03
    assert 0.03 < rows[0] < 0.12 and 0.82 < rows[-1] < 0.95
