"""Companion: a process that answers questions, for libraries that stop every other thread of a process as they load."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from training.errors import UserError

LOOK = 0.1  # seconds between questions whether to stop


class Stopped(Exception):  # noqa: N818 nothing went wrong
    """The work was given up."""


@dataclass(frozen=True)
class Report:
    """What `serve` may send before its answer."""

    value: Any


def answer_each(pipe: Connection, work: Callable[[Any], object]) -> None:
    """What `serve` does once it has loaded what it needs: answers with what `work` makes of a question, or raises."""
    while True:
        try:
            question = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            pipe.send(work(question))
        except Exception as error:  # its sentence is for the user
            pipe.send(error)


class Companion:
    """The process starts with the first question and lives on, so that the next one is quick; it ends with ours."""

    def __init__(self, serve: Callable[[Connection], None], name: str) -> None:
        """`serve` answers each question until the pipe closes: with a value, or with an exception to be raised here."""
        self._serve, self._name = serve, name
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def ask(
        self,
        question: object,
        stopped: Callable[[], bool],
        ended: str,
        report: Callable[[Any], None] = lambda _: None,
    ) -> Any:
        """Raises what was answered, Stopped, or RuntimeError with the words `ended` when the process came to an end."""
        pipe = self._pipe or self._start()
        try:
            pipe.send(question)
            answer: Any = Report(None)
            while isinstance(answer, Report):
                while not pipe.poll(LOOK):
                    if stopped():
                        raise Stopped
                answer = pipe.recv()
                if isinstance(answer, Report):
                    report(answer.value)
        except Stopped:
            self.close()
            raise
        except (EOFError, OSError):
            self.close()
            raise UserError(ended) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._serve, args=(theirs,), daemon=True, name=self._name)
        process.start()
        theirs.close()
        self._pipe, self._process = ours, process
        return ours
