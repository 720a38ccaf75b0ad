from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread

from facedesigner.gui.work.desk import LEAVING, Desk, Job, Unable


class Tool:
    def __init__(self) -> None:
        self.thread, self.closed = QThread.currentThread(), False
        self.log: list[str] = []

    def close(self) -> None:
        self.closed = True


class Office:
    """A desk whose works wait for a gate, and what it answered."""

    def __init__(self) -> None:
        self.tools: list[Tool] = []
        self.gate, self.entered = threading.Event(), threading.Event()
        self.desk = Desk(self._make)
        self.owner = QObject()
        self.answers: list[Any] = []

    def _make(self) -> Tool:
        self.tools.append(Tool())
        return self.tools[-1]

    def ask(self, name: str, **options: Any) -> Job:
        def work(tool: Tool, job: Job) -> str:
            self.entered.set()
            assert self.gate.wait(10)
            tool.log.append(name)
            return f"{name} stopped" if job.stopped() else name

        return self.desk.ask(work, lambda value, error: self.answers.append(error or value), self.owner, **options)

    def begin(self) -> Job:
        """The first job, which is under way now."""
        job = self.ask("first")
        assert self.entered.wait(10)
        return job


@pytest.fixture
def office(qapp) -> Iterator[Office]:
    office = Office()
    yield office
    office.gate.set()
    office.desk.close()


def test_works_run_in_the_thread_with_one_tool_and_answer_in_order(office, qtbot):
    office.begin()
    office.ask("second")
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["first", "second"])
    (tool,) = office.tools
    assert tool.thread is not QThread.currentThread() and tool.log == ["first", "second"]
    office.desk.close()
    assert tool.closed and not office.desk.is_running


def test_nothing_starts_before_there_is_work(office):
    assert not office.desk.is_running and not office.tools


def test_the_slot_is_overwritten_and_what_is_under_way_is_answered(office, qtbot):
    office.begin()
    for name in ("one", "two", "three"):
        office.ask(name, replace="slot")
    office.ask("other", replace="another slot")
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["first", "three", "other"])


def test_the_newest_takes_the_place_of_what_is_under_way(office, qtbot):
    office.ask("first", replace="slot")
    assert office.entered.wait(10)
    office.ask("second", replace="slot", newest=True)
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["second"])


def test_another_owners_slot_is_another_slot(office, qtbot):
    office.begin()
    office.ask("mine", replace="slot")
    theirs = QObject()
    office.desk.ask(lambda *_: "theirs", lambda value, _: office.answers.append(value), theirs, replace="slot")
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["first", "mine", "theirs"])


def test_urgent_works_come_first(office, qtbot):
    office.begin()
    office.ask("batch")
    office.ask("picture", urgent=True)
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["first", "picture", "batch"])


def test_nothing_is_heard_after_a_cancel(office, qtbot):
    first = office.begin()
    office.ask("second", replace="slot")
    first.cancel()
    office.desk.cancel(office.owner, "slot")
    office.ask("third")
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["third"])
    assert office.tools[0].log == ["first", "third"]


def give_up_the_job(office: Office, job: Job) -> None:
    job.cancel()


def give_up_the_name(office: Office, job: Job) -> None:
    office.desk.cancel(office.owner, "slot")


def ask_for_a_newer_one(office: Office, job: Job) -> None:
    office.ask("newer", replace="slot", newest=True)


@pytest.mark.parametrize("give_up", [give_up_the_job, give_up_the_name, ask_for_a_newer_one])
def test_an_answer_that_is_on_its_way_is_given_up_too(office, qtbot, give_up):
    first = office.ask("first", replace="slot")
    office.ask("between")
    office.gate.set()
    while "between" not in (office.tools[0].log if office.tools else ()):  # the answers wait for the event loop
        QThread.yieldCurrentThread()
    give_up(office, first)
    office.ask("last")
    qtbot.waitUntil(lambda: office.answers[-1:] == ["last"])
    assert "first" not in office.answers and "between" in office.answers


def test_a_stopped_work_answers_with_what_it_has(office, qtbot):
    office.begin().stop()
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["first stopped"])


def test_answers_to_what_is_gone_are_dropped(office, qtbot):
    office.begin()
    shiboken6.delete(office.owner)
    office.owner = QObject()
    office.ask("second")
    office.gate.set()
    qtbot.waitUntil(lambda: office.answers == ["second"])


def test_reports_come_before_the_answer_and_not_after_a_cancel(office, qtbot):
    said: list[Any] = []

    def work(_tool: Tool, job: Job) -> str:
        job.report(1)
        job.report(2)
        return "done"

    office.desk.ask(work, lambda value, _: said.append(value), office.owner, report=said.append)
    office.desk.ask(work, lambda value, _: said.append(value), office.owner, report=said.append).cancel()
    office.desk.ask(lambda *_: "end", lambda value, _: said.append(value), office.owner)
    qtbot.waitUntil(lambda: said == [1, 2, "done", "end"])


def test_an_error_is_an_answer_and_the_desk_goes_on(office, qtbot):
    def work(*_: object) -> None:
        raise ValueError("no paper")

    office.desk.ask(work, lambda value, error: office.answers.append((value, str(error))), office.owner)
    office.gate.set()
    office.ask("second")
    qtbot.waitUntil(lambda: office.answers == [(None, "no paper"), "second"])


def test_a_tool_that_cannot_be_made_is_tried_anew(office, qtbot):
    office.gate.set()
    office.desk.make = lambda: [][0]
    office.ask("first")
    qtbot.waitUntil(lambda: bool(office.answers))
    assert isinstance(office.answers.pop(), Unable)
    office.desk.make = office._make
    office.ask("second")
    qtbot.waitUntil(lambda: office.answers == ["second"])
    office.desk.renew()
    office.ask("third")
    qtbot.waitUntil(lambda: office.answers == ["second", "third"])
    assert len(office.tools) == 2


def test_closing_does_what_is_to_be_kept_and_nothing_else(office):
    first = office.begin()
    office.ask("picture")
    office.ask("file", keep=True)
    closing = threading.Thread(target=office.desk.close)
    closing.start()
    while not first.stopped():
        QThread.yieldCurrentThread()
    office.gate.set()
    closing.join(10)
    assert office.tools[0].log == ["first", "file"] and office.answers == []


def test_a_window_need_not_wait_for_a_long_step(office, qtbot):
    office.begin()
    office.desk.leave()
    assert office.desk in LEAVING and office.desk.is_running
    office.gate.set()
    qtbot.waitUntil(lambda: office.desk not in LEAVING)
    assert office.answers == [] and office.tools[0].closed


def test_a_desk_that_has_closed_takes_nothing_more(office):
    office.desk.close()
    done: list[int] = []
    job = office.desk.ask(lambda *_: done.append(1), lambda *_: done.append(2), office, keep=True)
    assert not office.desk.is_running and job.over
    office.desk.close()
    assert not done
