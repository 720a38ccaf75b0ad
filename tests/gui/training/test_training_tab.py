"""The tab with children that are scripts: see conftest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMessageBox

from facedesigner.gui.training.run_monitor import MOMENT
from facedesigner.gui.training.run_record import State
from facedesigner.gui.training.training_tab import TrainingTab
from facedesigner.gui.widgets.errors import ErrorDialog
from tests.unit.training.helpers import debug_config
from training.config import CONFIGS, load_config, new_run
from training.events import Metrics, encode

SKETCH = "started(); metrics(32, d_loss=0.5, g_loss=1.0, d_real=0.6, d_fake=0.4); saved(32)\n"
UNTIL_STOPPED = SKETCH + "sys.stdin.read(); saved(40); say('ended', images=40, reason='stopped')\n"


@pytest.fixture
def tab(make_tab: Callable[[], TrainingTab], run, qtbot) -> TrainingTab:
    """Shows `run`, which was not begun."""
    tab = make_tab()
    qtbot.waitUntil(lambda: tab.monitor.record is not None)
    return tab


def begin(tab: TrainingTab, qtbot) -> None:
    tab.monitor.header.resume_button.click()
    qtbot.waitUntil(lambda: tab.monitor.record is not None and tab.monitor.record.saved == 32)


def grid(path, colour: str) -> None:
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(colour)
    assert picture.save(str(path))


def box(tab: TrainingTab) -> QMessageBox:
    return next(found for found in tab.findChildren(QMessageBox) if found.isVisible())


def press(tab: TrainingTab, words: str) -> None:
    found = box(tab)
    next(button for button in found.buttons() if words in button.text()).click()


def test_neither_the_window_nor_the_tab_imports_the_diagrams():
    modules = "facedesigner.gui.window.app, facedesigner.gui.training.training_tab"
    code = f"import sys, {modules}; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_empty_tab_says_what_to_do(make_tab):
    tab = make_tab()
    assert "Choose pictures" in tab.monitor.header.status.text()
    assert "Samples of the run appear here" in tab.monitor.left.view.words
    assert "no runs" in tab.runs.empty.text() and not tab.runs.delete_button.isEnabled()


def test_a_run_streams_pauses_and_is_stopped(tab, qtbot, script):
    header = tab.monitor.header
    script(
        SKETCH
        + "wait_for('pause'); wait_for('continue'); metrics(40); measured(40)\n"
        + UNTIL_STOPPED.removeprefix(SKETCH)
    )
    begin(tab, qtbot)
    assert tab.monitor.record.history.values["d_real"] == [0.6]
    qtbot.waitUntil(lambda: tab.monitor.curves.plots[0].lines["d_loss"].yData is not None)
    assert not tab.monitor.curves.distance.isVisible()
    assert "32 of 128 pictures · 40.0 pictures a second" in header.status.text()
    assert tab.monitor.notes.text() == "a note" and header.use_button.isEnabled()
    header.pause_button.click()
    assert tab.process.state == State.PAUSED and header.go_on_button.isVisible()
    header.go_on_button.click()
    qtbot.waitUntil(tab.monitor.curves.distance.isVisible)
    assert tab.monitor.record.images == 40
    assert list(tab.monitor.curves.distance.lines["frechet"].yData) == [99.0]
    header.stop_button.click()
    assert header.status.text() == "Saving…" and not header.stop_button.isEnabled()
    qtbot.waitUntil(lambda: not tab.process.live)
    assert tab.monitor.record.state == State.STOPPED and tab.monitor.record.saved == 40
    assert not tab.monitor.problem.isVisible() and header.resume_button.isEnabled()


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "memory runs out"),
        ("raise KeyError('gamma')", "KeyError: 'gamma'"),
        ("sys.exit('training: the losses are no longer numbers')", "The losses are no longer numbers."),
        ("say('metrics'); print('noise'); sys.stdout.write('{\"ev'); sys.exit(3)", "code 3"),
    ],
)
def test_a_crash_shows_its_reason_and_the_way_to_resume(tab, qtbot, script, end, reason):
    script(SKETCH + end)
    begin(tab, qtbot)
    qtbot.waitUntil(lambda: not tab.process.live)
    assert reason in tab.monitor.problem.text() and "Resume" in tab.monitor.problem.text()
    assert tab.monitor.record.state == State.INTERRUPTED
    script(UNTIL_STOPPED)
    tab.monitor.header.resume_button.click()
    qtbot.waitUntil(lambda: tab.process.state == State.RUNNING)
    assert not tab.monitor.problem.isVisible()


def test_details_of_a_crash_can_be_read(tab, qtbot, script):
    script(SKETCH + "raise KeyError('gamma')")
    begin(tab, qtbot)
    qtbot.waitUntil(lambda: tab.monitor.details.isVisible())
    tab.monitor.details.click()
    dialog = tab.findChild(ErrorDialog)
    assert "Traceback" in dialog.details
    dialog.close()


def test_a_run_that_cannot_begin_leaves_no_folder(make_tab, pictures, runs, qtbot, script):
    tab = make_tab()
    script("sys.exit('training: there are no pictures in x')")
    tab.start(debug_config(pictures))
    qtbot.waitUntil(lambda: not tab.process.live)
    assert "could not begin. There are no pictures in x." in tab.monitor.problem.text()
    assert list(runs.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(make_tab, pictures, runs):
    tab = make_tab()
    runs.write_text("a file")
    tab.start(debug_config(pictures))
    dialog = tab.findChild(ErrorDialog)
    assert str(runs) in dialog.message.text() and not tab.process.live
    dialog.close()


def test_samples_are_scrubbed_and_compared(tab, run, qtbot, script):
    for step, colour in ((0, "red"), (4, "green"), (8, "blue")):
        grid(run / f"fakes{step:06d}.png", colour)
    grid(run / "reals.png", "white")
    tab.open(run)
    left, right = tab.monitor.left, tab.monitor.right

    def colours() -> list[str | None]:
        views = (left.view.picture, right.view.picture)
        return [None if picture is None else picture.pixelColor(1, 1).name() for picture in views]

    qtbot.waitUntil(lambda: colours() == ["#0000ff", "#ffffff"])
    left.picker.slider.setValue(1)
    tab.monitor.beside.setCurrentIndex(tab.monitor.beside.findData(MOMENT))
    tab.monitor.beside.activated.emit(1)
    qtbot.waitUntil(lambda: colours() == ["#008000", "#ff0000"])
    assert left.moment == 32 and right.moment == 0
    marks = tab.monitor.curves.plots[0].moments
    assert [mark.value() for mark in marks] == [32, 0]
    grid(run / "fakes000012.png", "black")
    script("started(64); say('samples', step=12, images=96, path='fakes000012.png'); saved(32); sys.stdin.read()")
    begin(tab, qtbot)
    qtbot.waitUntil(lambda: left.picker.moments == (0, 32, 64, 96))
    assert left.moment == 32  # a moment that was chosen stays
    left.picker.slider.setValue(3)
    qtbot.waitUntil(lambda: colours()[0] == "#000000")


def test_another_run_stands_beside_with_its_curves(tab, run, pictures, runs, qtbot):
    other = new_run(debug_config(pictures), runs)
    (other / "metrics.jsonl").write_text(encode(Metrics(4, 32, 1.0, 9.0, {"d_loss": 0.7})) + "\n")
    grid(other / "fakes000004.png", "green")
    tab.refresh()
    qtbot.waitUntil(lambda: tab.monitor.beside.findData(str(other)) >= 0)
    tab.monitor.beside.setCurrentIndex(tab.monitor.beside.findData(str(other)))
    tab.monitor.beside.activated.emit(2)
    qtbot.waitUntil(lambda: tab.monitor.right.view.picture is not None)
    qtbot.waitUntil(lambda: list(tab.monitor.curves.plots[0].others["d_loss"].yData) == [0.7])
    tab.open(other)
    qtbot.waitUntil(lambda: tab.monitor.record.folder == other)
    assert tab.monitor.beside.currentIndex() == 0  # a run is not compared with itself


def test_deleting_asks_first(tab, run, qtbot):
    tab.runs.ask_delete()
    assert run.name in box(tab).text() and box(tab).defaultButton().text() == "Cancel"
    press(tab, "Cancel")
    assert run.exists()
    tab.runs.ask_delete()
    press(tab, "Delete")
    qtbot.waitUntil(lambda: not run.exists())
    qtbot.waitUntil(lambda: tab.runs.folders == [])
    assert tab.monitor.record is None


def test_the_live_run_cannot_be_deleted_nor_resumed_twice(tab, run, pictures, runs, qtbot, script):
    other = new_run(debug_config(pictures), runs)
    script(UNTIL_STOPPED)
    begin(tab, qtbot)
    qtbot.waitUntil(lambda: other in tab.runs.folders or bool(tab.refresh()))
    assert not tab.runs.delete_button.isEnabled() and not tab.runs.change_button.isEnabled()
    tab.open(other)
    qtbot.waitUntil(lambda: tab.monitor.record.folder == other)
    assert not tab.monitor.header.resume_button.isEnabled() and tab.process.live
    tab.open(run)
    assert tab.monitor.record.state == State.RUNNING


def test_a_broken_run_shows_why(make_tab, run, qtbot):
    (run / "config.toml").write_text("variant = 'style'\nspeed = 3\n")
    tab = make_tab()
    qtbot.waitUntil(lambda: tab.monitor.record is not None)
    assert "Another version" in tab.monitor.problem.text()
    assert not tab.monitor.header.resume_button.isVisible() and not tab.monitor.header.use_button.isVisible()


def test_leaving_asks_and_stops_and_saves(tab, qtbot, script):
    left = []
    assert tab.leave(lambda: left.append(1))
    script(UNTIL_STOPPED)
    begin(tab, qtbot)
    assert not tab.leave(lambda: left.append(2))
    assert box(tab).defaultButton().text() == "&Stop and save"
    press(tab, "Cancel")
    assert tab.process.live and not left
    tab.leave(lambda: left.append(3))
    press(tab, "Stop and save")
    qtbot.waitUntil(lambda: left == [3])
    assert tab.monitor.record.state == State.STOPPED and tab.monitor.record.saved == 40


EXPORTED = """
out = pathlib.Path(words[2])
out.parent.mkdir(exist_ok=True)
header = json.dumps({{'__metadata__': {{'{key}': 'dcgan'}}}}).encode()
out.write_bytes(len(header).to_bytes(8, 'little') + header)
"""


def test_what_is_no_generator_is_made_and_stays_where_it_is(tab, qtbot, script, tmp_path):
    script(UNTIL_STOPPED)
    begin(tab, qtbot)
    script(EXPORTED.format(key="task"))
    handed = list[Path]()
    tab.use_model.connect(handed.append)
    with qtbot.waitSignal(tab.said, check_params_cb=lambda words: words.startswith("Wrote ")):
        tab.monitor.header.use_button.click()
    assert not handed


def test_a_model_is_made_and_handed_on(tab, qtbot, script, tmp_path):
    script(UNTIL_STOPPED)
    begin(tab, qtbot)
    script(EXPORTED.format(key="variant"))
    with qtbot.waitSignal(tab.use_model) as made:
        tab.monitor.header.use_button.click()
        assert not tab.monitor.header.use_button.isEnabled()
    assert made.args == [tmp_path / "models" / "00001-debug-32.safetensors"] and made.args[0].exists()
    script("sys.exit('training: last.pt cannot be read')")
    tab.monitor.header.use_button.click()
    qtbot.waitUntil(lambda: tab.findChild(ErrorDialog) is not None)
    assert "Last.pt cannot be read" in tab.findChild(ErrorDialog).message.text()
    tab.findChild(ErrorDialog).close()
    assert tab.process.live


def test_a_finished_run_goes_on_for_longer(tab, run, qtbot, script):
    script(SKETCH + "say('ended', images=128, reason='finished')")
    begin(tab, qtbot)
    qtbot.waitUntil(lambda: not tab.process.live)
    assert tab.monitor.record.state == State.FINISHED
    tab._extend(tab.monitor.record, 256)
    assert "images = 256" in (run / "config.toml").read_text() and tab.process.live


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("sys.exit('training: there are no pictures in x: put some there')", "There are no pictures in x"),
        ("sys.exit('training: only 1 of 1 pictures in x can be used')", "Only 1 of 1"),
        ("print('[]'); raise MemoryError", "MemoryError"),
    ],
)
def test_pictures_that_cannot_be_trained_on_give_the_loaders_message(make_tab, qtbot, script, answer, words):
    picker = make_tab().setup.picker
    script(answer)
    picker.set_source("x")
    qtbot.waitUntil(lambda: words in picker.count.text())
    assert words in picker.problem


def test_pictures_are_looked_at(make_tab, pictures, qtbot, script):
    tab = make_tab()
    picker = tab.setup.picker
    script("print(json.dumps({'pictures': 3, 'sizes': [[16, 16, 2], [9, 8, 1]], 'notes': ['few']}))")
    picker.path.setText(str(pictures))
    qtbot.waitUntil(lambda: picker.problem == "")
    assert picker.count.text() == "3 pictures · 16 × 16 px, 9 × 8 px" and picker.notes.text() == "few"
    assert tab.setup.start_button.isEnabled()


def test_a_run_is_measured_and_the_distance_stands_beside_it(tab, run, qtbot, script):
    script(UNTIL_STOPPED)
    begin(tab, qtbot)
    script(
        "print(json.dumps({'say': 'Measuring…'}));"
        "found = {'images': 32, 'count': 20, 'colours': {'frechet': 90.25, 'kernel': 0.0123}};"
        "pathlib.Path(words[0], 'eval.json').write_text(json.dumps(found)); print(json.dumps(found))"
    )
    header, said = tab.monitor.header, list[str]()
    tab.said.connect(said.append)
    header.measure_button.click()
    assert not header.measure_button.isEnabled() and header.measure_button.text() == "Measuring…"
    qtbot.waitUntil(lambda: "Fréchet 90.2, kernel 0.0123 at 32 pictures" in tab.monitor.notes.text())
    assert header.measure_button.isEnabled() and "Measuring…" in said
    script("sys.exit('training: the run holds nothing out')")
    header.measure_button.click()
    qtbot.waitUntil(lambda: tab.findChild(ErrorDialog) is not None)
    assert "holds nothing out" in tab.findChild(ErrorDialog).message.text()
    tab.findChild(ErrorDialog).close()


def test_a_run_of_another_kind_streams_its_own_curves(tab, pictures, runs, qtbot, script):
    config = load_config(CONFIGS / "encoder.toml", (f"data.source={pictures}",))
    script("started(); metrics(32, latent=0.9, picture=1.5); metrics(64, latent=0.7, picture=1.2); saved(64)\n")
    tab.start(config)
    qtbot.waitUntil(lambda: tab.monitor.record is not None and tab.monitor.record.saved == 64)
    curves = tab.monitor.curves
    qtbot.waitUntil(lambda: curves.own is not None and curves.own.isVisible())
    assert list(curves.own.lines) == ["latent", "picture"] and not curves.plots[0].isVisible()
    assert list(curves.own.lines["latent"].yData) == [0.9, 0.7]
    header = tab.monitor.header
    assert not header.measure_button.isVisible() and "Write its file" in header.use_button.text()
