"""Are the nearest faces that a certificate lists those that lie nearest, and does its verdict follow from them?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from facedesigner.state.uniqueness import Calibration, Compared, Counted, Finding, Neighbour

TOLERANCE = 0.002  # of distances and probabilities: another processor rounds differently
ROUNDED = 0.00005  # of a distance, by its four digits
KEYS = {"group", "name", "distance", "similarity", "probability", "mirrored"}


def near_each_other(one: float, other: float) -> bool:
    """Numbers up to rounding; false for what is no number."""
    return abs(one - other) <= TOLERANCE


def other_neighbours(stated: Mapping[str, Any], found: Mapping[str, Any], unchecked: Sequence[str]) -> Iterator[str]:
    """A sentence for each face that is missing, of no known group, not among the nearest today, or described otherwise.
    Faces of the groups `unchecked` are compared with what the certificate itself says."""
    listed, today = stated["neighbours"], found["neighbours"]
    places = [(near["group"], near["name"]) for near in listed]
    now = {(near["group"], near["name"]): near for near in today}
    if len(set(places)) < len(places):
        yield "it lists the same neighbour twice"
    if len(listed) != len(today) if not unchecked else len(listed) < len(today):
        yield f"the certificate lists {len(listed)} of the nearest faces, {len(today)} were found"
    distances = [near["distance"] for near in listed]
    if any(not first <= second + TOLERANCE for first, second in itertools.pairwise(distances)):
        yield "its neighbours do not stand in the order of their distances"
    reach = min((max(one["distance"] for one in many) for many in (listed, today) if many), default=0.0) - TOLERANCE
    for place, near in now.items():
        if place not in places and (near["distance"] < reach or not listed):
            yield f"the certificate does not list {near['name']} of {near['group']}, {near['distance']:.4f} away"
    known = {group["group"] for group in stated["compared_with"]}
    for number, (place, near) in enumerate(zip(places, listed, strict=True), 1):
        if near.keys() != KEYS:
            yield f"neighbour {number} is described otherwise than certificates do"
        elif near["group"] not in known:
            yield f"neighbour {number} is one of {near['group']}, which the certificate was not compared with"
        elif place in now:
            yield from described_otherwise(near, now[place])
        elif near["group"] in unchecked:
            yield from described_otherwise(near, expected(near, found))
        elif not today or not near_each_other(near["distance"], today[-1]["distance"]):
            yield f"neighbour {number} is {near['name']} in the certificate, which is not among the nearest faces"
        else:
            yield from described_otherwise(near, expected(near, found))  # one of two that lie equally far


def described_otherwise(near: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in ("distance", "similarity", "probability"):
        if not near_each_other(near[key], now[key]):
            yield f"the {key} of {now['name']} is {now[key]:.4f}, the certificate says {near[key]:.4f}"
    if near["mirrored"] is not now["mirrored"]:
        ways = [("nearer" if one["mirrored"] else "no nearer") for one in (now, near)]
        yield f"{now['name']} is {ways[0]} when it is mirrored, the certificate says {ways[1]}"


def expected(near: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What a certificate says of a face at that distance."""
    curve = found["calibration"]
    odds = curve["slope"] * near["distance"] + curve["intercept"]
    probability = 1 / (1 + math.exp(min(60.0, max(-60.0, -odds))))
    return {**near, "similarity": max(0.0, 1.0 - near["distance"]), "probability": probability}


def conclusions(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Verdict, headline and uniqueness as they follow from the neighbours that the certificate lists, several where its
    digits leave open what was rounded."""
    near = tuple(
        Neighbour(one["group"], one["name"], one["distance"], one["probability"], one["mirrored"])
        for one in stated["neighbours"]
    )
    groups = tuple(Compared(one["group"], one["faces"], one["digest"]) for one in stated["compared_with"])
    threshold, nothing = stated["threshold"], Counted(0, ())
    calibration = Calibration(0.0, 0.0, threshold, (), nothing, nothing, nothing)
    drawn = []
    for shift in (-ROUNDED, ROUNDED, 0.0) if near else (0.0,):
        moved = tuple(replace(one, distance=one.distance + shift) for one in near[:1]) + near[1:]
        finding = Finding(moved, groups, calibration)
        drawn.append(
            {
                "unique": finding.is_unique(threshold),
                "headline": finding.headline(threshold),
                "verdict": finding.verdict(threshold),
            }
        )
    return drawn
