"""`run` and `resume`: train in a run folder until done, or until somebody asks to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.config import RunConfig
    from training.events import Event

POLITENESS = 5  # of a run that a window watches: the window stays fluid


def add(commands: Any) -> None:
    run = commands.add_parser("run", help="start a run from a config")
    run.set_defaults(command=run_command)
    run.add_argument("config", help="a TOML file, or the name of one that comes along, such as style64")
    run.add_argument("--runs", type=Path, default=Path("runs"), help="where run folders are made (default: runs)")
    run.add_argument("--folder", type=Path, help="this very run folder instead; goes on if it holds a run")

    resume = commands.add_parser("resume", help="go on with a run that was stopped or killed")
    resume.set_defaults(command=resume_command)
    resume.add_argument("folder", type=Path, help="the run folder")
    for command in (run, resume):
        command.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting: --set train.batch=64"
        )
        command.add_argument(
            "--events",
            action="store_true",
            help="print one JSON line per event; standard input takes the lines `pause` and `continue`, its end stops "
            "the run",
        )


def run_command(args: argparse.Namespace) -> int:
    from training.distributed import joined, shared

    with joined():
        train_in(*shared(lambda: begun(args)), args.events)
    return 0


def begun(args: argparse.Namespace) -> tuple[Path, RunConfig]:
    """The folder of the run that `args` ask for, made if it is a new one, and its config."""
    from training.config import CONFIGS, load_config, new_run, run_config, write_config
    from training.distributed import part_of

    path = Path(args.config)
    if not path.exists() and (CONFIGS / f"{args.config}.toml").exists():
        path = CONFIGS / f"{args.config}.toml"
    config = load_config(path, tuple(args.set))
    part_of(config.train.batch)  # before there is a folder
    if args.folder is None:
        return new_run(config, args.runs), config
    if (args.folder / "config.toml").exists():
        return args.folder, run_config(args.folder, tuple(args.set))
    args.folder.mkdir(parents=True, exist_ok=True)
    write_config(config, args.folder)
    return args.folder, config


def resume_command(args: argparse.Namespace) -> int:
    from training.config import run_config
    from training.distributed import joined, shared

    with joined():
        train_in(args.folder, shared(lambda: run_config(args.folder, tuple(args.set))), args.events)
    return 0


def train_in(folder: Path, config: RunConfig, as_events: bool) -> str:
    """Trains and returns why that ended, "finished" or "stopped". Of several processes the first one alone speaks, and
    listens to standard input."""
    from training.distributed import is_writer
    from training.events import Ended, encode
    from training.running import run_in

    if as_events and hasattr(os, "nice"):
        os.nice(POLITENESS)
    reason = ""
    with stop_requests(watch_stdin=as_events and is_writer()) as stop:
        for event in run_in(folder, config, stop):
            if is_writer():
                say(encode(event) if as_events else describe(event))
            if isinstance(event, Ended):
                reason = event.reason
    return reason


def say(line: str) -> None:
    """Prints, as long as somebody listens: a run whose window was killed must still be saved."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 it stays open


def describe(event: Event) -> str:
    from training.events import Ended, Measured, Metrics, Samples, Saved, distance_text

    match event:
        case Metrics():
            values = " ".join(f"{name} {value:.3f}" for name, value in event.values.items())
            return f"{event.images:>9,} pictures {event.images_per_second:6.1f}/s  {values}"
        case Measured():
            return (
                f"{event.images:>9,} pictures {event.features}: Fréchet distance {distance_text(event.frechet)}, "
                f"kernel distance {event.kernel:.4f}, precision {event.precision:.2f}, recall {event.recall:.3f}"
            )
        case Samples() | Saved():
            return f"{event.images:>9,} pictures {event.path}"
        case Ended():
            return f"{event.images:>9,} pictures {event.reason}"
    notes = "".join(f"\n  {note}" for note in event.notes)
    return f"{event.run}: {event.variant} on {event.device}, {event.pictures:,} pictures in the data set{notes}"


@contextmanager
def stop_requests(watch_stdin: bool) -> Iterator[Callable[[], bool]]:
    """Yields a function that tells whether someone asked to stop: Ctrl+C, a termination signal, or standard input
    closed, which also happens when the window that started this run has died. While paused by a line on standard
    input, the function does not return."""
    asked, paused = threading.Event(), threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: asked.set())
    if watch_stdin:

        def wait_for_end() -> None:
            while line := sys.stdin.readline():
                if line.strip() == "pause":
                    paused.set()
                elif line.strip() == "continue":
                    paused.clear()
            asked.set()

        threading.Thread(target=wait_for_end, daemon=True).start()

    def stop() -> bool:
        while paused.is_set() and not asked.is_set():
            asked.wait(0.1)
        return asked.is_set()

    yield stop
