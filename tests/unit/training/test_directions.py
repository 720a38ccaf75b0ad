import json
import os

import numpy as np
import pytest
import torch

from facedesigner.resources import resource, shipped_models
from tests.tiny import pale_weights, tiny_weights
from training.__main__ import main
from training.locking import LockedError
from training.movements import AgePath, Direction
from training.networks.embeddings import SUFFIX, load_embeddings
from training.networks.encoder import first_encoder
from training.sampling import to_bytes
from training.style_mixing import PLAIN_SHARE, noise_of, plain_latents, sample_latents, stages
from training.tasks.sliders import directions as directions_module
from training.tasks.sliders.attributes import ATTRIBUTES, HELD, Attribute
from training.tasks.sliders.cache import measured_with_cache
from training.tasks.sliders.directions import find_directions, identity_gradients, name_sliders
from training.tasks.sliders.linear import Movers, Space
from training.tasks.sliders.measuring import CHUNK, in_process, together
from training.tasks.sliders.probing import Probe, Statistics, bent, corrected, statistics_of
from training.weights import load_weights, read

COUNT = 400
TWO = (Attribute("smile", "Smile", "Lips", "red"), Attribute("skin_tone", "Skin tone", "Face", "blue", "L*"))


def label(pictures):
    """Two measures that are linear in the picture and hang together: how red it is, and how red and blue."""
    red, green, blue = (pictures[..., channel].mean((1, 2)) for channel in range(3))
    return {"smile": red - green, "skin_tone": 0.3 * (red - green) + blue - green}


