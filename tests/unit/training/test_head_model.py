import numpy as np
import pytest
from safetensors.numpy import save_file

from facedesigner.resources import resource
from training.networks.head_model import (
    MOST_TURN,
    HeadModel,
    depth_map,
    load_head_model,
    pose,
    save_head_model,
    subdivision,
)
from training.tasks.relief.head_depth import in_pixels, principal, render, rotation, visible

SHIPPED = "weights/head_depth.safetensors"


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model(resource(SHIPPED))


def seen(model: HeadModel, coefficients, turn, scale=60.0, shift=(128.0, 120.0)):
    """Landmarks of a head of the model, as dlib would place them in a picture, and the head itself."""
    head = scale * model.shape(coefficients) @ turn.T
    head[:, :2] += shift
    marks = scale * (model.shape(coefficients)[model.landmarks] + np.pad(model.offsets, ((0, 0), (0, 1)))) @ turn.T
    return marks[:, :2] + shift, head


def test_depth_map_interpolates_and_the_nearest_wins():
    square = np.array([[0, 0, 0], [8, 0, 8], [8, 8, 8], [0, 8, 0]], dtype=float)
    far = square * (1, 1, 0) - (0, 0, 5)
    triangles = np.array([[0, 2, 1], [0, 3, 2]])
    both = depth_map(np.concatenate([far, square]), np.concatenate([triangles, triangles + 4]), 10)
    assert np.allclose(both[:8, :8], np.arange(8) + 0.5, atol=1e-5)
    assert np.isnan(both[8:]).all() and np.isnan(both[:, 8:]).all()
    assert np.isnan(depth_map(square, triangles[:, ::-1], 10)).all()  # seen from behind


def test_pose_is_recovered_and_held():
    points = np.random.default_rng(0).normal(size=(68, 3))
    turn = rotation(15, -10)
    weight = np.ones((68, 1))
    scale, found, shift = pose(points, 3 * points @ turn[:2].T + (5, 7), weight)
    assert scale == pytest.approx(3) and np.allclose(found, turn) and np.allclose(shift, (5, 7))
    _, found, _ = pose(points, points @ rotation(50, 0)[:2].T, weight)
    assert np.degrees(np.arccos(found[2, 2])) == pytest.approx(MOST_TURN)


def test_fit_finds_pose_and_shape(model):
    coefficients = np.zeros(len(model.components))
    coefficients[1:4] = (1.2, -0.8, 0.6)
    marks, head = seen(model, coefficients, rotation(12, 5))
    found = model.fit(marks)
    head[:, 2] -= head[model.landmarks[36:48], 2].mean()
    front = head[:, 2] > -60
    assert np.abs(found - head)[front].mean() < 2  # pixels, of 60 between the eyes
    assert np.abs(found[model.landmarks, :2] - head[model.landmarks, :2]).max() < 4
    with pytest.raises(ValueError, match="no distance"):
        model.fit(np.zeros((68, 2)))


def test_subdivision_keeps_what_is_flat_and_rounds_what_is_not(model):
    grid = np.array([[x, y, 0.0] for y in range(4) for x in range(4)])
    triangles = np.array([t for i in range(11) if i % 4 < 3 for t in ((i, i + 1, i + 4), (i + 1, i + 5, i + 4))])
    finer = subdivision(triangles, 16)
    once = finer(grid)
    assert len(finer.triangles) == 4 * len(triangles) and len(once) == 16 + len(finer.edges)
    assert np.abs(once[:, 2]).max() == 0 and np.ptp(once, axis=0)[:2] == pytest.approx((3, 3), abs=0.5)
    grid[5, 2] = 1
    assert 0 < finer(grid)[:, 2].max() < 1
    areas = np.cross(
        once[finer.triangles[:, 1]] - once[finer.triangles[:, 0]],
        once[finer.triangles[:, 2]] - once[finer.triangles[:, 0]],
    )[:, 2]
    assert (areas > 0).all()  # turned the same way
    assert np.abs(model.finer(model.mean)[: len(model.mean)] - model.mean).mean() < 0.02


def test_saved_and_loaded(model, tmp_path):
    path = tmp_path / "head.safetensors"
    save_head_model(model, path, {"terms": "CC0"})
    again = load_head_model(path)
    for name in ("mean", "components", "triangles", "landmarks", "offsets"):
        assert (getattr(again, name) == getattr(model, name)).all()
    assert path.stat().st_size < 2e6
    save_file({"weight": np.zeros(3)}, path)
    with pytest.raises(ValueError, match=r"head\.safetensors is no head model .*install FaceDesigner again"):
        load_head_model(path)


def test_principal_components_explain_the_shapes():
    random = np.random.default_rng(1)
    ways = random.normal(size=(2, 30))
    shapes = (random.normal(size=(200, 2)) @ ways).reshape(200, 10, 3) + 7
    mean, components = principal(shapes, 2)
    left = (shapes - mean).reshape(200, -1)
    for component in components.reshape(2, -1):
        along = left @ component / (component @ component)
        assert along.std(ddof=1) == pytest.approx(1, rel=1e-3)
        left = left - along[:, None] * component
    assert np.abs(left).max() < 1e-4


def test_what_a_turn_cannot_show_is_left_out(model):
    inner = np.array([[-0.1, 0.9, -1.0], [0.1, 0.9, -1.0], [0.0, 1.1, -1.0]], dtype=np.float32)  # behind the mouth
    head = np.concatenate([model.mean, inner])
    count = len(model.mean)
    shown = visible(head, np.concatenate([model.triangles, [[count, count + 2, count + 1]]]))
    assert shown[:-1].mean() > 0.8 and not shown[-1]


def test_render_paints_lips(model):
    picture = render(in_pixels(model.mean), model.triangles, model.landmarks)
    x, y = in_pixels(model.mean)[model.landmarks[57], :2].astype(int)
    lip, cheek = (picture[row, x].astype(int) for row in (y - 4, y - 120))
    assert lip[0] - lip[1] > cheek[0] - cheek[1] and (picture[0, 0] == 190).all()
