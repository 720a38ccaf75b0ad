import pytest

from facedesigner.gui.certificate.uniqueness_watcher import UniquenessWatcher
from tests.gui.fake_engine import fake_info, fake_picture


@pytest.fixture
def watcher(desk):
    watcher = UniquenessWatcher(desk)
    watcher.set_model(fake_info())
    return watcher


def test_faces_too_close_are_flagged_and_others_cleared(watcher, certifier, faces, qtbot):
    with qtbot.waitSignal(watcher.cleared) as cleared:
        watcher.watch(faces[0], fake_picture(faces[0]))
    assert cleared.args == [faces[0]]
    certifier.distance = 0.15
    with qtbot.waitSignal(watcher.flagged) as flagged:
        watcher.watch(faces[1], fake_picture(faces[1]))
    assert flagged.args == [faces[1], 0.3]
    watcher.threshold = 0.1
    with qtbot.waitSignal(watcher.cleared):
        watcher.watch(faces[1], fake_picture(faces[1]))


def test_nothing_is_watched_without_a_model(desk, certifier, faces):
    watcher = UniquenessWatcher(desk)
    watcher.watch(0, fake_picture(faces[0]))
    assert not watcher._jobs and not certifier.asked


def test_what_is_missing_is_said_once_for_each_model(watcher, certifier, faces, qtbot):
    certifier.error = ValueError("there are no embeddings: python -m training embeddings")
    said: list[str] = []
    watcher.unavailable.connect(said.append)
    for key, face in enumerate(faces):
        watcher.watch(key, fake_picture(face))
    qtbot.waitUntil(lambda: bool(said))
    watcher.watch(0, fake_picture(faces[0]))
    assert said == [str(certifier.error)] and not watcher._jobs
    certifier.error = None
    watcher.set_model(fake_info())
    with qtbot.waitSignal(watcher.cleared):
        watcher.watch(0, fake_picture(faces[0]))


def test_forgotten_faces_are_not_answered(watcher, certifier, desk, faces, qtbot):
    answers: list[object] = []
    watcher.cleared.connect(answers.append)
    certifier.gate.clear()
    for key, face in enumerate(faces):
        watcher.watch(key, fake_picture(face))
    watcher.forget()
    watcher.watch("new", fake_picture(faces[0]))
    certifier.gate.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["new"]
