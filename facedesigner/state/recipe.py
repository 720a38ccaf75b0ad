"""A face as JSON, and as text chunks of a PNG. The recipe is versioned; what this program cannot read is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from facedesigner.state.face import MOST_PATCHES, FaceState, Latent, Patch, Taught
from facedesigner.state.mask import Mask
from training.errors import UserError
from training.texts import one_line, quoted

RECIPE_VERSION = 1
RECIPE_KEY = "facedesigner"
XMP_KEY = "XML:com.adobe.xmp"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
KEYS = {"version", "model", "seed", "latent", "controls", "psi", "noise_seed", "locks", "taught", "name", "patches"}

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   Iptc4xmpExt:DigitalSourceType="{GENERATED}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


class RecipeError(UserError):
    """The recipe cannot be used; the message says why and what to do."""


def to_dict(face: FaceState) -> dict[str, Any]:
    """JSON-ready values of a face, with the version. Locks, taught directions, patches and the name are there only if
    the face has some, so that an older program reads all other faces."""
    values: dict[str, Any] = {"version": RECIPE_VERSION, "model": face.model}
    if face.latent is None:
        values["seed"] = face.seed
    else:
        values["latent"] = latent_to(face.latent)
    values |= {"controls": dict(face.controls), "psi": face.psi, "noise_seed": face.noise_seed}
    if face.locks:
        values["locks"] = list(face.locks)
    if face.taught:
        values["taught"] = [{"label": taught.label, **latent_to(taught.vector)} for taught in face.taught]
    if face.name:
        values["name"] = face.name
    if face.patches:
        values["patches"] = [patch_to(patch) for patch in face.patches]
    return values


def from_dict(values: Any) -> FaceState:
    """The face of `to_dict`. RecipeError names what is unknown, missing or out of range."""
    if not isinstance(values, dict):
        raise RecipeError("the recipe is not a table of values: export the face again")
    version = values.get("version")
    if version != RECIPE_VERSION:
        raise RecipeError(
            f"the recipe is of version {quoted(version)}, this program reads version {RECIPE_VERSION}: "
            "open it with the FaceDesigner that made it, or a newer one"
        )
    unknown = sorted(set(values) - KEYS)
    if unknown:
        raise RecipeError(f"the recipe has unknown keys ({', '.join(unknown)}): a newer FaceDesigner may have made it")
    try:
        return FaceState(
            model=label(values["model"]),
            seed=values.get("seed"),
            latent=latent_from(values.get("latent")),
            controls=controls_of(values["controls"]),
            psi=number(values["psi"]),
            noise_seed=values["noise_seed"],
            locks=tuple(map(label, listed(values.get("locks", [])))),
            taught=tuple(Taught(label(one["label"]), latent_of(one)) for one in listed(values.get("taught", []))),
            name=text(values.get("name", "")),
            patches=tuple(map(patch_of, listed(values.get("patches", []))[: MOST_PATCHES + 1])),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise RecipeError(f"the recipe is incomplete or damaged ({error}): export the face again") from None
    except (ValueError, OverflowError) as error:
        raise RecipeError(f"the recipe cannot be used: {error}") from None


def patch_to(patch: Patch) -> dict[str, Any]:
    values: dict[str, Any] = {"mask": patch.mask.to_text(), "controls": dict(patch.controls)}
    if patch.seed is not None:
        values["seed"] = patch.seed
    if patch.latent is not None:
        values["latent"] = latent_to(patch.latent)
    if patch.psi is not None:
        values["psi"] = patch.psi
    return values


def patch_of(values: Any) -> Patch:
    """The patch of `patch_to`; UserError, KeyError, TypeError or AttributeError when it is damaged."""
    return Patch(
        Mask.from_text(text(values["mask"])),
        controls_of(values["controls"]),
        values.get("seed"),
        latent_from(values.get("latent")),
        None if values.get("psi") is None else number(values["psi"]),
    )


def controls_of(values: Any) -> tuple[tuple[str, float], ...]:
    return tuple((label(name), number(value)) for name, value in values.items())


def latent_from(values: Any) -> Latent | None:
    return None if values is None else latent_of(values)


def latent_of(values: Any) -> Latent:
    """The latent of `latent_to`; UserError, KeyError or TypeError when it is damaged."""
    rows, columns = map(whole, values["shape"])
    return Latent.from_base64(rows, columns, values["float32"])


def latent_to(latent: Latent) -> dict[str, Any]:
    return {"shape": list(latent.shape), "float32": latent.to_base64()}


def listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{quoted(value)} is not a list")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{quoted(value)} is not text")
    return value


def label(value: Any) -> str:
    """Text that a window may show and a message repeat."""
    if one_line(text(value)) != value:
        raise UserError(f"{quoted(value)} is too long, or not on one line")
    return str(value)


def number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{quoted(value)} is not a number")
    return float(value)


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{quoted(value)} is not a whole number")
    return value


def to_json(face: FaceState) -> str:
    return json.dumps(to_dict(face))


def from_json(source: str) -> FaceState:
    """RecipeError when it is not JSON or not a recipe of ours."""
    try:
        values = json.loads(source)
    except (ValueError, RecursionError):  # also a number of thousands of digits, which is no JSONDecodeError
        raise RecipeError(
            "the recipe is not JSON, so the file was changed after its export: export the face again"
        ) from None
    return from_dict(values)


def describe(face: FaceState, model_name: str) -> str:
    """One readable line: `seed 42, psi 0.7, pc01 +1.5, model style64 (0123456789abcdef)`."""
    source = f"seed {face.seed}" if face.latent is None else "own latent"
    labels = {taught.name: taught.label for taught in face.taught}
    controls = [f"{labels.get(name, name)} {value:+g}" for name, value in face.controls]
    patches = [patch_words(patch, labels) for patch in face.patches]
    locks = [f"{labels.get(name, name)} locked" for name in face.locks]
    noise = [f"noise {face.noise_seed}"] if face.noise_seed else []
    parts = [source, f"psi {face.psi:g}", *controls, *patches, *locks, *noise, f"model {model_name} ({face.model})"]
    return ", ".join(parts)


def patch_words(patch: Patch, labels: Mapping[str, str]) -> str:
    """`in 3% of the picture: smile +1.5`"""
    person = [f"seed {patch.seed}"] if patch.seed is not None else ["another latent"] if patch.latent else []
    controls = [f"{labels.get(name, name)} {value:+g}" for name, value in patch.controls]
    psi = [] if patch.psi is None else [f"psi {patch.psi:g}"]
    return f"in {patch.mask.share:.0%} of the picture: {' '.join([*person, *psi, *controls])}"


def parameters(face: FaceState, model_name: str) -> str:
    """What programs that show AI pictures look for: a line in words, then `Key: value` by commas, as AUTOMATIC1111
    writes it."""
    pairs = {} if face.latent is not None else {"Seed": str(face.seed)}
    pairs |= {"Truncation": f"{face.psi:g}", "Noise seed": str(face.noise_seed)}
    pairs |= {"Model": model_name, "Model hash": face.model, "Version": "FaceDesigner"}
    return f"{describe(face, model_name)}\n{', '.join(f'{key}: {plain(value)}' for key, value in pairs.items())}"


def plain(value: str) -> str:
    """In quotes where a comma or a colon would end it."""
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:"\n') else value


def xmp(mark: str) -> str:
    """The packet that says how a picture was made: GENERATED, or COMPOSITE where that is true of part of it."""
    return XMP.replace(GENERATED, mark)


def to_text_chunks(face: FaceState, model_name: str) -> dict[str, str]:
    """What a PNG of this face carries: the recipe, a readable line, and the mark that the picture is generated."""
    return {
        RECIPE_KEY: to_json(face),
        "parameters": parameters(face, model_name),
        "Software": "FaceDesigner",
        XMP_KEY: XMP,
    }


def from_text_chunks(chunks: Mapping[str, str]) -> FaceState:
    """RecipeError when there is no recipe among the chunks, or a broken one."""
    if RECIPE_KEY not in chunks:
        raise RecipeError(
            "this picture carries no FaceDesigner recipe: open one that was exported here, and was not edited or "
            "re-saved by another program since"
        )
    return from_json(chunks[RECIPE_KEY])
