"""The training tab with real children: they import torch and train on 16 px."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from facedesigner.gui.training.run_record import State, read_run
from facedesigner.gui.training.training_tab import TrainingTab
from tests.unit.training.helpers import debug_config, make_pictures
from training.config import new_run

pytestmark = pytest.mark.slow
PATIENCE = 240_000  # ms; importing torch, 4 s of work, takes a minute while the machine is busy


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return make_pictures(tmp_path / "faces")


@pytest.fixture
def tab(qtbot, tmp_path: Path, monkeypatch) -> Iterator[TrainingTab]:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    tab = TrainingTab(tmp_path / "runs", tmp_path / "models", tmp_path / "cache")
    qtbot.addWidget(tab)
    tab.show()
    yield tab
    tab.shut_down()


def test_a_run_is_started_stopped_resumed_and_finished(tab, pictures, qtbot):
    header, view = tab.monitor.header, tab.monitor.left.view
    tab.start(debug_config(pictures, "train.images=160", "log.samples_every=32"))
    qtbot.waitUntil(lambda: view.picture is not None, timeout=PATIENCE)
    assert view.picture.width() == 4 * 16
    header.stop_button.click()
    qtbot.waitUntil(lambda: not tab.process.live, timeout=PATIENCE)
    record = tab.monitor.record
    assert record.state == State.STOPPED and 0 < record.saved < 160
    assert (record.folder / "last.pt").exists()
    header.resume_button.click()
    qtbot.waitUntil(lambda: not tab.process.live, timeout=PATIENCE)
    assert tab.monitor.problem.text() == "" and record.state == State.FINISHED and record.saved == 160
    assert [images for images, _ in record.samples][-1] == 160 and record.history.images[-1] == 160
    assert read_run(record.folder).state == State.FINISHED


def test_the_form_comes_from_the_variants_and_bad_pictures_are_refused(tab, tmp_path, qtbot):
    (tmp_path / "none").mkdir()
    tab.setup.picker.set_source(str(tmp_path / "none"))
    qtbot.waitUntil(lambda: "there are no pictures" in tab.setup.picker.problem.lower(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: "resolution" in tab.setup.options.rows, timeout=PATIENCE)
    assert tab.setup.variant.findText("dcgan") >= 0
    assert list((tmp_path / "cache").glob("variants-*.json"))


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from facedesigner.gui.training.run_process import RunProcess
application = QCoreApplication([])
process = RunProcess()
process.told.connect(lambda event: print(type(event).__name__, flush=True))
process.start(Path(sys.argv[1]))
application.exec()
"""


def test_a_killed_window_leaves_a_run_that_was_saved(pictures, tmp_path, qtbot):
    config = debug_config(pictures, "train.images=80000", "log.save_every=80000")
    folder = new_run(config, tmp_path / "runs")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-c", WINDOW, str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as window:
        assert window.stdout is not None
        while window.stdout.readline().strip() != "Metrics":
            assert window.poll() is None
        assert not (folder / "last.pt").exists()
        window.send_signal(signal.SIGKILL)
    qtbot.waitUntil(lambda: (folder / "last.pt").exists(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: read_run(folder).state == State.STOPPED, timeout=PATIENCE)
    assert read_run(folder).saved > 0
