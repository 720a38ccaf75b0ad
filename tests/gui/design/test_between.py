from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image

from facedesigner.gui.design.between_animation import BetweenAnimation
from facedesigner.gui.design.between_panel import BEGIN, BetweenPanel
from facedesigner.state.face import FaceState
from tests.gui.fake_engine import HASH, fake_info

FACES = [FaceState(HASH, seed=seed) for seed in (1, 2, 3)]


@pytest.fixture
def panel(qtbot, session, thread) -> Iterator[BetweenPanel]:
    panel = BetweenPanel(session, thread)
    qtbot.addWidget(panel)
    panel.resize(380, 640)
    panel.show()
    yield panel


def filled(qtbot, panel: BetweenPanel, faces=FACES) -> None:
    panel.put(faces)
    qtbot.waitUntil(lambda: len(panel.way) == panel.count.value())
    qtbot.waitUntil(lambda: all(button.picture is not None for button in panel.buttons))


def test_the_way_leads_through_the_faces_in_their_order(qtbot, panel):
    panel.count.setValue(5)
    filled(qtbot, panel)
    assert [panel.way[0], panel.way[2], panel.way[4]] == FACES
    with qtbot.waitSignal(panel.used) as used:
        panel.buttons[1].click()
    assert used.args == [panel.way[1]]
    panel.loop.setChecked(True)
    qtbot.waitUntil(lambda: panel.way[-1] not in FACES)


def test_one_face_alone_has_no_way(qtbot, panel, session):
    panel.slot.add_button.click()
    qtbot.waitUntil(lambda: panel.slot.faces == (session.face,))
    assert panel.message.text() == BEGIN and not panel.animation_button.isEnabled() and not panel.way


def test_a_face_of_another_model_is_refused_and_makes_way_with_it(qtbot, panel, session):
    panel.put([FaceState("0123456789abcdef", seed=1)])
    assert "another model" in panel.message.text() and not panel.slot.faces
    filled(qtbot, panel)
    session.set_model(fake_info(hash="0123456789abcdef"))
    qtbot.waitUntil(lambda: not panel.way)


def test_a_strip_is_written(qtbot, panel, tmp_path):
    filled(qtbot, panel)
    path = tmp_path / "way.png"
    with qtbot.waitSignal(panel.said) as said:
        panel.export_to(path)
    assert said.args == [f"Wrote {path}"]
    with Image.open(path) as image:
        assert image.width > 8 * 128
    with qtbot.waitSignal(panel.said) as said:
        panel.export_to(tmp_path / "way.png" / "below.png")
    assert said.args[0].startswith("Not written")


def test_an_error_is_said(qtbot, panel, engine):
    engine.call_error = "the memory is full"
    panel.put(FACES)
    qtbot.waitUntil(lambda: "the memory is full" in panel.message.text())
    assert not panel.way


def test_the_way_is_played_and_written(qtbot, panel, tmp_path):
    filled(qtbot, panel)
    panel.animation_button.click()
    dialog = panel.findChild(BetweenAnimation)
    assert dialog.seconds.value() == 4.0
    dialog.seconds.setValue(1.0)
    dialog.fps.setValue(5)
    qtbot.waitUntil(lambda: len(dialog.frames) == 5 and dialog.export_button.isEnabled())
    assert dialog.frames[0] == FACES[0] and dialog.frames[-1] == FACES[-1]
    with qtbot.waitSignal(panel.said) as said:
        dialog.export_to(tmp_path / "way.gif")
    assert said.args == [f"Wrote {tmp_path / 'way.gif'}"]
    dialog.reject()
