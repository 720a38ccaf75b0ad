import numpy as np
import pytest
from PIL import Image, ImageDraw

from facedesigner.contract.regions import REGIONS
from facedesigner.engine.landmarks import Landmarks
from facedesigner.engine.mask_file import read_mask
from facedesigner.engine.regions import RegionFinder, region
from facedesigner.engine.soft_mask import cells_of
from facedesigner.state.mask import MaskError

SKIN, HAIR, BACK, CLOTHES = (205, 160, 140), (60, 40, 30), (150, 170, 190), (90, 20, 110)


def points() -> np.ndarray:
    """68 landmarks of a face that looks straight, in a picture of 256 pixels."""
    turn = np.linspace(0, np.pi, 17)
    jaw = np.stack([128 - 62 * np.cos(turn), 125 + 85 * np.sin(turn)], 1)
    brows = [(x, 102) for x in (*np.linspace(72, 116, 5), *np.linspace(140, 184, 5))]
    nose = [(128, y) for y in (118, 130, 142, 154)] + [(x, 162) for x in np.linspace(114, 142, 5)]
    eye = np.array([(-12, 0), (-5, -5), (5, -5), (12, 0), (5, 4), (-5, 4)])
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    lips = np.stack([128 - 24 * np.cos(turn), 184 - 8 * np.sin(turn)], 1)
    return np.concatenate([jaw, brows, nose, np.add(eye, (96, 118)), np.add(eye, (160, 118)), lips, lips[:8]]).astype(
        float
    )


FOUND = Landmarks(np.array([(96.0, 118.0), (160.0, 118.0)]), points())


def portrait() -> np.ndarray:
    picture = Image.new("RGB", (256, 256), BACK)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((48, 12, 208, 220), fill=HAIR)
    draw.rectangle((40, 232, 216, 256), fill=CLOTHES)
    draw.rectangle((100, 190, 156, 240), fill=SKIN)
    draw.ellipse((66, 46, 190, 212), fill=SKIN)
    draw.ellipse((104, 176, 152, 192), fill=(170, 70, 70))
    return np.array(picture)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("nose", (150, 128), (90, 128)),
        ("lips", (184, 128), (150, 128)),
        ("eyes", (118, 160), (118, 128)),
        ("hair", (25, 128), (150, 100)),
        ("hair", (90, 56), (100, 20)),
        ("skin", (150, 90), (184, 128)),
        ("skin", (70, 128), (118, 96)),
        ("background", (30, 20), (25, 128)),
        ("background", (180, 230), (245, 60)),
    ],
)
def test_each_region_holds_what_it_is_called(name, inside, outside):
    cells = cells_of(region(portrait(), FOUND, name)).numpy()
    assert cells[inside] and not cells[outside]


def test_a_picture_of_another_size_has_the_same_regions():
    small = np.array(Image.fromarray(portrait()).resize((128, 128)))
    half = FOUND.moved(np.eye(2) / 2, np.zeros(2))
    for name in REGIONS:
        one, other = (cells_of(region(*args, name)).numpy() for args in ((portrait(), FOUND), (small, half)))
        assert (one ^ other).mean() < 0.02


def test_without_a_face_or_the_part_there_is_a_sentence():
    finder = RegionFinder(lambda picture: None)
    with pytest.raises(MaskError, match="no face is found"):
        finder(portrait(), "nose")
    with pytest.raises(MaskError, match="no region 'ear': choose nose"):
        finder(portrait(), "ear")
    bald = portrait()
    bald[:230] = SKIN
    with pytest.raises(MaskError, match="no hair is found"):
        region(bald, FOUND, "hair")


def saved(tmp_path, array, mode=None):
    path = tmp_path / "mask.png"
    Image.fromarray(array, mode).save(path)
    return path


def test_a_mask_file_is_white_where_the_face_may_change(tmp_path):
    array = np.zeros((256, 256), np.uint8)
    array[100:150, 60:90] = 255
    mask, notes = read_mask(saved(tmp_path, array), 256)
    np.testing.assert_array_equal(cells_of(mask).numpy(), array > 0)
    assert notes == ()


def test_a_mask_of_another_size_is_scaled_with_a_note_and_covers_no_more(tmp_path):
    array = np.zeros((500, 500), np.uint8)
    array[101:299, 101:299] = 255
    mask, notes = read_mask(saved(tmp_path, array), 256)
    cells = cells_of(mask).numpy()
    rows = np.flatnonzero(cells.any(1))
    assert rows[0] * 500 / 256 >= 101 and (rows[-1] + 1) * 500 / 256 <= 299 and cells.mean() > 0.14
    assert "500 × 500 pixels, the face 256: it was scaled" in notes[0]


def test_what_is_transparent_is_outside(tmp_path):
    array = np.full((256, 256, 4), 255, np.uint8)
    array[:, 128:, 3] = 0
    mask, _ = read_mask(saved(tmp_path, array), 256)
    assert mask.share == 0.5


def test_masks_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(MaskError, match=r"mask.png is empty: paint white"):
        read_mask(saved(tmp_path, np.zeros((256, 256), np.uint8)), 256)
    with pytest.raises(MaskError, match="300 × 200 pixels, but a face is square"):
        read_mask(saved(tmp_path, np.full((200, 300), 255, np.uint8)), 256)
    path = saved(tmp_path, np.full((256, 256), 255, np.uint8))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ValueError, match=r"mask.png cannot be opened: it is damaged"):
        read_mask(path, 256)
