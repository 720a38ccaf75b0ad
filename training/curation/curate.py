"""The whole way: list, look at what is new, decide, report. Yields events; may be stopped and run again at any time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from training.curation.contract import (
    ASIDE,
    FACES,
    JOURNAL,
    Event,
    Finished,
    Options,
    Overrules,
    Progress,
    Started,
    merge_options,
    parts_of,
    read_overrules,
    write_overrules,
)
from training.curation.detector import require_packages
from training.curation.inspector import NOBODY, Looked
from training.curation.journal import Known, read_journal, writing
from training.curation.opening import Pictures
from training.curation.report import count, extent, write_report
from training.curation.verdicts import decide, settle
from training.curation.workers import Task, work
from training.pictures import DataError, Entry

FEW = 4  # pictures that are not worth starting processes for
REPORT_EVERY = 0.5  # seconds between two events of progress


def curate(
    source: Path,
    out: Path,
    given: dict[str, Any] | None = None,
    *,
    workers: int | None = None,
    accept: Iterable[str] = (),
    reject: Iterable[str] = (),
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Makes OUT a clean data set of the pictures in `source`, a folder or zip. See `contract` for what is in OUT.

    `given`: options by name; those not given are as they were in OUT, or the default. `workers`: processes, None for
    one a core, 0 for none. `accept`, `reject`: names of faces or pictures to take back and to throw out, remembered
    in OUT. Pictures that OUT knows already and that did not change are not looked at again; those gone from `source`
    leave OUT. Raises DataError or ValueError with what to do, ImportError with what to install.
    """
    require_packages()
    begun = time.monotonic()
    pictures = Pictures(source, out)
    entries, others = pictures.listed()
    pictures.close()
    known = read_journal(out)
    check_out(source, out, known)
    if not entries:
        raise DataError(f"there are no pictures in {source}: put png, jpg, webp, tiff or other pictures there")
    options = merge_options(known.options, given or {})
    for folder in (FACES, ASIDE):
        (out / folder).mkdir(parents=True, exist_ok=True)
    looked, notes = still_true(out, entries, known, options)
    overrules = overruled(out, entries, looked, accept, reject)
    said = overrules.by_picture()
    looked = {name: one for name, one in looked.items() if is_made(one, overrules)}
    tasks = [Task(e, said.get(e.name, NOBODY)) for e in entries if e.name not in looked]
    if workers is None:
        workers = 0 if len(tasks) <= FEW else min(cores(), len(tasks))
    where = str(source.resolve())
    with writing(out, where, options, tuple(looked.values())) as journal:
        yield Started(str(out), len(entries), len(looked), workers, (*notes, others) if others else notes)
        clock = Clock(len(entries), len(looked))
        for one in work(tasks, source, out, options, workers, stop):
            journal.add(one)
            looked[one.name] = one
            if clock.due(len(looked)):
                yield clock.progress(len(looked))
        verdicts = decide([finding for one in looked.values() for finding in one.findings], overrules, options)
        settle(out, verdicts)
        rows = [verdict.row for verdict in verdicts]
        write_report(out, where, rows)
    yield clock.progress(len(looked))
    stopped = len(looked) < len(entries)
    looked_at, faces = extent(rows)
    kept, mended, rejected = count(rows)
    seconds = round(time.monotonic() - begun, 2)
    yield Finished(str(out), looked_at, faces, kept, mended, rejected, seconds, stopped)


def check_out(source: Path, out: Path, known: Known) -> None:
    """Raises DataError when OUT is not ours to write to."""
    if out.exists() and not out.is_dir():
        raise DataError(f"{out} is a file: name a folder for the data set")
    ours = (out / JOURNAL).exists() or ((out / FACES).is_dir() and (out / ASIDE).is_dir())
    if out.is_dir() and not ours and any(out.iterdir()):
        raise DataError(f"{out} holds other files: name a new or empty folder for the data set")
    if known.source is not None and Path(known.source) != source.resolve():
        raise DataError(
            f"{out} was made from {known.source}: name another folder for the pictures of {source}, or remove "
            f"{out / JOURNAL} to make it anew"
        )


def overruled(
    out: Path, entries: Iterable[Entry], looked: dict[str, Looked], accept: Iterable[str], reject: Iterable[str]
) -> Overrules:
    """What was decided by hand, now and before. Raises DataError on a name that is in no picture's place, or of a face
    that a picture which was looked at does not have."""
    accept, reject = list(accept), list(reject)
    before = read_overrules(out)
    if not accept and not reject:
        return before
    names = {entry.name for entry in entries}
    for name in (*accept, *reject):
        picture, number = parts_of(name)
        if picture not in names:
            raise DataError(f"there is no picture {picture!r}: names are relative to the folder, as in report.jsonl")
        if number and picture in looked and name not in (finding.name for finding in looked[picture].findings):
            raise DataError(f"there is no face {number} in {picture!r}: names are as in report.jsonl")
    return write_overrules(out, before.accepting(accept).rejecting(reject))


def still_true(
    out: Path, entries: Iterable[Entry], known: Known, options: Options
) -> tuple[dict[str, Looked], tuple[str, ...]]:
    """What earlier runs found out by name, of pictures that did not change, and notes for the user."""
    if known.options is None:
        return {}, ("what an earlier run left cannot be understood: all anew",) if known.source else ()
    if replace(known.options, max_similarity=options.max_similarity) != options:
        return {}, ("the options are others than before: all pictures are looked at again",)
    present = {path.name for folder in (FACES, ASIDE) for path in (out / folder).iterdir()}
    by_name = {looked.name: looked for looked in known.pictures}
    true = {}
    for entry in entries:
        looked = by_name.get(entry.name)
        if looked is None or (looked.size, looked.stamp) != (entry.size, entry.stamp):
            continue
        if {name for finding in looked.findings for name in (finding.face, finding.thumbnail)} - {""} <= present:
            true[entry.name] = looked
    return true, ()


def is_made(looked: Looked, overrules: Overrules) -> bool:
    """False where a face is to be made by a person's word, or is to be made no longer."""
    return all(not one.reason or one.forced == overrules.accepts(one.name) for one in looked.findings)


@dataclass
class Clock:
    """Speed and time left, from the pictures of this run alone."""

    total: int
    before: int

    def __post_init__(self) -> None:
        self.start = self.told = time.monotonic()

    def due(self, done: int) -> bool:
        """Whether it is time to say something; the first picture always is."""
        now = time.monotonic()
        if now - self.told < REPORT_EVERY and done > self.before + 1:
            return False
        self.told = now
        return True

    def progress(self, done: int) -> Progress:
        seconds = max(time.monotonic() - self.start, 1e-6)
        speed = (done - self.before) / seconds
        left = (self.total - done) / speed if speed else 0.0
        return Progress(done, self.total, round(left, 1), round(speed, 2))


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
