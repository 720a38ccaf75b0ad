"""RunProcess: the one run that the window trains, in a child process."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from facedesigner.gui.training.lines import event_of
from facedesigner.gui.training.run_record import State
from facedesigner.gui.work.child import Child
from training.events import Ended, Event, Started

PATIENCE = 20_000  # ms that saving may take before the child is killed; the former checkpoint survives that


class RunProcess(QObject):
    """Starts or resumes the run of a folder, which holds at least its config. A closed pipe makes the child save and
    end, also when this window is killed."""

    told = Signal(object)  # training.events.Event
    changed = Signal()  # `state`
    failed = Signal(str, str)  # reason, details; then comes `ended`
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None  # of the live run
        self.state = State.STOPPED
        self._child: Child | None = None
        self._asked_to_stop = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self.kill)

    @property
    def live(self) -> bool:
        return self._child is not None

    def start(self, folder: Path) -> None:
        """Goes on from the folder's checkpoint if there is one."""
        if self.live:
            raise RuntimeError("a run is in progress")
        self.folder, self._asked_to_stop = folder, False
        child = self._child = Child("resume", str(folder), "--events", parent=self)
        child.line.connect(self._take)
        child.ended.connect(self._end)
        self._set(State.STARTING)
        child.start()

    def pause(self) -> None:
        """Holds the child after the step that it is at; it keeps its memory."""
        if self._child is not None and self.state == State.RUNNING:
            self._child.write("pause")
            self._set(State.PAUSED)

    def go_on(self) -> None:
        if self._child is not None and self.state == State.PAUSED:
            self._child.write("continue")
            self._set(State.RUNNING)

    def stop(self) -> None:
        """Asks the child to save and end. Before its first step there is nothing to save."""
        if self._child is None or self._asked_to_stop:
            return
        self._asked_to_stop = True
        if self.state == State.STARTING:
            self._child.kill()
        else:
            self._child.close_input()
            self._patience.start()
        self._set(State.STOPPING)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        """The window goes: whoever wanted to save has called `stop` and waited for `ended`."""
        if self._child is not None:
            self._child.drop()
            self._child = None

    def _take(self, line: str) -> None:
        event: Event | None = event_of(line)
        if event is None:
            return
        if isinstance(event, Started) and self.state == State.STARTING:
            self._set(State.RUNNING)
        elif isinstance(event, Ended):
            self._set(State.FINISHED if event.reason == "finished" else State.STOPPED)
        self.told.emit(event)

    def _end(self, reason: str) -> None:
        child, self._child = self._child, None
        self._patience.stop()
        stopped_early = self._asked_to_stop and self.state == State.STOPPING
        if self.state.live:
            self._set(State.STOPPED if stopped_early else State.INTERRUPTED)
        if child is not None:
            if reason and not stopped_early:
                self.failed.emit(reason, child.details)
            child.deleteLater()
        self.ended.emit()

    def _set(self, state: State) -> None:
        self.state = state
        self.changed.emit()
