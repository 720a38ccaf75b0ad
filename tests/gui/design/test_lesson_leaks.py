from __future__ import annotations

from collections.abc import Iterator

import pytest

from facedesigner.contract.request import Lesson
from facedesigner.gui.design.lesson_leaks import FACES, LessonLeaks
from facedesigner.state.face import Latent
from tests.gui.fake_engine import fake_info

LESSON = Lesson(Latent(1, 8, b"\0\0\x80\x3f" * 8), 4, 4)


class Counting:
    """Says that the first measure moves by 2 σ from end to end and the second hardly; counts the pairs."""

    pairs = 0

    def __call__(self, before, after, measures):
        assert before.shape == after.shape and (before != after).any()
        type(self).pairs += 1
        return {"pc01": 2.0, "pc02": 0.02}


@pytest.fixture
def leaks(make_tab, qtbot) -> Iterator[LessonLeaks]:
    tab = make_tab(fake_info(measures={"pc01": (0.0, 1.0), "pc02": (0.0, 1.0)}))
    Counting.pairs = 0
    leaks = LessonLeaks(tab.session, tab.renderer, 2.0, Counting)  # type: ignore[arg-type]
    qtbot.addWidget(leaks)
    yield leaks
    leaks.shut_down()


def test_a_lesson_is_measured_on_both_ends_of_several_faces(leaks, qtbot):
    leaks.measure(LESSON)
    assert "Measuring" in leaks.meter.words
    qtbot.waitUntil(lambda: bool(leaks.meter.rows))
    ((_, moved, kind),) = leaks.meter.rows
    assert Counting.pairs == FACES and moved == pytest.approx(1.0) and kind == "loud"


def test_only_the_newest_lesson_is_shown(leaks, qtbot):
    leaks.measure(LESSON)
    leaks.give_up()
    assert leaks.meter.words == "" and not leaks.meter.rows
    leaks.measure(Lesson(Latent(1, 8, b"\0\0\x00\x40" * 8), 4, 4))
    qtbot.waitUntil(lambda: bool(leaks.meter.rows))


def test_a_model_that_cannot_be_measured_is_said(make_tab, qtbot):
    tab = make_tab()
    leaks = LessonLeaks(tab.session, tab.renderer, 2.0, Counting)  # type: ignore[arg-type]
    qtbot.addWidget(leaks)
    leaks.measure(LESSON)
    assert "training directions" in leaks.meter.words
