import numpy as np
from PIL import Image

from facedesigner.contract.tiles import TILES_KEY, of_text
from facedesigner.export.png import read_face
from facedesigner.export.table import GAP, save_grid, save_strip, table
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import XMP_KEY
from facedesigner.state.recognise import carries_recipe
from facedesigner.state.series import Axis, grid

FACE = FaceState("0123456789abcdef", seed=3)


def shade(level: int, side: int = 32) -> np.ndarray:
    return np.full((side, side, 3), level, np.uint8)


def test_pictures_stand_in_rows_with_words_above_and_beside():
    paper, (left, top) = table([[shade(10), shade(60)], [shade(110), shade(160)]], ["a", "b"], ["long words", "c"])
    side = 128
    for row in range(2):
        for column in range(2):
            middle = paper[top + row * (side + GAP) + 64, left + column * (side + GAP) + 64]
            assert abs(int(middle[0]) - (10 + 100 * row + 50 * column)) <= 1
    assert paper[:top, left:].min() < 100 and paper[top:, : left - GAP].min() < 100


def test_without_words_no_room_is_left_for_them():
    assert table([[shade(0)]], [], [])[1] == (GAP, GAP)


def test_a_grid_opens_as_its_face_and_says_where_the_others_are(tmp_path):
    rows = grid(FACE, Axis("smile", "Smile", -1.0, 1.0, 3), Axis("nose", "Nose", 0.0, 2.0, 2))
    pictures = [[shade(40 * row + 20 * column) for column in range(3)] for row in range(2)]
    path = save_grid(pictures, rows, (["a"] * 3, ["b"] * 2), tmp_path / "grid.png", FACE, "style")
    assert read_face(path) == FACE
    with Image.open(path) as image:
        tiles = of_text(image.info[TILES_KEY])
        assert [tile.face(FACE) for tile in tiles] == [face for row in rows for face in row]
        left, top, right, bottom = tiles[4].box(*image.size)
        assert abs(np.asarray(image)[top + 2 : bottom - 2, left + 2 : right - 2].astype(int) - 60).max() <= 1


def test_a_strip_of_several_people_is_marked_and_holds_no_recipe(tmp_path):
    path = save_strip([shade(10), shade(90)], ["Ann", ""], tmp_path / "strip.png")
    assert not carries_recipe(path)
    with Image.open(path) as image:
        assert "trainedAlgorithmicMedia" in image.info[XMP_KEY]
