"""Lines, events, histories and run folders: what needs no window."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from facedesigner.gui.training import run_files
from facedesigner.gui.training.history import FRECHET, MOST, History
from facedesigner.gui.training.lines import LineBuffer, event_of
from facedesigner.gui.training.run_header import describe, duration
from facedesigner.gui.training.run_record import RunRecord, State, read_run, scan
from training.config import load_config
from training.events import Ended, Event, Measured, Metrics, Samples, Saved, Started, encode


def metrics(images: int, **values: float) -> Metrics:
    return Metrics(images // 8, images, 1.0, 40.0, values)


def started(images: int = 0) -> Started:
    return Started("runs/x", "style", images, 128, 24, "cpu")


def log(folder: Path, *events: Event, torn: str = "") -> None:
    (folder / "metrics.jsonl").write_text("".join(encode(event) + "\n" for event in events) + torn)


def test_lines_come_whole_however_the_pipe_cuts_them():
    text = 'first\nsecond ü\r\n{"event"'.encode()
    for size in (1, 2, 7, 100):
        lines = LineBuffer()
        pieces = [text[place : place + size] for place in range(0, len(text), size)]
        assert [line for piece in pieces for line in lines.feed(piece)] == ["first", "second ü"]
        assert lines.flush() == ['{"event"'] and lines.flush() == []


@pytest.mark.parametrize("line", ["", "UserWarning: no GPU", "{}", '{"event": "metrics"', '{"event": "party"}'])
def test_what_is_no_event_is_passed_over(line):
    assert event_of(line) is None


def test_a_long_history_is_thinned_out_and_keeps_its_ends():
    history = History()
    for step in range(3 * MOST):
        history.add(metrics(8 * (step + 1), d_loss=float(step)))
    assert MOST // 2 <= len(history.images) < MOST
    assert history.images == sorted(history.images) and history.images[-1] > 0.99 * 8 * 3 * MOST
    assert all(len(values) == len(history.images) for values in history.values.values())
    assert math.isnan(history.values["d_real"][0]) and history.values["d_loss"][-1] * 8 + 8 == history.images[-1]


def test_resuming_forgets_what_came_after_the_checkpoint():
    record = RunRecord(Path("00001-x"))
    events = (
        *(started(), Samples(0, 0, "fakes000000.png"), metrics(32, g_loss=1.0), metrics(64, g_loss=1.0)),
        *(Samples(8, 64, "elsewhere/fakes000008.png"), Saved(8, 64, "last.pt"), metrics(96), Samples(12, 96, "f.png")),
    )
    for event in events:
        record.take(event)
    assert (record.images, record.saved, len(record.samples)) == (96, 64, 3)
    record.take(started(64))
    assert record.history.images == [32, 64] and [images for images, _ in record.samples] == [0, 64]
    assert record.samples[1][1] == Path("00001-x/fakes000008.png")
    states = [record.state]
    record.take(Ended(128, "finished"))
    assert [*states, record.state] == [State.RUNNING, State.FINISHED]


def test_distances_are_a_curve_of_their_own_and_resuming_forgets_the_later_ones():
    record = RunRecord(Path("00001-x"))
    distances = [Measured(images // 8, images, "f", 500, 200.0 - images, 0.1) for images in (64, 96)]
    events: list[Event] = [started(), metrics(64, d_loss=1.0), *distances]
    for event in events:
        record.take(event)
    assert record.history.points(FRECHET) == ([64.0, 96.0], [136.0, 104.0])
    assert record.history.points("d_loss") == ([64], [1.0])
    record.take(started(64))
    assert record.history.points(FRECHET) == ([64.0], [136.0])


def test_speed_and_time_left_are_of_the_last_metrics():
    record = RunRecord(Path("00001-x"))
    record.take(started())
    for images, speed in ((8, 1.0), *((16 + 8 * i, 20.0) for i in range(5))):
        record.take(Metrics(1, images, 1.0, speed, {}))
    assert record.speed == 20 and record.seconds_left == (128 - 48) / 20
    record.config = load_config(Path(__file__).parents[3] / "training/configs/debug.toml")
    assert describe(record) == "Running · 48 of 128 pictures · 20.0 pictures a second · 4 s left"
    assert [duration(s) for s in (59, 90, 3700, 200_000)] == ["59 s", "2 min", "1 h 2 min", "2 days 7 h"]


def test_a_folder_tells_how_its_run_ended(run):
    assert read_run(run).state == State.NEW
    log(run, started(), metrics(64, d_loss=0.5), Saved(8, 64, "last.pt"), torn='{"event": "met')
    (run / "last.pt").touch()
    (run / "fakes000008.png").touch()
    record = read_run(run)
    assert (record.state, record.images, record.saved, record.total) == (State.INTERRUPTED, 64, 64, 128)
    assert record.samples == [(64, run / "fakes000008.png")] and record.history.values["d_loss"] == [0.5]
    log(run, started(), Ended(128, "finished"))
    assert read_run(run).state == State.FINISHED
    config = load_config(run / "config.toml")
    run_files.extend(run, config, 256)
    assert (read_run(run).state, read_run(run).total) == (State.STOPPED, 256)


def test_a_run_of_another_version_and_one_without_a_config_say_so(run, runs):
    text = (run / "config.toml").read_text()
    (run / "config.toml").write_text(text.replace("[train]", "[train]\nspeed = 3"))
    record = read_run(run)
    assert record.state == State.BROKEN
    assert "unknown key 'speed'" in record.problem and "Another version" in record.problem
    (runs / "00007-lost").mkdir()
    (runs / "holiday").mkdir()
    lost, _ = scan(runs)
    assert lost.name == "00007-lost" and "no config.toml" in lost.problem
    assert scan(runs / "nowhere") == []


def test_deleting_keeps_what_the_run_did_not_make(run):
    (run / "last.pt").touch()
    (run / "fakes000000.png").touch()
    (run / "thesis.txt").write_text("mine")
    assert "kept" in run_files.delete(run)
    assert [path.name for path in run.iterdir()] == ["thesis.txt"]
    with pytest.raises(ValueError, match="may be no run"):
        run_files.delete(run)


def test_only_a_run_that_never_began_is_cleared_away(run):
    (run / "last.pt").touch()
    run_files.clear_stillborn(run)
    assert run.exists()
    (run / "last.pt").unlink()
    run_files.clear_stillborn(run)
    assert not run.exists()
