"""Is what a certificate says still true of a picture? Compared with what was found out anew.

Whether its file, its page and its signature belong together is `export.seals`' to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from facedesigner.export.certificate import LIMITS, SIGNED, UNSIGNED, CertificateError
from facedesigner.export.certificate_format import PDF, SIGNATURE, SIGNER, UNSIGNED_FORMAT
from facedesigner.export.other_neighbours import conclusions, near_each_other, other_neighbours

WHAT = {
    "recipe_and_picture": "what the recipe has to do with the picture",
    "threshold": "the threshold",
    "threshold_suggested": "the suggested threshold",
    "unique": "whether the face is unique",
    "headline": "the headline",
    "verdict": "the verdict",
    "at_this_threshold": "the rates at the threshold",
    "calibration": "the calibration curve",
}
PROGRAM = re.compile(r"FaceDesigner \d+(\.\w+)+")
OLD_WORDS = " it was enlarged or edited. What was compared is the picture."
EARLY = timedelta(days=1)  # so far may another computer's clock be ahead


def differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """A sentence for each thing that differs; none when the certificate holds. `found` are the facts of the picture
    today, at the stated threshold. CertificateError when the certificate lacks a part.

    Groups that were not searched today, such as the gallery, are left out of the comparison: see `unchecked`. What
    nothing can be compared with is in `only_stated`.
    """
    try:
        return list(differing(stated, found))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError) as error:
        raise CertificateError(f"the certificate lacks a part or is damaged ({error}): make it again") from None


def differing(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    known = found.keys() if stated["format"] == UNSIGNED_FORMAT else {*found, PDF, SIGNER, SIGNATURE}
    for key in sorted(stated.keys() - known):
        yield f"it says something that no certificate does: {key}"
    yield from other_picture(stated, found)
    if stated["recipe"] != found["recipe"]:
        yield f"the recipe differs: the picture has “{found['recipe_in_words']}”, certified was “{words(stated)}”"
    elif stated["recipe_in_words"] != found["recipe_in_words"]:
        yield f"the recipe is “{found['recipe_in_words']}” in words, the certificate says “{words(stated)}”"
    for key in sorted({*stated["model"], *found["model"]}):
        theirs, ours = (model.get(key, "nothing") for model in (stated["model"], found["model"]))
        if theirs != ours:
            yield f"the model's {key} is {ours}, the certificate says {theirs}"
    yield from other_groups(stated, found)
    yield from other_neighbours(stated, found, unchecked(stated, found))
    for key in ("recipe_and_picture", "threshold", "threshold_suggested"):
        if stated[key] != found[key] and not (key == "recipe_and_picture" and is_older_wording(stated, found)):
            yield f"{WHAT[key]} differs: “{found[key]}”, the certificate says “{stated[key]}”"
    own = conclusions(stated, found)
    if not unchecked(stated, found):
        own.append({key: found[key] for key in ("unique", "headline", "verdict")})
    for key in ("unique", "headline", "verdict"):
        if not any(stated[key] == right[key] and type(stated[key]) is type(right[key]) for right in own):
            yield f"{WHAT[key]} differs: “{own[-1][key]}”, the certificate says “{stated[key]}”"
    for key in ("at_this_threshold", "calibration"):
        if not alike(stated[key], found[key]):
            yield f"{WHAT[key]} differ from those of the model's embeddings"
    yield from impossible(stated)


def is_older_wording(stated: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Certificates once said of every picture of another size than its recipe's that it was enlarged or edited."""
    theirs, ours = stated["recipe_and_picture"], found["recipe_and_picture"]
    old = stated["format"] == UNSIGNED_FORMAT and theirs.endswith(OLD_WORDS)
    return bool(old and theirs.removesuffix(OLD_WORDS) == ours.partition(":")[0] + ":")


def other_picture(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    theirs, ours = stated["picture"], found["picture"]
    if theirs["sha256"] != ours["sha256"]:
        yield (
            f"the picture is another file than the one certified: SHA-256 {short(ours['sha256'])}, "
            f"certified was {short(theirs['sha256'])}"
        )
    sizes = [f"{one['width']} × {one['height']}" for one in (theirs, ours)]
    if sizes[0] != sizes[1]:
        yield f"the picture has {sizes[1]} pixels, certified was one of {sizes[0]}"
    if theirs["file"] != ours["file"] and SIGNATURE not in stated:
        yield (
            f"the picture is called {ours['file']}, the certificate is about {theirs['file']}: if the file was only "
            "renamed, call it so again"
        )
    for key in sorted(theirs.keys() - ours.keys()):
        yield f"it says something of the picture that no certificate does: {key}"


def other_groups(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    before = {group["group"]: group for group in stated["compared_with"]}
    if len(before) < len(stated["compared_with"]):
        yield "it names the same faces twice among those it compared with"
    for group in found["compared_with"]:
        theirs = before.get(group["group"])
        if theirs is None:
            yield f"the certificate does not say that it was compared with {group['group']}"
        elif theirs != group:
            yield (
                f"the faces of {group['group']} are others than those compared with: {group['faces']:,} faces "
                f"({group['digest']}), the certificate says {theirs['faces']:,} ({theirs['digest']})"
            )


def impossible(stated: Mapping[str, Any]) -> Iterator[str]:
    """What no certificate of ours says, whatever the picture."""
    if stated["limits"] != [*LIMITS, SIGNED if SIGNATURE in stated else UNSIGNED]:
        yield "what it says of its limits is not what every certificate says"
    if not PROGRAM.fullmatch(stated["program"]):
        yield f"it says that {stated['program']} made it, which is no version of FaceDesigner"
    made = datetime.fromisoformat(stated["made"])
    if made.tzinfo is None or made > datetime.now(UTC) + EARLY:
        yield f"it says that it was made at {stated['made']}, which has not been yet, or lacks its time zone"


def unchecked(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Groups of faces that the certificate compared with, and today's comparison did not."""
    today = {group["group"] for group in found["compared_with"]}
    return [group["group"] for group in stated["compared_with"] if group["group"] not in today]


def only_stated(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What the certificate says and nothing in the picture shows: true if whoever signed it is to be trusted."""
    said = [f"that it was made at {stated['made']} by {stated['program']}"]
    if stated["picture"]["file"] != found["picture"]["file"]:
        said.append(f"that the picture was called {stated['picture']['file']}")
    if stated["training_faces"] != found["training_faces"]:
        said.append(f"“{stated['training_faces']}”")
    return said


def alike(one: Any, other: Any) -> bool:
    """The same tables and lists, numbers up to rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, int) and isinstance(other, int):
        return one == other  # counts
    if isinstance(one, int | float) and isinstance(other, int | float):
        return near_each_other(one, other)
    return bool(one == other)


def words(stated: Mapping[str, Any]) -> str:
    return str(stated.get("recipe_in_words", "none"))


def short(digest: Any) -> str:
    return f"{str(digest)[:12]}…"
