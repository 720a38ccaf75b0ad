from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageCms

from facedesigner.engine.paste import STRIP, close_up, corners_in, paste, whole_photo
from facedesigner.engine.photo import PhotoError, PhotoFace, open_aligned, unturned
from facedesigner.export.photo import save_photo
from tests.profiles import rgb_profile
from training.colours import conversion_of, srgb_profile
from training.curation.align import Placement, cut

SIDE = 32
FLAT = np.full((SIDE, SIDE, 3), 100, np.uint8)
EDITED = FLAT.copy()
EDITED[10:22, 10:22] += 60  # a strong change in the middle


def photo_of(width: int, height: int) -> Image.Image:
    """Waves, with fine detail, so that any shift would show."""
    rows, columns = np.mgrid[:height, :width]
    waves = 110 + 40 * np.sin(rows / 17) + 30 * np.cos(columns / 23) + 8 * ((rows + columns) % 3)
    return Image.fromarray(np.repeat(waves.astype(np.uint8)[..., None], 3, 2))


def face_in(photo: Image.Image, corner: tuple[float, float], side: float, roll: float = 0.0) -> PhotoFace:
    turn = np.radians(roll)
    placement = Placement(np.array(corner, float), np.array([np.cos(turn), np.sin(turn)]), side)
    square = np.array(cut(photo, placement, SIDE))
    return PhotoFace(square, (0, 0, 1, 1), side, placement=placement, searched=photo.size)


def moved(photo: Image.Image, pasted: Image.Image) -> np.ndarray:
    """How much each pixel changed, (H, W)."""
    assert pasted.size == photo.size
    changed: np.ndarray = np.abs(np.asarray(pasted).astype(int) - np.asarray(photo)).max(2)
    return changed


def test_without_an_edit_the_photo_stays_as_it_is():
    photo = photo_of(300, 200)
    assert moved(photo, paste(photo, face_in(photo, (60.5, 20.2), 140, 12), FLAT, FLAT)).max() == 0


@pytest.mark.parametrize("roll", [0, 25, 180])
def test_a_change_lands_where_the_face_is_and_nowhere_else(roll):
    photo = photo_of(400, 300)
    face = face_in(photo, (200, 150), 120, roll)
    change = moved(photo, paste(photo, face, EDITED, FLAT))
    corners, side = corners_in(photo, face)
    middle = corners.mean(0)
    column, row = middle.round().astype(int)
    assert 45 < change[row - 4 : row + 4, column - 4 : column + 4].mean() < 75
    rows, columns = np.mgrid[:300, :400]
    far = np.hypot(columns - middle[0], rows - middle[1]) > 0.4 * side
    assert change[far].max() == 0


def test_the_photos_own_detail_stays_where_little_changes():
    photo = photo_of(400, 300)
    face = face_in(photo, (100, 50), 200)
    weak = FLAT.copy()
    weak[8:24, 8:24] += 14
    pasted = np.asarray(paste(photo, face, weak, FLAT)).astype(float)[130:170, 180:220, 0]
    before = np.asarray(photo).astype(float)[130:170, 180:220, 0]
    assert 8 < (pasted - before).mean() < 16
    assert np.std(np.diff(pasted)) == pytest.approx(np.std(np.diff(before)), rel=0.05)


