from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QObject

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_picture


def request(seed: int, **options) -> RenderRequest:
    return RenderRequest(FaceState(HASH, seed=seed), stamp=seed, **options)


class Log:
    """What the thread's signals told, in order."""

    def __init__(self, thread: RenderThread) -> None:
        self.results: list[RenderResult] = []
        self.batches: list[tuple[str, int, RenderResult]] = []
        self.finished: list[tuple[str, bool]] = []
        thread.rendered.connect(self.results.append)
        thread.batch_rendered.connect(lambda *told: self.batches.append(told))
        thread.batch_finished.connect(lambda *told: self.finished.append(told))

    @property
    def stamps(self) -> list[int]:
        return [result.request.stamp for result in self.results]


def hold(engine, thread: RenderThread, qtbot) -> None:
    """Lets the engine begin a picture (seed 0) and holds it there."""
    engine.gate.clear()
    engine.entered.clear()
    thread.submit(request(0))
    assert engine.entered.wait(5)


def test_the_engine_is_made_and_loaded_in_the_thread(qtbot, make_thread, engine):
    thread = make_thread()
    with qtbot.waitSignal(thread.device_changed) as device, qtbot.waitSignal(thread.loaded) as loaded:
        thread.start()
    assert device.args == ["cpu"] and loaded.args[0].hash == HASH
    assert engine.threads and threading.get_ident() not in engine.threads


def test_a_request_is_answered_with_its_picture(qtbot, thread):
    with qtbot.waitSignal(thread.rendered) as signal:
        thread.submit(request(3, resolution=32))
    result = signal.args[0]
    np.testing.assert_array_equal(result.image, fake_picture(result.request.face, 32))


def test_only_the_newest_waiting_request_is_drawn(qtbot, thread, engine):
    log = Log(thread)
    hold(engine, thread, qtbot)
    for seed in range(1, 61):
        thread.submit(request(seed))
        assert thread.queue_length == 1
    engine.gate.set()
    qtbot.waitUntil(lambda: len(log.results) == 2)
    assert log.stamps == [0, 60] and thread.queue_length == 0


def test_submitting_never_waits_for_the_picture(qtbot, thread, engine):
    hold(engine, thread, qtbot)
    for seed in range(1000):
        thread.submit(request(seed))  # comes back while the engine is held
    assert not engine.gate.is_set() and thread.queue_length == 1
    engine.gate.set()


@pytest.mark.logs
def test_errors_travel_as_results_and_the_thread_lives_on(qtbot, thread, engine):
    log = Log(thread)
    engine.crash = ZeroDivisionError("a bug")
    thread.submit(request(1))
    qtbot.waitUntil(lambda: len(log.results) == 1)
    assert log.results[0].image is None and log.results[0].error == "a bug"
    engine.crash = None
    thread.submit(request(2))
    qtbot.waitUntil(lambda: len(log.results) == 2)
    assert log.results[1].image is not None


def test_a_batch_comes_in_order_and_ends(qtbot, thread):
    log = Log(thread)
    started = []
    thread.batch_started.connect(lambda *told: started.append(told))
    thread.submit_batch("gallery", [request(seed) for seed in range(9)])
    qtbot.waitUntil(lambda: log.finished == [("gallery", True)])
    assert started == [("gallery", 9)]
    assert [(tag, index, result.request.stamp) for tag, index, result in log.batches] == [
        ("gallery", index, index) for index in range(9)
    ]


def test_an_empty_batch_ends_too(qtbot, thread):
    with qtbot.waitSignal(thread.batch_finished) as signal:
        thread.submit_batch("gallery", [])
    assert signal.args == ["gallery", True]


def test_the_slot_goes_before_a_batch(qtbot, thread, engine):
    hold(engine, thread, qtbot)
    thread.submit_batch("gallery", [request(seed) for seed in (10, 11, 12)])
    thread.submit(request(1))
    with qtbot.waitSignal(thread.batch_finished):
        engine.gate.set()
    assert [done.stamp for done in engine.requests] == [0, 1, 10, 11, 12]


def test_batches_are_drawn_one_after_the_other(qtbot, thread, engine):
    log = Log(thread)
    hold(engine, thread, qtbot)
    thread.submit_batch("strip", [request(seed) for seed in (10, 11, 12)])
    thread.submit_batch("gallery", [request(seed) for seed in (20, 21)])
    engine.gate.set()
    qtbot.waitUntil(lambda: len(log.finished) == 2)
    assert [done.stamp for done in engine.requests] == [0, 10, 11, 12, 20, 21]


