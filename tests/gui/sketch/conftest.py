from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import QPointF

from facedesigner.gui.sketch.sketch_tab import SketchTab
from facedesigner.state.drawing import Stroke
from tests.gui.sketch.fake_engine import FakeSketchEngine

if TYPE_CHECKING:
    from facedesigner.contract.sketching import Grey
    from facedesigner.engine.page.heads import Head
    from facedesigner.engine.sketch import SketchEngine


class NoHeads:
    """As where dlib is not installed."""

    def find(self, page: Grey, stopped: Callable[[], bool]) -> tuple[Head, ...]:
        return ()

    def close(self) -> None:
        return


@pytest.fixture
def engine() -> FakeSketchEngine:
    return FakeSketchEngine()


@pytest.fixture
def make_tab(qtbot, engine: FakeSketchEngine, tmp_path: Path) -> Iterator[Callable[[], SketchTab]]:
    """Makes shown tabs with the fake engine, which keep their drawing in the same file."""
    tabs: list[SketchTab] = []

    def make() -> SketchTab:
        tab = SketchTab(lambda: cast("SketchEngine", engine), tmp_path / "kept" / "drawing.json", NoHeads)
        tabs.append(tab)
        qtbot.addWidget(tab)
        tab.resize(1100, 600)
        tab.show()
        return tab

    yield make
    engine.gate.set()
    for tab in tabs:
        tab.shut_down()


@pytest.fixture
def tab(make_tab: Callable[[], SketchTab]) -> SketchTab:
    return make_tab()


def draw(tab: SketchTab, *places: tuple[float, float], straight: bool = False) -> None:
    """A stroke by the canvas's own tool, through places of the sheet."""
    view = tab.canvas.placement.to_view
    first, *others = (view.map(QPointF(x, y)) for x, y in places)
    tab.canvas.press(first, 1.0, straight)
    for place in others:
        tab.canvas.drag(place, 1.0)
    tab.canvas.lift()


def line(*places: tuple[float, float], **changes: object) -> Stroke:
    values: dict[str, object] = {"tool": "pen", "size": 8.0, **changes}
    return Stroke(points=tuple((x, y, 1.0) for x, y in places), **values)  # type: ignore[arg-type]
