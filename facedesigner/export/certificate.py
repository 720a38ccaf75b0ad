"""A certificate: what was found out about a picture of a face, as JSON and as one page of PDF.

The JSON is written after the PDF, holds its SHA-256, and is signed with the user's key: whoever changes either is
noticed, unless they sign anew with a key of their own. `verify` therefore also compares the picture again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from facedesigner import __version__
from facedesigner.contract.request import Image, ModelInfo
from facedesigner.export.certificate_format import CHECKSUM, FORMAT, PDF, SIGNATURE, SIGNER, UNSIGNED_FORMAT
from facedesigner.export.signing import ALGORITHM, SigningKey, fingerprint
from facedesigner.export.writing import ExportError, check_free, write_file
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import describe, to_dict
from facedesigner.state.uniqueness import PAPER_THRESHOLD, Calibration, Finding, Rate
from training.errors import UserError

SIGNS = b"FaceDesigner certificate\n"  # before what is signed, so that the signature fits nothing else
MOST_BYTES = 10_000_000  # of a certificate's JSON
LIMITS = (
    "The embedding is dlib's face recognition network. It says how alike two faces look to it, which is evidence and "
    "no proof, in either direction.",
    f"It was made for photos of real people, where {PAPER_THRESHOLD:g} tells them apart (99.38% of the pairs of LFW). "
    "Machine-made faces lie nearer together, so the threshold here is calibrated on such faces and lower.",
    "Calibrated on copies of training faces (recompressed, cropped, brightened, darkened, mirrored, resized, turned), "
    "not on new photos of one person: the data has none. Probabilities hold for as many copies as other faces.",
)
UNSIGNED = "The checksum shows that the JSON file was changed. It is no signature and does not say who made it."
SIGNED = (
    "The signature proves that the JSON file and this page have not changed since whoever holds the key of this "
    "fingerprint signed them. It does not prove who that is: have them tell you the fingerprint another way."
)


class CertificateError(UserError):
    """The file is no certificate that can be read; the message says why and what to do."""


class Examined(Protocol):
    """A picture that was looked at for a certificate."""

    @property
    def described(self) -> Mapping[str, Any]: ...
    @property
    def relation(self) -> str: ...
    @property
    def face(self) -> FaceState | None: ...
    @property
    def picture(self) -> Image: ...


def facts_about(
    examined: Examined, info: ModelInfo, finding: Finding, threshold: float, training_faces: str
) -> dict[str, Any]:
    """The `facts` of a picture that was looked at."""
    return facts(
        picture=examined.described,
        relation=examined.relation,
        face=examined.face,
        info=info,
        finding=finding,
        threshold=threshold,
        training_faces=training_faces,
    )


def facts(
    *,
    picture: Mapping[str, Any],
    relation: str,
    face: FaceState | None,
    info: ModelInfo,
    finding: Finding,
    threshold: float,
    training_faces: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """What the certificate says, JSON-ready, with its checksum. `picture`: file, sha256, width and height;
    `training_faces`: whether pictures of the nearest ones are shown, and why not."""
    calibration = finding.calibration
    values: dict[str, Any] = {
        "format": FORMAT,
        "made": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        "program": f"FaceDesigner {__version__}",
        "picture": dict(picture),
        "recipe": to_dict(face) if face else None,
        "recipe_in_words": describe(face, info.name) if face else "none",
        "recipe_and_picture": relation,
        "model": {
            "name": info.name,
            "hash": info.hash,
            "data": info.card.get("data", "not stated"),
            "terms": info.card.get("terms", "not stated"),
        },
        "compared_with": [{"group": c.group, "faces": c.count, "digest": c.digest} for c in finding.compared],
        "neighbours": [
            {
                "group": near.group,
                "name": near.name,
                "distance": round(near.distance, 4),
                "similarity": round(near.similarity, 4),
                "probability": round(near.probability, 6),
                "mirrored": near.mirrored,
            }
            for near in finding.neighbours
        ],
        "training_faces": training_faces,
        "threshold": threshold,
        "threshold_suggested": calibration.threshold,
        "unique": finding.is_unique(threshold),
        "headline": finding.headline(threshold),
        "verdict": finding.verdict(threshold),
        "at_this_threshold": {
            "faces_not_trained_on_that_are_flagged": rate(calibration.flagged(threshold)),
            "pairs_of_different_faces_taken_for_one": rate(calibration.paired(threshold)),
            "copies_found": rate(calibration.found(threshold)),
        },
        "calibration": curve(calibration),
        "limits": [*LIMITS, UNSIGNED],
    }
    return {**values, CHECKSUM: checksum(values)}


def rate(counted: Rate) -> dict[str, Any]:
    low, high = counted.interval
    shares = {"share": counted.share, "low_95": low, "high_95": high}
    return {"count": counted.count, "total": counted.total} | {name: round(v, 6) for name, v in shares.items()}


def curve(calibration: Calibration) -> dict[str, Any]:
    """Slope and intercept of the log-odds by distance, and a row for each fiftieth of a distance."""
    rows = [round(0.02 * step, 2) for step in range(41)]
    return {
        "slope": calibration.slope,
        "intercept": calibration.intercept,
        "curve": [
            {
                "distance": distance,
                "probability": round(calibration.probability(distance), 4),
                "copies_found": round(calibration.found(distance).share, 4),
                "flagged": round(calibration.flagged(distance).share, 4),
            }
            for distance in rows
        ],
    }


def checksum(values: Mapping[str, Any]) -> str:
    """SHA-256 of what the page shows as well: all but the checksum itself, the page's own and the signature."""
    return hashlib.sha256(packed(values, CHECKSUM, PDF, SIGNATURE)).hexdigest()