def test_nothing_of_a_cancelled_batch_comes_after_its_end(qtbot, thread, engine):
    log = Log(thread)
    thread.submit_batch("gallery", [request(seed) for seed in range(1, 4)])
    qtbot.waitUntil(lambda: log.finished == [("gallery", True)])
    log.finished.clear()
    engine.gate.clear()
    engine.entered.clear()
    thread.submit_batch("gallery", [request(seed) for seed in range(4, 9)])
    assert engine.entered.wait(5)
    thread.cancel("gallery")
    engine.gate.set()
    qtbot.waitUntil(lambda: ("gallery", False) in log.finished)
    with qtbot.waitSignal(thread.answered):
        thread.call("after", lambda engine: None)
    assert len(log.batches) == 3


def test_cancelling_what_is_not_there_says_nothing(qtbot, thread):
    log = Log(thread)
    thread.cancel("gallery")
    with qtbot.waitSignal(thread.rendered):
        thread.submit(request(1))
    assert log.finished == []


def test_a_newer_batch_of_the_same_tag_replaces_the_old_one(qtbot, thread, engine):
    log = Log(thread)
    hold(engine, thread, qtbot)
    thread.submit_batch("gallery", [request(seed) for seed in (10, 11)])
    thread.submit_batch("gallery", [request(seed) for seed in (20, 21)])
    engine.gate.set()
    qtbot.waitUntil(lambda: bool(log.finished))
    assert [result.request.stamp for _, _, result in log.batches] == [20, 21]
    assert log.finished == [("gallery", True)]


def test_a_call_answers_with_its_value_or_its_error(qtbot, thread, engine):
    face = FaceState(HASH, seed=1)
    with qtbot.waitSignal(thread.answered) as signal:
        thread.call("vary", lambda engine: engine.vary(face, 9, seed=5))
    tag, children, error = signal.args
    assert (tag, len(children), error) == ("vary", 9, "")
    engine.call_error = "no memory"
    with qtbot.waitSignal(thread.answered) as signal:
        thread.call("breed", lambda engine: engine.breed([face], 9, 0))
    assert signal.args == ["breed", None, "no memory"]


def test_a_newer_call_of_the_same_tag_replaces_a_waiting_one(qtbot, thread, engine):
    answers = []
    thread.answered.connect(lambda *told: answers.append(told))
    hold(engine, thread, qtbot)
    thread.call("breed", lambda engine: "old")
    thread.call("breed", lambda engine: "new")
    engine.gate.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("breed", "new", "")]


def test_broken_weights_leave_the_old_model(qtbot, thread):
    with qtbot.waitSignal(thread.load_failed) as signal:
        thread.load(Path("broken.safetensors"))
    assert "cut short" in signal.args[0]
    with qtbot.waitSignal(thread.rendered) as rendered:
        thread.submit(request(1))
    assert rendered.args[0].error is None


@pytest.mark.logs
def test_an_engine_that_cannot_be_made_is_tried_again_with_the_next_load(qtbot, engine):
    attempts = []

    def factory():
        attempts.append(1)
        if len(attempts) == 1:
            raise ImportError("torch is not installed")
        return engine

    thread = RenderThread(factory, Path("fake.safetensors"))
    try:
        with qtbot.waitSignal(thread.load_failed) as failed:
            thread.start()
        assert failed.args == ["torch is not installed"]
        with qtbot.waitSignal(thread.rendered) as rendered:
            thread.submit(request(1))
        assert "No model is loaded" in rendered.args[0].error
        with qtbot.waitSignal(thread.loaded):
            thread.load(Path("fake.safetensors"))
    finally:
        thread.close()


def test_a_device_is_changed_or_refused(qtbot, thread):
    with qtbot.waitSignal(thread.device_changed) as changed:
        thread.use_device("fake")
    assert changed.args == ["fake"]
    with qtbot.waitSignal(thread.answered) as refused:
        thread.use_device("cuda")
    assert refused.args[:2] == ["device", None] and "cuda" in refused.args[2]


def test_a_fall_back_to_another_device_is_told(qtbot, thread, engine):
    engine.device = "after the fall"
    with qtbot.waitSignal(thread.device_changed) as changed:
        thread.submit(request(1))
    assert changed.args == ["after the fall"]


def test_close_joins_drops_pictures_and_still_does_what_was_called_for(qtbot, thread, engine):
    written = []
    hold(engine, thread, qtbot)
    thread.submit_batch("gallery", [request(seed) for seed in range(100)])
    thread.call("export", lambda engine: written.append("file"))
    threading.Timer(0.05, engine.gate.set).start()
    thread.close()
    assert thread.isFinished() and written == ["file"] and len(engine.requests) == 1


