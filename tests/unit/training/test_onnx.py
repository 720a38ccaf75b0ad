import importlib
import json

import pytest
import torch

from tests.tiny import tiny_weights
from tests.unit.training import reference, reference3
from tests.unit.training.helpers import make_pictures, small_config
from training.__main__ import main
from training.config import new_run
from training.foreign.importing import import_weights
from training.foreign.to_onnx import export_onnx
from training.loop import train
from training.sampling import latents_of
from training.weights import load_weights

onnxruntime = pytest.importorskip("onnxruntime")


def weights_file(kind, folder):
    if not kind.startswith("stylegan"):
        return tiny_weights(folder / f"{kind}.safetensors", variant=kind)
    if kind == "stylegan2":
        torch.save(reference.rosinality(reference.random_state()), folder / "a.pt")
    else:
        state = reference3.random_state(reference3.T)
        (folder / "a.pt").write_bytes(reference.pickled(reference3.nvidia(state, reference3.T)))
    import_weights(folder / "a.pt", folder / "a.safetensors", terms="for tests", directions=1)
    return folder / "a.safetensors"


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("kind", ["style", "dcgan", "cgan", "infogan", "stylegan2", "stylegan3"])
def test_onnx_draws_what_torch_draws(kind, tmp_path):
    path = weights_file(kind, tmp_path)
    synthesis, mapping = map(session, export_onnx(path, tmp_path / "out" / "model.onnx", noise_seed=3))
    weights = load_weights(path)
    generator = weights.generator
    z = latents_of(5, 3, generator.z_dim)
    inputs = {"z": z.numpy(), "psi": torch.tensor(0.5).numpy()}
    expected = generator.map(z)
    conditions = expected[:, 0, expected.shape[2] - generator.conditions.dim :]
    if generator.conditions.dim:
        inputs["conditions"] = conditions.numpy()
    expected = weights.latent_mean + 0.5 * (expected - weights.latent_mean)
    expected[:, :, expected.shape[2] - generator.conditions.dim :] = conditions[:, None]
    (latents,) = mapping.run(["latents"], inputs)
    torch.testing.assert_close(torch.from_numpy(latents), expected, atol=1e-4, rtol=1e-4)

    seeded = torch.Generator().manual_seed(3)
    noise = [torch.randn(1, 1, *shape, generator=seeded) for shape in generator.noise_shapes]
    (pictures,) = synthesis.run(["picture"], {"latents": latents})
    assert pictures.shape == (3, 3, 16, 16)
    torch.testing.assert_close(
        torch.from_numpy(pictures), generator.synthesize(expected, noise or None), atol=1e-3, rtol=0
    )
    said = synthesis.get_modelmeta().custom_metadata_map
    assert (said["name"], said["variant"], said["terms"]) == (weights.name, kind, "for tests")
    assert json.loads(said["layer_ranges"]) == {k: list(v) for k, v in generator.layer_ranges.items()}


def test_a_run_is_exported_by_the_command(tmp_path, capsys):
    config = small_config("dcgan", make_pictures(tmp_path / "faces"), "train.images=16", "data.terms=ours")
    folder = new_run(config, tmp_path)
    list(train(config, folder))
    assert main(["onnx", str(folder), "--out", str(tmp_path / "run.onnx")]) == 0
    assert "run-mapping.onnx" in capsys.readouterr().out
    said = session(tmp_path / "run.onnx").get_modelmeta().custom_metadata_map
    assert (said["name"], said["terms"]) == ("debug", "ours")


def test_without_the_package_the_message_names_it(tmp_path, monkeypatch, capsys):
    def missing(name):
        raise ImportError(name)

    path = tiny_weights(tmp_path / "tiny.safetensors")
    monkeypatch.setattr(importlib, "import_module", missing)
    assert main(["onnx", str(path), "--out", str(tmp_path / "a.onnx")]) == 2
    assert "pip install 'facedesigner[onnx]'" in capsys.readouterr().err
    assert not (tmp_path / "a.onnx").exists()
