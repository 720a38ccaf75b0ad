import numpy as np
import pytest
from PIL import Image, ImageFilter

from training.curation.texture import blur, fingerprint, gradients, grey


def look(image):
    return grey(np.asarray(image.resize((128, 128), Image.Resampling.LANCZOS)))


def test_blur_grows_with_blurring_and_not_with_contrast(face):
    scores = [blur(look(face.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 2, 4, 8)]
    assert scores == sorted(scores)
    assert scores[0] < 0.65 and scores[2] > 0.75
    assert blur(look(face) * 0.4 + 60) == pytest.approx(scores[0], abs=0.01)


def test_a_flat_picture_has_numbers_too():
    flat = np.full((128, 128), 7.0)
    assert np.isfinite(blur(flat))
    assert np.isfinite(gradients(flat)).all()
    assert np.isfinite(fingerprint(flat)).all()


def test_gradients_know_their_direction():
    stripes = np.tile(np.sin(np.arange(64)) * 50, (64, 1))
    found = gradients(stripes)
    assert found.shape == (8, 8, 9)
    assert found.sum((0, 1)).argmax() == 0
    assert gradients(stripes.T).sum((0, 1)).argmax() in (4, 5)


def test_a_fingerprint_survives_light_and_compression(faces, encode, tmp_path):
    (tmp_path / "a.jpg").write_bytes(encode(faces[0].point(lambda v: v * 0.7 + 20), "JPEG", quality=60))
    with Image.open(tmp_path / "a.jpg") as altered:
        again = fingerprint(look(altered))
    prints = [fingerprint(look(face)) for face in faces]
    assert prints[0] @ again > 0.97
    assert max(prints[0] @ prints[1], prints[0] @ prints[2], prints[1] @ prints[2]) < 0.9
