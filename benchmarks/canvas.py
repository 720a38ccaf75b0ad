"""How soon a stroke is on the screen: from the event of the mouse to the painted canvas.

    python -m benchmarks.canvas

Each tool draws over a sheet with a finished drawing, at the window's usual size, while an engine that takes 80 ms a
picture is kept busy beside it. The time is that of the event's handling and the repaint that it causes, all in the
window's thread: by the clock, and the processor's time in it, which tells the work from the waiting when other programs
keep the machine busy. Undo of the last stroke, where a dozen strokes may be replayed, is in the table too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from benchmarks.machine import machine
from benchmarks.window import make_application, wait
from facedesigner.contract.sketching import SIDE, ColorizeRequest, SketchRequest, SketchResult
from facedesigner.gui.sketch.sketch_tab import SketchTab
from facedesigner.state import drawing

if TYPE_CHECKING:
    from facedesigner.engine.sketch import SketchEngine

DRAWING = Path(__file__).parents[1] / "docs" / "drawings" / "long-hair.json"
SIZE = (1500, 840)  # pixels of the tab
PICTURE = 0.08  # seconds
BAR = 16.0  # milliseconds
EVENTS = 60  # of a stroke
PACE = 8  # milliseconds between events, as a mouse sends them


class BusyEngine:
    """Keeps a core busy as long as a picture takes."""

    def render(self, request: SketchRequest) -> SketchResult:
        import numpy as np

        end = time.perf_counter() + PICTURE
        picture = np.zeros((SIDE, SIDE, 3), np.uint8)
        while time.perf_counter() < end:
            np.sort(np.random.default_rng(0).random(20000))  # lets go of the interpreter, as torch does
        return SketchResult(request, picture, None, PICTURE * 1000)

    def colorize(self, request: ColorizeRequest) -> SketchResult:
        raise NotImplementedError


@dataclass(frozen=True)
class Time:
    """Milliseconds."""

    clock: float
    work: float


class Stopwatch:
    def __init__(self) -> None:
        self._clock, self._work = time.perf_counter(), time.thread_time()

    def read(self) -> Time:
        return Time((time.perf_counter() - self._clock) * 1000, (time.thread_time() - self._work) * 1000)


def strokes(tab: SketchTab, count: int) -> list[Time]:
    """Of each event of some strokes in circles."""
    canvas, found = tab.canvas, []
    middle = QPointF(canvas.rect().center())
    for stroke in range(count):
        for index in range(EVENTS):
            angle = 2 * pi * index / EVENTS
            radius = 40 + 25 * stroke
            place = middle + QPointF(radius * cos(angle), radius * sin(angle))
            kind = QEvent.Type.MouseMove if index else QEvent.Type.MouseButtonPress
            found.append(timed(tab, kind, place))
            wait(PACE)
        found.append(timed(tab, QEvent.Type.MouseButtonRelease, place))
    return found


def timed(tab: SketchTab, kind: QEvent.Type, place: QPointF) -> Time:
    """One event, and the painting of what it changed."""
    canvas = tab.canvas
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    there = QPointF(canvas.mapToGlobal(place))
    event = QMouseEvent(kind, place, there, button, held, Qt.KeyboardModifier.NoModifier)
    watch = Stopwatch()
    QApplication.sendEvent(canvas, event)
    QApplication.sendPostedEvents(canvas.window(), QEvent.Type.UpdateRequest)  # paints now what was to be painted soon
    return watch.read()


def undos(tab: SketchTab, count: int) -> list[Time]:
    found = []
    for _ in range(count):
        watch = Stopwatch()
        tab.undo_stack.undo()
        tab.canvas.repaint()
        found.append(watch.read())
        wait(PACE)
    return found


def row(name: str, times: Sequence[Time], bar: str) -> str:
    clock, work = [one.clock for one in times], [one.work for one in times]
    late = sum(value > BAR for value in clock)
    return (
        f"{name:<30}{median(clock):>8.1f}{max(clock):>8.1f}{late:>7} of {len(times):<6}"
        f"{median(work):>8.1f}{max(work):>8.1f}{bar:>6}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--strokes", type=int, default=6, help="strokes of each tool (default: 6)")
    count = arguments.parse_args().strokes
    application = make_application()
    print(machine())
    print(f"{SIZE[0]} × {SIZE[1]} pixels, {application.platformName()}")
    print(f"{'milliseconds':<30}{'median':>8}{'max':>8}{'over 16 ms':>14}{'work':>11}{'max':>8}{'bar':>6}")
    with tempfile.TemporaryDirectory() as folder:
        tab = SketchTab(lambda: cast("SketchEngine", BusyEngine()), Path(folder) / "drawing.json")
        tab.resize(*SIZE)
        tab.show()
        tab.sheet.restore(drawing.load(DRAWING))
        wait(500)
        strokes(tab, 1)  # warms up
        for tool in ("pen", "pencil", "eraser", "brush"):
            for symmetry in (False, True):
                tab.kit.take(tool)
                tab.kit.set_symmetry(symmetry)
                name = f"{tool}, {tab.kit.size:.0f} px{', symmetry' if symmetry else ''}"
                print(row(name, strokes(tab, count), f"{BAR:.0f}"))
        tab.kit.set_symmetry(False)
        tab.canvas.turn_by(30)
        tab.canvas.zoom_by(2)
        print(row("brush, zoomed and turned", strokes(tab, count), f"{BAR:.0f}"))
        print(row("undo", undos(tab, 2 * count), ""))
        watch = Stopwatch()
        tab.autosave.save()
        print(row(f"autosave of {len(tab.sheet.marks)} marks", [watch.read()], ""))
        tab.shut_down()


if __name__ == "__main__":
    main()
