"""The library of a model: embeddings of what it was trained on, calibrated, in the file that lies beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from training.config import Data
from training.curation.detector import require_packages
from training.data import is_held_out, no_pictures
from training.networks.embeddings import Embeddings, save_embeddings
from training.pictures import DataError, Source
from training.tasks.uniqueness.calibration import calibrate
from training.tasks.uniqueness.embedding import embed_all
from training.weights import Weights


def make_library(
    data: Data, out: Path, model: str, weights: Weights | None, workers: int, say: Callable[[str], None]
) -> Embeddings:
    """Embeds the pictures of `data` that are not held out, calibrates them on those that are, and on the faces of the
    model's `weights`, and writes `out`. ImportError that says what to install, DataError when there are fewer than two
    pictures, otherwise as `embed_all`."""
    require_packages()
    source = Source(Path(data.source))
    try:
        entries = source.pictures(data.include)
        trained = [entry for entry in entries if not is_held_out(entry.name, data.holdout)]
        if len(trained) < 2:
            raise DataError(no_pictures(source, data.include))
        out.parent.mkdir(parents=True, exist_ok=True)
        found = embed_all(source, trained, out, workers, say)
        left_out = [entry.name for entry in entries if is_held_out(entry.name, data.holdout)]
        calibration = calibrate(found, source, left_out, weights, say)
    finally:
        source.close()
    stem = Path(data.source).stem
    about = {"model": model, "data": data.about or stem, "source": stem, "holdout": f"{data.holdout:g}"}
    made = replace(found, about=about, calibration=calibration)
    save_embeddings(made, out)
    out.with_name(out.name + ".part").unlink(missing_ok=True)
    return made