def test_a_thread_that_never_ran_can_be_closed(make_thread):
    thread = make_thread()
    thread.close()
    assert not thread.isRunning()


def test_pictures_are_brought_to_whoever_asked_and_to_nobody_else(qtbot, thread, engine):
    owner, other = QObject(), QObject()
    brought: list[object] = []
    hold(engine, thread, qtbot)
    for who, name in ((owner, "mine"), (other, "theirs")):
        each = partial(lambda name, index, result: brought.append((name, index, result.request.stamp)), name)
        thread.draw(name, [request(5), request(6)], each, who, partial(lambda name, done: brought.append(name), name))
    shiboken6.delete(other)
    engine.gate.set()
    qtbot.waitUntil(lambda: "mine" in brought)
    assert brought == [("mine", 0, 5), ("mine", 1, 6), "mine"]


def test_whoever_has_an_answer_is_not_held_on_to(qtbot, thread, engine):
    """Dialogs ask under names of their own."""
    owner = QObject()
    hold(engine, thread, qtbot)
    for number in range(3):
        thread.draw(f"draw {number}", [request(number)], lambda *_: None, owner)
        thread.ask(f"ask {number}", lambda engine: None, lambda *_: None, owner)
    thread.cancel("draw 1")
    engine.gate.set()
    qtbot.waitUntil(lambda: not thread._wishes)
    hold(engine, thread, qtbot)
    with qtbot.waitSignal(thread.loaded):
        thread.submit(request(0))  # of the former model
        thread.load(Path("other.safetensors"))
        thread.draw("draw", [request(1)], lambda *_: None, owner)
        engine.gate.set()
        qtbot.waitUntil(lambda: thread._loaded == 2)
        thread.ask("ask", lambda engine: None, lambda *_: None, owner)
    qtbot.waitUntil(lambda: not thread._wishes)


def test_what_is_late_is_dropped(qtbot, thread, engine):
    owner, brought = QObject(), []
    thread.draw("faces", [request(1)], lambda *_: brought.append("old"), owner)
    thread.ask("sum", lambda _: "old", lambda value, _: brought.append(value), owner)
    while len(engine.requests) < 1:  # drawn; its picture is on its way
        time.sleep(0)
    thread.draw("faces", [request(2)], lambda *_: brought.append("new"), owner)
    thread.ask("sum", lambda _: "new", lambda value, _: brought.append(value), owner)
    qtbot.waitUntil(lambda: len(brought) == 2)
    assert sorted(brought) == ["new", "new"]


def test_a_batch_that_is_given_up_brings_its_end_and_no_more_pictures(qtbot, thread, engine):
    owner = QObject()
    brought: list[object] = []
    hold(engine, thread, qtbot)
    thread.draw("faces", [request(1)], lambda *_: brought.append("picture"), owner, brought.append)
    thread.cancel("faces")
    engine.gate.set()
    qtbot.waitUntil(lambda: bool(brought))
    assert brought == [False]


def test_an_answer_or_why_there_is_none(qtbot, thread):
    owner, brought = QObject(), []
    thread.ask("one", lambda _: 1, lambda *told: brought.append(told), owner)
    thread.ask("two", lambda _: [][0], lambda *told: brought.append(told), owner)
    qtbot.waitUntil(lambda: len(brought) == 2)
    assert brought == [(1, ""), (None, "list index out of range")]


def test_what_was_asked_of_a_former_model_is_dropped_but_for_what_is_to_be_kept(qtbot, thread, engine):
    log, owner = Log(thread), QObject()
    answers: list[object] = []
    hold(engine, thread, qtbot)
    with qtbot.waitSignal(thread.loaded):
        thread.load(Path("other.safetensors"))
        engine.gate.set()
        qtbot.waitUntil(lambda: len(log.results) == 1)
    assert log.stamps == [0]  # it had begun
    log.results.clear()
    thread._seen -= 1  # as if the window had not heard of the new model yet
    thread.submit(request(1))
    thread.draw("faces", [request(2)], lambda *_: answers.append("picture"), owner, answers.append)
    thread.ask("sum", lambda _: "sum", lambda value, _: answers.append(value), owner)
    thread.ask("export", lambda _: "file", lambda value, _: answers.append(value), owner, keep=True)
    qtbot.waitUntil(lambda: answers == ["file", False])
    assert log.results == []


def test_what_was_called_for_before_a_load_comes_before_it(qtbot, thread, engine):
    order: list[str] = []
    hold(engine, thread, qtbot)
    thread.call("export", lambda engine: order.append(engine.info.name))
    thread.load(Path("other.safetensors"))
    thread.call("later", lambda engine: order.append(engine.info.name))
    engine.gate.set()
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["fake", "other"]
