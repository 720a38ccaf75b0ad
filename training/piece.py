"""A piece of a long training, for a machine that is lent for minutes: it starts from a companion or a run, ends by the
clock, and leaves small files that travel. `join` makes a companion of them again.

OUT/generator.safetensors   the averaged generator, to open in the window
OUT/state.00, state.01 ...  the companion (generator and discriminator, float16), in parts
OUT/sheet.jpg               64 faces, the same seeds as ever
OUT/metrics.jsonl           what the run logged
OUT/piece.json              pictures, seconds, the parts and their checksums
OUT/run/                    the run itself, which stays where it is
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from training.annealing import annealed
from training.compute import keep_memory
from training.config import Data, Log, RunConfig, parse_config, write_config
from training.errors import UserError, WeightsError
from training.events import Ended, Metrics, Saved
from training.export import export, load_run, save_companion
from training.files import replacing
from training.loop import train
from training.sampling import draw, grid, latents_of
from training.weights import COMPANION, read

PART = 15 * 2**20  # bytes: what travels may have 16 MiB
SHEET, SEED = 8, 0  # rows of the sheet, and its seed
WRITE_EVERY = 120.0  # seconds between two writings of what there is
PIECE, STATE = "piece.json", "state."

Say = Callable[[Metrics | str], None]  # takes what the run logs, and sentences


def begin(source: Path, data: Path, minutes: float, batch: int, overrides: tuple[str, ...] = ()) -> RunConfig:
    """The config of a piece that starts from `source`, a companion or a run folder. UserError and its kinds say what
    is wrong with it."""
    if source.is_dir():
        known, _, images = load_run(source)
        now = annealed(known, images)
        variant, options, given = now.variant, now.options, now.train
    else:
        metadata, _ = read(source)
        if metadata.get("format") != COMPANION:
            raise WeightsError(f"{source.name} is no companion: make one with `python -m training export --companion`")
        variant, options = metadata["variant"], json.loads(metadata["options"])
        given = parse_config({"train": json.loads(metadata["train"])}, (), source.name).train
    config = RunConfig(
        variant,
        "piece",
        options,
        Data(source=str(data)),
        dataclasses.replace(given, images=10**9, batch=batch, minutes=minutes, warm_start=str(source)),
        log=Log(
            metrics_every=max(1000, 10 * batch), samples_every=10**9, save_every=max(20_000, batch), measure_every=0
        ),
    )
    return parse_config(config.to_dict(), overrides, "the piece")


def run_piece(source: Path, config: RunConfig, out: Path, say: Say, stop: Callable[[], bool]) -> dict[str, Any]:
    """Trains and writes out, now and then and at the end; returns what `piece.json` holds. When compiled networks
    fail before the first log, goes on with plain ones."""
    keep_memory()
    torch.backends.cudnn.benchmark = True
    before = pictures_of(source)
    try:
        return run_once(config, out, before, say, stop)
    except NotCompiled as error:
        say(f"compiled networks do not work here ({error}): going on without")
        plain = dataclasses.replace(config, train=dataclasses.replace(config.train, compile=False))
        return run_once(plain, out, before, say, stop)


class NotCompiled(RuntimeError):  # noqa: N818 it names a state
    """Something failed before the first log of a compiled run."""


def run_once(config: RunConfig, out: Path, before: int, say: Say, stop: Callable[[], bool]) -> dict[str, Any]:
    folder = out / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_config(config, folder)
    written, found = time.monotonic(), dict[str, Any]()
    logged: Metrics | None = None
    try:
        for event in train(config, folder, stop):
            if isinstance(event, Metrics):
                logged = event
                say(event)
            if isinstance(event, Saved) and time.monotonic() - written > WRITE_EVERY:
                found = write_out(folder, out, before, logged)
                written = time.monotonic()
            if isinstance(event, Ended):
                found = write_out(folder, out, before, logged)
    except (RuntimeError, AttributeError, TypeError) as error:
        if config.train.compile and logged is None:
            raise NotCompiled(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
        raise
    return found


def pictures_of(source: Path) -> int:
    """How many pictures a companion or a run has seen."""
    return load_run(source)[2] if source.is_dir() else int(read(source)[0].get("images", "0"))


def write_out(folder: Path, out: Path, before: int, logged: Metrics | None) -> dict[str, Any]:
    """The files that travel, each replaced as a whole."""
    whole = folder / "companion.safetensors"
    images = save_companion(folder, whole, before)
    content = whole.read_bytes()
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    names = [f"{STATE}{number:02d}" for number in range(len(parts))]
    for name, part in zip(names, parts, strict=True):
        with replacing(out / name) as temporary:
            temporary.write_bytes(part)
    export(folder, out / "generator.safetensors")
    save_sheet(folder, out / "sheet.jpg")
    shutil.copyfile(folder / "metrics.jsonl", out / "metrics.jsonl")
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    found = {
        "images": images,
        "before": before,
        "seconds": logged.seconds if logged else 0.0,
        "pictures_per_second": logged.images_per_second if logged else 0.0,
        "device": device,
        "torch": torch.__version__,
        "parts": {name: digest(part) for name, part in zip(names, parts, strict=True)},
        "whole": digest(content),
    }
    with replacing(out / PIECE) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


def save_sheet(folder: Path, path: Path) -> None:
    _, generator, _ = load_run(folder)
    pictures = draw(generator, latents_of(SEED, SHEET**2, generator.z_dim))
    with replacing(path) as temporary:
        Image.fromarray(grid(pictures, SHEET)).save(temporary, "JPEG", quality=90)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def join(folder: Path, out: Path) -> int:
    """Makes the companion of a piece's parts again; returns the pictures it has seen. UserError names what is missing
    or damaged."""
    try:
        about = json.loads((folder / PIECE).read_text(encoding="utf-8"))
        expected: dict[str, str] = dict(about["parts"])
        whole, images = str(about["whole"]), int(about["images"])
    except FileNotFoundError:
        raise UserError(f"{folder} holds no {PIECE}: name the folder of a piece") from None
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise UserError(f"{folder / PIECE} is damaged ({error}): fetch it again") from None
    content = b""
    for name, wanted in expected.items():
        path = folder / Path(name).name  # a name, wherever the file says it lies
        part = path.read_bytes() if path.is_file() else b""
        if digest(part) != wanted:
            raise UserError(f"{path} is {'damaged' if part else 'missing'}: fetch it again")
        content += part
    if digest(content) != whole:
        raise UserError(f"the parts in {folder} belong to different pieces: fetch them again")
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as temporary:
        temporary.write_bytes(content)
    return images
