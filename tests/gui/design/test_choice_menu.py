from random import Random

import numpy as np

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.gui.design.choice_menu import AS_GENERATED, ChoiceMenu
from facedesigner.gui.design.control_panel import ControlPanel
from facedesigner.state.edits import edit_text, randomised
from facedesigner.state.face import FaceState
from tests.tiny import tiny_weights


def test_labels_of_a_model_become_a_menu_whose_choices_change_the_face(qtbot, tmp_path):
    engine = FaceEngine("cpu")
    info = engine.load(tiny_weights(tmp_path / "cgan.safetensors", variant="cgan"))
    control = next(control for control in info.controls if control.choices)
    panel = ControlPanel()
    qtbot.addWidget(panel)
    panel.set_controls(info.controls)
    menu = next(row for row in panel.rows if row.control == control).slider
    assert isinstance(menu, ChoiceMenu)
    assert [menu.menu.itemText(i) for i in range(menu.menu.count())] == [AS_GENERATED, *control.choices]

    commits: list[tuple[str, float, str]] = []
    panel.committed.connect(lambda *commit: commits.append(commit))
    menu.menu.setCurrentIndex(2)
    menu.menu.activated.emit(2)
    assert commits == [(control.name, 2.0, f"{control.label}: {control.choices[1]}")]

    face = FaceState(info.hash, seed=1)
    drawn = [engine.render(RenderRequest(face.with_control(control.name, value))) for value in (1.0, 2.0)]
    assert [result.error for result in drawn] == [None, None]
    first, second = (result.image for result in drawn)
    assert first is not None and second is not None and not np.array_equal(first, second)


def test_randomise_chooses_classes_that_there_are(tmp_path):
    engine = FaceEngine("cpu")
    info = engine.load(tiny_weights(tmp_path / "cgan.safetensors", variant="cgan"))
    random = Random(0)
    for seed in range(20):
        face = randomised(FaceState(info.hash, seed=seed), info.controls, frozenset(), "", random)
        assert engine.render(RenderRequest(face)).error is None


def test_a_menu_shows_what_comes_from_elsewhere_and_says_nothing(qtbot):
    menu = ChoiceMenu(("female", "male"))
    qtbot.addWidget(menu)
    said: list[float] = []
    menu.committed.connect(said.append)
    menu.set_value(2.0)
    assert menu.menu.currentText() == "male" and said == []
    menu.put(1.0)
    assert menu.menu.currentText() == "female" and said == [1.0]


def test_the_step_is_named_by_its_class(tmp_path):
    engine = FaceEngine("cpu")
    control = engine.load(tiny_weights(tmp_path / "acgan.safetensors", variant="acgan")).controls[0]
    assert edit_text(control, "", 1.0) == f"{control.label}: {control.choices[0]}"
    assert edit_text(control, "", 0.0) == f"{control.label}: as generated"