@pytest.fixture(scope="module", autouse=True)
def far():
    """With eight numbers a stage, what a face may move is more of its whole length."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directions_module, "FURTHEST", 2.0)
        yield


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return pale_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="module")
def weights(path):
    return load_weights(path)


@pytest.fixture(scope="module")
def found(weights):
    latents = sample_latents(weights.generator, weights.latent_mean, 0, COUNT)
    measure = in_process(weights.generator, label)
    return find_directions(weights, latents, together(measure(latents)), measure, lambda line: None, TWO, ())


def moved(weights, direction, value):
    """Of 40 fresh faces: the mean change of both measures, in standard deviations."""
    faces = plain_latents(weights.generator, weights.latent_mean, 999, 40)
    noise = noise_of(weights.generator)
    with torch.inference_mode():
        before, after = (
            label(to_bytes(weights.generator.synthesize(x, noise)).permute(0, 2, 3, 1).numpy())
            for x in (faces, faces + value * direction.vector)
        )
    return {name: float((after[name] - before[name]).mean() / before[name].std()) for name in before}


def test_a_direction_moves_its_own_measure_and_not_the_other(weights, found):
    assert [d.name for d in found.directions] == ["smile", "skin_tone"] and not found.left_out
    for direction, other in zip(found.directions, ("skin_tone", "smile"), strict=True):
        up, down = (moved(weights, direction, end) for end in (direction.maximum, direction.minimum))
        assert up[direction.name] > 0.6 and down[direction.name] < -0.6
        assert abs(up[other] - down[other]) < 0.2 * abs(up[direction.name] - down[direction.name])


def test_who_a_face_is_stays_where_it_can(weights):
    """Two measures are linear in the latents, and so is who somebody is: a fixed embedding of three numbers."""
    rng = torch.Generator().manual_seed(0)
    space = Space(weights.generator, weights.latent_mean)
    latents = sample_latents(weights.generator, weights.latent_mean, 0, COUNT)
    features = space.features(latents)
    gradients = torch.randn(features.shape[1], 2, generator=rng, dtype=torch.float64)
    who = torch.randn(features.shape[1], 3, generator=rng, dtype=torch.float64)
    guarded = identity_gradients(features, (features @ who).numpy())
    before, after = (Movers(features, gradients, space, TWO, guard).directions() for guard in (None, guarded))
    assert bool(((after @ who).norm(dim=1) < 0.5 * (before @ who).norm(dim=1)).all())
    torch.testing.assert_close((after @ gradients).diagonal(), torch.ones(2, dtype=torch.float64))
    assert float((after @ gradients - torch.eye(2)).abs().max()) < 0.1


def test_a_slider_counts_in_its_own_unit(found):
    sigma, lightness = found.directions
    assert sigma.unit == "σ" and sigma.maximum == -sigma.minimum == pytest.approx(found.response[0, 0], rel=0.06)
    expected = found.response[1, 1] * found.statistics.deviation[1]
    assert lightness.unit == "L*" and lightness.maximum == pytest.approx(expected, rel=0.06)


def test_a_normal_reads_its_own_direction_as_one_and_the_others_as_nothing(found):
    read = [[float((d.vector * other.normal).sum()) for other in found.directions] for d in found.directions]
    assert np.allclose(read, np.eye(2), atol=1e-4)


def test_what_may_move_along_is_not_held(weights):
    latents = sample_latents(weights.generator, weights.latent_mean, 0, COUNT)
    measure = in_process(weights.generator, label)
    free = (Attribute("smile", "Smile", "Lips", "red", free=("skin_tone",)), TWO[1])
    found = find_directions(weights, latents, together(measure(latents)), measure, lambda line: None, free, ())
    assert abs(found.response[0, 1]) > 0.3 and abs(found.response[1, 0]) < 0.35


def test_what_the_generator_does_not_draw_gets_no_slider(weights):
    latents = sample_latents(weights.generator, weights.latent_mean, 0, COUNT)
    measure = in_process(weights.generator, label)
    rare = (Attribute("smile", "Smile", "Lips", "red", present_above=1e6), TWO[1], Attribute("age", "Age", "Face", ""))
    found = find_directions(weights, latents, together(measure(latents)), measure, lambda line: None, rare, ())
    assert [d.name for d in found.directions] == ["skin_tone"]
    assert [sentence.split(":")[0] for sentence in found.left_out] == ["smile", "age"]


def test_a_generator_that_draws_one_face_is_named():
    with pytest.raises(ValueError, match="no measure varies"):
        statistics_of({"smile": np.ones(100)}, 100)


def test_samples_are_mixed_stage_by_stage(weights):
    latents = sample_latents(weights.generator, weights.latent_mean, 0, COUNT)
    assert latents.shape == (COUNT, *weights.generator.latent_shape)
    plain = round(COUNT * PLAIN_SHARE)
    assert torch.equal(latents[:plain], latents[:plain, :1].expand_as(latents[:plain]))
    for first, last in stages(weights.generator):
        assert torch.equal(latents[:, first], latents[:, last - 1])
    assert (latents[plain:, 0] != latents[plain:, -1]).any(1).float().mean() > 0.3
    assert torch.equal(latents, sample_latents(weights.generator, weights.latent_mean, 0, COUNT))


def test_labels_and_codes_stay_as_they_are(tmp_path):
    weights = load_weights(tiny_weights(tmp_path / "cgan.safetensors", variant="cgan"))
    space, kept = Space(weights.generator, weights.latent_mean), weights.generator.conditions.dim
    latents = sample_latents(weights.generator, weights.latent_mean, 0, 40)
    labels = latents[:, :, -kept:]
    assert bool(((labels == 0) | (labels == 1)).all())
    moved = space.rows(torch.ones_like(space.features(latents)))
    assert not moved[:, :, -kept:].any() and moved[:, :, :-kept].all()


def test_measures_are_kept_and_gone_on_with(tmp_path):
    file, latents, lines = tmp_path / "measures.jsonl", torch.arange(100.0).reshape(100, 1, 1), list[str]()
    asked = list[int]()

    def measure(part, stop=10**9):
        for chunk in part.split(CHUNK):
            asked.append(len(chunk))
            if len(asked) > stop:
                raise KeyboardInterrupt
            yield {"smile": chunk[:, 0, 0].numpy().astype(float)}

    with pytest.raises(KeyboardInterrupt):
        measured_with_cache(file, "a", latents, lambda part: measure(part, stop=2), lines.append)
    with file.open("a") as opened:
        opened.write('{"smile": [64.0, 65')  # the machine stopped in the middle of a line
    asked.clear()
    values = measured_with_cache(file, "a", latents, measure, lines.append)
    assert asked == [32, 4] and np.array_equal(values["smile"], np.arange(100.0))
    asked.clear()
    again = measured_with_cache(file, "a", latents, measure, lines.append)
    assert not asked and np.array_equal(again["smile"], values["smile"])
    measured_with_cache(file, "b", latents, measure, lines.append)
    assert sum(asked) == 100 and json.loads(file.read_text().splitlines()[0]) == {"key": "b"}


def test_one_process_measures_into_a_file(tmp_path):
    file = tmp_path / "new" / "measures.jsonl"

    def measure(part):
        before = file.read_bytes()
        with pytest.raises(LockedError, match=rf"measures into {file} \(process {os.getpid()}\): wait for it"):
            measured_with_cache(file, "b", part, measure, print)
        assert file.read_bytes() == before
        yield {"smile": part[:, 0, 0].numpy().astype(float)}

    measured_with_cache(file, "a", torch.zeros(1, 1, 1), measure, print)


def along(directions):
    """What is lacking, as if each direction moved its own measure by one."""
    return lambda lacking: torch.from_numpy(lacking) @ directions


def test_what_both_ends_move_alike_is_taken_back(weights):
    def measure(latents):
        one, other = latents[:, 0, 0].double(), latents[:, 0, 1].double()
        yield {"one": one.numpy(), "other": (other + 0.2 * one**2).numpy()}

    space = Space(weights.generator, weights.latent_mean)
    statistics = Statistics(("one", "other"), np.zeros(2), np.ones(2))
    probe = Probe(weights, space, statistics, measure, torch.zeros(3, *weights.generator.latent_shape))
    directions = torch.zeros(2, len(space.spans) * space.columns, dtype=torch.float64)
    directions[0, 0] = directions[1, 1] = 1
    ends, free = 2 * directions, np.zeros((2, 2), bool)
    bends, moved = bent(ends, probe, along(directions), free)
    assert torch.allclose(bends[0], -0.8 * directions[1]) and not bends[1].any()
    up, down = probe.both(ends, bends)
    assert np.allclose(moved, [up, down], atol=1e-6)
    assert np.allclose(up[0], (2, 0), atol=1e-6) and np.allclose(down[0], (-2, 0), atol=1e-6)
    free[0, 1] = True  # it may move along
    assert not bent(ends, probe, along(directions), free)[0].any()


def test_what_others_move_is_taken_out_though_the_gradients_are_wrong(weights):
    """The measures answer half as much as the gradients say, and hang together; a long way is no way."""

    def measure(latents):
        one, other = latents[:, 0, 0].double(), latents[:, 0, 1].double()
        yield {"one": 0.5 * one.numpy(), "other": 0.5 * other.numpy() + 0.3 * one.numpy()}

    space = Space(weights.generator, weights.latent_mean)
    statistics = Statistics(("one", "other"), np.zeros(2), np.ones(2))
    probe = Probe(weights, space, statistics, measure, torch.zeros(3, *weights.generator.latent_shape))
    directions = torch.zeros(2, len(space.spans) * space.columns, dtype=torch.float64)
    directions[0, 0] = directions[1, 1] = 1
    free = np.zeros((2, 2), bool)
    found = corrected(2 * directions, probe, along(directions), free, 5.0)
    response = probe(found)
    assert response[0, 0] > 1.4 and response[1, 1] > 1.4 and abs(response[0, 1]) < 0.25 > abs(response[1, 0])
    short = corrected(directions, probe, along(directions), free, 1.5)
    assert bool((short.norm(dim=1) <= 1.5 + 1e-9).all())


def test_the_new_file_adds_to_the_old_one(path, tmp_path, monkeypatch):
    monkeypatch.setattr(directions_module.find_directions, "__defaults__", (print, TWO, (), 0, None))
    old, out = load_weights(path), tmp_path / "named.safetensors"
    measure = in_process(old.generator, label)
    name_sliders(path, out, COUNT, 0, tmp_path, measure, lambda line: None)
    new = load_weights(out)
    before, after = read(path)[1], read(out)[1]
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert [d.name for d in new.of(Direction)] == ["smile", "skin_tone", *(d.name for d in old.of(Direction))]
    assert new.hash == old.hash  # so recipes of the old file open
    assert all((d.normal is not None) == (d.name in ("smile", "skin_tone")) for d in new.of(Direction))
    assert new.card == old.card and set(new.measures) == {"smile", "skin_tone"}
    name_sliders(out, tmp_path / "again.safetensors", COUNT, 1, tmp_path, measure, lambda line: None)
    again = load_weights(tmp_path / "again.safetensors")
    assert again.hash != new.hash  # its sliders draw other faces
    assert [d.name for d in again.of(Direction)] == [d.name for d in new.of(Direction)]


@pytest.mark.parametrize("model", [model["file"] for model in shipped_models().values()])
def test_the_shipped_models_have_all_that_belongs_to_them(model):
    path = resource(f"weights/{model}")
    weights = load_weights(path)
    names = [direction.name for direction in weights.of(Direction)]
    known = [attribute.name for attribute in ATTRIBUTES if attribute.name in names]
    assert names[:-12] == known and len(known) >= 17 and set(known) <= set(weights.measures)
    assert names[-12:] == [f"pc{i:02d}" for i in range(1, 13)]
    assert weights.of(AgePath)
    for kind, channels in (("encoder", 3), ("sketch_encoder", 5)):
        assert first_encoder([path.parent], f"{kind}*.safetensors", weights.hash, channels)[0] is not None
    assert load_embeddings(path.with_suffix(SUFFIX)).about["model"] == weights.name == path.stem


def test_missing_packages_are_named(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("training.curation.detector.find_spec", lambda name: None)
    assert main(["directions", str(path), "--out", str(tmp_path / "out.safetensors")]) == 2
    assert "facedesigner[faces]" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--samples", "10"], ["--workers", "0"]])
def test_numbers_out_of_range_are_named(path, tmp_path, arguments, capsys):
    assert main(["directions", str(path), "--out", str(tmp_path / "out.safetensors"), *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


def test_every_attribute_and_what_is_held_has_its_measure():
    pytest.importorskip("dlib")
    from training.networks.labeller import Labeller

    measures = Labeller()(np.random.default_rng(0).integers(0, 255, (2, 64, 64, 3), dtype=np.uint8))
    assert set(measures) == {attribute.name for attribute in (*ATTRIBUTES, *HELD)}
    assert all(values.shape == (2,) and np.isfinite(values).all() for values in measures.values())
