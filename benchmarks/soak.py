"""Ten thousand random actions everywhere in the real window, for each of three seeds: errors, memory, stalls.

    uv run python -m benchmarks.soak

Ends with code 1 on any error, or if memory grows by more than 5 % in the second half of the actions. How long the
window stands still is told by the clock, and by what its own thread computes for one event: only that is free of what
else the machine does. Tabs, and dialogs that load networks, are opened once before: what is loaded then, is kept.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.machine import machine
from benchmarks.wandering import Wandering
from benchmarks.window import Heartbeat, Troubles, Watched, is_drawn, make_application, opened, wait, wait_until
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.resources import default_weights

SAMPLES = 10  # of memory
SHOWN = (1, 3, 5, 10)  # of these, in the table
GROWTH = 0.05  # share that memory may grow in the second half
REST_EVERY, REST = 500, 1200  # after so many actions the hand rests for so many ms: strips are drawn, the session kept
LOADING = 10_000  # ms that a library or network may take to load
LATE, LONGEST, SHARE = 16.0, 50.0, 0.001  # ms: a stall, the longest that may be; share of beats that may be stalls


def memory() -> float:
    """MB of this process in memory: now, or the most it ever had where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 2**20 if sys.platform == "darwin" else most / 2**10


class Hand(QObject):
    """Does one action after the other as the event loop lets it."""

    def __init__(self, actions: Iterator[str], pace: int) -> None:
        super().__init__()
        self.done = self._goal = 0
        self.slowest: dict[str, float] = {}  # name of an action -> milliseconds that it computed at most
        self._actions = actions
        self._timer = QTimer(self, interval=pace, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._act)

    def act(self, count: int) -> None:
        self._goal += count
        self._timer.start()
        wait_until(lambda: self.done == self._goal, "the next actions", seconds=600)

    def _act(self) -> None:
        began = time.thread_time()
        name = next(self._actions)
        self.slowest[name] = max(self.slowest.get(name, 0.0), (time.thread_time() - began) * 1000)
        self.done += 1
        if self.done == self._goal:
            self._timer.stop()


def soak(hand: Hand, count: int, heart: Heartbeat, application: Watched) -> tuple[list[float], list[int]]:
    """Does `count` actions. Returns the memory in MB and the number of widgets after each tenth of them. `heart` beats
    while the hand is at work and while it rests."""
    application.watching = True
    samples: list[float] = []
    widgets: list[int] = []
    parts = sorted({*range(REST_EVERY, count, REST_EVERY), *(count * n // SAMPLES for n in range(1, SAMPLES + 1))})
    for goal in parts:
        with heart:
            hand.act(goal - hand.done)
            wait(REST)
        if goal * SAMPLES % count == 0:
            samples.append(memory())
            widgets.append(len(QApplication.allWidgets()))
    return samples, widgets


def stalls(gaps: Sequence[float]) -> str:
    return f"{sum(gap > LATE for gap in gaps)} of {len(gaps):,}"


def run(window: MainWindow, hand: Hand, args: argparse.Namespace, troubles: Troubles, application: Watched) -> bool:
    """Whether all went well; prints the table."""
    heart, began = Heartbeat(), time.monotonic()
    samples, widgets = soak(hand, args.actions, heart, application)
    info, steps = window.session.info, window.session.undo_stack.count()
    assert info is not None
    growth = samples[-1] / samples[SAMPLES // 2 - 1] - 1
    rows = [
        ("actions", f"{hand.done}", ""),
        ("minutes", f"{(time.monotonic() - began) / 60:.1f}", ""),
        ("steps in the history", f"{steps}", ""),
        ("errors", f"{len(troubles.found)}", "0"),
        *((f"memory after {args.actions * n // SAMPLES:,}", f"{samples[n - 1]:.0f} MB", "") for n in SHOWN),
        ("growth in the second half", f"{growth:+.1%}", f"{GROWTH:.0%}"),
        ("stalls over 16 ms, by the clock", stalls(heart.gaps), f"{SHARE:.1%}"),
        ("  the longest", f"{max(heart.gaps):.1f} ms", f"{LONGEST:.0f} ms"),
        ("events over 16 ms, computed", stalls(application.work), f"{SHARE:.1%}"),
        ("  the longest", f"{max(application.work):.1f} ms", f"{LONGEST:.0f} ms"),
    ]
    print(f"{info.name}, {info.resolution} px, seed {args.seeds[0]}")
    print(f"{'':<34}{'measured':>16}{'bar':>10}")
    for name, value, bar in rows:
        print(f"{name:<34}{value:>16}{bar:>10}")
    print(f"memory after each tenth, MB: {', '.join(f'{sample:.0f}' for sample in samples)}")
    print(f"widgets after each tenth: {', '.join(map(str, widgets))}")
    for what, found in (("actions", hand.slowest), ("events", application.slowest)):
        slowest = sorted(found.items(), key=lambda item: -item[1])
        print(f"longest {what}, ms: {', '.join(f'{name} {value:.1f}' for name, value in islice(slowest, 12))}")
    for trouble in troubles.found[:20]:
        print(trouble)
    return not troubles.found and growth <= GROWTH


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights", type=Path, nargs="+", help="models in turn (default: the one that comes along)")
    arguments.add_argument("--actions", type=int, default=10_000, help="default: 10000")
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="of the actions (default: 1 2 3)")
    arguments.add_argument("--pace", type=int, default=4, help="milliseconds between two actions (default: 4)")
    arguments.add_argument("--light", action="store_true", help="without what loads dlib or starts processes")
    args = arguments.parse_args()
    if len(args.seeds) > 1:  # each in a process of its own, whose memory is its own
        rest = [f"--actions={args.actions}", f"--pace={args.pace}", *(["--light"] if args.light else [])]
        rest += ["--weights", *map(str, args.weights)] if args.weights else []
        commands = [[sys.executable, "-m", "benchmarks.soak", "--seeds", str(seed), *rest] for seed in args.seeds]
        raise SystemExit(max(subprocess.run(command).returncode for command in commands))
    application = make_application(Watched)
    assert isinstance(application, Watched)
    print(machine())
    models = tuple(args.weights or [default_weights()])
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(models[0], Path(folder)) as window,
        Troubles(window) as troubles,
    ):
        wait_until(lambda: is_drawn(window), "the first faces")
        actions = Wandering(window, args.seeds[0], Path(folder), models, heavy=not args.light)
        for place in actions.look_around():
            wait(REST if place == "tab" else LOADING)
        good = run(window, Hand(actions.stream(), args.pace), args, troubles, application)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
