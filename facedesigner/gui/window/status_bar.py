"""The status bar: messages, progress with a cancel button, milliseconds a frame, device and model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QProgressBar, QStatusBar, QToolButton, QWidget

from facedesigner.gui import theme
from training.texts import MESSAGE, one_line

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo

PROGRESS_DELAY = 400  # ms; what is done sooner needs no progress bar
MESSAGE_TIME = 8000  # ms


@dataclass
class Work:
    """Something that is under way."""

    text: str
    total: int
    cancel: Callable[[], None] | None
    done: int = 0


class StatusBar(QStatusBar):
    device_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        digits = self.fontMetrics().horizontalAdvance("0")
        self.work = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(20 * digits)
        self.bar.setFixedHeight(self.fontMetrics().height())
        self.stop = QToolButton()
        theme.set_icon(self.stop, "cancel")
        self.stop.setToolTip("Stop (Esc)")
        self.stop.setAccessibleName("Stop")
        self.stop.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.stop.clicked.connect(self.cancel)
        self.milliseconds = QLabel()
        self.milliseconds.setMinimumWidth(self.fontMetrics().horizontalAdvance("0000.0 ms a frame") + 2 * digits)
        self.milliseconds.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.milliseconds.setToolTip("Time to draw the last picture")
        self.device = QToolButton()
        theme.set_icon(self.device, "device")
        self.device.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.device.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.device.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.device.setToolTip("Where faces are drawn; press to change")
        self.device.setText("device")
        self.menu = QMenu("&Device", self)
        self.device.setMenu(self.menu)
        self._devices = QActionGroup(self.menu)
        self.device.setEnabled(False)
        self.model = QLabel("no model")
        self.model.setToolTip("The loaded model")
        for widget in (self.work, self.bar, self.stop, self.milliseconds, self.device, self.model):
            self.addPermanentWidget(widget)
        self._works: dict[str, Work] = {}
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(PROGRESS_DELAY)
        self._delay.timeout.connect(self._show_progress)
        self.finish()

    def say(self, message: str) -> None:
        """Shows a message for a while."""
        self.showMessage(one_line(message, MESSAGE), MESSAGE_TIME)

    def begin(self, text: str, total: int = 0, cancel: Callable[[], None] | None = None, of: str = "") -> None:
        """Something that takes time starts, or tells more of itself: `total` steps, 0 if unknown; `cancel` is called to
        stop it. Of several things under way, told apart by `of`, the one that began last is shown."""
        known = self._works.get(of)
        self._works[of] = Work(text, total, cancel, known.done if known else 0)
        self._show_work()

    def step(self, done: int | None = None, of: str = "") -> None:
        """One step more, or so many in all."""
        work = self._works.get(of)
        if work is not None:
            work.done = work.done + 1 if done is None else done
            self.bar.setValue(self._newest.done if self._newest else 0)

    def finish(self, of: str = "") -> None:
        self._works.pop(of, None)
        self._show_work()

    @property
    def _newest(self) -> Work | None:
        return next(reversed(self._works.values()), None)

    def _show_work(self) -> None:
        work = self._newest
        if work is None:
            self._delay.stop()
            for widget in (self.work, self.bar, self.stop):
                widget.hide()
            return
        self.work.setText(work.text)
        self.bar.setRange(0, work.total)
        self.bar.setValue(work.done)
        if not self.bar.isHidden():
            self._show_progress()
        elif not self._delay.isActive():
            self._delay.start()

    def cancel(self) -> None:
        """Stops what is under way, if it can be stopped."""
        if self._newest is not None and self._newest.cancel is not None:
            self._newest.cancel()

    def show_milliseconds(self, value: float) -> None:
        self.milliseconds.setText(f"{value:.1f} ms a frame")

    def show_model(self, info: ModelInfo) -> None:
        self.model.setText(f"{info.name} · {info.resolution} px")
        self.model.setToolTip(f"The loaded model: {info.path.name}, {info.hash}")

    def show_device(self, name: str) -> None:
        self.device.setText(name)
        self.device.setEnabled(True)

    def offer_devices(self, names: Sequence[str], chosen: str) -> None:
        """Fills the menu of devices."""
        self.menu.clear()
        for name in names:
            action = self.menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _checked=False, name=name: self.device_chosen.emit(name))
            self._devices.addAction(action)

    def _show_progress(self) -> None:
        self.work.show()
        self.bar.show()
        self.stop.setVisible(self._newest is not None and self._newest.cancel is not None)
