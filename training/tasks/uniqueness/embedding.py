"""Embeds the faces of a data set in several processes, see `training.networks.embeddings`.

embeddings = embed_all(Source(folder), names, out, workers)  # stopped and started again, it goes on
save_embeddings(embeddings, out)
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import torch

from training.curation.workers import end_with, one_thread_each
from training.errors import UserError
from training.locking import locked
from training.networks.embeddings import Embeddings, EmbeddingsError, load_embeddings, save_embeddings
from training.networks.identity import NUMBERS, Identity
from training.networks.labeller import LOOK
from training.pictures import Entry, Source, decode_square

CHUNK = 16  # pictures that a process takes at a time
SAVE_EVERY = 20.0  # seconds between two looks at what is done


def embed_all(
    source: Source, entries: Sequence[Entry], out: Path, workers: int, say: Callable[[str], None]
) -> Embeddings:
    """Embeds pictures in so many processes, 0 for this one. What is done lies in OUT.part, from which a stopped run
    goes on. Broken pictures are left out and named. UserError when the processes end at once, LockedError when
    another one writes that file."""
    part = out.with_name(out.name + ".part")
    with locked(part, f"another process embeds into {part}"):
        return _embed_all(source, entries, part, workers, say)


def _embed_all(
    source: Source, entries: Sequence[Entry], part: Path, workers: int, say: Callable[[str], None]
) -> Embeddings:
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
            raise UserError(
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
