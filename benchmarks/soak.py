"""Ten thousand random actions in the real window: errors, memory, stalls.

    uv run python -m benchmarks.soak

Ends with code 1 on any error, or if memory grows past warm-up by more than 5 % and 20 MB.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, QTimer

from benchmarks.actions import Actions
from benchmarks.machine import machine
from benchmarks.window import Heartbeat, Troubles, is_drawn, make_application, opened, wait, wait_until
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.resources import default_weights

SAMPLES = 10  # of memory: the first one, after a tenth of the actions, ends the warm-up
GROWTH, AT_LEAST = 0.05, 20.0  # share and MB that memory may grow after warm-up
REST_EVERY, REST = 500, 1200  # after so many actions the hand rests for so many ms: strips are drawn, the session kept
LOAD_EVERY = 1000  # actions after which the model is loaded again


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
        self.slowest: dict[str, float] = {}  # name of an action -> milliseconds that it held the window up
        self._actions = actions
        self._timer = QTimer(self, interval=pace, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._act)

    def act(self, count: int) -> None:
        self._goal += count
        self._timer.start()
        wait_until(lambda: self.done == self._goal, "the next actions", seconds=600)

    def _act(self) -> None:
        began = time.perf_counter()
        name = next(self._actions)
        self.slowest[name] = max(self.slowest.get(name, 0.0), (time.perf_counter() - began) * 1000)
        self.done += 1
        if self.done == self._goal:
            self._timer.stop()


def soak(window: MainWindow, hand: Hand, count: int, heart: Heartbeat, loading: Heartbeat) -> list[float]:
    """Does `count` actions. Returns the memory in MB after each tenth of them. `heart` beats while the hand is at work
    and while it rests, `loading` while a model is loaded."""
    samples: list[float] = []
    parts = sorted({*range(REST_EVERY, count, REST_EVERY), *(count * n // SAMPLES for n in range(1, SAMPLES + 1))})
    for goal in parts:
        with heart:
            hand.act(goal - hand.done)
            wait(REST)
        if goal % LOAD_EVERY == 0:
            with loading:
                load_again(window)
        if goal * SAMPLES % count == 0:
            samples.append(memory())
    return samples


def load_again(window: MainWindow) -> None:
    loaded: list[object] = []
    assert window.session.info is not None
    window.session.model_changed.connect(loaded.append, Qt.ConnectionType.SingleShotConnection)
    window.documents.load_model(window.session.info.path)
    wait_until(lambda: bool(loaded), "the model")
    wait(REST // 2)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights", type=Path, help="a weights file (default: the one that comes along)")
    arguments.add_argument("--actions", type=int, default=10_000, help="default: 10000")
    arguments.add_argument("--seed", type=int, default=1, help="of the actions (default: 1)")
    arguments.add_argument("--pace", type=int, default=4, help="milliseconds between two actions (default: 4)")
    args = arguments.parse_args()
    application = make_application()
    heart, loading = Heartbeat(), Heartbeat()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(args.weights or default_weights(), Path(folder)) as window,
        Troubles(window) as troubles,
    ):
        wait_until(lambda: is_drawn(window), "the first faces")
        hand = Hand(Actions(window, args.seed).stream(), args.pace)
        samples = soak(window, hand, args.actions, heart, loading)
        info, steps = window.session.info, window.session.undo_stack.count()
    assert info is not None
    growth = samples[-1] - samples[0]
    allowed = max(GROWTH * samples[0], AT_LEAST)
    slowest = sorted(hand.slowest.items(), key=lambda item: -item[1])
    print(machine())
    print(f"{info.name}, {info.resolution} px, {application.platformName()}, seed {args.seed}")
    print(f"{'':<28}{'measured':>14}{'bar':>14}")
    for name, value, bar in (
        ("actions", f"{hand.done}", ""),
        ("minutes", f"{(time.monotonic() - began) / 60:.1f}", ""),
        ("steps in the history", f"{steps}", ""),
        ("errors", f"{len(troubles.found)}", "0"),
        ("memory after a tenth", f"{samples[0]:.0f} MB", ""),
        ("memory at the end", f"{samples[-1]:.0f} MB", ""),
        ("growth", f"{growth:+.1f} MB", f"{allowed:.0f} MB"),
        ("window held up, longest", f"{max(heart.gaps):.1f} ms", "16 ms"),
        ("window held up over 16 ms", f"{sum(gap > 16 for gap in heart.gaps)} of {len(heart.gaps)}", "0"),
        ("held up by loading, longest", f"{max(loading.gaps, default=0):.1f} ms", ""),
    ):
        print(f"{name:<28}{value:>14}{bar:>14}")
    print(f"memory after each tenth, MB: {', '.join(f'{sample:.0f}' for sample in samples)}")
    print(f"longest actions, ms: {', '.join(f'{name} {value:.1f}' for name, value in islice(slowest, 6))}")
    for trouble in troubles.found[:20]:
        print(trouble)
    if troubles.found or growth > allowed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
