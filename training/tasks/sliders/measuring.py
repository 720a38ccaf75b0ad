"""Latents in, measures of their pictures out, in several processes."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from training.curation.workers import end_with, one_thread_each
from training.errors import UserError
from training.gans.base import Generator
from training.networks.labeller import Label, Labeller
from training.style_mixing import noise_of, pictures_of
from training.weights import load_weights

CHUNK = 32  # faces that a process takes at a time

Measured: TypeAlias = dict[str, np.ndarray]  # (N,) each
Measure = Callable[[Tensor], Iterator[Measured]]


def in_process(generator: Generator, label: Label) -> Measure:
    """Measures in this very process; latents (N, L, D) -> measures of one chunk after the other."""

    def measure(latents: Tensor) -> Iterator[Measured]:
        for part in torch.split(latents, CHUNK):
            yield label(pictures_of(generator, part, noise_of(generator)))

    return measure


@contextmanager
def in_pool(weights: Path, workers: int, labeller: Callable[[], Label] = Labeller) -> Iterator[Measure]:
    """Measures in so many processes, each with a labeller of its own. UserError when the processes end at once."""
    context = multiprocessing.get_context("spawn")
    with one_thread_each(), ProcessPoolExecutor(workers, context, prepare, (weights, labeller)) as pool:

        def measure(latents: Tensor) -> Iterator[Measured]:
            try:
                yield from pool.map(run, [part.float().numpy() for part in torch.split(latents, CHUNK)])
            except BrokenProcessPool:
                raise UserError(
                    "the processes that measure faces ended: too little memory? each needs 500 MB: try --workers 1"
                ) from None

        try:
            yield measure
        finally:
            pool.shutdown(cancel_futures=True)


def together(chunks: Iterator[Measured] | Sequence[Measured]) -> Measured:
    """One chunk after the other -> all of them."""
    parts = list(chunks)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


worker: Measure


def prepare(weights: Path, labeller: Callable[[], Label]) -> None:
    """In each process. Ctrl+C is the parent's business; when the parent is killed, the process ends too."""
    global worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    torch.set_num_threads(1)
    worker = in_process(load_weights(weights).generator, labeller())


def run(latents: np.ndarray) -> Measured:
    return together(worker(torch.from_numpy(latents)))
