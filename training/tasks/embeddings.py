"""Who the faces of a data set show, so that a generated face can be compared with all of them: no pictures, 256 bytes a
face. The file lies beside the model, `NAME.embeddings.safetensors`.

    embeddings = embed_all(Source(folder), names, out, workers)  # stopped and started again, it goes on
    save_embeddings(embeddings, out)
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from training.curation.workers import end_with, one_thread_each
from training.files import replacing
from training.pictures import Entry, Source, decode_square
from training.tasks.identity import NUMBERS, Identity
from training.tasks.labels import LOOK

FORMAT = "facedesigner-embeddings-1"
SUFFIX = ".embeddings.safetensors"
CHUNK = 16  # pictures that a process takes at a time
SAVE_EVERY = 20.0  # seconds between two looks at what is done


class EmbeddingsError(ValueError):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Embeddings (N, 128) float16 of aligned faces, with their names."""

    values: np.ndarray
    names: tuple[str, ...]
    about: dict[str, str] = field(default_factory=dict)  # model, data, source, holdout
    calibration: dict[str, Any] = field(default_factory=dict)  # see training.tasks.calibration

    def __len__(self) -> int:
        return len(self.names)

    @property
    def digest(self) -> str:
        """Of names and numbers, 16 hexadecimal digits: says whether two comparisons had the same faces."""
        content = "\n".join(self.names).encode() + np.ascontiguousarray(self.values, "<f2").tobytes()
        return hashlib.sha256(content).hexdigest()[:16]


def save_embeddings(embeddings: Embeddings, path: Path) -> None:
    """Writes them atomically. OSError when the folder cannot be written."""
    metadata = {
        "format": FORMAT,
        "names": json.dumps(embeddings.names),
        "about": json.dumps(embeddings.about),
        "calibration": json.dumps(embeddings.calibration),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(save({"embeddings": np.ascontiguousarray(embeddings.values, np.float16)}, metadata))


def load_embeddings(path: Path) -> Embeddings:
    """Raises EmbeddingsError when the file is none of `save_embeddings`, or is damaged."""
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise EmbeddingsError(
                    f"{path.name} holds no embeddings: make them with `python -m training embeddings`"
                )
            values = file.get_tensor("embeddings")
        names = tuple(map(str, json.loads(metadata["names"])))
        about = {str(key): str(value) for key, value in json.loads(metadata["about"]).items()}
        calibration = dict(json.loads(metadata["calibration"]))
    except EmbeddingsError:
        raise
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbeddingsError(
            f"{path.name} cannot be read ({error}): make it again with `python -m training embeddings`"
        ) from None
    if values.shape != (len(names), NUMBERS) or not np.isfinite(values).all():
        raise EmbeddingsError(f"{path.name} does not fit its own description: make it again")
    return Embeddings(values, names, about, calibration)


def embed_all(
    source: Source, entries: Sequence[Entry], out: Path, workers: int, say: Callable[[str], None]
) -> Embeddings:
    """Embeds pictures in so many processes, 0 for this one. What is done lies in OUT.part, from which a stopped run
    goes on. Broken pictures are left out and named. RuntimeError when the processes end at once."""
    part = out.with_name(out.name + ".part")
    done = read_part(part)
    missing = [entry for entry in entries if key_of(entry) not in done]
    if done:
        say(f"{len(entries) - len(missing):,} of {len(entries):,} pictures are embedded already: {part}")
    tenths, saved = 0, time.monotonic()
    for count, (entry, found) in enumerate(worked(source.path, missing, workers), 1):
        if isinstance(found, str):
            say(f"left out: {entry.name} ({found})")
        else:
            done[key_of(entry)] = found.astype(np.float16)
        if time.monotonic() - saved > SAVE_EVERY or count == len(missing):
            write_part(part, done)
            saved = time.monotonic()
        if count * 10 // len(missing) != tenths:
            tenths = count * 10 // len(missing)
            say(f"{len(entries) - len(missing) + count:,} of {len(entries):,} pictures embedded")
    good = [entry for entry in entries if key_of(entry) in done]
    values = np.stack([done[key_of(entry)] for entry in good]) if good else np.zeros((0, NUMBERS), np.float16)
    return Embeddings(values, tuple(entry.name for entry in good))


def key_of(entry: Entry) -> str:
    return f"{entry.name}|{entry.size}|{entry.stamp}"


def read_part(path: Path) -> dict[str, np.ndarray]:
    """What an earlier run has done, by `key_of`; nothing when there is none, or it is damaged."""
    try:
        found = load_embeddings(path)
    except EmbeddingsError:
        return {}
    return dict(zip(found.names, found.values, strict=True))


def write_part(path: Path, done: dict[str, np.ndarray]) -> None:
    save_embeddings(Embeddings(np.stack(list(done.values())), tuple(done)) if done else NOTHING, path)


NOTHING = Embeddings(np.zeros((0, NUMBERS), np.float16), ())
Found = np.ndarray | str  # an embedding (128,), or why there is none


def worked(source: Path, entries: Sequence[Entry], workers: int) -> Iterator[tuple[Entry, Found]]:
    if not entries:
        return
    chunks = [entries[at : at + CHUNK] for at in range(0, len(entries), CHUNK)]
    if workers == 0:
        prepare(source, alone=True)
        for chunk in chunks:
            yield from zip(chunk, run(chunk), strict=True)
        return
    context = multiprocessing.get_context("spawn")
    with one_thread_each(), ProcessPoolExecutor(workers, context, prepare, (source,)) as pool:
        try:
            for chunk, found in zip(chunks, pool.map(run, chunks), strict=True):
                yield from zip(chunk, found, strict=True)
        except BrokenProcessPool:
            raise RuntimeError(
                "the processes that embed faces ended: too little memory? each needs 500 MB: try --workers 1"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


opened: Source
identity: Identity


def prepare(source: Path, alone: bool = False) -> None:
    """In each process. Ctrl+C is the parent's business; when the parent is killed, the process ends too."""
    global opened, identity
    if not alone:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        parent = multiprocessing.parent_process()
        if parent is not None:
            threading.Thread(target=end_with, args=(parent,), daemon=True).start()
        torch.set_num_threads(1)
    opened, identity = Source(source), Identity()


def run(entries: Sequence[Entry]) -> list[Found]:
    return [embedded(entry.name) for entry in entries]


def embedded(name: str) -> Found:
    try:
        pixels, _ = decode_square(opened.read(name), LOOK)
    except Exception as error:  # a broken file makes decoders and zip readers raise nearly anything
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return identity(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
