"""A thing that a style generator does not draw, such as glasses, taught as one more slider: from aligned faces with
labels, of which some show it."""

from __future__ import annotations

from dataclasses import dataclass

from training.options import option


@dataclass(frozen=True)
class Options:
    weights: str = option("", "the .safetensors file of the style generator that is taught")
    where: tuple[str, ...] = option(("glasses=1",), "which pictures show the thing: all rules must fit, as age<45")
    slider: str = option("glasses", "name of the slider")
    place: tuple[float, ...] = option(
        (0.10, 0.34, 0.90, 0.60), "where it is on a face: left, top, right, bottom in shares of the width"
    )
