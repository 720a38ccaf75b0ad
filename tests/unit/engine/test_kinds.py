"""Drawings and photos are told apart by paper, ink and colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from facedesigner.engine.kinds import is_drawing, is_lines, is_photo
from facedesigner.resources import resource
from training.sampling import draw, latents_of
from training.weights import load_weights

DRAWINGS = sorted((Path(__file__).parents[3] / "docs" / "drawings").glob("*.png"))
LINES = [path for path in DRAWINGS if not path.stem.endswith("-hints") and path.stem != "all"]


def lines(paper, ink, width: int = 3, noise: float = 0.0):
    """A head of a few lines."""
    image = Image.new("RGB", (300, 340), paper)
    pen = ImageDraw.Draw(image)
    pen.ellipse((60, 40, 240, 300), outline=ink, width=width)
    for x in (110, 190):
        pen.ellipse((x - 18, 140, x + 18, 160), outline=ink, width=width)
    pen.line((150, 160, 140, 210, 160, 210), fill=ink, width=width)
    pen.arc((115, 225, 185, 260), 0, 180, fill=ink, width=width)
    for x in range(70, 230, 6):
        pen.line((x, 60, x + 8, 110), fill=ink, width=width)
    grain = np.random.default_rng(0).normal(0, noise, (340, 300, 3))
    return (np.asarray(image) + grain).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def faces():
    weights = load_weights(resource("weights/style128.safetensors"))
    return draw(weights.generator, latents_of(3, 24, weights.generator.z_dim)).permute(0, 2, 3, 1).numpy()


@pytest.mark.parametrize("path", LINES, ids=[path.stem for path in LINES])
def test_the_drawings_in_the_docs_are_drawings(path):
    image = Image.open(path).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    pixels = np.asarray(paper.convert("RGB"))
    assert is_drawing(pixels) and is_lines(pixels) and not is_photo(pixels)


@pytest.mark.parametrize(("darkest", "lightest"), [(110, 210), (190, 240)])
def test_shading_is_seen_on_a_drawing(darkest, lightest):
    plain = lines("white", "black")
    tone = np.tile(np.linspace(darkest, lightest, 140).astype(np.uint8)[None, :, None], (120, 1, 3))
    shaded = plain.copy()
    shaded[120:240, 80:220] = np.minimum(shaded[120:240, 80:220], tone)
    assert is_lines(plain) and is_drawing(shaded) and not is_lines(shaded)
    assert is_lines(lines((240, 236, 220), (60, 60, 60), noise=6))  # a scan


def test_faces_are_photos_also_without_colour(faces):
    assert not any(is_drawing(face) for face in faces)
    assert sum(is_photo(face) for face in faces) >= 23
    grey = [face.mean(2, keepdims=True).repeat(3, 2).astype(np.uint8) for face in faces]
    assert sum(is_drawing(face) for face in grey) == 0  # nor are they photos for sure: a shaded drawing is grey too
    assert not any(is_photo(face) for face in grey)


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        ((255, 255, 255), (0, 0, 0)),
        ((232, 220, 190), (70, 60, 60)),
        ((250, 250, 250), (40, 60, 150)),
        ((34, 50, 42), (235, 235, 230)),
    ],
    ids=["ink", "yellowed", "ball pen", "chalk"],
)
def test_any_paper_and_any_ink_will_do(paper, ink):
    assert is_drawing(lines(paper, ink, noise=6))


def test_a_shadow_over_the_paper_changes_nothing():
    page = lines((240, 238, 230), (50, 50, 50)).astype(np.float32)
    page *= np.linspace(1.0, 0.55, page.shape[1])[None, :, None]
    assert is_drawing(page.astype(np.uint8))


def test_an_empty_page_and_noise_are_neither():
    empty = np.full((200, 200, 3), 250, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    blurred = np.asarray(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(20)))
    assert not any(is_drawing(picture) for picture in (empty, noise, blurred))
    assert not is_photo(empty)
