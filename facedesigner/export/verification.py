"""Is what a certificate says still true of a picture? Compared with what was found out anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from facedesigner.export.certificate import CHECKSUM, CertificateError, checksum

TOLERANCE = 0.002  # of distances and probabilities: another processor rounds differently
WHAT = {
    "recipe": "the recipe",
    "recipe_and_picture": "what the recipe has to do with the picture",
    "unique": "whether the face is unique",
    "headline": "the headline",
    "verdict": "the verdict",
    "at_this_threshold": "the rates at the threshold",
    "calibration": "the calibration curve",
    "threshold_suggested": "the suggested threshold",
}


def differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """A sentence for each thing that differs; none when the certificate holds. `found` are the facts of the picture
    today, at the stated threshold. CertificateError when the certificate lacks a part.

    Groups that were not searched today, such as the gallery, are left out of the comparison: see `unchecked`.
    """
    try:
        return list(differing(stated, found))
    except (KeyError, TypeError, AttributeError) as error:
        raise CertificateError(f"the certificate lacks a part or is damaged ({error}): make it again") from None


def differing(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    if stated.get(CHECKSUM) != checksum(stated):
        yield "the certificate was changed after it was made: its checksum does not fit its content"
    if stated["picture"]["sha256"] != found["picture"]["sha256"]:
        yield (
            f"the picture is another file than the one certified: SHA-256 {short(found['picture']['sha256'])}, "
            f"certified was {short(stated['picture']['sha256'])}"
        )
    sizes = [f"{one['picture']['width']} × {one['picture']['height']}" for one in (stated, found)]
    if sizes[0] != sizes[1]:
        yield f"the picture has {sizes[1]} pixels, certified was one of {sizes[0]}"
    if stated["recipe"] != found["recipe"]:
        yield f"the recipe differs: the picture has “{found['recipe_in_words']}”, certified was “{words(stated)}”"
    for key in ("name", "hash", "data"):
        if stated["model"][key] != found["model"][key]:
            yield f"the model's {key} is {found['model'][key]}, the certificate says {stated['model'][key]}"
    yield from other_groups(stated, found)
    yield from other_neighbours(stated, found)
    complete = not unchecked(stated, found)
    for key in ("recipe_and_picture", "threshold_suggested", *(("unique", "headline", "verdict") if complete else ())):
        if stated[key] != found[key]:
            yield f"{WHAT[key]} differs: “{found[key]}”, the certificate says “{stated[key]}”"
    for key in ("at_this_threshold", "calibration"):
        if not alike(stated[key], found[key]):
            yield f"{WHAT[key]} differ from those of the model's embeddings"
    if not complete:
        yield from contradictions(stated)


def unchecked(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Groups of faces that the certificate compared with, and today's comparison did not."""
    today = {group["group"] for group in found["compared_with"]}
    return [group["group"] for group in stated["compared_with"] if group["group"] not in today]


def other_groups(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    before = {group["group"]: group for group in stated["compared_with"]}
    for group in found["compared_with"]:
        name = group["group"]
        if name in before and before[name]["digest"] != group["digest"]:
            yield (
                f"the faces of {name} are others than those compared with: {group['faces']:,} faces "
                f"({group['digest']}), the certificate says {before[name]['faces']:,} ({before[name]['digest']})"
            )


def other_neighbours(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Each group's nearest faces, as far as the certificate lists them."""
    for group in [group["group"] for group in found["compared_with"]]:
        listed, today = ([near for near in one["neighbours"] if near["group"] == group] for one in (stated, found))
        for place, near in enumerate(listed[: len(today)], 1):
            now = today[place - 1]
            if near["name"] != now["name"] and abs(near["distance"] - now["distance"]) > TOLERANCE:
                yield f"neighbour {place} in {group} is {now['name']}, the certificate says {near['name']}"
            elif near["name"] != now["name"]:
                continue  # two that lie equally near
            else:
                for key in ("distance", "similarity", "probability"):
                    if abs(near[key] - now[key]) > TOLERANCE:
                        yield f"the {key} of {now['name']} is {now[key]:.4f}, the certificate says {near[key]:.4f}"


def contradictions(stated: Mapping[str, Any]) -> Iterator[str]:
    """What the certificate says of itself that cannot be."""
    distances = [near["distance"] for near in stated["neighbours"]]
    if distances and stated["unique"] != (min(distances) >= stated["threshold"]):
        yield "the verdict contradicts the neighbours that the certificate lists"


def alike(one: Any, other: Any) -> bool:
    """The same tables and lists, numbers up to rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= TOLERANCE
    return bool(one == other)


def words(stated: Mapping[str, Any]) -> str:
    return str(stated.get("recipe_in_words", "none"))


def short(digest: Any) -> str:
    return f"{str(digest)[:12]}…"
