from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from facedesigner.contract.request import ModelInfo
from facedesigner.engine import certifying, pushing, uniqueness
from facedesigner.engine.certifying import Certifier
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.photo import NoFaceError, PhotoFace
from facedesigner.engine.pushing import push_away
from facedesigner.engine.truth import Kind, Truth
from facedesigner.engine.uniqueness import (
    Library,
    UniquenessError,
    compare,
    gallery_library,
    photo_library,
    training_library,
)
from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import Calibration
from tests.fake_identity import CALIBRATION, FakeIdentity, fake_embeddings, random_picture
from tests.tiny import tiny_weights
from training.movements import Direction
from training.networks.embeddings import Embeddings
from training.weights import load_weights

PICTURES = {f"{number}.png": random_picture(number) for number in range(30)}
IDENTITY: Any = FakeIdentity()


@pytest.fixture
def calibration():
    return Calibration.of(CALIBRATION)


@pytest.fixture
def library(calibration):
    values = IDENTITY.embed(list(PICTURES.values())).astype(np.float16)
    return Library("training data", Embeddings(values, tuple(PICTURES)), calibration)


@pytest.fixture
def info(tmp_path):
    return load_info(tiny_weights(tmp_path / "tiny.safetensors"))


def load_info(path) -> ModelInfo:
    return FaceEngine("cpu").load(path)


def test_a_copy_is_found_and_so_is_its_mirror_image(library, calibration):
    copy = np.clip(PICTURES["7.png"] * 1.02, 0, 255).astype(np.uint8)
    found = compare(IDENTITY.both_ways(copy), [library], calibration)
    assert found.neighbours[0].name == "7.png" and not found.neighbours[0].mirrored
    assert found.neighbours[0].probability > 0.9 > 0.1 > found.neighbours[1].probability
    assert len(found.neighbours) == 5 and not found.is_unique(0.2)
    turned = compare(IDENTITY.both_ways(copy[:, ::-1]), [library], calibration)
    assert turned.neighbours[0].name == "7.png" and turned.neighbours[0].mirrored
    assert turned.neighbours[0].distance == pytest.approx(found.neighbours[0].distance, abs=1e-6)


def test_several_libraries_are_searched_and_empty_ones_are_no_trouble(library, calibration):
    asked = random_picture(77)
    gallery = gallery_library([("1. seed0077", IDENTITY(asked))])
    found = compare(IDENTITY.both_ways(asked), [library, gallery, gallery_library([])], calibration)
    assert [found.neighbours[0].group, found.neighbours[0].name] == ["your gallery", "1. seed0077"]
    assert [one.count for one in found.compared] == [30, 1, 0]
    assert compare(IDENTITY.both_ways(asked), [gallery_library([])], calibration).neighbours == ()


def test_the_exact_distance_is_that_of_the_embeddings(library, calibration):
    asked = IDENTITY.both_ways(random_picture(50))
    near = compare(asked, [library], calibration, count=30).neighbours
    values = library.embeddings.values.astype(np.float64)
    wanted = sorted(min(np.linalg.norm(row - one) for one in asked) for row in values)
    assert [one.distance for one in near] == pytest.approx(wanted, abs=1e-4)


