import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.soft_mask import SoftMask, cells_of, mask_of
from facedesigner.state.face import FaceState
from facedesigner.state.mask import SIDE
from tests.masks import box
from tests.tiny import tiny_weights

MIDDLE = box(64, 64, 192, 192)


@pytest.fixture(params=["style", "dcgan"])
def engine(request, tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "tiny.safetensors", variant=request.param))
    return engine


def picture(engine, face, resolution=None):
    result = engine.render(RenderRequest(face, resolution))
    assert result.error is None, result.error
    return result.image


def outside(mask, size):
    """(size, size): pixels that are not wholly within a mask."""
    cells = cells_of(mask).numpy()
    return ~cells.reshape(size, SIDE // size, size, SIDE // size).all((1, 3))


@pytest.mark.parametrize(
    "change", [lambda f: f.with_control("pc01", 3.0), lambda f: f.with_seed(8), lambda f: f.with_seed(8).with_psi(1.0)]
)
def test_outside_a_mask_nothing_changes_to_the_bit_and_inside_something_does(engine, change):
    face = FaceState(engine.info.hash, seed=7)
    patched = face.with_inside(MIDDLE, change(face))
    for resolution in engine.info.resolutions:
        before, after = picture(engine, face, resolution), picture(engine, patched, resolution)
        away = outside(MIDDLE, resolution)
        np.testing.assert_array_equal(before[away], after[away])
        assert (before[~away] != after[~away]).any()


def test_patches_lie_over_each_other_and_each_keeps_to_its_mask(engine):
    face = FaceState(engine.info.hash, seed=7)
    left, right = box(0, 0, 128, 256), box(128, 0, 256, 256)
    one = face.with_inside(left, face.with_seed(8))
    both = one.with_inside(right, face.with_seed(9))
    pictures = [picture(engine, f).astype(int) for f in (face, one, both)]
    half = pictures[0].shape[1] // 2
    assert (pictures[2][:, half:] != pictures[0][:, half:]).any()
    np.testing.assert_array_equal(pictures[1][:, half:], pictures[0][:, half:])
    if engine.info.variant == "dcgan":  # pixels alone are mixed: the one is none of the other's business
        np.testing.assert_array_equal(pictures[2][:, :half], pictures[1][:, :half])


def test_a_patch_that_covers_everything_shows_the_inner_face(engine):
    face = FaceState(engine.info.hash, seed=7)
    everywhere = box(0, 0, 256, 256)
    inner = face.with_seed(8)
    difference = picture(engine, face.with_inside(everywhere, inner)).astype(int) - picture(engine, inner)
    assert np.abs(difference).max() <= 1


def test_features_are_mixed_so_that_the_inner_face_takes_up_its_surroundings(tmp_path):
    """With pixels alone, the middle of a large mask would show exactly the inner face."""
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "tiny.safetensors"))
    face = FaceState(engine.info.hash, seed=7)
    mask = box(80, 80, 176, 176)
    inner = face.with_seed(8)
    mixed, whole = picture(engine, face.with_inside(mask, inner)), picture(engine, inner)
    assert (mixed[7:9, 7:9] != whole[7:9, 7:9]).any()


def test_varying_keeps_patches(engine):
    face = FaceState(engine.info.hash, seed=7)
    patched = face.with_inside(MIDDLE, face.with_control("pc01", 2.0))
    assert all(child.patches == patched.patches for child in engine.vary(patched, 2, 0))


def test_the_edge_fades_inwards_and_never_out():
    soft = SoftMask(MIDDLE, torch.device("cpu"))
    for size in (16, 64, 256, 512, 640):
        share = soft.picture(size)[0, 0].numpy()
        assert share.shape == (size, size) and share.min() == 0 and share.max() == 1
        row = share[size // 2]
        quarter = size // 4
        assert not row[: quarter - (size == 640)].any() and row[size // 2] == 1
        rising = row[quarter : size // 2]
        assert (np.diff(rising) >= 0).all()
    assert SoftMask(box(0, 0, 256, 256), torch.device("cpu")).picture(64).min() == 1


def test_a_mask_is_known_by_its_cells():
    cells = np.zeros((SIDE, SIDE), bool)
    cells[64:192, 64:192] = True
    assert mask_of(cells) == MIDDLE
    np.testing.assert_array_equal(cells_of(MIDDLE).numpy(), cells)
