"""The curation page, with a script in place of the curation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from facedesigner.gui.training.curate_page import CuratePage
from facedesigner.gui.training.worker import Worker
from training.curation.contract import KEPT, MENDED, REJECTED, REPORT, Row

ROWS = (
    Row("a.png", KEPT, "", "", False, "faces/a.png"),
    Row("b.png", MENDED, "", "turned by 90°", False, "faces/b.png"),
    Row("c.png", REJECTED, "blurred", "too blurred", False, ".rejected/c.png"),
    Row("d.txt", REJECTED, "unreadable", "not a picture", False, ""),
)
WORKS = """
out = pathlib.Path(words[1]); (out / 'faces').mkdir(parents=True, exist_ok=True)
say('started', out=str(out), total=4, done=0, workers=1, notes=[])
say('progress', done=2, total=4, seconds_left=61.0, pictures_per_second=12.0)
(out / 'report.jsonl').write_text(pathlib.Path(%r).read_text())
(out / 'words.json').write_text(json.dumps(words))
say('finished', out=str(out), pictures=4, faces=3, seconds=1.0, stopped=False, kept=1, mended=1,
    rejected={'blurred': 1, 'unreadable': 1})
"""


@pytest.fixture
def page(qtbot, tmp_path: Path) -> Iterator[CuratePage]:
    worker = Worker()
    page = CuratePage(worker)
    for widget in (page, page.result):
        qtbot.addWidget(widget)
        widget.resize(700, 500)
        widget.show()
    yield page
    page.close_child()
    worker.close()


@pytest.fixture
def works(script, tmp_path: Path) -> None:
    """The child writes the report of `ROWS`."""
    (tmp_path / "report").write_text("".join(json.dumps(asdict(row)) + "\n" for row in ROWS))
    script(WORKS % str(tmp_path / "report"))


def curated(page: CuratePage, folder: Path, qtbot) -> Path:
    page.source.setText(str(folder))
    page.start_button.click()
    qtbot.waitUntil(lambda: page.result.model.rowCount() > 0)
    return Path(page.out.text())


def test_what_is_missing_is_said(page, tmp_path):
    assert "Choose a folder" in page.hint.text() and not page.start_button.isEnabled()
    page.source.setText(str(tmp_path / "nowhere"))
    assert "does not exist" in page.hint.text()
    (tmp_path / "raw").mkdir()
    page.source.setText(str(tmp_path / "raw"))
    assert page.out.text() == str(tmp_path / "raw-clean") and page.start_button.isEnabled()
    page.options.rows["max_yaw"].editor.setText("900")
    assert not page.start_button.isEnabled() and page.hint.text()


def test_a_folder_is_curated_and_what_was_thrown_out_stands_with_its_reason(page, works, pictures, qtbot):
    curated(page, pictures, qtbot)
    result = page.result
    menu = [result.group.itemText(i) for i in range(result.group.count())]
    assert menu == ["All rejected (2)", "Unreadable or broken file (1)", "Blurred (1)", "Mended (1)", "Kept (1)"]
    assert "4 pictures with 3 faces: 2 faces kept, 1 of them turned upright; 2 rejected" in result.words.text()
    assert [result.model.index(i).data() for i in range(2)] == ["blurred", "unreadable"]
    assert page.start_button.isVisible() and not page.bar.isVisible()
    result.group.setCurrentIndex(4)
    assert [row.name for row in result.model.rows] == ["a.png"]


def test_one_click_overrules_and_is_applied(page, works, pictures, qtbot):
    out = curated(page, pictures, qtbot)
    result = page.result
    assert not result.apply_button.isVisible()
    result._turn(result.model.index(0))
    assert result.model.index(0).data() == "takes it back" and result.apply_button.text() == "&Apply 1 decision"
    result.group.setCurrentIndex(4)
    result._turn(result.model.index(0))
    result.apply_button.click()
    qtbot.waitUntil(lambda: not page.busy)
    words = json.loads((out / "words.json").read_text())
    assert words[words.index("--accept") + 1] == "c.png" and words[words.index("--reject") + 1] == "a.png"
    qtbot.waitUntil(lambda: not result.apply_button.isVisible())
    assert result.group.currentData() == KEPT  # the group in view stays


def test_pictures_come_in_the_background(page, works, pictures, qtbot, tmp_path):
    (tmp_path / "faces-clean" / ".rejected").mkdir(parents=True)
    red = QImage(160, 160, QImage.Format.Format_RGB32)
    red.fill("red")
    assert red.save(str(tmp_path / "faces-clean" / ".rejected" / "c.png"))
    out = curated(page, pictures, qtbot)
    assert out == tmp_path / "faces-clean"
    model = page.result.model
    icons = lambda: model.index(0).data(Qt.ItemDataRole.DecorationRole)  # noqa: E731
    qtbot.waitUntil(lambda: icons() is not None)
    assert icons().pixmap(64, 64).toImage().pixelColor(32, 32).name() == "#ff0000"


def test_a_report_from_before_is_shown_and_a_broken_one_is_named(page, pictures, tmp_path, qtbot):
    out = tmp_path / "faces-clean"
    out.mkdir()
    (out / REPORT).write_text(json.dumps(asdict(ROWS[2])) + "\n")
    page.source.setText(str(pictures))
    qtbot.waitUntil(lambda: page.result.model.rowCount() == 1)
    (out / REPORT).write_text("{")
    page.out.setText(str(out) + "/")
    qtbot.waitUntil(lambda: "is broken" in page.result.words.text())


def test_a_curation_can_be_stopped_and_a_failure_says_why(page, pictures, script, qtbot):
    script("say('started', out='x', total=4, done=1, workers=1, notes=[]); sys.stdin.read()")
    page.source.setText(str(pictures))
    page.start_button.click()
    qtbot.waitUntil(lambda: page.bar.value() == 1)
    page.stop_button.click()
    qtbot.waitUntil(lambda: not page.busy)
    script("sys.exit('training: install facedesigner[faces]')")
    page.start_button.click()
    qtbot.waitUntil(lambda: "Install facedesigner[faces]" in page.result.words.text())


def test_the_clean_set_is_trained_on(make_tab, works, pictures, qtbot):
    tab = make_tab()
    tab.pages.setCurrentWidget(tab.curate)
    assert tab.views.currentWidget() is tab.curate.result
    out = curated(tab.curate, pictures, qtbot)
    tab.curate.result.train_button.click()
    assert tab.pages.currentWidget() is tab.setup and tab.setup.picker.source == str(out)
