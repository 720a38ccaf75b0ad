"""A certificate: what was found out about a picture of a face, as JSON and as one page of PDF.

Its checksum makes a later change of the JSON noticed. It is no signature: whoever makes a certificate anew, or changes
both, is not noticed; `verify` therefore compares the picture again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from facedesigner import __version__
from facedesigner.contract.request import Image, ModelInfo
from facedesigner.export.writing import ExportError, check_free, write_file
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import describe, to_dict
from facedesigner.state.uniqueness import PAPER_THRESHOLD, Calibration, Finding, Rate

FORMAT = "facedesigner-certificate-1"
CHECKSUM = "checksum"
LIMITS = (
    "The embedding is dlib's face recognition network. It says how alike two faces look to it, which is evidence and "
    "no proof, in either direction.",
    f"It was made for photos of real people, where {PAPER_THRESHOLD:g} tells them apart (99.38% of the pairs of LFW). "
    "Machine-made faces lie nearer together, so the threshold here is calibrated on such faces and lower.",
    "Calibrated on copies of training faces (recompressed, cropped, brightened, darkened, mirrored, resized, turned), "
    "not on new photos of one person: the data has none. Probabilities hold for as many copies as other faces.",
    "The checksum shows that the JSON file was changed. It is no signature and does not say who made it.",
)


class CertificateError(ValueError):
    """The file is no certificate that can be read; the message says why and what to do."""


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
        "limits": list(LIMITS),
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
    """SHA-256 of all but the checksum itself, as JSON with sorted keys."""
    content = {key: value for key, value in values.items() if key != CHECKSUM}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


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
) -> None:
    """Writes the PDF and the JSON. `picture` (H, W, 3) is what the page shows, with the training faces `trained`, by
    name. ExportError when one exists and
    `overwrite` is not set, or a file cannot be written; nothing half-written is left."""
    from facedesigner.export.certificate_page import page

    pdf, sheet = paths
    for path in paths:
        check_free(path, overwrite)
    for path, content in ((pdf, page(values, picture, trained or {})), (sheet, json.dumps(values, indent=1).encode())):
        write_file(path, content, overwrite)


def read_certificate(path: Path) -> dict[str, Any]:
    """The JSON of a certificate, whether or not its checksum fits. CertificateError when it is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CertificateError(f"{path} cannot be read ({error.strerror or error}): choose a certificate") from None
    except (ValueError, RecursionError):
        raise CertificateError(f"{path.name} is not JSON: choose the .json file of a certificate") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise CertificateError(
            f"{path.name} is no certificate of FaceDesigner's, or one of another version: choose the .json file that "
            "`facedesigner certify` wrote"
        )
    return values
