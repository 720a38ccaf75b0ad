from __future__ import annotations

import pytest

from facedesigner.gui.window.status_bar import StatusBar


@pytest.fixture
def bar(qtbot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_what_ends_leaves_what_goes_on(bar, qtbot):
    stopped: list[str] = []
    bar.begin("Drawing faces", 9, lambda: stopped.append("gallery"), "gallery")
    bar.begin("Refining", 0, lambda: stopped.append("photo"), "photo")
    qtbot.waitUntil(bar.stop.isVisible)
    assert bar.work.text() == "Refining"
    bar.step(of="gallery")
    bar.finish("gallery")
    assert bar.work.text() == "Refining" and bar.stop.isVisible()
    bar.begin("Refining", 100, lambda: stopped.append("photo"), "photo")
    bar.step(50, "photo")
    assert (bar.bar.maximum(), bar.bar.value()) == (100, 50)
    bar.begin("Drawing faces", 9, lambda: stopped.append("gallery"), "gallery")
    bar.step(of="gallery")
    assert (bar.work.text(), bar.bar.value()) == ("Drawing faces", 1)
    bar.stop.click()
    bar.finish("gallery")
    assert (bar.work.text(), bar.bar.value()) == ("Refining", 50)
    bar.stop.click()
    assert stopped == ["gallery", "photo"]
    bar.finish("photo")
    assert not bar.bar.isVisible() and not bar.stop.isVisible()


def test_what_is_done_soon_shows_no_bar(bar):
    bar.begin("Quick", 3)
    bar.finish()
    assert not bar.bar.isVisible()
