"""Stages that need nothing but the generator's own faces."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.preparing.work import LeftOut, Work, Yield
from training.sheets import COLUMNS, FACES, PSIS, faces_at, name_of, save_pictures
from training.style_mixing import noise_of, pictures_of, plain_latents, sample_latents
from training.weights import load_weights

LOOKED_AT = 48  # faces that the detector looks for
LEAST_FACES = 0.5  # share of the pictures that must show a face
FEWEST, MOST = 3200, 6400  # faces that are measured: of 800, hardly a slider was found
SHOWN_AGES = (5, 15, 25, 40, 55, 70, 85)
NO_FACES = "of {} pictures that it draws, {} show a face from the front: sliders are measured on faces"


def look(work: Work) -> Yield:
    """Sheets at psi 1 and 0.7, and whether the pictures show faces."""
    from training.curation.detector import Detector, strength
    from training.tasks.sliders.attributes import ATTRIBUTES

    weights, pictures = load_weights(work.model), {}
    for psi in PSIS:
        pictures[psi] = faces_at(weights.generator, weights.latent_mean, psi)
        work.say(f"{FACES} faces drawn at psi {psi:g}")
    sheets = tuple(save_pictures(list(d), COLUMNS, work.wish.folder / name_of(psi)) for psi, d in pictures.items())
    detector = Detector()
    found = [detector(Image.fromarray(picture)) for picture in pictures[0.7][:LOOKED_AT]]
    count = sum(face is not None and strength(face.score) > 0 for face in found)
    facts = {"looked at": LOOKED_AT, "faces": count, "glasses": 0.0}
    if count >= LEAST_FACES * LOOKED_AT:
        from training.networks.labeller import Labeller

        level = next(a.present_above for a in ATTRIBUTES if a.name == "glasses")
        facts["glasses"] = float((Labeller()(pictures[1.0])["glasses"] > (level or 0.0)).mean())
    note = f"{count} of {LOOKED_AT} pictures show a face; {facts['glasses']:.0%} wear glasses"
    return Yield(files=sheets, pictures=sheets, facts=facts, note=note, faces=2 * FACES)


def require_faces(work: Work) -> None:
    """LeftOut when the generator draws something else."""
    facts = work.facts.get("faces", {})
    looked_at, found = facts.get("looked at", 1), facts.get("faces", 1)
    if found < LEAST_FACES * looked_at:
        raise LeftOut(NO_FACES.format(looked_at, found))


def label(work: Work) -> Yield:
    """Measures of the generator's faces and who they are, kept for the stages after it."""
    from training.tasks.sliders.cache import key_of, measured_with_cache
    from training.tasks.sliders.directions import RECOGNISED
    from training.tasks.sliders.measuring import in_pool
    from training.tasks.sliders.recogniser import Recogniser

    require_faces(work)
    weights, seed = load_weights(work.model), work.wish.seed
    measures, identity = (work.folder / f"sliders.{what}.jsonl" for what in ("measures", "identity"))
    with in_pool(work.model, work.workers) as measure:
        samples = MOST
        if work.seconds:
            work.say("measuring how fast faces are measured")
            some = sample_latents(weights.generator, weights.latent_mean, seed + 99, 32 * work.workers)
            list(measure(some[:32]))  # loads the models
            began = time.monotonic()
            list(work.stoppable(measure)(some))
            rate = len(some) / (time.monotonic() - began)
            samples = int(min(max(0.6 * work.seconds * rate, FEWEST), MOST)) // 100 * 100
        latents = sample_latents(weights.generator, weights.latent_mean, seed, samples)
        key = key_of(weights.hash, samples, seed)
        measured_with_cache(measures, key, latents, work.stoppable(measure), work.say)
    work.say("looking at who they are")
    with in_pool(work.model, work.workers, Recogniser) as recognise:
        measured_with_cache(identity, key, latents[:RECOGNISED], work.stoppable(recognise), work.say)
    facts = {"samples": samples, "seed": seed}
    return Yield((measures, identity), facts=facts, note=f"{samples:,} faces measured", faces=samples)


