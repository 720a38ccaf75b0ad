"""Comparing models in the tab, with a script in place of the measurement."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from facedesigner.gui.training.compare_page import ComparePage

ANSWER = """
m = {'frechet': 70.91, 'frechet_error': 1.0, 'frechet_floor': 8.5, 'kernel': 0.02, 'kernel_error': 0.001,
     'kernel_floor': 0.0, 'precision': 0.5, 'precision_error': 0.02, 'precision_floor': 0.8, 'recall': 0.25,
     'recall_error': 0.01, 'recall_floor': 0.75, 'spread': 0.6, 'spread_error': 0.01, 'spread_floor': 0.76}
print(json.dumps({'say': 'Reading…'}))
print(json.dumps({'count': 20, 'resolution': 256, 'models': {'mine': {'colours': m}}, 'words': words}))
"""


@pytest.fixture
def page(qtbot, script, tmp_path: Path) -> Iterator[ComparePage]:
    models = tmp_path / "models"
    models.mkdir()
    kinds = {"mine": {"variant": "style"}, "encoder": {"generator": "mine"}, "mine.training": {"variant": "style"}}
    for name, metadata in kinds.items():
        header = json.dumps({"__metadata__": metadata}).encode()
        (models / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    page = ComparePage(models, tmp_path / "compare")
    for widget in (page, page.result):
        qtbot.addWidget(widget)
        widget.show()
    yield page
    page.measurer.close()


def tick(page: ComparePage, name: str) -> None:
    page.list.findItems(name, Qt.MatchFlag.MatchExactly)[0].setCheckState(Qt.CheckState.Checked)


def test_what_is_missing_is_said_as_it_is_chosen(page, run, tmp_path):
    page.offer([run])
    assert page.problem == "Tick one model or more." and not page.start_button.isEnabled()
    tick(page, f"run {run.name}")
    assert "Choose real pictures" in page.hint.text()
    page.data.setText(str(tmp_path / "nowhere"))
    assert "does not exist" in page.hint.text()
    page.data.setText(str(tmp_path))
    assert page.start_button.isEnabled() and not page.hint.isVisible()
    page.offer([run])
    assert page.chosen == [run]  # what is ticked stays ticked


def test_only_generators_are_offered(page, run):
    page.offer([run])
    names = [page.list.item(row).text() for row in range(page.list.count())]
    assert (
        "mine" in names
        and "style128" in names
        and not {
            "encoder",
            "encoder128",
            "mine.training",
            "style256.training",
        }
        & set(names)
    )


def test_models_are_measured_and_shown_beside_the_floor(page, qtbot, script, tmp_path):
    script(ANSWER)
    tick(page, "mine")
    page.data.setText(str(tmp_path))
    page.figure.parent.mkdir()
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill("red")
    page.start_button.click()
    assert page.stop_button.isVisible() and not page.start_button.isVisible()
    assert picture.save(str(page.figure)) and picture.save(str(page.figure.with_name("mine-nearest.png")))
    table = page.result.table
    qtbot.waitUntil(lambda: table.rowCount() == 2)
    rows = [[table.item(row, column).text() for column in range(6)] for row in range(2)]
    assert rows[0] == ["mine", "colours", "70.9 ± 2.0", "20.00 ± 1.96", "0.50 ± 0.04", "0.250 ± 0.020"]
    assert rows[1] == ["Real against real", "colours", "8.5", "0.00", "0.80", "0.750"]
    assert page.result.view.picture is not None and page.result.shown.count() == 2
    assert page.start_button.isVisible()


def test_a_measurement_that_fails_says_why_and_one_can_be_stopped(page, qtbot, script, tmp_path):
    tick(page, "mine")
    page.data.setText(str(tmp_path))
    script("sys.exit('training: there are no pictures in x')")
    page.start_button.click()
    qtbot.waitUntil(lambda: "There are no pictures in x" in page.result.words.text())
    script("sys.stdin.read()")
    page.start_button.click()
    page.stop_button.click()
    assert not page.measurer.busy and page.start_button.isEnabled()
