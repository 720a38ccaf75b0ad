"""The networks in torch against the packages that they come from, on smooth pictures with something like a face."""

import numpy as np
import pytest
import torch

from training.networks.age_network import CHIP, AgeNetwork, Cutter, Onlooker
from training.networks.labeller import CHIP_PADDING, LOOK, AgeGender, enlarged


@pytest.fixture(scope="module")
def pictures():
    y, x = (np.mgrid[:LOOK, :LOOK] + 0.5) / LOOK
    made = []
    for shade in (0.7, 0.9):
        face = np.exp(-((((x - 0.5) / 0.28) ** 2 + ((y - 0.58) / 0.36) ** 2) ** 4))
        eyes = sum(np.exp(-(((x - cx) ** 2 + (y - 0.48) ** 2) / 0.0006)) for cx in (0.38, 0.62))
        grey = 60 + 150 * shade * face - 90 * eyes
        made.append(np.stack([grey * tint for tint in (1.0, 0.85, 0.75)], -1).clip(0, 255).astype(np.uint8))
    return np.stack(made)


def test_the_network_sees_what_the_package_sees():
    chips = np.random.default_rng(0).integers(0, 256, (3, CHIP, CHIP, 3), dtype=np.uint8)
    with torch.no_grad():
        ours = AgeNetwork()(torch.from_numpy(chips).permute(0, 3, 1, 2).float()).numpy()
    theirs, _ = AgeGender()([(chip, np.zeros((32, 32, 3), np.uint8)) for chip in chips])
    np.testing.assert_allclose(ours, theirs, atol=0.01)


def test_a_cut_out_is_where_dlib_cuts_it(pictures):
    cutter = Cutter(CHIP, CHIP_PADDING, fine=2)
    places = torch.stack([cutter.place(picture) for picture in pictures])
    tensors = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    ours = cutter.cut(tensors, places).permute(0, 2, 3, 1).numpy()
    for picture, cut in zip(pictures, ours, strict=True):
        look = enlarged(picture, LOOK)
        shape = cutter.five(look, cutter.dlib.rectangle(45, 78, 194, 228))
        theirs = cutter.dlib.extract_image_chip(look, cutter.dlib.get_face_chip_details(shape, CHIP, CHIP_PADDING))
        assert np.abs(cut - theirs).mean() < 4


def test_gradients_reach_the_picture(pictures):
    sees = Onlooker()
    tensors = (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1).requires_grad_(True)
    years, who = sees(tensors, sees.places(pictures))
    assert years.shape == (2,) and who.shape == (2, 128)
    (gradient,) = torch.autograd.grad(years.sum() + who.sum(), tensors)
    assert gradient.abs().max() > 0
