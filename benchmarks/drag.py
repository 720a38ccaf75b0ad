"""A slider dragged at 60 requests a second in the real window: frame times, queue, latency, stalls of the window.

    uv run python -m benchmarks.drag [--guarded]

A hand drags one slider to and fro in strokes of a second, with pauses between them; then it steps it and waits for each
full picture. The bars are for two CPU cores. Guarded: all other named sliders are locked, and the leakage meter is on.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt, QTimer

from benchmarks.actions import slider_of
from benchmarks.machine import machine
from benchmarks.window import Heartbeat, Troubles, is_drawn, make_application, opened, wait, wait_until
from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.resources import default_weights
from facedesigner.state import edits

TICK = 16  # milliseconds: 62 requests a second
STROKE = 60  # ticks
PERIOD = 90  # ticks to and fro: no multiple of a stroke, so that strokes differ
PAUSE = 400  # milliseconds between two strokes, in which strips are drawn
SETTLED = 40  # full pictures that are waited for


class WatchedThread(RenderThread):
    """Notes when each request came and how many waited."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.submitted: dict[int, float] = {}  # stamp -> second
        self.longest_queue = 0

    def submit(self, request: RenderRequest) -> None:
        self.submitted[request.stamp] = time.perf_counter()
        super().submit(request)
        self.longest_queue = max(self.longest_queue, self.queue_length)


class Screen(QObject):
    """Notes what was drawn, and when it had been painted."""

    def __init__(self, window: MainWindow, thread: WatchedThread) -> None:
        super().__init__(window)
        self.results: list[RenderResult] = []
        self.latencies: list[float] = []  # milliseconds from the request to the end of the painting
        self.paintings: list[float] = []  # milliseconds
        self._thread, self._new = thread, 0
        thread.rendered.connect(self._take)  # after the tab
        window.design.view.installEventFilter(self)

    def _take(self, result: RenderResult) -> None:
        self.results.append(result)
        self._new = result.request.stamp

    def eventFilter(self, view: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Paint or not self._new:
            return False
        began = time.perf_counter()
        view.event(event)
        ended = time.perf_counter()
        self.paintings.append((ended - began) * 1000)
        self.latencies.append((ended - self._thread.submitted[self._new]) * 1000)
        self._new = 0
        return True


class Hand(QObject):
    """Drags a slider by a timer, as the mouse would."""

    def __init__(self, slider: ValueSlider) -> None:
        super().__init__()
        self.calls: list[float] = []  # milliseconds in the window's code, for each move
        self._slider = slider.slider
        self._ticks = count()
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._move)

    def stroke(self) -> None:
        """Presses, drags for a second, lets go."""
        self._slider.setSliderDown(True)
        self._timer.start()
        goal = len(self.calls) + STROKE
        wait_until(lambda: len(self.calls) >= goal, "a stroke of the slider")
        self._timer.stop()
        self._slider.setSliderDown(False)

    def step(self, fraction: float) -> None:
        self._slider.setSliderDown(True)
        self._slider.setSliderPosition(round(fraction * self._slider.maximum()))
        self._slider.setSliderDown(False)

    def _move(self) -> None:
        place = 0.5 - 0.5 * math.cos(2 * math.pi * next(self._ticks) / PERIOD)
        began = time.perf_counter()
        self._slider.setSliderPosition(round(place * self._slider.maximum()))
        self.calls.append((time.perf_counter() - began) * 1000)


def measure(window: MainWindow, thread: WatchedThread, strokes: int) -> dict[str, tuple[str, str]]:
    """The rows of the table: name -> (value, bar)."""
    wait(2000)  # strips
    screen, hand = Screen(window, thread), Hand(slider_of(window.design.controls.rows[0]))
    thread.submitted.clear()
    began = time.perf_counter()
    with Heartbeat() as heart:
        for _ in range(strokes):
            hand.stroke()
            wait(PAUSE)
    elapsed = time.perf_counter() - began
    dragged, submitted, latencies = list(screen.results), len(thread.submitted), list(screen.latencies)
    for index in range(SETTLED):
        done = len(screen.results)
        hand.step((index + 1) / (SETTLED + 2))
        wait_until(lambda done=done: len(screen.results) > done, "a full picture")  # type: ignore[misc]
    previews = [r.milliseconds for r in dragged if r.request.resolution is not None]
    full = [r.milliseconds for r in screen.results if r.request.resolution is None]
    sizes = Counter(r.request.resolution for r in dragged if r.request.resolution is not None)
    late = sum(gap > TICK for gap in heart.gaps)
    return {
        "preview frame, median": (f"{median(previews):.1f} ms", "16 ms"),
        "preview frame, 95 %": (f"{percentile(previews):.1f} ms", ""),
        "preview frames by pixels": (", ".join(f"{n} at {size}" for size, n in sorted(sizes.items())), ""),
        "full picture, median": (f"{median(full):.1f} ms", "60 ms"),
        "full picture, 95 %": (f"{percentile(full):.1f} ms", ""),
        "seconds": (f"{elapsed:.1f}", ""),
        "moves of the slider": (f"{len(hand.calls)}", ""),
        "pictures asked for": (f"{submitted}", ""),
        "pictures drawn": (f"{len(dragged)}", ""),
        "longest queue": (f"{thread.longest_queue}", "1"),
        "request to painted, median": (f"{median(latencies):.1f} ms", ""),
        "request to painted, 95 %": (f"{percentile(latencies):.1f} ms", ""),
        "painting the face, longest": (f"{max(screen.paintings):.1f} ms", ""),
        "move of the slider, longest": (f"{max(hand.calls):.1f} ms", ""),
        "window held up, longest": (f"{max(heart.gaps):.1f} ms", "16 ms"),
        "window held up, 99.9 %": (f"{percentile(heart.gaps, 1000):.1f} ms", ""),
        "window held up over 16 ms": (f"{late} of {len(heart.gaps)}", "0"),
    }


def guard(window: MainWindow) -> None:
    """Locks all named sliders but the one that is dragged, and switches the leakage meter on."""
    session, design = window.session, window.design
    assert session.info is not None
    names = [row.control.name for row in design.controls.rows if row.control.name in session.info.measures]
    locks = frozenset(names[1:])
    session.commit("Lock", face=edits.held(session.face, design.sliders.controls, locks), locks=locks)
    design.view_panel.measure.click()
    wait_until(design.view_panel.meter.isVisible, "the meter")


def percentile(values: Sequence[float], parts: int = 20) -> float:
    """The last of the cuts into equal parts: 20 parts give the 95th percentile."""
    return quantiles(values, n=parts)[-1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights", type=Path, help="a weights file (default: the one that comes along)")
    arguments.add_argument("--guarded", action="store_true", help="with locks and the leakage meter")
    arguments.add_argument("--strokes", type=int, default=10, help="strokes of a second (default: 10)")
    args = arguments.parse_args()
    application = make_application()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(args.weights or default_weights(), Path(folder), WatchedThread) as window,
        Troubles(window) as troubles,
    ):
        thread = window.thread_
        assert isinstance(thread, WatchedThread)
        wait_until(lambda: is_drawn(window), "the first faces")
        if args.guarded:
            guard(window)
        rows = measure(window, thread, args.strokes)
        info = window.session.info
    assert info is not None
    print(machine())
    print(f"{info.name}, {info.resolution} px, {application.platformName()}")
    print(f"{'':<28}{'measured':>20}{'bar':>10}")
    for name, (value, bar) in rows.items():
        print(f"{name:<28}{value:>20}{bar:>10}")
    if troubles.found:
        raise SystemExit("\n".join(troubles.found))


if __name__ == "__main__":
    main()
