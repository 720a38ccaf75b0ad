"""The stage that compares the generator with pictures: who the faces are that its own must not be."""

from __future__ import annotations

from dataclasses import replace

from training.preparing.work import Work, Yield


def embed(work: Work) -> Yield:
    """Embeddings of all faces of the data, and the calibration of the certificate."""
    from training.curation.detector import require_packages
    from training.data import no_pictures
    from training.networks.embeddings import SUFFIX, save_embeddings
    from training.pictures import DataError, Source
    from training.tasks.uniqueness.calibration import calibrate
    from training.tasks.uniqueness.embedding import embed_all
    from training.weights import load_weights

    require_packages()
    weights, out = load_weights(work.model), work.wish.folder / f"{work.name}{SUFFIX}"
    source = Source(work.data)
    try:
        entries = source.pictures()
        if len(entries) < 2:
            raise DataError(no_pictures(source, ()))
        found = embed_all(source, entries, out, work.workers, work.say)
        calibration = calibrate(found, source, (), weights, work.say)
    finally:
        source.close()
    about = {"model": work.name, "data": work.data.stem, "source": work.data.stem, "holdout": "0"}
    save_embeddings(replace(found, about=about, calibration=calibration), out)
    out.with_name(out.name + ".part").unlink(missing_ok=True)
    note = f"{len(found):,} faces; a face nearer than {calibration['threshold']:g} counts as a copy"
    return Yield(
        (out,), facts={"faces": len(found), "threshold": calibration["threshold"]}, note=note, faces=len(found)
    )
