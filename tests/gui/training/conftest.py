"""A training tab whose children are a script of the test's own: it starts at once and does what it is told."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from facedesigner.gui.training.training_tab import TrainingTab
from facedesigner.gui.training.variants import stamp
from facedesigner.gui.work import child
from tests.unit.training.helpers import debug_config, make_pictures
from training.config import new_run
from training.options import fields_of, option


@dataclass(frozen=True)
class FakeOptions:
    resolution: int = option(64, "width and height in pixels", choices=(16, 32, 64))
    gamma: float = option(0.3, "weight of the penalties", low=0, high=10)


SCRIPT = """
import json, os, pathlib, signal, sys
command, *words = sys.argv[1:]
def say(kind, **values):
    print(json.dumps({"event": kind, **values}), flush=True)
def started(images=0):
    say("started", run=words[0], variant="style", images=images, total=128, pictures=24, device="cpu", notes=["a note"])
def metrics(images, **values):
    say("metrics", step=images // 8, images=images, seconds=1.0, images_per_second=40.0, values=values)
def measured(images):
    say("measured", step=images // 8, images=images, features="f", count=500, frechet=99.0, kernel=0.1)
def saved(images):
    say("saved", step=images // 8, images=images, path="last.pt")
def wait_for(word):
    line = sys.stdin.readline()
    assert line.strip() == word, line
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch) -> Callable[[str], None]:
    """Makes each child run this Python code, after the definitions above."""
    package = tmp_path / "fake" / "training"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setattr(child, "PACKAGES", package.parent)

    def write(code: str) -> None:
        (package / "__main__.py").write_text(SCRIPT + code)

    write("")
    return write


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return make_pictures(tmp_path / "faces")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def run(pictures: Path, runs: Path) -> Path:
    """The folder of a run that was set up and not begun."""
    return new_run(debug_config(pictures), runs)


@pytest.fixture
def make_tab(qtbot, script, runs: Path, tmp_path: Path) -> Iterator[Callable[[], TrainingTab]]:
    tabs: list[TrainingTab] = []
    options = [dataclasses.asdict(field) for field in fields_of(FakeOptions)]
    cache = tmp_path / "cache"
    cache.mkdir()
    known = {name: {"about": f"The {name} variant", "options": options} for name in ("style", "dcgan")}
    (cache / f"variants-{stamp()}.json").write_text(json.dumps(known))

    def make() -> TrainingTab:
        tab = TrainingTab(runs, tmp_path / "models", cache)
        tabs.append(tab)
        qtbot.addWidget(tab)
        tab.resize(1280, 700)
        tab.show()
        return tab

    yield make
    for tab in tabs:
        tab.shut_down()
