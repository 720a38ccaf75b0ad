"""What a training without a run folder says on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

REPORT_SECONDS = 15.0


class Progress:
    """Says how far a training is, how fast, and the means of its losses since it last did, every `REPORT_SECONDS`."""

    def __init__(
        self, say: Callable[[str], None], what: str, step: int, steps: int, batch: int, digits: int = 4
    ) -> None:
        """`what` is learnt from, such as "cuts"; `step` of `steps` is where a resumed training begins."""
        self.say, self.what, self.steps, self.batch, self.digits = say, what, steps, batch, digits
        self.said, self.first, self.sums = time.monotonic(), step, dict[str, float]()

    def add(self, step: int, parts: Mapping[str, float]) -> None:
        """After `step` steps, with the parts of the loss of the last one. Always says the last."""
        for name, value in parts.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        now = time.monotonic()
        if now - self.said < REPORT_SECONDS and step != self.steps:
            return
        count = step - self.first
        means = ", ".join(f"{name} {value / count:.{self.digits}f}" for name, value in self.sums.items())
        speed = count * self.batch / (now - self.said)
        self.say(f"{step * self.batch} of {self.steps * self.batch} {self.what}, {speed:.0f} a s: {means}")
        self.said, self.first, self.sums = now, step, {}
