import numpy as np
import pytest

from training.curation.detector import dlib_model
from training.networks import identity as identities
from training.networks.identity import FACE_BOX, LOOK, Identity, IdentityNetwork, enlarged

dlib = pytest.importorskip("dlib")


@pytest.fixture(scope="module")
def identity():
    return Identity()


def test_the_numbers_are_those_of_dlib(identity):
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    original = dlib.face_recognition_model_v1(str(dlib_model("dlib_face_recognition_resnet_model_v1.dat")))
    look = enlarged(picture, LOOK)
    wanted = np.array(original.compute_face_descriptor(look, identity.five(look, dlib.rectangle(*FACE_BOX))))
    assert np.abs(identity(picture) - wanted).max() < 1e-5 and wanted.std() > 0.05


def test_both_ways_are_the_picture_and_its_mirror_image(identity):
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    own, mirrored = identity.both_ways(picture)
    assert (own == identity(picture)).all() and (mirrored == identity(picture[:, ::-1])).all()
    assert np.linalg.norm(own - mirrored) > 0.01
    assert identity.embed([]).shape == (0, 128)


@pytest.mark.parametrize("content", [b"", b"another file", b"\x01\x05con_4\x01\x02\x01"])
def test_another_file_is_refused(content):
    with pytest.raises(ValueError, match="install it again"):
        IdentityNetwork(content)


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr("training.curation.detector.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"facedesigner\[faces\]"):
        identities.Identity()
