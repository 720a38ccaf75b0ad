"""From the label columns of a data set to the classes that a generator is conditioned on."""

from __future__ import annotations

import difflib
import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from training.conditions import combinations, shares
from training.data import Faces
from training.pictures import DataError

MAX_VALUES = 8  # a number column with more different values than this needs cuts
MAX_COMBINATIONS = 4096
NO_YES = ("no", "yes")  # what 0 and 1 are called


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures that have all their labels."""

    faces: Faces  # its notes say what was left out
    indices: Tensor  # (N, labels) int64 class indices
    options: dict[str, Any]  # `classes` and `prior` as the variant's options take them


def labelled(faces: Faces, labels: Sequence[str], classes: Sequence[Sequence[str]] = ()) -> Labelled:
    """The pictures that have all of `labels`: columns of the data set; `age:20:40` cuts a column of numbers into bands,
    here below 20, 20 to 40 and from 40. `classes` are those of a run that goes on, otherwise the data say.

    Raises DataError naming a column that does not exist, has one class only or leaves fewer than two pictures.
    """
    found = [tuple(names) for names in classes] or [classes_of(faces, label) for label in labels]
    columns = [indices_of(faces, label, names) for label, names in zip(labels, found, strict=True)]
    indices = torch.stack(columns, 1)
    kept = (indices >= 0).all(1)
    total, left = len(faces), int(kept.sum())
    if left < 2:
        raise DataError(
            f"only {left} of {total} pictures have a label for {' and '.join(labels)}: label more of them, or name "
            "fewer columns in options.labels"
        )
    sizes = [len(names) for names in found]
    if math.prod(sizes) > MAX_COMBINATIONS:
        raise DataError(
            f"{' and '.join(labels)} have {math.prod(sizes):,} combinations of classes, {MAX_COMBINATIONS:,} are the "
            "most: name fewer columns in options.labels, or cut numbers into fewer bands"
        )
    if left < total:
        note = f"{total - left} of {total} pictures lack a label for {' or '.join(labels)} and were left out"
        faces = replace(faces.subset(kept.nonzero()[:, 0].tolist()), notes=(*faces.notes, note))
        indices = indices[kept]
    prior = shares(combinations(indices, sizes).bincount(minlength=math.prod(sizes)))
    return Labelled(faces, indices, {"classes": [list(names) for names in found], "prior": list(prior)})


def classes_of(faces: Faces, label: str) -> tuple[str, ...]:
    """The names of a label's classes, at least two."""
    column, cuts = parse_label(faces, label)
    values = faces.labels[column]
    if column in faces.classes:
        present = set(values.tolist())
        classes = tuple(name for i, name in enumerate(faces.classes[column]) if i in present)
    else:
        numbers = sorted(set(values[~values.isnan()].tolist()))
        if cuts:
            bands = {bisect(cuts, number) for number in numbers}
            classes = tuple(name for i, name in enumerate(band_names(cuts)) if i in bands)
        elif len(numbers) > MAX_VALUES:
            lower, upper = numbers[len(numbers) // 3], numbers[2 * len(numbers) // 3]
            raise DataError(
                f"the label {column} has {len(numbers)} different numbers: say where to cut them into bands, such as "
                f"options.labels = ['{column}:{lower:g}:{upper:g}']"
            )
        else:
            classes = tuple(value_name(number, numbers) for number in numbers)
    if len(classes) < 2:
        only = f"one class only ({classes[0]})" if classes else "no values"
        raise DataError(f"the label {label} has {only}, which says nothing: choose another in options.labels")
    return classes


def indices_of(faces: Faces, label: str, classes: Sequence[str]) -> Tensor:
    """(N,) int64: which of `classes` each picture is of, -1 where it has no label or is of another class."""
    column, cuts = parse_label(faces, label)
    position = {name: i for i, name in enumerate(classes)}
    values = faces.labels[column].tolist()
    if column in faces.classes:
        names = [faces.classes[column][value] if value >= 0 else "" for value in values]
    elif cuts:
        bands = band_names(cuts)
        names = ["" if math.isnan(value) else bands[bisect(cuts, value)] for value in values]
    else:
        numbers = sorted({value for value in values if not math.isnan(value)})
        names = ["" if math.isnan(value) else value_name(value, numbers) for value in values]
    return torch.tensor([position.get(name, -1) for name in names], dtype=torch.int64)


def parse_label(faces: Faces, label: str) -> tuple[str, list[float]]:
    """`age:20:40` -> ("age", [20.0, 40.0]). DataError when there is no such column, or the cuts are none."""
    known = ", ".join(faces.labels)
    if label in faces.labels:
        return label, []
    column, *texts = label.split(":")
    if column not in faces.labels:
        if not known:
            raise DataError(
                f"the pictures have no labels, so nothing can be conditioned on {column}: put a CSV with a file column "
                "beside them or name it in data.labels, or choose a variant that needs no labels, such as infogan"
            )
        near = difflib.get_close_matches(column, faces.labels, 1)
        hint = f"did you mean {near[0]!r}? Known" if near else "known"
        raise DataError(f"the data set has no label column {column!r}; {hint} are {known}")
    try:
        cuts = [float(text) for text in texts]
    except ValueError:
        cuts = []
    if not cuts or cuts != sorted(set(cuts)) or not all(map(math.isfinite, cuts)):
        raise DataError(f"the label {label!r} should be cut at rising numbers, such as {column}:20:40:60")
    if column in faces.classes:
        raise DataError(f"the label {column} holds names, not numbers, and cannot be cut: write {column!r} alone")
    return column, cuts


def band_names(cuts: Sequence[float]) -> list[str]:
    """20, 40 -> `under 20`, `20 to 40`, `from 40`; the upper end of a band belongs to the next."""
    between = [f"{low:g} to {high:g}" for low, high in pairwise(cuts)]
    return [f"under {cuts[0]:g}", *between, f"from {cuts[-1]:g}"]


def value_name(number: float, numbers: Sequence[float]) -> str:
    return NO_YES[int(number)] if set(numbers) <= {0.0, 1.0} else f"{number:g}"