def signed_content(values: Mapping[str, Any]) -> bytes:
    """What is signed: all but the signature."""
    return SIGNS + packed(values, SIGNATURE)


def packed(values: Mapping[str, Any], *without: str) -> bytes:
    """As JSON with sorted keys: the same bytes for the same values."""
    content = {key: value for key, value in values.items() if key not in without}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def signed_by(values: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """The facts, with who signs them, for the page to show; its signature follows, see `sealed`."""
    signer = {"algorithm": ALGORITHM, "public_key": key.public.hex(), "fingerprint": fingerprint(key.public)}
    named = {**values, "limits": [*LIMITS, SIGNED], SIGNER: signer}
    return {**named, CHECKSUM: checksum(named)}


def sealed(
    values: Mapping[str, Any], picture: Image, trained: Mapping[str, Image], name: str, key: SigningKey | None = None
) -> tuple[bytes, bytes]:
    """The PDF, called `name`, and the JSON that holds its SHA-256 and, with a key, the signature.

    `picture` (H, W, 3) is what the page shows, with the training faces `trained`, by name.
    """
    from facedesigner.export.certificate_page import page

    stated = dict(values) if key is None else signed_by(values, key)
    pdf = page(stated, picture, trained)
    stated[PDF] = {"file": name, "sha256": hashlib.sha256(pdf).hexdigest()}
    if key is not None:
        stated[SIGNATURE] = key.sign(signed_content(stated)).hex()
    return pdf, json.dumps(stated, indent=1).encode()


def certificate_paths(picture: Path, out: Path | None) -> tuple[Path, Path]:
    """The PDF and the JSON of a picture's certificate: beside it, in the folder `out`, or named by `out`.

    ExportError for a file that is no PDF.
    """
    if out is None or (out.suffix.lower() != ".pdf" and (out.is_dir() or not out.suffix)):
        pdf = (picture.parent if out is None else out) / f"{picture.stem}-certificate.pdf"
    elif out.suffix.lower() == ".pdf":
        pdf = out
    else:
        raise ExportError(
            f"a certificate cannot be written as {out.name}: choose a folder, or a name that ends in .pdf"
        )
    return pdf, pdf.with_suffix(".json")


def save_certificate(
    values: Mapping[str, Any],
    picture: Image,
    paths: Sequence[Path],
    overwrite: bool = False,
    trained: Mapping[str, Image] | None = None,
    key: SigningKey | None = None,
) -> None:
    """Writes the PDF and then the JSON, see `sealed`. ExportError when one exists and `overwrite` is not set, or a file
    cannot be written; nothing half-written is left."""
    for path in paths:
        check_free(path, overwrite)
    contents = sealed(values, picture, trained or {}, paths[0].name, key)
    for path, content in zip(paths, contents, strict=True):
        write_file(path, content, overwrite)


def read_certificate(path: Path) -> dict[str, Any]:
    """The JSON of a certificate, whether or not its checksum fits. CertificateError when it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
        values = json.loads(content.decode(), parse_constant=refused, object_pairs_hook=once)
    except OSError as error:
        raise CertificateError(f"{path} cannot be read ({error.strerror or error}): choose a certificate") from None
    except CertificateError as error:
        raise CertificateError(f"{path.name} is no certificate: {error}; have it made again") from None
    except (ValueError, RecursionError):
        raise CertificateError(f"{path.name} is not JSON: choose the .json file of a certificate") from None
    if not isinstance(values, dict) or values.get("format") not in (FORMAT, UNSIGNED_FORMAT):
        raise CertificateError(
            f"{path.name} is no certificate of FaceDesigner's, or one of another version: choose the .json file that "
            "`facedesigner certify` wrote"
        )
    return values


def refused(word: str) -> float:
    """Python reads NaN, which JSON does not know, and which no comparison finds different."""
    raise CertificateError(f"it has {word} in place of a number")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What stands twice would be read in one way by us and in another by somebody else."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise CertificateError("it says the same thing twice")
    return values
