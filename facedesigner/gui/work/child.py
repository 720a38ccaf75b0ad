"""Child: one `python -m training ...` in a process of its own."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from facedesigner.gui.training.lines import LineBuffer
from training import config as training_config
from training.texts import sentence

PACKAGES = Path(training_config.__file__).parents[1]  # from here, `-m training` is ours and no folder of that name
KEPT_LINES = 40  # of standard error
LAST_WAIT = 3000  # ms for a killed child to be gone
PREFIX = "training: "  # of the sentence with which `python -m training` gives up
KILLED = 9


class Child(QObject):
    """Hands over whole lines as they come. Ends once, with `ended`; make another for the next."""

    line = Signal(str)
    ended = Signal(str)  # "" if it ended well, else the reason in a sentence or more

    def __init__(self, *words: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines, self._error_lines = LineBuffer(), LineBuffer()
        self._errors: deque[str] = deque(maxlen=KEPT_LINES)
        self._over = False
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        self._process.setArguments(["-m", "training", *words])
        self._process.setWorkingDirectory(str(PACKAGES))
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUTF8", "1")
        environment.insert("PYTHONUNBUFFERED", "1")  # lines come as they are said
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail)
        if parent is not None:
            parent.destroyed.connect(self._end_with_parent)

    @property
    def details(self) -> str:
        """The last lines of standard error."""
        return "\n".join(self._errors)

    def start(self) -> None:
        self._process.start()

    def write(self, line: str) -> None:
        self._process.write(f"{line}\n".encode())

    def close_input(self) -> None:
        self._process.closeWriteChannel()

    def kill(self) -> None:
        self._process.kill()

    def drop(self) -> None:
        """Ends it and tells nobody."""
        self._kill()
        self.deleteLater()

    def _end_with_parent(self) -> None:
        """A process does not outlive whoever asked for it, also where nobody has closed that."""
        if shiboken6.isValid(self) and shiboken6.isValid(self._process):
            self._kill()

    def _kill(self) -> None:
        self._over = True
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(LAST_WAIT)

    def _read(self) -> None:
        for line in self._lines.feed(self._process.readAllStandardOutput().data()):
            if not self._over:
                self.line.emit(line)

    def _read_errors(self) -> None:
        self._errors.extend(self._error_lines.feed(self._process.readAllStandardError().data()))

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        for line in self._lines.flush():
            self.line.emit(line)
        self._errors.extend(self._error_lines.flush())
        if status == QProcess.ExitStatus.CrashExit:
            self._end(self._crash(code))
        else:
            self._end("" if code == 0 else self._reason(code))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(f"{sys.executable} cannot be started: {self._process.errorString()}")

    def _crash(self, signal: int) -> str:
        if signal == KILLED:
            return "The process was killed from outside; the system does so when memory runs out."
        return self._reason(signal, "The process crashed")

    def _reason(self, code: int, what: str = "The process gave up") -> str:
        told = [line for line in self._errors if line.strip()]
        if told and told[-1].startswith(PREFIX):
            return sentence(told[-1].removeprefix(PREFIX))
        return "\n".join([f"{what} (code {code}). It said:" if told else f"{what} (code {code}).", *told[-3:]])

    def _end(self, reason: str) -> None:
        if not self._over:
            self._over = True
            self.ended.emit(reason)
