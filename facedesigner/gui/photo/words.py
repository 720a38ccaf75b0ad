"""How close the model came to a photo, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facedesigner.engine.likeness import Likeness

ALIKE, ROUGHLY = 0.45, 0.75  # perceptual distance; unrelated faces lie at about 1
NEAR = 1.35  # times the distance of embeddings up to which two pictures are taken for one person


def verdict(found: Likeness) -> str:
    """One sentence: who it seems to be where that is measured, else how alike the pictures are."""
    if found.identity is not None:
        from facedesigner.engine.likeness import SAME_PERSON  # torch, which measured it

        if found.identity < SAME_PERSON:
            return "Close: it would pass for the same person."
        if found.identity < NEAR * SAME_PERSON:
            return "Near, though it would hardly pass for the same person."
        return "Not close: it seems another person. The model draws this face no nearer."
    if found.perceptual is not None:
        if found.perceptual < ALIKE:
            return "Close: the two pictures look much alike."
        if found.perceptual < ROUGHLY:
            return "Near: alike, with differences that show."
        return "Not close: the model draws this picture no nearer."
    return "How close it came can only be told in pixels: pip install 'facedesigner[faces,metrics]' tells more."


def numbers(found: Likeness, estimate: Likeness | None = None) -> str:
    """`Pixels 0.063 (estimate 0.104) · perceptual 0.45 · identity 0.39, the same person below 0.45`."""
    before = estimate or found
    parts = [
        _number("pixels", found.pixels, before.pixels, 3),
        _number("perceptual", found.perceptual, before.perceptual, 2),
        _number("identity", found.identity, before.identity, 2),
    ]
    return " · ".join(filter(None, parts)).capitalize()


def explained() -> str:
    return (
        "All three are distances, 0 for the same picture.\n"
        "Pixels: mean difference, of 1.\n"
        "Perceptual: by the features of a network (EfficientNet-Lite0); unrelated faces lie at about 1.\n"
        "Identity: by dlib's face embedding, which the refinement knows nothing of.\n"
        "In brackets: the encoder's first estimate."
    )


def _number(name: str, value: float | None, before: float | None, digits: int) -> str:
    if value is None:
        return ""
    was = f" (estimate {before:.{digits}f})" if before is not None and before != value else ""
    return f"{name} {value:.{digits}f}{was}"
