from __future__ import annotations

import struct

import pytest

from facedesigner.contract.request import BROUGHT, MINE
from facedesigner.gui.sliders import Sliders
from facedesigner.state import kept
from facedesigner.state.face import FaceState, Latent
from facedesigner.state.kept import file_of
from facedesigner.state.sliders import Slider
from tests.gui.fake_engine import HASH, fake_info


def slider(label: str, value: float = 1.0, columns: int = 8) -> Slider:
    return Slider(label, Latent(1, columns, struct.pack("<f", value) * columns), 7, 8)


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def sliders(qapp, tmp_path, failures) -> Sliders:
    sliders = Sliders(tmp_path / "sliders")
    sliders.failed.connect(lambda title, message: failures.append(f"{title}: {message}"))
    sliders.use_model(fake_info())
    return sliders


def again(tmp_path, model: str = HASH) -> Sliders:
    other = Sliders(tmp_path / "sliders")
    other.use_model(fake_info(hash=model))
    return other


def test_what_is_taught_is_a_control_of_its_model_after_a_restart(sliders, tmp_path):
    sliders.add(slider(" Big  hat "))
    for known in (sliders, again(tmp_path)):
        control = known.controls[-1]
        assert (control.label, control.group, control.ranges) == ("Big hat", MINE, ("coarse", "middle", "fine"))
        assert "7 of 8" in control.description
        assert known.taught(control.name + "@coarse") == control.taught == slider("Big hat").taught
    assert again(tmp_path, "0123456789abcdef").own == ()
    assert sliders.taught("pc01") is None and sliders.label("pc01") == "Turn" and sliders.label("x") == "x"


@pytest.mark.parametrize("label", ["", "smile", "PC01", "hat"])
def test_names_that_are_not_to_be_had(sliders, label):
    sliders.add(slider("Hat"))
    with pytest.raises(ValueError):
        sliders.add(slider(label, 2.0))
    assert len(sliders.own) == 1


def test_the_same_direction_is_kept_once(sliders):
    sliders.add(slider("Hat"))
    with pytest.raises(ValueError, match="taught before"):
        sliders.add(slider("Cap"))


def test_rename_keeps_the_key_of_the_slider(sliders, tmp_path):
    sliders.add(slider("Hat"))
    name = sliders.own[0].name
    sliders.rename(name, "hat")  # its own name in other letters
    sliders.rename(name, "Cap")
    assert [(s.name, s.label) for s in again(tmp_path).own] == [(name, "Cap")]
    with pytest.raises(ValueError, match="already"):
        sliders.rename(name, "Smile")


def test_the_models_own_may_be_called_otherwise_and_as_before(sliders, tmp_path):
    sliders.rename("pc01", "Head  to the left")
    assert sliders.label("pc01") == again(tmp_path).label("pc01") == "Head to the left"
    assert sliders.controls[0].name == "pc01"
    with pytest.raises(ValueError, match="already"):
        sliders.rename("pc02", "head to the left")
    with pytest.raises(ValueError, match="already"):
        sliders.add(slider("Turn"))  # what it is called in the weights and on other machines
    sliders.give_back("pc01")
    assert sliders.label("pc01") == again(tmp_path).label("pc01") == "Turn"


def test_a_removed_slider_stays_on_the_faces_that_carry_it(sliders, tmp_path):
    sliders.add(slider("Hat"))
    name = sliders.own[0].name
    sliders.remove(name)
    assert again(tmp_path).own == ()
    assert (sliders.controls[-1].name, sliders.controls[-1].group) == (name, BROUGHT)
    sliders.keep(name)
    assert sliders.controls[-1].group == MINE and len(sliders.controls) == len(fake_info().controls) + 1


def test_a_face_brings_its_taught_sliders_along_once(qtbot, sliders):
    taught = slider("Hat").taught
    face = FaceState(HASH, seed=1).with_control(taught.name, 1.0, taught)
    with qtbot.waitSignal(sliders.changed):
        sliders.see(face)
    assert sliders.controls[-1].group == BROUGHT and "another machine" in sliders.controls[-1].description
    with qtbot.assertNotEmitted(sliders.changed):
        sliders.see(face)
        sliders.see(FaceState("another", seed=1).with_control("x", 1.0).with_locks([taught.name], [taught]))


def test_a_corrupt_file_is_set_aside_and_the_program_goes_on(sliders, tmp_path, failures):
    path = file_of(tmp_path / "sliders", HASH)
    path.parent.mkdir()
    path.write_text('{"version": 1, "sliders": [')
    sliders.use_model(fake_info())
    assert "cannot be read" in failures[0] and str(path.with_suffix(".broken")) in failures[0]
    assert path.with_suffix(".broken").exists() and not path.exists()
    sliders.add(slider("Hat"))
    assert len(again(tmp_path).own) == 1


def test_a_file_taught_with_another_model_is_set_aside(sliders, tmp_path, failures):
    sliders.add(slider("Hat"))
    path = file_of(tmp_path / "sliders", HASH)
    path.rename(file_of(tmp_path / "sliders", "0123456789abcdef"))
    sliders.use_model(fake_info(hash="0123456789abcdef"))
    assert f"belongs to model {HASH}" in failures[0] and sliders.own == ()


def test_what_two_windows_teach_and_rename_stays(sliders, tmp_path):
    other = again(tmp_path)
    sliders.add(slider("Hat"))
    other.add(slider("Beard", 2.0))
    sliders.rename("pc01", "Head")
    other.rename("pc02", "Mane")
    newest = again(tmp_path)
    assert [one.label for one in newest.own] == ["Hat", "Beard"] == [one.label for one in other.own]
    assert (newest.label("pc01"), newest.label("pc02")) == ("Head", "Mane")
    with pytest.raises(ValueError, match="already"):
        sliders.add(slider("mane", 3.0))  # a name that the other window has given
    assert sliders.label("pc02") == "Mane"
    other.remove(other.own[0].name)
    sliders.rename("pc03", "Lamp")
    assert [one.label for one in sliders.own] == ["Beard"] and sliders.controls[-1].group == BROUGHT


def test_what_could_not_be_written_is_written_with_the_next(sliders, tmp_path, failures, monkeypatch):
    monkeypatch.setattr(kept, "PATIENCE", 0.0)
    with kept.changing(file_of(tmp_path / "sliders", HASH)):
        sliders.add(slider("Hat"))
    assert "another window is writing" in failures[0]
    again(tmp_path).add(slider("Beard", 2.0))
    sliders.rename("pc01", "Head")
    assert {one.label for one in again(tmp_path).own} == {"Hat", "Beard"} and again(tmp_path).label("pc01") == "Head"


def test_what_cannot_be_written_lasts_until_the_window_closes(sliders, tmp_path, failures):
    (tmp_path / "sliders").write_text("a file in the way")
    sliders.add(slider("Hat"))
    assert "not being kept" in failures[0]
    assert sliders.controls[-1].label == "Hat"
