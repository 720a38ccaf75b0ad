"""Looks at many pictures in several processes, and survives the death of one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing.process import BaseProcess
from pathlib import Path, PurePosixPath

from PIL import Image

from training.curation.contract import ASIDE, FACES, Options, Overrules, face_name
from training.curation.inspector import NOBODY, Finding, Inspection, Inspector, Looked
from training.curation.opening import Pictures
from training.decoding import PictureError
from training.errors import UserError
from training.files import replacing
from training.pictures import Entry

AHEAD = 4  # pictures in line for each process
STOP_EVERY = 0.25  # seconds between two looks at whether to stop


@dataclass(frozen=True)
class Task:
    entry: Entry
    overrules: Overrules = NOBODY  # what is said of this picture and its faces


class Worker:
    """Reads, inspects, and writes the pictures that come of it."""

    def __init__(self, source: Path, out: Path, options: Options) -> None:
        self.pictures, self.out, self.options = Pictures(source), out, options
        self.inspect = Inspector(options)

    def __call__(self, task: Task) -> Looked:
        entry = task.entry
        try:
            content = self.pictures.read(entry.name)
        except PictureError as error:
            return refused(task, error.reason, str(error))
        try:
            found = self.inspect(content, entry.name, task.overrules)
        except MemoryError:
            return refused(task, "too large", "there is not enough memory for it")
        except Exception as error:  # one odd picture must not end the run
            return refused(task, "unreadable", f"{type(error).__name__}: {error}")
        return Looked(entry.name, entry.size, entry.stamp, tuple(self.written(entry.name, one) for one in found))

    def written(self, name: str, found: Inspection) -> Finding:
        """Writes the face, or a small picture."""
        base = output_name(name, found.number)
        face = f"{base}.{self.options.format}" if found.face is not None else ""
        thumbnail = f"{base}.jpg" if found.thumbnail is not None and not face else ""
        if found.face is not None:
            save(found.face, self.out / FACES / face)
        if found.thumbnail is not None and thumbnail:
            save(found.thumbnail, self.out / ASIDE / thumbnail)
        return Finding(
            face_name(name, found.number), found.reason, found.message, found.forced, face, thumbnail, found.roll,
            found.measures, found.fingerprint,
        )  # fmt: skip


def refused(task: Task, reason: str, message: str) -> Looked:
    entry = task.entry
    finding = Finding(entry.name, reason, message, task.overrules.accepts(entry.name))
    return Looked(entry.name, entry.size, entry.stamp, (finding,))


def save(picture: Image.Image, path: Path) -> None:
    kind = {".png": "PNG", ".webp": "WEBP", ".jpg": "JPEG"}[path.suffix]
    picture.info.clear()  # nothing of the original's own data travels along: places, names, dates
    with replacing(path) as temporary:
        picture.save(temporary, kind, quality=95 if kind == "WEBP" else 85, compress_level=4)


def output_name(name: str, number: int = 0) -> str:
    """Readable, allowed on every system, and unique: two pictures of one stem in two folders get different names.
    `number`: of the face, see `contract.face_name`."""
    stem = PurePosixPath(name).stem.encode("utf-8", "replace").decode()
    clean = "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in stem)[:48].strip(" .") or "picture"
    base = f"{clean}-{blake2b(name.encode('utf-8', 'surrogateescape'), digest_size=5).hexdigest()}"
    return f"{base}-{number}" if number else base


def work(
    tasks: Sequence[Task], source: Path, out: Path, options: Options, workers: int, stop: Callable[[], bool]
) -> Iterator[Looked]:
    """What was found as it comes. `workers`: processes; 0 does it in this one. Raises ImportError."""
    if workers == 0:
        worker = Worker(source, out, options)
        for task in tasks:
            if stop():
                return
            yield worker(task)
        return
    waiting = list(reversed(tasks))
    suspects: list[Task] = []  # one of them killed its process: they go one by one
    while (waiting or suspects) and not stop():
        alone = bool(suspects)
        queue = [suspects.pop()] if alone else waiting
        lost: list[Task] = []
        yield from in_pool(queue, lost, source, out, options, 1 if alone else workers, stop)
        if alone:
            yield from (refused(task, "unreadable", "the process that looked at it died") for task in lost)
        else:
            suspects += lost


def in_pool(
    queue: list[Task],
    lost: list[Task],
    source: Path,
    out: Path,
    options: Options,
    workers: int,
    stop: Callable[[], bool],
) -> Iterator[Looked]:
    """Works the queue off from its end. When a process dies, what was under way is in `lost`, the rest in `queue`."""
    flying: dict[Future[Looked], Task] = {}
    with one_thread_each(), start_pool(source, out, options, workers) as pool:
        try:
            while (queue or flying) and not stop():
                while queue and len(flying) < AHEAD * workers:
                    flying[pool.submit(run_task, queue[-1])] = queue[-1]
                    queue.pop()
                done, _ = wait(flying, STOP_EVERY, FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                    del flying[future]
            under_way = [future for future in flying if not future.cancel()]
            yield from (future.result() for future in under_way)
        except BrokenProcessPool:
            lost += flying.values()


def start_pool(source: Path, out: Path, options: Options, workers: int) -> ProcessPoolExecutor:
    """Raises RuntimeError when its processes end at once."""
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), prepare, (source, out, options))
    try:
        pool.submit(ready).result()
    except BrokenProcessPool:
        raise UserError(
            "the processes that look at pictures end at once: too little memory? each needs 300 MB: try --workers 1"
        ) from None
    return pool


@contextmanager
def one_thread_each() -> Iterator[None]:
    """numpy in the processes keeps to one thread: the processes are the parallelism."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
worker: Worker


def ready() -> None:
    """Answered by the first process that is."""


def prepare(source: Path, out: Path, options: Options) -> None:
    """In each process. Ctrl+C is the parent's business; when the parent is killed, the process ends too."""
    global worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    worker = Worker(source, out, options)


def end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def run_task(task: Task) -> Looked:
    return worker(task)
