import json
import pickle
import resource

import pytest
import torch
from safetensors.torch import save_file

from tests.tiny import tiny_weights
from training.errors import WeightsError
from training.gans import create
from training.movements import Choice, Direction
from training.weights import Weights, load_weights, read, save_weights

OPTIONS = {"resolution": 16, "z_dim": 8, "mapping_layers": 1, "channel_base": 64, "channel_max": 8}


@pytest.fixture
def path(tmp_path):
    torch.manual_seed(0)
    generator = create("style", OPTIONS).generator().eval()
    direction = Direction("pc01", "Component 1", "Principal directions", torch.ones(8))
    weights = Weights("style", "tiny", OPTIONS, generator, torch.zeros(8), (direction,), {"terms": "none"})
    save_weights(weights, tmp_path / "tiny.safetensors")
    return tmp_path / "tiny.safetensors"


def test_round_trip(path):
    weights = load_weights(path)
    assert (weights.variant, weights.name, weights.options) == ("style", "tiny", OPTIONS)
    assert weights.of(Direction)[0].label == "Component 1" and weights.card == {"terms": "none"}
    assert len(weights.hash) == 16 and weights.hash == load_weights(path).hash
    z = torch.randn(1, 8)
    noise = [torch.zeros(1, 1, *shape) for shape in weights.generator.noise_shapes]
    a, b = (w.generator.synthesize(w.generator.map(z), noise) for w in (weights, load_weights(path)))
    assert torch.equal(a, b)


def test_all_of_a_slider_comes_back(path):
    weights = load_weights(path)
    vector, normal, bend = (torch.full((6, 8), float(i)) for i in (1, 2, 3))
    slider = Direction("hat", "Hat", "Hats", vector, -1.0, 2.0, "", "none to hat", normal, True, bend)
    save_weights(weights.having(Direction, [slider, *weights.of(Direction)]), path)
    hat, plain = load_weights(path).of(Direction)
    assert hat.normal is not None and hat.bend is not None and hat.taught and not plain.taught
    assert all(torch.equal(a, b) for a, b in ((hat.vector, vector), (hat.normal, normal), (hat.bend, bend)))
    assert plain.normal is None and plain.bend is None


def corrupt(path, name):
    data = path.read_bytes()
    match name:
        case "empty":
            path.write_bytes(b"")
        case "truncated":
            path.write_bytes(data[: len(data) // 2])
        case "text":
            path.write_text("these are no weights")
        case "pickle":
            path.write_bytes(pickle.dumps({"a": 1}))
        case "torch":
            torch.save({"a": torch.zeros(1)}, path)
        case "foreign":
            save_file({"x": torch.zeros(1)}, path, {"format": "pt"})
        case "missing":
            path.unlink()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("empty", "is empty"),
        ("truncated", "damaged"),
        ("text", "damaged"),
        ("pickle", "is a pickle, which could run code"),
        ("torch", "could run code"),
        ("foreign", "not one of FaceDesigner's"),
        ("missing", "there is no file"),
    ],
)
def test_a_file_that_is_none_of_ours_is_named(path, name, message):
    corrupt(path, name)
    with pytest.raises(WeightsError, match=message):
        load_weights(path)


DESCRIBED = {"name": "pc01", "label": "Component 1", "group": "G", "minimum": -3.0, "maximum": 3.0}
BROKEN = (
    {"label": 5},
    {"label": "one\ntwo"},
    {"label": "x" * 1000},
    {"name": "pc01@coarse"},
    {"minimum": float("nan")},
    {"maximum": float("inf")},
    {"minimum": 5.0},
    {"maximum": "x"},
    {"description": "x" * 10_000},
)


def rewrite(path, tensors=None, **metadata):
    old, kept = read(path)
    save_file({**kept, **(tensors or {})}, path, {**old, **metadata})


@pytest.mark.parametrize(
    "metadata",
    [
        {"options": json.dumps({**OPTIONS, "resolution": 32})},
        {"options": "[1"},
        {"variant": "os"},
        {"variant": "base"},
        {"directions": json.dumps([{"name": "none"}])},
        {"card": "3"},
        {"hash": "../project"},
        {"hash": "0123456789ABCDEF"},
        {"measures": json.dumps({"smile": [0.0, float("inf")]})},
        *({"directions": json.dumps([DESCRIBED | changes])} for changes in BROKEN),
    ],
)
def test_a_file_that_does_not_fit_its_description_is_named(path, metadata):
    rewrite(path, **metadata)
    with pytest.raises(WeightsError, match="does not fit its own description"):
        load_weights(path)


def test_texts_of_a_file_are_short_and_steer_no_terminal(path):
    rewrite(path, name="../..pwn\x1b[31m\n<b>" + "A" * 1_000_000, card=json.dumps({"terms": "\x07free\nto all"}))
    weights = load_weights(path)
    assert weights.name.startswith("../..pwn [31m <b>AAA") and len(weights.name) == 120
    assert weights.card == {"terms": " free\nto all"}


def test_a_network_that_a_file_only_describes_takes_no_memory(path):
    large = {"resolution": 2048, "z_dim": 512, "w_dim": 512, "mapping_layers": 16, "channels": [512] * 10}
    rewrite(path, variant="stylegan2", options=json.dumps(large))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WeightsError, match="missing, surplus or of another shape"):
        load_weights(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes; the network has 200,000


def test_what_a_model_draws_by_does_not_hang_on_its_sliders(path):
    weights = load_weights(path)
    save_weights(weights.having(Direction, ()), path, keep_hash=True)
    again = load_weights(path)
    assert (again.hash, again.content) == (weights.hash, weights.content)
    rewrite(path, {"latent_mean": torch.ones(8)})
    assert load_weights(path).content != weights.content


def test_numbers_that_are_not_finite_are_named(path):
    rewrite(path, {"latent_mean": torch.full((8,), float("nan"))})
    with pytest.raises(WeightsError, match="not finite"):
        load_weights(path)


def test_a_file_without_labels_is_laid_out_as_before_there_were_any(path):
    metadata, tensors = read(path)
    own = {key for key in metadata if not key.startswith("modelspec.")}
    assert own == {"format", "variant", "name", "options", "directions", "card"}
    assert {name.partition(".")[0] for name in tensors} == {"generator", "latent_mean", "direction"}
    assert load_weights(path).of(Choice) == ()


def test_a_file_says_what_it_is_to_other_programs(path):
    metadata, _ = read(path)
    assert {key: value for key, value in metadata.items() if key.startswith("modelspec.")} == {
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": "facedesigner-style",
        "modelspec.implementation": "facedesigner",
        "modelspec.title": "tiny",
        "modelspec.resolution": "16x16",
        "modelspec.license": "none",
    }


@pytest.fixture
def conditional(tmp_path):
    return tiny_weights(tmp_path / "cgan.safetensors", variant="cgan")


def test_menus_round_trip(conditional):
    weights = load_weights(conditional)
    assert weights.of(Choice)[1] == Choice("glasses", "Glasses", "Labels", ("no", "yes"), 10)
    assert weights.generator.conditions.classes == (("female", "male"), ("no", "yes"))


@pytest.mark.parametrize(
    "changes", [{"first": 7}, {"first": 11}, {"first": "8"}, {"classes": []}, {"classes": 3}, {"hidden": 1}]
)
def test_a_menu_that_points_elsewhere_than_at_labels_is_named(changes, conditional):
    described = json.loads(read(conditional)[0]["choices"])
    rewrite(conditional, choices=json.dumps([{**described[0], **changes}]))
    with pytest.raises(WeightsError, match="does not fit its own description"):
        load_weights(conditional)
