import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.inversion import invert
from facedesigner.state.face import FaceState
from facedesigner.state.mask import LENGTH, Mask
from tests.unit.training import reference, reference3
from training.errors import UserError, WeightsError
from training.foreign import pickles, stylegan3
from training.foreign.importing import built, import_weights
from training.foreign.layouts import recognise
from training.foreign.pickles import ForeignError
from training.gans import variants
from training.tasks.concept.trainee import teachable
from training.weights import load_weights, read

KINDS = {"T": reference3.T, "R": reference3.R}


def write(path, state, layers, **attributes):
    path.write_bytes(reference.pickled(reference3.nvidia(state, layers, **attributes)))
    return path


def latents():
    return torch.randn(2, 5, reference.W, generator=torch.Generator().manual_seed(1))


def error_of(pictures, expected):
    """Relative to how much the expected pictures vary within a channel."""
    return float((pictures.double() - expected).norm() / (expected - expected.mean((2, 3), keepdim=True)).norm())


@pytest.mark.parametrize("clamp", [None, 1.0])
@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_draws_what_the_paper_says(kind, clamp, tmp_path):
    layers = KINDS[kind]
    state = reference3.random_state(layers)
    path = write(tmp_path / "faces.pkl", state, layers, clamp=clamp)
    generator = built(recognise(pickles.read(path)))
    assert (generator.resolutions, generator.noise_shapes, generator.latent_shape) == ((16,), (), (5, reference.W))
    expected = torch.cat([reference3.picture(state, layers, latent, clamp or math.inf) for latent in latents()])
    if clamp:  # it matters
        assert error_of(expected[:1], reference3.picture(state, layers, latents()[0])) > 0.1
    assert error_of(generator.synthesize(latents()), expected) < 1e-5
    z = torch.randn(2, reference.Z, generator=torch.Generator().manual_seed(1))
    for i in range(2):
        torch.testing.assert_close(generator.map(z)[i, 0], reference.mapped(state, z[i]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_weights_file_keeps_in_32_bits_what_16_would_spoil(kind, tmp_path):
    layers = KINDS[kind]
    state = reference3.random_state(layers)
    import_weights(write(tmp_path / "faces.pkl", state, layers), tmp_path / "a.safetensors")
    weights = load_weights(tmp_path / "a.safetensors")
    _, tensors = read(tmp_path / "a.safetensors")
    assert torch.equal(weights.generator.get_buffer("input.frequencies"), state["synthesis.input.freqs"])
    assert tensors["generator.layers.0.up_filter"].dtype == torch.float32
    assert tensors["generator.layers.0.weight"].dtype == torch.float16
    expected = torch.cat([reference3.picture(state, layers, latent) for latent in latents()])
    assert error_of(weights.generator.synthesize(latents()), expected) < 1e-3
    torch.testing.assert_close(weights.latent_mean, state["mapping.w_avg"])


def test_one_class_of_several_is_brought_in(tmp_path):
    state = reference3.random_state(reference3.T, classes=3)
    path = write(tmp_path / "faces.pkl", state, reference3.T)
    generator = built(recognise(pickles.read(path), 2))
    z = torch.randn(1, reference.Z)
    torch.testing.assert_close(generator.map(z)[0, 4], reference.mapped(state, z[0], 2), atol=1e-5, rtol=1e-5)
    weights = import_weights(path, tmp_path / "a.safetensors", chosen=2)
    assert (weights.name, weights.card["class"]) == ("faces, class 2", "2 of 0 to 2")


def test_one_that_draws_in_grey_draws_three_channels_alike(tmp_path):
    state = reference3.random_state(reference3.T)
    *others, rgb = reference3.T
    grey = {key.replace("L3_16_3", "L3_16_1"): v[:1] if "L3_16_3.weight" in key else v for key, v in state.items()}
    grey["synthesis.L3_16_1.bias"] = state["synthesis.L3_16_3.bias"][:1]
    path = write(tmp_path / "faces.pkl", grey, (*others, replace(rgb, name="L3_16_1")))
    picture = built(recognise(pickles.read(path))).synthesize(latents())
    assert torch.equal(picture[:, 0], picture[:, 1]) and torch.equal(picture[:, 0], picture[:, 2])
    expected = torch.cat([reference3.picture(state, reference3.T, latent) for latent in latents()])
    assert error_of(picture[:, :1], expected[:, :1]) < 1e-5


def test_what_was_brought_in_works_in_the_app(tmp_path):
    layers = reference3.T
    import_weights(write(tmp_path / "faces.pkl", reference3.random_state(layers), layers), tmp_path / "a.safetensors")
    engine = FaceEngine("cpu")
    info = engine.load(tmp_path / "a.safetensors")
    assert (info.variant, info.name, info.resolutions, info.has_noise) == ("stylegan3", "faces", (16,), False)
    assert info.controls[0].ranges == ("coarse",)

    def drawn(face, resolution=None):
        result = engine.render(RenderRequest(face, resolution))
        assert result.image is not None, result.error
        return result.image

    face = FaceState(info.hash, seed=1)
    with pytest.raises(UserError, match="in one go"):
        engine.drag(face, (0.5, 0.5))
    upper = Mask(bytes([255] * (LENGTH // 2) + [0] * (LENGTH // 2)))
    inside = drawn(face.with_inside(upper, face.with_seed(2)))
    assert np.array_equal(inside[8:], drawn(face)[8:]) and not np.array_equal(inside, drawn(face))
    assert drawn(face).shape == (16, 16, 3) and np.array_equal(drawn(face, 16), drawn(face))
    for other in (face.with_control("pc01@coarse", 2.0), face.with_psi(0.2), FaceState(info.hash, seed=2)):
        assert not np.array_equal(drawn(other), drawn(face))
    assert "resolution 8 is none of (16,)" in str(engine.render(RenderRequest(face, 8)).error)
    assert engine.breed([face, FaceState(info.hash, seed=2)], 2, 0)

    weights = load_weights(tmp_path / "a.safetensors")
    found = invert(weights, None, drawn(face.with_control("pc01", 1.0)), steps=8)
    assert found.loss < invert(weights, None, drawn(face.with_control("pc01", 1.0)), seconds=0).loss


def test_it_can_be_drawn_but_not_trained():
    assert "stylegan3" not in variants()


@pytest.mark.parametrize("radial", [False, True])
@pytest.mark.parametrize("side", [128, 256, 512, 1024, 2048])
def test_published_sizes_can_be_built(side, radial):
    options = reference3.published(side, 32768 << radial, 512 << radial, radial)
    with torch.device("meta"):
        generator = stylegan3.generator(options)
    assert generator.latent_shape == (16, 512) and generator.resolution == side
    if side == 1024:
        assert generator.layer_ranges == {"coarse": (0, 3), "middle": (3, 6), "fine": (6, 16)}


# -- files that are not what they should be


def refused(path):
    with pytest.raises(ForeignError) as error:
        import_weights(path, path.with_name("out.safetensors"))
    assert not path.with_name("out.safetensors").exists()
    assert path.name in str(error.value)
    return str(error.value)


L1 = "synthesis.L1_20_6"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: {k.replace("L1_20_6", "L4_20_6"): v for k, v in s.items()}, "its layers have other names"),
        (lambda s: s | {f"{L1}.attention": torch.zeros(1)}, "has a layer that StyleGAN3 has not"),
        (lambda s: s | {f"{L1}.noise_const": torch.zeros(1)}, "has a layer that StyleGAN3 has not"),
        (lambda s: {k: v for k, v in s.items() if k != f"{L1}.affine.weight"}, "lacks synthesis.L1_20_6.affine.weight"),
        (lambda s: s | {f"{L1}.weight": torch.zeros(6, 20, 5, 5)}, "not (6, 20, 3, 3)"),
        (lambda s: s | {f"{L1}.up_filter": torch.ones(24, 2)}, "not (24,)"),
        (lambda s: s | {f"{L1}.down_filter": torch.ones(12, 7)}, "not (12, 12)"),
        (lambda s: s | {f"{L1}.down_filter": torch.ones(8)}, "padding is [-2, -5, -2, -5], not [-4, -7, -4, -7]"),
        (lambda s: s | {f"{L1}.up_filter": torch.tensor(1.0)}, "claims a network that it is not"),
        (lambda s: s | {f"{L1}.magnitude_ema": torch.tensor(0.0)}, "that are not finite"),
        (lambda s: s | {f"{L1}.magnitude_ema": torch.tensor(-1.0)}, "that are not finite"),
        (lambda s: s | {f"{L1}.bias": torch.full((6,), math.inf)}, "not finite"),
        (lambda s: s | {"synthesis.input.transform": -torch.eye(3)}, "saved with its pictures turned or moved"),
        (lambda s: s | {"synthesis.input.phases": torch.zeros(3)}, "claims a network that it is not"),
        (lambda s: s | {"mapping.w_avg": torch.zeros(3)}, "its mean latent is (3,)"),
    ],
)
def test_another_network_is_named(change, message, tmp_path):
    state = change(reference3.random_state(reference3.T))
    layers = [replace(layer, name=layer.name) for layer in reference3.T]
    if "synthesis.L4_20_6.weight" in state:
        layers[1] = replace(layers[1], name="L4_20_6")
    assert message in refused(write(tmp_path / "a.pkl", state, tuple(layers)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"L1_20_6": {"padding": [1, 2, 1, 2]}}, "L1_20_6: padding is [1, 2, 1, 2], not [-2, -5, -2, -5]"),
        ({"L1_20_6": {"up_factor": 2}}, "padding is"),
        ({"L1_20_6": {"up_factor": 10**30}}, "padding is"),
        ({"L1_20_6": {"down_factor": None}}, "claims a network that it is not"),
        ({"L1_20_6": {"down_factor": "text"}}, "claims a network that it is not"),
        ({"L3_16_3": {"up_factor": 2}}, "L3_16_3: up_factor is 2, not 1"),
        ({"L0_18_20": {"conv_clamp": [1]}}, "claims a network that it is not"),
        ({"L0_18_20": {"conv_clamp": math.nan}}, "clamp is nan; choose 0 or more"),
        ({"input": {"sampling_rate": None}}, "claims a network that it is not"),
        ({"input": {"sampling_rate": math.inf}}, "claims a network that it is not"),
        ({"input": {"bandwidth": "text"}}, "claims a network that it is not"),
        ({"input": {"bandwidth": math.nan}}, "that are not finite"),
        ({"synthesis": {"margin_size": 10**9}}, "padding is"),
        ({"synthesis": {"output_scale": None}}, "claims a network that it is not"),
    ],
)
def test_attributes_of_another_network_are_named(changes, message, tmp_path):
    path = write(tmp_path / "a.pkl", reference3.random_state(reference3.T), reference3.T, **changes)
    assert message in refused(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": [18, 18, 20]}, "as many sizes, channels and filters as layers"),
        ({"up": [], "down": [], "up_taps": [], "down_taps": [], "radial": []}, "as many sizes"),
        ({"sizes": [18, 18, 20, 17]}, "do not fit each other"),
        ({"sizes": [18, 18, 600, 16]}, "do not fit each other"),
        ({"sizes": [18, 18, 5000, 16]}, "sizes and channels must be 1 to 4096"),
        ({"channels": [20, 20, 0, 5]}, "sizes and channels must be 1 to 4096"),
        ({"sizes": [4096] * 3 + [16], "channels": [4096] * 4}, "a layer would hold more than"),
        ({"down": [256, 2, 2], "sizes": [18, 3000, 20, 16]}, "a layer would hold more than"),
        ({"down": [2, 0, 2]}, "rates and filters must be 1 to 256"),
        ({"up_taps": [12, 10**9, 12]}, "rates and filters must be 1 to 256"),
        ({"kernel": 5}, "choose one of 1, 3"),
        ({"radial": [0, 0, 0]}, "must be bool"),
    ],
)
def test_options_that_a_weights_file_cannot_have_are_named(changes, message, tmp_path):
    path = write(tmp_path / "a.pkl", reference3.random_state(reference3.T), reference3.T)
    options = asdict(recognise(pickles.read(path)).options)
    stylegan3.generator(options)
    with torch.device("meta"), pytest.raises(ValueError) as error:
        stylegan3.generator(options | changes)
    assert message in str(error.value)


def test_a_network_that_is_only_described_is_named(tmp_path):
    layers = reference3.T
    import_weights(write(tmp_path / "a.pkl", reference3.random_state(layers), layers), tmp_path / "a.safetensors")
    data = (tmp_path / "a.safetensors").read_bytes()
    assert data.count(b"[20, 20, 6, 5]") == 1
    (tmp_path / "a.safetensors").write_bytes(data.replace(b"[20, 20, 6, 5]", b"[20, 20, 7, 5]"))
    with pytest.raises(WeightsError, match="missing, surplus or of another shape"):
        load_weights(tmp_path / "a.safetensors")


def test_what_was_brought_in_cannot_be_taught(tmp_path):
    layers = reference3.T
    import_weights(write(tmp_path / "a.pkl", reference3.random_state(layers), layers), tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="a was brought in and can only be drawn with"):
        teachable(tmp_path / "a.safetensors")
