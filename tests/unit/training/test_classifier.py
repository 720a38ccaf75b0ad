import math

import torch

from tests.unit.training.helpers import make_labelled
from training.classes import labelled
from training.classifier import agreement, balanced_accuracy, predict, train_classifier
from training.conditions import Conditions
from training.data import load_faces
from training.gans.base import Generator


class Painter(Generator):
    """Paints the colour that was asked for, or always red."""

    def __init__(self, obedient: bool) -> None:
        super().__init__()
        self.conditions = Conditions(("colour",), (("blue", "red"),))
        self.z_dim, self.latent_shape, self.resolutions = 3, (1, 4), (16,)
        self.layer_ranges, self.noise_shapes = {}, ()
        self.obedient = obedient
        self.weight = torch.nn.Parameter(torch.ones(()))

    def map(self, z, conditions=None):
        return torch.cat([z[:, :2], self.draw_conditions(z) if conditions is None else conditions], 1)[:, None]

    def synthesize(self, latents, noise=None, resolution=None):
        asked = latents[:, 0, 2:] if self.obedient else torch.tensor([[0.0, 1.0]]).expand(len(latents), -1)
        blue, red = asked.unbind(1)
        return (torch.stack([red, torch.zeros_like(red), blue], 1) * 1.4 - 1)[:, :, None, None].expand(-1, -1, 16, 16)

    def directions(self, count):
        raise NotImplementedError


def test_it_learns_colours_and_tells_who_draws_what_was_asked(tmp_path):
    found = labelled(load_faces(make_labelled(tmp_path / "faces"), 16), ("colour",))
    classifier = train_classifier(found.faces.images, found.indices, [2], shown=1_600, batch=16)
    seen = predict(classifier, found.faces.images)
    assert balanced_accuracy(seen[:, 0], found.indices[:, 0]) == 1
    assert agreement(classifier, Painter(obedient=True), count=8) == [1.0]
    assert agreement(classifier, Painter(obedient=False), count=8) == [0.5]


def test_training_leaves_the_callers_random_numbers_alone_and_repeats():
    images = torch.randint(0, 255, (8, 3, 16, 16), dtype=torch.uint8)
    labels = torch.tensor([[0, -1], [1, 0]]).repeat(4, 1)
    torch.manual_seed(3)
    expected = torch.randn(1)
    torch.manual_seed(3)
    a, b = (train_classifier(images, labels, [2, 2], shown=32, batch=8) for _ in range(2))
    assert torch.equal(torch.randn(1), expected)
    assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))
    assert all(bool(torch.isfinite(x).all()) for x in a.state_dict().values())


def test_a_rare_class_counts_as_much_as_a_common_one_and_missing_labels_not_at_all():
    expected = torch.tensor([0] * 9 + [1] + [-1] * 5)
    assert balanced_accuracy(torch.zeros(15, dtype=torch.int64), expected) == 0.5
    assert math.isnan(balanced_accuracy(torch.zeros(2), torch.tensor([-1, -1])))
