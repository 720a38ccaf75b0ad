"""Annealing: what a run begins with turns into what it ends with (R3GAN, Huang et al., NeurIPS 2024, section 4)."""

from __future__ import annotations

import dataclasses
import math

from training.config import RunConfig


def annealed(config: RunConfig, images: int) -> RunConfig:
    """The config that counts after so many pictures: each value that `config.anneal` names has come a part of its way,
    along half a cosine; at the end of the way it stays. Values that a variant does not have stay unset."""
    anneal = config.anneal
    way = min(images / (anneal.images or config.train.images), 1.0)
    passed = (1 - math.cos(math.pi * way)) / 2

    def between(begin: float, end: float | None) -> float:
        return begin if end is None else begin + (end - begin) * passed

    train, options = config.train, config.options
    if anneal.gamma is not None and "gamma" in options:
        options = {**options, "gamma": between(float(options["gamma"]), anneal.gamma)}
    train = dataclasses.replace(
        train,
        learning_rate=between(train.learning_rate, anneal.learning_rate),
        ema_half_life=between(train.ema_half_life, anneal.ema_half_life),
        augment_probability=between(train.augment_probability, anneal.augment_probability),
    )
    return dataclasses.replace(config, train=train, options=options)