def test_embeddings_lie_beside_the_model_or_come_along_with_one_of_its_name_and_data(info, tmp_path):
    with pytest.raises(UniquenessError, match=r"python -m training embeddings RUN --out tiny\.embeddings"):
        training_library(info, [tmp_path])
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    fake_embeddings(shipped / "tiny.embeddings.safetensors", PICTURES, data="other faces")
    with pytest.raises(UniquenessError, match="there are no embeddings"):
        training_library(info, [shipped])
    fake_embeddings(shipped / "tiny.embeddings.safetensors", PICTURES, data="untrained, none")
    assert training_library(info, [shipped]).compared.count == 30
    beside = fake_embeddings(info.path.with_name("tiny.embeddings.safetensors"), {"a": PICTURES["1.png"]})
    assert training_library(info, [shipped]).compared.count == 1
    fake_embeddings(beside, PICTURES, model="another")
    with pytest.raises(UniquenessError, match="belongs to the model another, the loaded one is tiny"):
        training_library(info)
    beside.write_bytes(b"broken")
    with pytest.raises(UniquenessError, match="cannot be used"):
        training_library(info)


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Three photos: one face, two faces, none. The list says which were opened."""
    opened = []

    def open_photo(path, size, detector):
        opened.append(path.name)
        pixels = np.asarray(Image.open(path))
        if path.stem == "none":
            raise NoFaceError("no face")
        faces = [pixels, pixels[::-1]] if path.stem == "two" else [pixels]
        return tuple(PhotoFace(face, (0, 0, 9, 9), 16) for face in faces)

    monkeypatch.setattr(uniqueness, "open_photo", open_photo)
    monkeypatch.setattr(uniqueness, "new_detector", object)
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(("one.png", "sub/two.png", "none.png")):
        Image.fromarray(random_picture(number + 60)).save(folder / name)
    (folder / "words.txt").write_text("no picture")
    return folder, opened


def test_photos_are_embedded_once(photos, tmp_path):
    folder, opened = photos
    told = []
    found = photo_library(folder, IDENTITY, tmp_path / "cache", lambda done, total: told.append((done, total)))
    assert found is not None and found.group == "folder photos"
    assert found.embeddings.names == ("one.png", "sub/two.png, face 1", "sub/two.png, face 2")
    assert found.notes == ("no face was found in 1 of 3 pictures, such as none.png",)
    assert told[0] == (0, 3) and told[-1] == (3, 3) and len(opened) == 3
    again = photo_library(folder, IDENTITY, tmp_path / "cache")
    assert again is not None and again.compared == found.compared and again.notes == found.notes and len(opened) == 3
    Image.fromarray(random_picture(70, 32)).save(folder / "one.png")
    assert photo_library(folder, IDENTITY, tmp_path / "cache") is not None and opened[3:] == ["one.png"]


def test_photos_can_be_given_up_and_keep_what_was_done(photos, tmp_path):
    folder, opened = photos
    assert photo_library(folder, IDENTITY, tmp_path / "cache", stop=lambda: len(opened) >= 2) is None
    photo_library(folder, IDENTITY, tmp_path / "cache")
    assert len(opened) == 3


def test_a_folder_of_no_use_is_named(photos, tmp_path):
    folder, _ = photos
    with pytest.raises(UniquenessError, match="there is no folder"):
        photo_library(tmp_path / "nowhere", IDENTITY, tmp_path / "cache")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UniquenessError, match="there are no pictures in"):
        photo_library(tmp_path / "empty", IDENTITY, tmp_path / "cache")
    for name in ("one.png", "sub/two.png"):
        (folder / name).unlink()
    with pytest.raises(UniquenessError, match="no face was found in the 1 pictures"):
        photo_library(folder, IDENTITY, tmp_path / "cache")


@pytest.fixture
def certifier(info, tmp_path, monkeypatch):
    monkeypatch.setattr(uniqueness, "Identity", FakeIdentity)
    fake_embeddings(info.path.with_name("tiny.embeddings.safetensors"), PICTURES)
    certifier = Certifier((), tmp_path / "cache", "cpu")
    certifier.use(info.path)
    return certifier


def test_a_certifier_embeds_each_face_once(certifier, monkeypatch):
    face, other = FaceState(certifier.info.hash, seed=1), FaceState(certifier.info.hash, seed=2)
    found = certifier.check(face, [("1. seed0002", other)])
    assert found is not None and [one.count for one in found.compared] == [30, 1]
    monkeypatch.setattr(certifier.identity, "both_ways", None)
    assert certifier.check(face, [("1. seed0002", other)]) == found
    assert certifier.check(face, stop=lambda: True) is None


def test_training_faces_are_shown_where_their_pictures_are_and_are_those(certifier, tmp_path):
    face = FaceState(certifier.info.hash, seed=1)
    finding = certifier.check(face)
    names = [near.name for near in finding.neighbours]
    assert len(names) == 5
    unknown = certifier.training_faces(finding, None)
    assert not unknown.pictures and "do not come with the model" in unknown.words and "files of faces." in unknown.words
    folder = tmp_path / "elsewhere" / "faces"
    folder.mkdir(parents=True)
    assert f"elsewhere has no {names[0]}" in certifier.training_faces(finding, folder.parent).words
    for name in names:
        Image.fromarray(PICTURES[name].repeat(16, 0).repeat(16, 1)).save(folder / name)
    for place in (folder, folder.parent):
        shown = certifier.training_faces(finding, place)
        assert list(shown.pictures) == names and shown.words.endswith(f"are shown, from {place.name}.")
    Image.fromarray(255 - PICTURES[names[2]]).save(folder / names[2])  # another face of that name
    (folder / names[3]).write_bytes(b"no picture")
    some = certifier.training_faces(finding, folder)
    assert list(some.pictures) == [names[0], names[1], names[4]]
    assert some.words.startswith("2 of the 5 nearest training faces are not shown") and names[2] in some.words


def test_what_a_picture_has_to_do_with_its_recipe(certifier, tmp_path, monkeypatch):
    face = FaceState(certifier.info.hash, seed=1)
    drawn = certifier.draw(face)
    aligned = []

    def aligned_face(image, path):
        aligned.append(path)
        return np.asarray(image)

    monkeypatch.setattr(certifying, "aligned_face", aligned_face)
    path = tmp_path / "a.png"

    def examined(pixels, face=face):
        Image.fromarray(pixels).save(path)
        return certifier.examine(path, face)

    exact = examined(drawn)
    assert exact.relation == "The recipe draws this very picture." and not aligned and exact.size == (16, 16)
    assert (
        "up to rounding" in examined(np.where(drawn < 255, drawn + 1, drawn).astype(np.uint8)).relation and not aligned
    )
    assert "is not what its recipe draws" in examined(255 - drawn).relation
    large = examined(drawn.repeat(2, 0).repeat(2, 1))
    assert "has 32 × 32 pixels, its recipe draws 16 × 16" in large.relation and len(aligned) == 2
    assert "carries no recipe" in examined(drawn, None).relation and len(aligned) == 3
    with pytest.raises(UniquenessError, match="was made with model other, the loaded one is tiny"):
        examined(drawn, FaceState("other", seed=1))


def test_a_sheet_of_several_faces_is_not_certified(certifier, tmp_path, monkeypatch):
    face = FaceState(certifier.info.hash, seed=1)
    Image.fromarray(certifier.draw(face)).save(tmp_path / "ages.png")
    monkeypatch.setattr(certifying, "truth_of", lambda *_: Truth(Kind.SHEET, "It is a sheet."))
    with pytest.raises(UniquenessError, match=r"ages\.png is a sheet of several faces: certify the picture of one"):
        certifier.examine(tmp_path / "ages.png", face)


def test_a_picture_without_a_face_is_named(certifier, tmp_path, monkeypatch):
    def nobody(image, path, size):
        raise NoFaceError("none")

    monkeypatch.setattr(certifying, "faces_of", nobody)
    Image.fromarray(random_picture(0)).save(tmp_path / "wall.png")
    with pytest.raises(UniquenessError, match=r"no face was found in wall\.png, so there is nothing to certify"):
        certifier.examine(tmp_path / "wall.png", None)


def test_missing_packages_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr("training.curation.detector.find_spec", lambda name: None)
    with pytest.raises(UniquenessError, match=r"facedesigner\[faces\]"):
        Certifier((), tmp_path)


@pytest.fixture
def pushed(certifier, monkeypatch):
    """The chip of a face is the whole picture here."""
    steps = torch.linspace(-1, 1, 64)
    place = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1)[None]
    monkeypatch.setattr(pushing, "places", lambda identity, picture: place)
    face = FaceState(certifier.info.hash, seed=3, psi=0.8, noise_seed=2)
    others = certifier.embedding(face)[:1] + 0.001
    return certifier.engine, certifier.identity, face, others.astype(np.float16)


def test_a_face_is_pushed_away_and_its_picture_with_it(pushed):
    engine, identity, face, others = pushed
    shares: list[float] = []
    found = push_away(engine, identity, face, others, 0.03, progress=shares.append, seconds=60)
    assert found.after > found.before and found.after > 0.03 and 0 < found.moved <= pushing.REACH
    assert found.face.latent is not None and (found.face.psi, found.face.noise_seed) == (0.8, 2)
    away = pushing.nearest_distance(identity, pushing.drawn(engine, found.face), others.astype(np.float32))
    assert away == pytest.approx(found.after, abs=1e-5)
    assert shares[-1] == 1.0 and shares == sorted(shares)


def test_pushing_ends_when_it_is_told_to_or_its_time_is_over(pushed):
    engine, identity, face, others = pushed
    stopped = push_away(engine, identity, face, others, 0.5, stop=lambda: True)
    assert stopped.face == face and stopped.after == stopped.before
    clock = iter(range(0, 1000, 6))
    assert push_away(engine, identity, face, others, 9.0, clock=lambda: float(next(clock))).seconds < 40


def test_movements_leave_named_sliders_labels_and_fine_layers_alone(tmp_path):
    path = tiny_weights(tmp_path / "named.safetensors")
    weights = load_weights(path)
    normal = torch.randn(weights.generator.latent_shape)
    named = torch.nn.functional.normalize(normal.flatten(), dim=0).view_as(normal)
    direction = replace(weights.of(Direction)[0], vector=named, normal=named)
    held = weights.having(Direction, [direction])
    axes = pushing.movements(held)
    assert axes.abs().max() > 0.01
    assert (axes.flatten(1) @ named.flatten()).abs().max() < 1e-5
    labelled = load_weights(tiny_weights(tmp_path / "labels.safetensors", variant="cgan"))
    kept = labelled.generator.conditions.dim
    assert kept and not pushing.movements(labelled)[:, :, -kept:].any()
