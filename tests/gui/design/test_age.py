"""The age panel and its dialogs, with an engine that takes everybody for thirty years old."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageSequence
from PySide6.QtWidgets import QFileDialog

from facedesigner.contract.request import ModelInfo, RenderRequest
from facedesigner.engine.aging import Seen
from facedesigner.gui.design.age_animation import AgeAnimation
from facedesigner.gui.design.age_panel import NO_PATH, WAITING, AgePanel
from facedesigner.gui.design.age_strip import AgeStrip
from facedesigner.gui.session import Session
from facedesigner.state.ages import AGE, SEVEN
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import FakeEngine, fake_info, fake_picture

OWN = 30.0


class AgingEngine(FakeEngine):
    def load(self, path: Path) -> ModelInfo:
        self._info = replace(super().load(path), ages=(18.0, 66.0))
        return self._info

    def age(self, face: FaceState) -> float:
        return OWN + (face.seed or 0)


class Meter:
    """Sees an age in how bright pictures are."""

    threads: set[int] = set()  # noqa: RUF012

    def __call__(self, before, after):
        self.threads.add(threading.get_ident())
        return Seen(float(before.mean()), float(after.mean()), 0.5 if after.mean() > before.mean() else 0.1)


@pytest.fixture
def engine() -> FakeEngine:
    return AgingEngine()


@pytest.fixture
def session(qapp) -> Session:
    session = Session()
    session.set_model(fake_info(ages=(18.0, 66.0)))
    return session


@pytest.fixture
def make_panel(qtbot, session, thread) -> Iterator[Callable[..., AgePanel]]:
    panels = []

    def make(session: Session = session, make_meter=Meter) -> AgePanel:
        panel = AgePanel(session, thread, make_meter)
        qtbot.addWidget(panel)
        panel.resize(320, 400)
        panels.append(panel)
        return panel

    yield make
    for panel in panels:
        panel.shut_down()


@pytest.fixture
def panel(qtbot, make_panel) -> AgePanel:
    panel: AgePanel = make_panel()
    qtbot.waitUntil(lambda: panel.own.years is not None)
    return panel


def test_the_slider_shows_absolute_years_and_holds_the_change(panel, session):
    assert panel.slider.value == OWN and "30" in panel.generated.text() and "18 to 66 years" in panel.hint.text()
    panel.slider.put(70.0)
    assert session.face.controls == ((AGE, 40.0),) and session.undo_stack.undoText() == "Age 70"
    session.undo_stack.undo()
    assert not session.face.controls and panel.slider.value == OWN
    session.undo_stack.redo()
    panel.reset_button.click()
    assert not session.face.controls and session.undo_stack.count() == 2


def test_another_face_has_another_age_and_the_same_change(panel, session, qtbot):
    panel.slider.put(50.0)
    session.commit("Other", face=session.face.with_seed(5))
    qtbot.waitUntil(lambda: panel.own.years == OWN + 5)
    assert panel.slider.value == OWN + 25 and panel.slider.default == OWN + 5
    session.commit("Smile", face=session.face.with_control("pc01", 1.0))
    assert panel.own.years == OWN + 5 and panel.slider.value == OWN + 25


def test_a_drag_shows_without_a_step(panel, session):
    panel.slider.previewed.emit(44.0)
    assert session.face.control(AGE) == 14 and session.undo_stack.count() == 0


def test_another_model_takes_the_slider_out_of_the_hand(panel, session):
    slider = panel.slider.slider
    slider.setSliderDown(True)
    slider.setSliderPosition(slider.maximum())
    session.set_model(fake_info(Path("other.safetensors"), "0123456789abcdef", ages=(18.0, 66.0)))
    assert not slider.isEnabled() and not slider.isSliderDown()
    slider.setSliderPosition(0)
    assert not session.face.controls and session.undo_stack.count() == 0


def test_no_model_and_a_model_without_a_path_are_said(make_panel, qapp, session):
    panel = make_panel(Session())
    assert panel.hint.text() == WAITING and not panel.slider.isEnabled() and not panel.strip_button.isEnabled()
    session.set_model(fake_info(Path("other.safetensors"), "0123456789abcdef"))
    panel = make_panel()
    assert panel.hint.text() == NO_PATH and not panel.slider.isEnabled()
    said = list[str]()
    panel.said.connect(said.append)
    panel.show_strip()
    panel.show_animation()
    assert said == [NO_PATH, NO_PATH]


def test_the_two_ages_of_a_face_say_that_they_may_differ(panel):
    for label, words in ((panel.generated, "may differ from what the network sees"), (panel.estimate, "line above")):
        assert words in label.toolTip() and words in panel.form.labelForField(label).toolTip()


def test_networks_look_at_the_face_in_a_thread_of_their_own(panel, session, thread, qtbot):
    panel.show()
    qtbot.waitUntil(lambda: "same person" in panel.identity.text())
    assert threading.get_ident() not in Meter.threads
    first = panel.estimate.text()
    panel.slider.put(34.0)
    assert not panel.identity.isEnabled()  # of the face before
    thread.submit(RenderRequest(session.face))
    qtbot.waitUntil(lambda: "another person" in panel.identity.text() and panel.identity.isEnabled())
    assert panel.estimate.text() != first and "before" in panel.estimate.text()
    panel.hide()
    panel.slider.put(36.0)
    thread.submit(RenderRequest(session.face))
    with qtbot.waitSignal(thread.rendered):
        thread.submit(RenderRequest(session.face))
    assert not panel.identity.isEnabled()


def test_an_age_that_is_not_reached_stands_beside_the_slider(make_panel, session, thread, qtbot):
    def look(before, after):
        return Seen(28.0, 38.0, 0.2)

    panel = make_panel(make_meter=lambda: look)
    panel.show()
    qtbot.waitUntil(lambda: panel.own.years is not None)
    session.commit("Smile", face=session.face.with_control("pc01", 1.0))
    panel.slider.put(65.0)
    thread.submit(RenderRequest(session.face))
    qtbot.waitUntil(panel.shortfall.isVisible)
    assert "looks 38" in panel.shortfall.text() and "other sliders" in panel.shortfall.text()
    panel.slider.reset()
    assert not panel.shortfall.isVisible()


def test_missing_packages_are_said(make_panel, qtbot):
    def missing():
        raise ImportError("pip install 'facedesigner[faces]'")

    panel = make_panel(make_meter=missing)
    panel.show()
    qtbot.waitUntil(lambda: "facedesigner[faces]" in panel.estimate.text())
    panel.hide()
    panel.show()  # tries again, as after an installation


@pytest.fixture
def strip(qtbot, session, thread) -> AgeStrip:
    dialog = AgeStrip(session, thread, OWN)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: all(button.picture for button in dialog.buttons))
    return dialog


def test_seven_ages_to_choose_from(strip, session):
    assert [face.control(AGE) for face in strip.faces] == [years - OWN for years in SEVEN]
    assert [button.accessibleName() for button in strip.buttons][:2] == ["5 years", "15 years"]
    strip.buttons[5].click()
    assert session.face.control(AGE) == 40 and session.undo_stack.undoText() == "Age 70"
    assert not strip.isVisible()


def test_seven_ages_become_a_sheet(strip, qtbot, tmp_path, monkeypatch, session, engine):
    from facedesigner.engine.truth import Kind, truth_of
    from facedesigner.export.png import read_face

    path = tmp_path / "ages.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "ages"), ""))
    with qtbot.waitSignal(strip.said) as said:
        strip.ask_export()
    assert said.args == [f"Wrote {path}"] and read_face(path) == session.face
    assert truth_of(path, session.face, fake_picture).kind is Kind.SHEET
    engine.render_error = "the paint is out"
    with qtbot.waitSignal(strip.said) as said:
        strip.export_to(tmp_path / "no.png")
    assert "the paint is out" in said.args[0] and not (tmp_path / "no.png").exists()
    assert strip.export_button.isEnabled()


@pytest.fixture
def animation(qtbot, session, thread) -> Iterator[AgeAnimation]:
    dialog = AgeAnimation(session, thread, OWN)
    qtbot.addWidget(dialog)
    dialog.seconds.setValue(1.0)
    dialog.fps.setValue(8)
    dialog.show()
    qtbot.waitUntil(lambda: len(dialog.frames) == 8 and dialog.export_button.isEnabled())
    yield dialog
    dialog.reject()


def test_an_animation_plays_and_is_written(animation, qtbot, tmp_path):
    qtbot.waitUntil(lambda: animation.screen_.picture is not None)
    path = tmp_path / "ages.gif"
    with qtbot.waitSignal(animation.said) as said:
        animation.export_to(path)
    assert said.args == [f"Wrote {path}"]
    with Image.open(path) as image:  # of faces that are drawn alike, one frame is kept that lasts longer
        assert sum(frame.info["duration"] for frame in ImageSequence.Iterator(image)) == 8 * 120
    with qtbot.waitSignal(animation.said) as said:
        animation.export_to(tmp_path / "ages.avi")
    assert "ends in .gif or .mp4" in said.args[0]


def test_the_panel_opens_the_dialogs_and_passes_on_what_they_say(panel, qtbot):
    panel.show()
    for button, kind in ((panel.strip_button, AgeStrip), (panel.animation_button, AgeAnimation)):
        button.click()
        dialog = panel.findChild(kind)
        with qtbot.waitSignal(panel.said):
            dialog.said.emit("Wrote it")
        dialog.reject()
        qtbot.waitUntil(lambda kind=kind: panel.findChild(kind) is None)


def test_faces_that_were_drawn_are_not_drawn_again(animation, engine, qtbot):
    drawn = len(engine.requests)
    animation.fps.setValue(9)
    assert not animation.export_button.isEnabled()
    animation.fps.setValue(8)
    animation.draw()
    qtbot.waitUntil(lambda: not animation._rest.isActive() and animation.export_button.isEnabled())
    assert len(engine.requests) == drawn


def test_young_stays_younger_than_old(animation):
    animation.old.setValue(20)
    animation.young.setValue(60)
    assert animation.young.value() == 19 and animation.old.minimum() == 20


def test_a_closed_animation_stops_drawing(session, thread, engine, qtbot):
    engine.gate.clear()
    dialog = AgeAnimation(session, thread, OWN)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(thread.batch_finished, check_params_cb=lambda tag, complete: not complete):
        dialog.reject()
        engine.gate.set()
