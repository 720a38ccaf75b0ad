import numpy as np
import pytest
from safetensors.numpy import save_file

from facedesigner.engine.crossings import crossings
from facedesigner.resources import resource
from training.errors import UserError
from training.networks.whole_head import WholeHead, load_whole_head, save_whole_head
from training.tasks.relief.chart import disc_chart
from training.tasks.relief.head_depth import rotation

SHIPPED = "weights/whole_head.safetensors"


@pytest.fixture(scope="module")
def model() -> WholeHead:
    return load_whole_head(resource(SHIPPED))


def mean_head(model: WholeHead) -> tuple[np.ndarray, np.ndarray]:
    return model.surface.mean[:-2].astype(float), model.surface.mean[-2:].astype(float)


def test_it_is_one_surface_whose_only_border_is_the_neck(model):
    triangles, count = model.surface.triangles, len(model.chart)
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), 1)
    once = np.unique(edges, axis=0, return_counts=True)[1]
    assert set(once) == {1, 2} and count - len(once) + len(triangles) == 1  # Euler's number of a disc
    neck = mean_head(model)[0][model.rim]
    assert (once == 1).sum() == len(neck) and neck[:, 1].min() > 2.1


def test_the_chart_has_no_overlaps(model):
    a, b, c = (model.chart[model.surface.triangles[:, corner]] for corner in range(3))
    areas = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    assert (areas > 0).all() and model.chart.min() >= 0 and model.chart.max() <= 1
    left = model.surface.mean[:-2, 0] > 0.5
    assert model.chart[left, 0].mean() > model.chart[~left, 0].mean()  # as one looks at the face


def test_a_turned_head_is_fitted_and_turned_back(model):
    turn = rotation(12, 5)
    shape = model.surface.shape(np.eye(len(model.surface.components))[2])
    offsets = np.pad(model.surface.offsets, ((0, 0), (0, 1)))
    marks = (60 * (shape[model.surface.landmarks] + offsets) @ turn.T)[:, :2] + (128, 120)
    fit = model.fit(marks)
    assert fit.unit == pytest.approx(60, rel=0.03)
    assert np.degrees(np.arccos((np.trace(fit.turn.T @ turn) - 1) / 2)) < 3
    upright = (fit.vertices - fit.eyeballs.mean(0)) @ fit.turn / fit.unit
    assert np.abs(upright - shape[:-2]).mean() < 0.05


@pytest.mark.parametrize("closed", [False, True])
def test_patches_close_eyes_and_mouth_without_cutting_through(model, closed):
    head, eyeballs = mean_head(model)
    if closed:
        head = model.blinked(head, 0.65)
    laid = model.laid(head, eyeballs, 1.0, closed)
    assert len(crossings(laid, model.surface.triangles)) == 0
    right = laid[model.patched[0]]
    away = np.linalg.norm(right - eyeballs[0], axis=1)
    gap = np.ptp(right[:, 1])
    if closed:
        assert gap < 0.07
    else:
        assert gap > 0.1 and away.min() > 0.24 and away.max() < 0.3  # on the ball
    assert laid[model.patched[-1], 2].mean() < head[model.surface.landmarks[60:68], 2].mean()  # behind the lips


def test_lips_that_overlap_are_put_apart(model):
    head, eyeballs = mean_head(model)
    mouth = model.patches[-1]
    head[mouth.upper, 1] += 0.1
    laid = model.laid(head, eyeballs, 1.0)
    assert (laid[mouth.lower, 1] - laid[mouth.upper, 1]).min() > 0.007


def test_expressions_do_what_they_are_called(model):
    move = dict(zip(model.names, model.expressions, strict=True))
    chin, right_mouth, left_mouth = (model.surface.landmarks[mark] for mark in (8, 48, 54))
    assert move["jawOpen"][chin, 1] > 0.2
    assert move["mouthSmileRight"][right_mouth, 1] < -0.05 > move["mouthSmileLeft"][left_mouth, 1]
    assert np.abs(move["mouthSmileRight"][left_mouth]).max() < 0.03
    assert move["browInnerUp"][model.surface.landmarks[21], 1] < -0.02
    ears = model.surface.mean[:-2][model.ears]
    assert np.abs(ears[:, 0]).min() > 1 and 500 < len(ears) < 800


def test_saved_and_loaded(model, tmp_path):
    path = tmp_path / "head.safetensors"
    save_whole_head(model, path, {"terms": "CC0"})
    again = load_whole_head(path)
    assert again.names == model.names and (again.chart == model.chart).all() and (again.ears == model.ears).all()
    assert (again.expressions == model.expressions).all() and path.stat().st_size < 2e6
    save_file({"mean": np.zeros(3)}, path)
    with pytest.raises(UserError, match=r"head\.safetensors is no model of whole heads .*install FaceDesigner again"):
        load_whole_head(path)


def test_a_dome_is_laid_out_flat():
    rows, columns = np.mgrid[-4:5, -4:5]
    dome = np.stack([columns, rows, 4 - 0.2 * (columns**2 + rows**2)], -1).reshape(-1, 3).astype(float)
    corner = (np.arange(8)[:, None] * 9 + np.arange(8)).ravel()
    triangles = np.concatenate(
        [np.stack([corner, corner + 9, corner + 1], 1), np.stack([corner + 1, corner + 9, corner + 10], 1)]
    )
    chart = disc_chart(dome, triangles)
    a, b, c = (chart[triangles[:, i]] for i in range(3))
    areas = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    assert (areas > 0).all() or (areas < 0).all()
    assert np.hypot(*(chart - 0.5).T).max() == pytest.approx(0.5, abs=1e-6)
    with pytest.raises(ValueError, match="more than one border"):
        disc_chart(np.concatenate([dome, dome + 20]), np.concatenate([triangles, triangles + 81]))
