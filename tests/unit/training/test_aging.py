"""The path is learnt on a generator of 16 pixels, for which the age is how red the picture is."""

import numpy as np
import pytest
import torch

from tests.tiny import pale_weights
from training.__main__ import main
from training.movements import AgePath, Direction
from training.style_mixing import sample_latents
from training.tasks.sliders import aging
from training.tasks.sliders.aging import add_age_path, age_reader, find_age_path, new_curve, still_gradients
from training.tasks.sliders.linear import Space
from training.tasks.sliders.measuring import in_process, together
from training.weights import load_weights

COUNT = 240


def years_of(red, blue):
    return 40 + 400 * (red - blue)


def label(pictures):
    """Years by red less blue, and a measure that is to stay: how green."""
    red, green, blue = (pictures[..., channel].mean((1, 2)) / 127.5 - 1 for channel in range(3))
    return {"age": years_of(red, blue), "gender": green, "smile": np.ones(len(pictures))}


class Onlooker:
    """Sees the same as `label`, and everybody as the same person."""

    def places(self, pictures):
        return torch.zeros(len(pictures), 2, 2, 3)

    def __call__(self, pictures, places):
        assert len(places) == len(pictures)
        red, _, blue = pictures.clamp(-1, 1).mean((2, 3)).T
        return years_of(red, blue), 0 * pictures.mean((2, 3))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return pale_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="module")
def weights(path):
    return load_weights(path)


@pytest.fixture(scope="module")
def sampled(weights):
    latents = sample_latents(weights.generator, weights.latent_mean, 0, COUNT)
    return latents, together(in_process(weights.generator, label)(latents))


@pytest.fixture(scope="module")
def said():
    return []


@pytest.fixture(scope="module")
def found(weights, sampled, said):
    measure = in_process(weights.generator, label)
    latents, measured = sampled
    return find_age_path(weights, latents, measured, measure, Onlooker(), said.append, steps=80)


def test_faces_come_to_the_age_that_is_asked_for(weights, found):
    assert found.low < 25 and found.high > 52
    faces = sample_latents(weights.generator, weights.latent_mean, 77, 80)[:20]
    own = found.level + ((faces - weights.latent_mean) * found.reader).sum((1, 2))
    measure = in_process(weights.generator, label)
    asked = np.array([32.0, 40.0, 48.0])

    def at(years):
        index = int(np.clip(np.searchsorted(found.years, years) - 1, 0, len(found.years) - 2))
        share = (years - found.years[index]) / (found.years[index + 1] - found.years[index])
        return torch.lerp(found.curve[index], found.curve[index + 1], share)

    seen = [
        together(measure(torch.stack([f + at(years) - at(float(a)) for f, a in zip(faces, own, strict=True)])))["age"]
        for years in asked
    ]
    np.testing.assert_allclose(np.mean(seen, 1), asked, atol=4)


def test_the_years_rise_from_newborn_to_ninety(found, said):
    assert found.years[0] == 0 and found.years[-1] >= 90 and all(np.diff(found.years) > 0)
    assert found.curve.shape == (10, 6, 8) and found.reader.shape == (6, 8)
    assert "the mean face seems" in said[0] and any("misses the age by" in line for line in said)


def test_the_reader_tells_the_age_of_a_latent(weights, sampled):
    latents, measured = sampled
    reader, level, explained = age_reader(Space(weights.generator, weights.latent_mean), latents, measured["age"])
    told = level + ((latents - weights.latent_mean) * reader).sum((1, 2)).numpy()
    assert explained > 0.5 and np.corrcoef(told, measured["age"])[0, 1] > 0.8


def test_what_is_to_stay_costs_something(weights, sampled):
    latents, measured = sampled
    curve = new_curve(weights)
    gradients = still_gradients(curve, latents, measured)
    assert gradients.shape == (*curve.knots.shape[1:], 1)  # smile never varies, so it has none
    assert gradients.abs().max() > 0.01
    assert not still_gradients(curve, latents, {"age": measured["age"]}).any()


def test_a_generator_whose_faces_are_all_of_an_age_is_refused(weights, sampled):
    latents, measured = sampled
    flat = {**measured, "age": np.full(COUNT, 30.0)}
    with pytest.raises(ValueError, match="of one age"):
        find_age_path(weights, latents, flat, in_process(weights.generator, label), Onlooker())


def test_a_file_with_a_path_is_the_same_model(path, weights, tmp_path, monkeypatch):
    monkeypatch.setattr("training.networks.age_network.Onlooker", Onlooker)
    out = tmp_path / "aged.safetensors"
    measure = in_process(weights.generator, label)
    lines = list[str]()
    made = add_age_path(path, out, COUNT, 0, tmp_path / "measures.jsonl", measure, 2, lines.append)
    again = load_weights(out)
    assert again.hash == weights.hash and again.of(AgePath)[0].low == made.low
    assert [d.name for d in again.of(Direction)] == [d.name for d in weights.of(Direction)]
    add_age_path(path, out, COUNT, 0, tmp_path / "measures.jsonl", measure, 1, lines.append)
    assert any("measured already" in line for line in lines)


def test_the_scale_rises_where_faces_do_not(weights, monkeypatch):
    monkeypatch.setattr(
        aging, "together", lambda chunks: {"age": np.repeat([30.0, 20, 40, 35, 50, 60, 60, 59, 70, 71], 2)}
    )
    monkeypatch.setattr(aging, "CHECKED", 2)
    curve = new_curve(weights)
    with torch.no_grad():
        scale = aging.measured_scale(weights, curve, torch.zeros(6, 8), 30.0, lambda latents: iter(()), 0)
    assert scale[0] == 30 and (np.diff(scale) >= aging.LEAST_RISE - 1e-9).all() and scale[-1] == 71


@pytest.mark.parametrize(
    ("words", "message"), [(["--samples", "9"], "--samples is 9; choose 200"), (["--steps", "0"], "--steps is 0")]
)
def test_the_command_says_what_is_out_of_range(path, words, message, capsys):
    assert main(["aging", str(path), *words]) == 2
    assert message in capsys.readouterr().err
