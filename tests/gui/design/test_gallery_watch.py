from __future__ import annotations

import pytest

from facedesigner.gui.certificate import gallery_watch
from facedesigner.gui.certificate.gallery_watch import GalleryWatch
from facedesigner.gui.certificate.uniqueness_watcher import UniquenessWatcher


class Desk:
    """Answers at once: the first face it is asked about is near, the others are far."""

    def __init__(self):
        self.asked = 0

    def ask(self, work, then, owner):
        self.asked += 1
        then((0.1 if self.asked == 1 else 0.9, 0.97, 0.26), None)
        return self

    def cancel(self):
        pass


@pytest.fixture
def watched(make_tab, monkeypatch):
    monkeypatch.setattr(gallery_watch, "REST", 0)
    tab, desk = make_tab(), Desk()
    watch = GalleryWatch(UniquenessWatcher(desk), tab.renderer, tab.gallery)  # type: ignore[arg-type]
    watch.use_model(tab.session.info)
    return tab, desk, watch


def test_faces_near_the_training_data_are_marked(watched, qtbot):
    tab, desk, _ = watched
    tab.new_faces()
    qtbot.waitUntil(lambda: desk.asked == 9)
    marked = [tile for tile in tab.gallery.tiles if tile.warning]
    assert len(marked) == 1 and "training data (probability 97%)" in marked[0].toolTip()
    marked[0].grab()  # paints the badge
    tab.new_faces()
    assert not any(tile.warning for tile in tab.gallery.tiles)  # other faces


def test_it_waits_while_the_hand_is_at_work(watched, qtbot, monkeypatch):
    tab, desk, watch = watched
    watch._rest.setInterval(60_000)
    tab.new_faces()
    qtbot.waitUntil(lambda: all(tile.picture is not None for tile in tab.gallery.tiles))
    begun = list[bool]()
    monkeypatch.setattr(watch._rest, "start", lambda: begun.append(True))
    with qtbot.waitSignal(tab.renderer.rendered):
        tab.session.preview(tab.session.face.with_control("pc01", 1.0))
    assert begun and desk.asked == 0


def test_without_the_packages_nothing_is_asked(watched, qtbot, monkeypatch):
    tab, desk, watch = watched
    monkeypatch.setattr(gallery_watch, "find_spec", lambda name: None)
    tab.new_faces()
    qtbot.waitUntil(lambda: all(tile.picture is not None for tile in tab.gallery.tiles))
    qtbot.waitUntil(lambda: not watch._rest.isActive() and not watch._drawn)
    assert desk.asked == 0
