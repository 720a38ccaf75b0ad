"""Does the stages of `plan`, one after the other: those that are done already and made from the same are passed over,
one that cannot be done is left out with a sentence, and the others go on."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.errors import is_users
from training.files import explained
from training.locking import locked
from training.preparing.ledger import Entry, Ledger
from training.preparing.plan import STAGES, Stage, Wish
from training.preparing.report import write_report
from training.preparing.work import Stopped, Work, hash_of
from training.texts import one_line, printable, sentence

LOG = "prepare.log"
Tell = Callable[[dict[str, Any]], None]  # events: {"event": "plan" | "stage" | "say" | "end", ...}


def prepare(wish: Wish, tell: Tell = lambda event: None, stop: Callable[[], bool] = lambda: False) -> bool:
    """Whether it came to its end; False when it was stopped. UserError when the generator cannot be read, LockedError
    when another process prepares in the folder, OSError when that cannot be written."""
    from training.weights import load_weights

    weights = load_weights(wish.generator)
    wish.folder.mkdir(parents=True, exist_ok=True)
    with locked(wish.folder, f"another process prepares a model in {wish.folder}"):
        ledger = Ledger(wish.folder)
        name = file_name(wish.name or weights.name)
        ledger.about = {
            "name": name,
            "generator": str(wish.generator),
            "data": str(wish.data or ""),
            "minutes": wish.minutes,
        }
        return Preparing(wish, ledger, name, tell, stop).run()


class Preparing:
    def __init__(self, wish: Wish, ledger: Ledger, name: str, tell: Tell, stop: Callable[[], bool]) -> None:
        self.wish, self.ledger, self.name, self.stop = wish, ledger, name, stop
        self._tell = tell
        self._drawn: dict[str, tuple[str, str]] = {}  # by the hash of the file
        self.began = time.monotonic()
        self.data = data_key(wish.data)
        self.expected = self.taken = 0.0  # seconds of the stages that were done this time

    def run(self) -> bool:
        stages = self.wish.stages
        self.tell("plan", stages=[[stage.name, stage.title] for stage in stages])
        for place, stage in enumerate(stages):
            if not self.do(stage, stages[place:]):
                self.ledger.save()
                write_report(self.ledger)
                self.tell("end", finished=False)
                return False
        write_report(self.ledger)
        self.tell("end", finished=True, report=str(self.wish.folder / "report.html"))
        return True

    def do(self, stage: Stage, left: tuple[Stage, ...]) -> bool:
        """False when it was stopped."""
        model = self.model_for(stage)
        key = self.key(stage, model)
        if self.ledger.fits(stage.name, key):
            self.ledger.entries[stage.name].state = "kept"
            self.show(stage, left[1:])
            return True
        work = Work(self.wish, model, self.name, key, self.share(left), self.ledger.facts, self.say, self.stop)
        self.ledger.put(stage.name, Entry("running", key))
        self.show(stage, left)
        try:
            work.check()
            made = stage.run(work)
            self.ledger.done(stage.name, key, made, time.monotonic() - work.began)
            self.expected, self.taken = self.expected + stage.seconds, self.taken + time.monotonic() - work.began
        except (Stopped, KeyboardInterrupt):
            self.ledger.put(stage.name, Entry("stopped", key, note="Stopped; started again, it goes on where it was."))
        except Exception as error:
            self.ledger.put(stage.name, self.trouble(error, key))
        self.show(stage, left[1:])
        write_report(self.ledger)
        return self.ledger.entries[stage.name].state != "stopped"

    def trouble(self, error: Exception, key: str) -> Entry:
        if is_users(error):
            return Entry("left out", key, note=sentence(printable(explained(error))))
        self.log("".join(traceback.format_exception(error)))
        return Entry("failed", key, note=sentence(printable(f"{type(error).__name__}: {error}; details are in {LOG}")))

    def model_for(self, stage: Stage) -> Path:
        """What the stages before it have made of the generator."""
        changing = [one.name for one in STAGES if one.changes and one.name in before(stage)]
        return self.ledger.model_after(changing) or self.wish.generator

    def key(self, stage: Stage, model: Path) -> str:
        """Of all that a stage is made from."""
        content, earlier = hash_of(model), before(stage)
        takes = [stage.version, stage.name, self.wish.seed, self.name, *self.drawn_by(model, content)]
        if stage.changes or stage.name == "model":
            facts = self.ledger.facts
            takes += [content, *(facts.get(name) for name in ("faces", "labels") if name in earlier)]
        if stage.data or stage.name in ("encoder", "sketches"):
            takes.append(self.data)
        if stage.name == "model":
            takes.append([(n, e.key, e.note) for n, e in self.ledger.entries.items() if n != stage.name])
        return hashlib.sha256(json.dumps(takes).encode()).hexdigest()[:16]

    def drawn_by(self, model: Path, content: str) -> tuple[str, str]:
        """The hash of a model and of what it draws by, whatever sliders it has; each file is read once."""
        from training.weights import load_weights

        if content not in self._drawn:
            weights = load_weights(model)
            self._drawn[content] = weights.hash, weights.content
        return self._drawn[content]

    def share(self, left: tuple[Stage, ...]) -> float:
        """Seconds of the wished minutes that the first of these stages may take."""
        if not self.wish.minutes:
            return 0.0
        rest = max(60 * self.wish.minutes - (time.monotonic() - self.began), 1.0)
        return rest * left[0].seconds / sum(stage.seconds for stage in left)

    def remaining(self, left: tuple[Stage, ...]) -> float:
        """Seconds that these stages may take, as fast as those before them were."""
        if self.wish.minutes:
            return max(60 * self.wish.minutes - (time.monotonic() - self.began), 0.0) if left else 0.0
        return sum(stage.seconds for stage in left) * (self.taken / self.expected if self.expected else 1.0)

    # -- saying

    def tell(self, event: str, **values: Any) -> None:
        self._tell({"event": event, **values})

    def say(self, words: str) -> None:
        words = printable(words)
        self.log(words)
        self.tell("say", text=words)

    def show(self, stage: Stage, left: tuple[Stage, ...]) -> None:
        entry = self.ledger.entries[stage.name]
        self.log(one_line(f"{stage.title}: {entry.state} {entry.note}"))
        self.tell(
            "stage",
            name=stage.name,
            title=stage.title,
            state=entry.state,
            seconds=entry.seconds,
            faces=entry.faces,
            note=entry.note,
            left=round(self.remaining(left)),
        )

    def log(self, words: str) -> None:
        with (self.wish.folder / LOG).open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {words}\n")


def before(stage: Stage) -> list[str]:
    """The names of the stages that come before it."""
    return [one.name for one in STAGES[: STAGES.index(stage)]]


def data_key(data: Path | None) -> str:
    """Of the pictures' names, sizes and times. DataError when there are none."""
    if data is None:
        return ""
    from training.data import cache_key
    from training.pictures import Source

    source = Source(data)
    try:
        return cache_key(source.pictures(), 0)
    finally:
        source.close()


def file_name(name: str) -> str:
    """A model's name as files are called."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in one_line(name, 60))
    return kept.strip("-.") or "model"
