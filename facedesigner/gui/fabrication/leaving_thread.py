"""LeavingThread: a thread that a window need not wait for when it closes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QThread

SHORT = 100  # milliseconds that a window may stand still
LEAVING: set[LeavingThread] = set()  # threads that end while nobody waits


class LeavingThread(QThread):
    def end(self) -> None:
        """Asks it to end soon."""
        raise NotImplementedError

    def close(self) -> None:
        """What is being made is given up; nothing half-written is left."""
        self.end()
        self.wait()

    def leave(self) -> None:
        """As `close`, but the window need not wait for a step that takes long; the application does when it quits."""
        self.end()
        if self.wait(SHORT):
            return
        self.setParent(None)
        LEAVING.add(self)
        self.finished.connect(self._forget)  # queued: a thread must not vanish while it runs
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.wait)

    def _forget(self) -> None:
        self.wait()
        LEAVING.discard(self)
