import numpy as np
import pytest

from facedesigner.engine.crossings import crossings
from facedesigner.engine.look import whole_head_model
from facedesigner.engine.relief import ReliefError, standard_landmarks
from facedesigner.engine.skin import vertex_normals
from facedesigner.engine.whole_head import Head, whole_head
from training.tasks.relief.head_depth import rotation

SIDE = 256
SKIN, DARK, GREY = (205, 160, 140), (50, 35, 30), 190
BLUE = (40, 60, 200)


def portrait(hair: bool = True, long: bool = False) -> np.ndarray:
    """A skin-coloured oval in an aligned face's place, with one blue cheek; dark hair about it, or to the shoulders."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    image = np.full((SIDE, SIDE, 3), GREY, dtype=np.uint8)
    if hair:
        image[np.hypot((columns - 0.5) / 0.36, (rows - 0.45) / 0.47) < (rows < 0.45)] = DARK
    if long:
        image[(np.abs(columns - 0.5) < 0.42) & (rows > 0.3)] = DARK
    image[np.hypot((columns - 0.5) / 0.27, (rows - 0.52) / 0.38) < 1] = SKIN
    image[(np.abs(columns - 0.5) < 0.13) & (rows > 0.7)] = SKIN
    image[np.hypot(columns - 0.40, rows - 0.62) < 0.025] = BLUE
    return image


@pytest.fixture(scope="module")
def bald() -> Head:
    return whole_head(portrait(hair=False), hair="bald", side=128)


@pytest.fixture(scope="module")
def haired() -> Head:
    return whole_head(portrait(), side=128)


def colour(head: Head, near: tuple[float, float, float]) -> np.ndarray:
    """Of the vertex that is nearest to a place."""
    vertex = ((head.vertices - near) ** 2).sum(1).argmin()
    size = len(head.texture)
    column, row = head.places[vertex] * (size, -size) + (0, size)
    return np.asarray(head.texture[min(int(row), size - 1), min(int(column), size - 1)].astype(int))


def test_it_is_a_head_with_ears_and_back(bald):
    low, high = bald.vertices.min(0), bald.vertices.max(0)
    assert high[1] > 1.5 and low[1] < -2 and low[2] < -2.3 and high[2] > 0.6  # crown, neck, back, nose
    assert np.linalg.norm(bald.pupils[1] - bald.pupils[0]) == pytest.approx(1, abs=0.05) and bald.pupils[0, 0] < 0
    assert len(crossings(bald.vertices, bald.triangles)) == 0
    neck = np.isclose(bald.vertices[:, 1], low[1])
    assert neck.sum() > 80  # flat


def test_the_picture_is_in_front_and_skin_behind(bald):
    assert np.abs(colour(bald, (-0.4, -0.61, 0.4)) - BLUE).max() < 60
    assert np.abs(colour(bald, (0.4, -0.61, 0.4)) - SKIN).max() < 30  # what is seen is not mirrored over
    assert np.abs(colour(bald, (0.0, 0.5, -2.9)) - SKIN).max() < 40


def test_hair_is_a_volume_of_its_colour(bald, haired):
    crown = [head.vertices[np.abs(head.vertices[:, 0]) < 0.2, 1].max() for head in (bald, haired)]
    assert crown[1] > crown[0] + 0.03
    assert len(crossings(haired.vertices, haired.triangles)) == 0
    back = colour(haired, (0.0, 0.5, -2.95))
    assert np.abs(back - DARK).max() < 40
    assert np.abs(colour(haired, (0.0, -1.6, -2.2)) - SKIN).max() < 50  # the nape
    assert (bald.places == haired.places).all()


def test_a_bald_head_has_no_hair_to_grow(bald):
    again = whole_head(portrait(hair=False), hair="volume", side=64)
    assert np.abs(again.vertices - bald.vertices).max() < 1e-9


def test_long_hair_covers_the_ears(haired):
    long = whole_head(portrait(long=True), side=64)
    model = whole_head_model()
    ears = model.finer_values(model.ears.astype(float)) > 0.9
    outward = []
    for head in (haired, long):
        normals = vertex_normals(head.vertices * (1, -1, 1), head.triangles)
        outward.append((normals[ears, 0] * head.vertices[ears, 0] > 0).mean())
    assert outward[0] < 0.95 and outward[1] == 1  # no back of an ear is left
    assert len(crossings(long.vertices, long.triangles)) == 0


def test_eyes_close(bald):
    closed = whole_head(portrait(hair=False), hair="bald", eyes="closed", side=64)
    assert len(crossings(closed.vertices, closed.triangles)) == 0
    assert "eyeBlinkLeft" in bald.expressions and "eyeBlinkLeft" not in closed.expressions
    lid = bald.marks[37]
    assert closed.marks[37, 1] < lid[1] - 0.03  # it has come down


def test_expressions_move_the_finer_mesh(bald):
    jaw = bald.expressions["jawOpen"]
    assert jaw.shape == bald.vertices.shape
    chin = ((bald.vertices - bald.marks[8]) ** 2).sum(1).argmin()
    assert jaw[chin, 1] < -0.2 and np.abs(jaw[bald.vertices[:, 1] > 0.6]).max() < 0.02
    opened = bald.vertices + jaw
    assert len(crossings(opened, bald.triangles)) < 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hair": "wig"}, "hair is 'wig'; choose volume or bald"),
        ({"eyes": "shut"}, "eyes is 'shut'; choose open or closed"),
        ({"landmarks": np.zeros((68, 2))}, "choose a face seen from the front"),
    ],
)
def test_what_cannot_be_made_is_said(options, message):
    with pytest.raises(ReliefError, match=message):
        whole_head(portrait(), **options)
    with pytest.raises(ReliefError, match="must be square"):
        whole_head(np.zeros((64, 80, 3), np.uint8))


def test_a_face_in_profile_is_refused():
    model = whole_head_model()
    marks = (model.surface.marks @ rotation(50, 0).T)[:, :2]
    eyes = [marks[part].mean(0) for part in (slice(36, 42), slice(42, 48))]
    marks = 0.5 + 0.2 * (marks - np.mean(eyes, 0)) / np.hypot(*(eyes[1] - eyes[0]))
    with pytest.raises(ReliefError, match="turned by 30 degrees or more"):
        whole_head(portrait(), marks)
    assert standard_landmarks().shape == marks.shape
