from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from facedesigner.gui.training.weights_maker import WeightsMaker


@pytest.fixture
def finder(qtbot, tmp_path):
    window = QWidget()  # its parent, as in the program
    qtbot.addWidget(window)
    finder = WeightsMaker(tmp_path / "models", window)
    yield finder
    finder.close()


def test_sliders_are_found_and_the_new_model_handed_on(finder, script, qtbot, tmp_path):
    script("print('2,000 of 4,000 faces measured'); assert words[1] == '--out'")
    said: list[str] = []
    finder.said.connect(said.append)
    with qtbot.waitSignal(finder.made) as found:
        finder.add_sliders(tmp_path / "mine.safetensors")
        assert finder.busy
    assert found.args == [tmp_path / "models" / "mine-sliders.safetensors"] and not finder.busy
    assert said == ["2,000 of 4,000 faces measured"]


def test_what_is_missing_is_said_and_a_search_can_be_stopped(finder, script, qtbot, tmp_path):
    script("sys.exit('training: install facedesigner[faces]')")
    with qtbot.waitSignal(finder.failed) as failed:
        finder.add_sliders(tmp_path / "mine.safetensors")
    assert "Install facedesigner[faces]" in failed.args[0]
    script("sys.stdin.read()")
    finder.add_sliders(tmp_path / "mine.safetensors")
    with qtbot.waitSignal(finder.changed):
        finder.close()
    assert not finder.busy