def test_it_is_pasted_at_the_photos_full_size():
    large = photo_of(1600, 3 * STRIP)
    small = large.resize((400, 3 * STRIP // 4))
    change = moved(large, paste(large, face_in(small, (100, 20), 120), EDITED, FLAT))
    rows, columns = np.nonzero(change > 20)
    assert columns.mean() == pytest.approx(4 * 160, abs=8) and rows.mean() == pytest.approx(4 * 80, abs=8)


def test_the_whole_face_has_no_seam():
    photo = photo_of(400, 400)
    photo = Image.fromarray((np.asarray(photo) * (0.8, 0.9, 1)).astype(np.uint8))
    drawn = np.full((SIDE, SIDE, 3), (200, 120, 90), np.uint8)
    face = face_in(photo, (100, 100), 200)
    result = np.asarray(paste(photo, face, drawn)).astype(int)
    np.testing.assert_allclose(result[190:220, 190:210].mean((0, 1)), (200, 120, 90), atol=25)
    assert moved(photo, Image.fromarray(result.astype(np.uint8)))[:, :100].max() == 0
    steps = np.abs(np.diff(result[200, :, 0])).max()
    assert steps <= np.abs(np.diff(np.asarray(photo).astype(int)[200, :, 0])).max() + 12


def test_a_face_that_reaches_out_of_the_photo_or_is_smaller_than_the_drawn_one():
    photo = photo_of(120, 90)
    assert moved(photo, paste(photo, face_in(photo, (-40, -30), 150), EDITED, FLAT)).max() > 30
    assert moved(photo, paste(photo, face_in(photo, (30, 30), 12), EDITED, FLAT)).max() > 20


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_photo_that_lies_on_its_side_is_pasted_into_as_it_lies(turned):
    upright = photo_of(300, 200)
    face = face_in(upright, (90, 40), 100, 10)
    lying = upright.rotate(-turned, expand=True)
    assert face.placement is not None
    there = replace(face, placement=unturned(face.placement, turned, 300, 200), searched=lying.size, turned=turned)
    wanted = paste(upright, face, EDITED, FLAT)
    found = paste(lying, there, EDITED, FLAT).rotate(turned, expand=True)
    assert moved(wanted, found).max() <= 2
    assert close_up(lying, there, 0.2, 64).shape == close_up(upright, face, 0.2, 64).shape == (64, 64, 3)


def test_what_was_opened_as_aligned_is_pasted_too(tmp_path):
    photo_of(200, 100).save(tmp_path / "a.png")
    photo = whole_photo(tmp_path / "a.png")
    change = moved(photo, paste(photo, open_aligned(tmp_path / "a.png", SIDE), EDITED, FLAT))
    assert change[45:55, 95:105].min() > 20 and change[:, :55].max() == 0


@pytest.mark.parametrize("before", [FLAT, None])
def test_a_photo_without_colour_gets_none(before):
    photo = photo_of(300, 200)
    red = EDITED.copy()
    red[12:20, 12:20] = (220, 90, 70)
    pasted = np.asarray(paste(photo, face_in(photo, (60, 20), 140), red, before)).astype(int)
    assert np.ptp(pasted, axis=2).max() <= 1 and np.abs(pasted - np.asarray(photo)).max() > 10


def test_a_face_of_unknown_place_is_refused():
    photo = photo_of(100, 100)
    with pytest.raises(ValueError, match="not known where"):
        paste(photo, PhotoFace(FLAT, (0, 0, 1, 1), 50), EDITED, FLAT)


def test_the_whole_photo_is_upright_and_keeps_its_colour_profile(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo_of(60, 40).save(tmp_path / "a.jpg", exif=exif, icc_profile=profile)
    photo = whole_photo(tmp_path / "a.jpg")
    assert photo.size == (40, 60) and photo.mode == "RGB" and photo.info["icc_profile"] == profile
    photo_of(60, 40).convert("L").save(tmp_path / "grey.png")
    assert whole_photo(tmp_path / "grey.png").mode == "RGB"


def test_a_wide_gamut_photo_keeps_its_colours_and_gets_the_change_in_them(tmp_path):
    wide = rgb_profile()
    conversion = conversion_of(wide, "RGB")
    assert conversion is not None
    vivid = Image.new("RGB", (128, 128), (30, 240, 40))  # greener than sRGB can be
    vivid.save(tmp_path / "wide.png", icc_profile=wide)
    photo = whole_photo(tmp_path / "wide.png")
    assert photo.info["icc_profile"] == wide and np.array_equal(np.array(photo), np.array(vivid))
    face = open_aligned(tmp_path / "wide.png", 64)
    before = np.array(face.picture)
    edited = before.copy()
    edited[28:36, 28:36] = (before[28:36, 28:36] * 0.7).astype(np.uint8)
    unchanged = np.array(paste(photo, face, before, before))
    assert np.array_equal(unchanged, np.array(vivid))
    pasted = paste(photo, face, edited, before)
    assert np.array_equal(np.array(pasted)[:8], np.array(vivid)[:8])
    seen, was = (np.array(conversion.to_srgb(one), int)[64, 64] for one in (pasted, vivid))
    assert np.abs(seen - was * 0.7).max() < 25 and (was - seen).max() > 40
    saved = save_photo(pasted, tmp_path / "pasted.png")
    with Image.open(saved) as opened:
        assert opened.info["icc_profile"] == wide
    close = close_up(photo, face, 0.1, 64)
    assert np.abs(close[20, 20].astype(int) - was).max() < 3


def test_a_photo_of_print_comes_out_in_srgb_and_says_so(tmp_path):
    Image.new("CMYK", (80, 80), (0, 200, 200, 0)).save(tmp_path / "print.jpg")
    photo = whole_photo(tmp_path / "print.jpg")
    assert photo.mode == "RGB" and "CMYK" in photo.info["notes"][0] and photo.info["icc_profile"] == srgb_profile()
    Image.new("RGB", (80, 80)).save(tmp_path / "odd.png", icc_profile=b"nonsense")
    photo = whole_photo(tmp_path / "odd.png")
    assert "ignored" in photo.info["notes"][0] and photo.info["icc_profile"] == srgb_profile()


def test_a_photo_that_cannot_be_opened_again_is_named(tmp_path):
    with pytest.raises(PhotoError, match=r"gone\.jpg is not there any more"):
        whole_photo(tmp_path / "gone.jpg")
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(PhotoError, match=r"a\.jpg cannot be opened: .* full size"):
        whole_photo(tmp_path / "a.jpg")
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(PhotoError, match="million are decoded at most"):
        whole_photo(tmp_path / "bomb.png")
