"""The stage that compares the generator with pictures: who the faces are that its own must not be."""

from __future__ import annotations

from training.preparing.work import Work, Yield


def embed(work: Work) -> Yield:
    """Embeddings of all faces of the data, and the calibration of the certificate."""
    from training.config import Data
    from training.networks.embeddings import SUFFIX
    from training.tasks.uniqueness.library import make_library
    from training.weights import load_weights

    data, out = Data(source=str(work.data)), work.wish.folder / f"{work.name}{SUFFIX}"
    found = make_library(data, out, work.name, load_weights(work.model), work.workers, work.say)
    threshold = found.calibration["threshold"]
    note = f"{len(found):,} faces; a face nearer than {threshold:g} counts as a copy"
    return Yield((out,), facts={"faces": len(found), "threshold": threshold}, note=note, faces=len(found))
