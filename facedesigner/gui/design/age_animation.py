"""AgeAnimation: a face from young to old and back."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox, QWidget

from facedesigner.gui.design.animation_dialog import AnimationDialog
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.ages import OLDEST, SEVEN, aged, range_words, there_and_back


class AgeAnimation(AnimationDialog):
    """Shows the face that was current when it opened; in a region, what is drawn in there."""

    def __init__(self, session: Session, thread: RenderThread, own: float, parent: QWidget | None = None) -> None:
        """`own`: years that the face seems as generated."""
        self._face, self._own = session.seen, own
        self.young, self.old = QSpinBox(), QSpinBox()
        for box, years in ((self.young, SEVEN[0]), (self.old, SEVEN[-1])):
            box.setRange(0, round(OLDEST))
            box.setSuffix(" years")
            box.setValue(round(years))
        fields = (("&From", self.young), ("&To", self.old))
        about = range_words(session.info.ages) if session.info and session.info.ages else ""
        stem = f"{self._face.stem}-ages"
        super().__init__(session, thread, "Animation of ages", stem, fields, about, parent)
        self.seconds.setToolTip("There and back")
        for box in (self.young, self.old):
            box.valueChanged.connect(self._limit)
            box.valueChanged.connect(self.change)
        self.draw()

    def draw(self) -> None:
        ages = there_and_back(self.young.value(), self.old.value(), self.count)
        self.play([aged(self._face, self._own, years) for years in ages])

    def _limit(self) -> None:
        self.young.setMaximum(self.old.value() - 1)
        self.old.setMinimum(self.young.value() + 1)