def samples_of(work: Work) -> int:
    require_faces(work)
    if "samples" not in (facts := work.facts.get("labels", {})):
        raise LeftOut("its faces are not measured: do the stage labels first")
    return int(facts["samples"])


def sliders(work: Work) -> Yield:
    """Named sliders with bends and guards, whose ends are searched for against the bars of `verdicts`."""
    from training.tasks.sliders.directions import name_sliders
    from training.tasks.sliders.measuring import in_pool
    from training.tasks.sliders.recogniser import Recogniser
    from training.tasks.sliders.verdicts import settled
    from training.weights import save_weights

    samples = samples_of(work)
    out = work.folder / "sliders.safetensors"
    with (
        in_pool(work.model, work.workers) as measure,
        in_pool(work.model, work.workers, Recogniser) as recognise,
    ):
        measure, recognise = work.stoppable(measure), work.stoppable(recognise)
        found = name_sliders(work.model, out, samples, work.wish.seed, work.folder, measure, work.say, recognise)
        weights = load_weights(out)
        work.say("looking for the ends of the sliders")
        weights, verdicts, idle = settled(weights, measure, recognise, work.say)
    save_weights(weights, out, keep_hash=True)
    sheet = save_slider_sheet(out, work.wish.folder / "sliders.jpg")
    passed = sum(verdict.passes for verdict in verdicts)
    facts = {"verdicts": [verdict.row() for verdict in verdicts], "left out": [*found.left_out, *idle]}
    note = f"{len(verdicts)} sliders, {passed} of them pass all bars"
    return Yield((out, sheet), out, (sheet,), facts, note, samples)


def ages(work: Work) -> Yield:
    from training.tasks.sliders.aging import STEPS, add_age_path
    from training.tasks.sliders.measuring import in_pool

    samples, out = samples_of(work), work.folder / "ages.safetensors"
    cache = work.folder / "sliders.measures.jsonl"
    with in_pool(work.model, work.workers) as measure:
        path = add_age_path(work.model, out, samples, work.wish.seed, cache, work.stoppable(measure), STEPS, work.say)
    sheet = save_age_sheet(out, work.wish.folder / "ages.jpg")
    note = f"faces follow from {path.low:.0f} to {path.high:.0f} years"
    return Yield((out, sheet), out, (sheet,), {"low": path.low, "high": path.high}, note, samples)


# -- sheets


def save_slider_sheet(model: Path, path: Path) -> Path:
    """A row for each named slider: two faces at its lower end, as they are, and at its upper end."""
    from training.movements import Direction
    from training.tasks.sliders.verdicts import moved

    weights = load_weights(model)
    faces = plain_latents(weights.generator, weights.latent_mean, 0, 2)
    noise, drawn = noise_of(weights.generator), list[np.ndarray]()
    for slider in (one for one in weights.of(Direction) if one.normal is not None):
        ends = [moved(slider, value, faces) for value in (slider.minimum, 0.0, slider.maximum)]
        latents = torch.stack(ends, 1).flatten(0, 1)  # (6, L, D): the first face three times, then the second
        drawn += list(pictures_of(weights.generator, latents, noise))
    return save_pictures(drawn or list(pictures_of(weights.generator, faces, noise)), 6, path)


def save_age_sheet(model: Path, path: Path) -> Path:
    """Four faces at seven ages."""
    from training.movements import AgePath

    weights = load_weights(model)
    faces = plain_latents(weights.generator, weights.latent_mean, 0, 4)
    age = weights.of(AgePath)[0].placed(weights.latent_mean)
    latents = torch.stack([face + age.movement(face, years - age.own(face)) for face in faces for years in SHOWN_AGES])
    return save_pictures(
        list(pictures_of(weights.generator, latents, noise_of(weights.generator))), len(SHOWN_AGES), path
    )
