import pickle
import re
import struct
import zipfile
from argparse import Namespace
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.state.face import FaceState
from tests.unit.training import reference
from training.__main__ import main
from training.errors import WeightsError
from training.foreign import pickles
from training.foreign.importing import built, import_weights
from training.foreign.layouts import recognise
from training.foreign.pickles import ForeignError, Persistent
from training.foreign.taking import tensors
from training.gans import variants
from training.weights import load_weights


@pytest.fixture(scope="module")
def state():
    return reference.random_state()


def write(path, content, layout="zip"):
    if layout == "pickle":
        path.write_bytes(reference.pickled(content))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=layout == "zip")
    return path


LAYOUTS = {
    "rosinality, zip": ("a.pt", "zip", reference.rosinality),
    "rosinality, before 1.6": ("a.pt", "legacy", reference.rosinality),
    "nvidia": ("a.pkl", "pickle", reference.nvidia),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_generator_draws_what_the_published_formulas_say(layout, state, tmp_path):
    name, kind, make = LAYOUTS[layout]
    generator = built(recognise(pickles.read(write(tmp_path / name, make(state), kind))))
    rng = torch.Generator().manual_seed(1)
    z = torch.randn(2, reference.Z, generator=rng)
    latents = torch.randn(2, 6, reference.W, generator=rng)
    noise = [torch.randn(1, 1, *shape, generator=rng) for shape in generator.noise_shapes]
    assert (generator.latent_shape, generator.resolutions) == ((6, reference.W), (8, 16))
    assert len(generator.noise_shapes) == 5
    pictures = generator.synthesize(latents, noise)
    for i in range(2):
        torch.testing.assert_close(generator.map(z)[i, 0], reference.mapped(state, z[i]), atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(pictures[i : i + 1], reference.picture(state, latents[i], noise), atol=1e-4, rtol=0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_generator_that_draws_in_grey_draws_three_channels_alike(layout, state, tmp_path):
    name, kind, make = LAYOUTS[layout]
    grey = {key: value[:1] if re.search(r"torgb\.(weight|bias)$", key) else value for key, value in state.items()}
    generator = built(recognise(pickles.read(write(tmp_path / name, make(grey), kind))))
    latents, noise = torch.ones(1, 6, reference.W), [torch.ones(1, 1, *shape) for shape in generator.noise_shapes]
    picture = generator.synthesize(latents, noise)
    assert torch.equal(picture[:, 0], picture[:, 1]) and torch.equal(picture[:, 0], picture[:, 2])
    expected = reference.picture(state, latents[0], noise)
    torch.testing.assert_close(picture[:, 0], expected[:, 0], atol=1e-4, rtol=0)


def test_clamped_activations_and_another_rate_of_the_mapping_are_taken_over(state, tmp_path):
    path = write(tmp_path / "a.pkl", reference.nvidia(state, clamp=1.5, rate=0.001), "pickle")
    generator = built(recognise(pickles.read(path)))
    latents, noise = torch.ones(1, 6, reference.W), [torch.ones(1, 1, *shape) for shape in generator.noise_shapes]
    expected = reference.picture(state, latents[0], noise, clamp=1.5)
    assert (expected - reference.picture(state, latents[0], noise)).abs().max() > 0.1
    torch.testing.assert_close(generator.synthesize(latents, noise), expected, atol=1e-4, rtol=0)
    slower = {k: v * 0.1 if k.startswith("mapping.fc") else v for k, v in state.items()}
    z = torch.ones(1, reference.Z)
    torch.testing.assert_close(generator.map(z)[0, 0], reference.mapped(slower, z[0]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("chosen", [0, 2])
def test_one_class_of_several_is_brought_in(chosen, tmp_path):
    state = reference.random_state(classes=3)
    path = write(tmp_path / "faces.pkl", reference.nvidia(state), "pickle")
    generator = built(recognise(pickles.read(path), chosen))
    z = torch.randn(5, reference.Z, generator=torch.Generator().manual_seed(1))
    for i in range(5):
        expected = reference.mapped(state, z[i], chosen)
        torch.testing.assert_close(generator.map(z)[i, 0], expected, atol=1e-5, rtol=1e-5)

    assert main(["import", str(path), "--out", str(tmp_path / "a.safetensors"), "--class", str(chosen)]) == 0
    weights = load_weights(tmp_path / "a.safetensors")
    assert (weights.name, weights.card["class"]) == (f"faces, class {chosen}", f"{chosen} of 0 to 2")
    assert (weights.latent_mean - state["mapping.w_avg"]).abs().max() > 0.1  # of this class, not of all
    mean = weights.generator.map(torch.randn(2000, reference.Z))[:, 0].mean(0)
    torch.testing.assert_close(weights.latent_mean, mean, atol=0.2, rtol=0)


def test_what_was_brought_in_works_in_the_app(state, tmp_path):
    source = write(tmp_path / "faces.pt", reference.rosinality(state) | {"args": Namespace(size=16)})
    assert main(["import", str(source), "--out", str(tmp_path / "new" / "a.safetensors"), "--terms", "none"]) == 0
    weights = load_weights(tmp_path / "new" / "a.safetensors")
    assert (weights.variant, weights.name, weights.card["terms"]) == ("stylegan2", "faces", "none")
    torch.testing.assert_close(weights.latent_mean, state["mapping.w_avg"])

    engine = FaceEngine("cpu")
    info = engine.load(tmp_path / "new" / "a.safetensors")
    assert info.has_noise and info.resolutions == (8, 16)
    assert info.controls[0].ranges == ("coarse", "middle")

    def drawn(face, resolution=None):
        image = engine.render(RenderRequest(face, resolution)).image
        assert image is not None
        return image

    face = FaceState(info.hash, seed=1)
    assert drawn(face).shape == (16, 16, 3) and drawn(face, 8).shape == (8, 8, 3)
    for other in (face.with_control("pc01@middle", 2.0), face.with_psi(0.2), FaceState(info.hash, seed=2)):
        assert not np.array_equal(drawn(other), drawn(face))
    assert engine.breed([face, FaceState(info.hash, seed=2)], 2, 0)


def test_it_can_be_drawn_but_not_trained():
    assert "stylegan2" not in variants()


# -- files that are not what they should be


class Evil:
    """Calls open(..., "w") when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def refused(path, chosen=None):
    with pytest.raises(ForeignError) as error:
        import_weights(path, path.with_name("out.safetensors"), chosen=chosen)
    assert not path.with_name("out.safetensors").exists()
    assert path.name in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("layout", ["zip", "legacy", "pickle"])
def test_what_would_run_code_is_named_and_not_run(layout, state, tmp_path):
    evil = Evil(tmp_path / "owned")
    content = reference.nvidia(state) if layout == "pickle" else reference.rosinality(state)
    path = write(tmp_path / "a.pt", {**content, "extra": evil}, layout)
    assert "would run code (io.open), so it was not opened" in refused(path)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "name", ["builtins eval", "os system", "torch load", "torch.jit load", "numpy load", "torch.storage _LegacyStorage"]
)
def test_no_function_but_those_on_the_list_can_be_named(name, tmp_path):
    module, function = name.split()
    (tmp_path / "a.pkl").write_bytes(f"c{module}\n{function}\n(S'x'\ntR.".encode())
    assert f"would run code ({module}.{function})" in refused(tmp_path / "a.pkl")


def test_code_in_a_tensor_within_a_pickle_is_not_run_either(tmp_path):
    """Old pickled tensors hold a whole file of torch.save, which NVIDIA's reader would load without restrictions."""
    inner = tmp_path / "inner"
    torch.save(Evil(tmp_path / "owned"), inner, _use_new_zipfile_serialization=False)
    data = inner.read_bytes()
    nested = b"ctorch.storage\n_load_from_bytes\n(B" + struct.pack("<I", len(data)) + data + b"tR."
    (tmp_path / "a.pkl").write_bytes(b"\x80\x03" + nested)
    assert "would run code (io.open)" in refused(tmp_path / "a.pkl")
    assert not (tmp_path / "owned").exists()


def test_a_torchscript_program_is_not_run(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("a/data.pkl", pickle.dumps({}))
        archive.writestr("a/constants.pkl", pickle.dumps(()))
    assert "is a TorchScript program" in refused(tmp_path / "a.pt")


def test_a_compressed_zip_which_might_be_a_bomb_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(10_000))
    assert "is compressed" in refused(tmp_path / "a.pt")


def test_a_tensorflow_pickle_is_told_from_others(tmp_path):
    (tmp_path / "a.pkl").write_bytes(b"cdnnlib.tflib.network\nNetwork\n.")
    assert "is a TensorFlow pickle: convert it with legacy.py" in refused(tmp_path / "a.pkl")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_what_is_cut_short_is_named(layout, share, state, tmp_path):
    name, kind, make = LAYOUTS[layout]
    data = write(tmp_path / name, make(state), kind).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    message = refused(tmp_path / name)
    assert "cut short" in message or "damaged" in message, message


@pytest.mark.parametrize(
    ("pid", "message"),
    [
        ((10**12, (4,), (1,), 0), "is cut short"),  # more numbers than there are bytes
        ((4, (5,), (1,), 0), "does not fit its 4 numbers"),
        ((4, (2,), (1,), 3), "does not fit its 4 numbers"),
        ((4, (2,), (1,), -1), "does not fit its 4 numbers"),
        ((4, (2**40, 2**40), (0, 0), 0), "repeats its numbers"),
        ((4, (1,) * 100_000, (1,) * 100_000, 0), "has 100,000 dimensions"),
    ],
)
def test_a_tensor_that_claims_more_than_is_there_takes_no_memory(pid, message, tmp_path):
    count, size, stride, offset = pid

    class Claim:
        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, (Storage(), offset, size, stride, False, {})

    class Storage:
        pass

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj):
            return ("storage", torch.FloatStorage, "0", "cpu", count) if isinstance(obj, Storage) else None

    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        with archive.open("a/data.pkl", "w") as file:
            Pickler(file, 2).dump({"g_ema": Claim()})
        archive.writestr("a/data/0", bytes(16))
    assert message in refused(tmp_path / "a.pt")


def test_a_part_that_is_held_many_times_is_not_walked_through(tmp_path):
    part = Persistent("Layer", {"_modules": OrderedDict()})
    for _ in range(40):  # 2**40 places
        part = Persistent("Layer", {"_modules": OrderedDict(a=part, b=part)})
    with pytest.raises(ForeignError, match="in several places"):
        tensors(part)


def test_storages_that_stand_for_the_same_bytes_are_counted(tmp_path):
    path = tmp_path / "a.pt"
    torch.save([torch.zeros(10_000) for _ in range(3)], path, _use_new_zipfile_serialization=False)
    assert len(pickles.read(path)) == 3
    whole = path.read_bytes()
    path.write_bytes(whole[:60_000])  # what is announced no longer fits into the file
    assert "announces more numbers" in refused(path)


def without(content, name):
    return {"g_ema": {k: v for k, v in content["g_ema"].items() if k != name}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s | {"convs.0.conv.weight": torch.zeros(1, 5, 5, 3, 3)}, "claims a network that it is not"),
        (lambda s: s | {"convs.1.conv.modulation.weight": torch.zeros(6, 9)}, "not (6, 8)"),
        (lambda s: s | {"style.1.weight": torch.zeros(3)}, "claims a network that it is not"),
        (lambda s: s | {"to_rgbs.0.upsample.kernel": torch.ones(4, 4) / 4}, "another filter"),
        (lambda s: s | {"convs.0.attention.weight": torch.zeros(1)}, "has a layer that StyleGAN2 has not"),
        (lambda s: s | {"convs.9.noise.weight": torch.zeros(1)}, "has a layer that StyleGAN2 has not"),
        (lambda s: s | {"convs.99999999999.noise.weight": torch.zeros(1)}, "has a layer that StyleGAN2 has not"),
        (lambda s: s | {"conv1.noise.weight": "text"}, "holds str where the tensor"),
        (lambda s: s | {"conv1.noise.weight": torch.tensor([float("nan")])}, "not finite"),
        (lambda s: {k: v for k, v in s.items() if not k.startswith("to_rgbs.0")}, "lacks synthesis.b8.torgb.weight"),
        (lambda s: {k: v for k, v in s.items() if not k.startswith("style")}, "its layers have other names"),
        (lambda s: {"layer.weight": torch.zeros(3)}, "no StyleGAN2 or 3 generator in a known layout"),
    ],
)
def test_another_network_is_named(change, message, state, tmp_path):
    content = {"g_ema": change(reference.rosinality(state)["g_ema"])}
    assert message in refused(write(tmp_path / "a.pt", content))


@pytest.mark.parametrize("chosen", [None, -1, 3])
def test_a_generator_of_several_classes_asks_for_one(chosen, tmp_path):
    state = reference.random_state(classes=3)
    path = write(tmp_path / "a.pkl", reference.nvidia(state), "pickle")
    assert "draws 3 classes, one of which is brought in: add --class 0 to 2" in refused(path, chosen)


def test_a_generator_without_classes_is_asked_for_none(state, tmp_path):
    path = write(tmp_path / "a.pkl", reference.nvidia(state), "pickle")
    assert "has no classes to choose from" in refused(path, 0)


@pytest.mark.parametrize("name", ["mapping.embed.weight", "mapping.embed.bias", "mapping.fc0.weight"])
def test_labels_of_another_shape_are_named(name, tmp_path):
    state = reference.random_state(classes=3)
    path = write(tmp_path / "a.pkl", reference.nvidia(state | {name: torch.zeros(40)}), "pickle")
    assert "claims a network that it is not" in refused(path, 0)


@pytest.mark.parametrize("content", [b"", b"text", b"\x80\x04.", b"(((((", b"\x89PNG\r\n", b"\x80\x04]\x94."])
def test_anything_else_is_named(content, tmp_path):
    (tmp_path / "a.pt").write_bytes(content)
    refused(tmp_path / "a.pt")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ForeignError, match="there is no file"):
        import_weights(tmp_path / "a.pt", tmp_path / "out.safetensors")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_app_says_how_to_bring_such_a_file_in(layout, state, tmp_path):
    name, kind, make = LAYOUTS[layout]
    path = write(tmp_path / name, make(state), kind)
    with pytest.raises(WeightsError, match=rf"could run code.*python -m training import {name} --out"):
        load_weights(path)


def test_options_that_a_weights_file_cannot_have_are_named(state, tmp_path):
    source: Path = write(tmp_path / "a.pt", reference.rosinality(state))
    import_weights(source, tmp_path / "a.safetensors")
    data = (tmp_path / "a.safetensors").read_bytes()
    (tmp_path / "a.safetensors").write_bytes(data.replace(b"[10, 6, 4]", b"[9999999]"))
    with pytest.raises(WeightsError):
        load_weights(tmp_path / "a.safetensors")
