"""Sums of faces, such as smiling woman - neutral woman + neutral man (Radford 2016), on latents (L, D)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def combine(terms: Sequence[tuple[float, Sequence[Tensor]]], mean: Tensor) -> Tensor:
    """`mean` (D,) plus each term's weight times how far the mean of its latents is from it.

    With weights that add up to 1, as in A - B + C, this is the plain sum. With others the result stays where the
    generator knows faces: half of A is half way to A from the average face, A - B the difference put on the average
    face, while plain sums would count from the origin, where in a style space nobody lives.
    """
    result = torch.zeros_like(terms[0][1][0]) + mean
    for weight, latents in terms:
        result += weight * (torch.stack(list(latents)).mean(0) - mean)
    return result
