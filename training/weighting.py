"""How often each picture is drawn in training: rules such as `glasses=1: 4` on top of a weight of 1."""

from __future__ import annotations

import fnmatch
import math
import operator
import re
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from training.data import Faces
from training.pictures import DataError

COMPARE: dict[str, Callable[[Tensor, float], Tensor]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
RULE = re.compile(r"(?P<column>\w+)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<value>.+)")


def cumulative_weights(faces: Faces, rules: Sequence[str]) -> Tensor | None:
    """(N,) float64, rising to 1: the pictures' shares, summed up. None without rules: all count the same.

    A rule is `WHICH: WEIGHT`. WHICH is a pattern of names (`varied/*`) or a comparison with a label (`age>=40`,
    `gender=female`); the last rule that fits a picture decides. DataError names a rule that says nothing.
    """
    if not rules:
        return None
    weights = torch.ones(len(faces), dtype=torch.float64)
    for rule in rules:
        which, _, weight = rule.rpartition(":")
        value = weight_of(weight, rule)
        weights[matching(faces, which.strip(), rule)] = value
    if not weights.sum():
        raise DataError("data.weights leaves no picture: give some of them a weight above 0")
    return (weights / weights.sum()).cumsum(0)


def matching(faces: Faces, which: str, rule: str) -> Tensor:
    """(N,) bool: the pictures that a rule is about. A missing label fits no comparison."""
    compared = RULE.fullmatch(which)
    if compared is None:
        fitting = torch.tensor([fnmatch.fnmatchcase(name, which) for name in faces.names])
    else:
        column, sign, value = compared["column"], compared["sign"], compared["value"].strip()
        if column not in faces.labels:
            known = ", ".join(faces.labels) or "none"
            raise DataError(f"data.weights {rule!r}: there is no label column {column!r}; known are {known}")
        if column in faces.classes:
            names = faces.classes[column]
            if sign != "=" or value not in names:
                raise DataError(f"data.weights {rule!r}: write {column}= and one of {', '.join(names)}")
            fitting = faces.labels[column] == names.index(value)
        else:
            fitting = COMPARE[sign](faces.labels[column], number(value, rule))
    if not fitting.any():
        raise DataError(f"data.weights {rule!r} fits none of the {len(faces)} pictures")
    return fitting


def weight_of(text: str, rule: str) -> float:
    value = number(text, rule)
    if not 0 <= value < math.inf:
        raise DataError(f"data.weights {rule!r}: the weight must be 0 or more")
    return value


def number(text: str, rule: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(
            f"data.weights {rule!r} is no rule; write such as 'age>=40: 2', 'glasses=1: 4' or 'varied/*: 0.5'"
        ) from None


def drawn(cumulative: Tensor | None, total: int, count: int) -> Tensor:
    """(count,) int64: indices of pictures, drawn with replacement."""
    if cumulative is None:
        return torch.randint(total, (count,))
    return torch.searchsorted(cumulative, torch.rand(count, dtype=torch.float64)).clamp(max=total - 1)
