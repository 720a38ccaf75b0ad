from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from facedesigner.gui.training.curves import short_count
from facedesigner.gui.training.field_row import FieldRow, tip
from facedesigner.gui.training.option_form import OptionForm
from facedesigner.gui.training.variants import parse
from training.config import Anneal, Data, Train, load_config
from training.options import Field, fields_of

FIELDS = {field.name: field for cls in (Anneal, Train, Data) for field in fields_of(cls)}


def row(qtbot, name: str) -> FieldRow:
    made = FieldRow(FIELDS[name])
    qtbot.addWidget(made)
    return made


def type_in(row: FieldRow, text: str) -> None:
    assert isinstance(row.editor, QLineEdit)
    row.editor.setText(text)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("batch", "1", "Batch is 1; choose 2 to 4096"),
        ("batch", "many", "must be a whole number"),
        ("batch", "", "must be a whole number"),
        ("batch", "1.5", "must be a whole number"),
        ("images", "0", "choose 1 or more"),
        ("holdout", "0,5", "must be a number"),
        ("holdout", "0.7", "choose 0 to 0.5"),
        ("holdout", "nan", "choose 0 to 0.5"),
    ],
)
def test_a_bad_value_is_marked_as_it_is_typed(qtbot, name, text, reason):
    made = row(qtbot, name)
    type_in(made, text)
    assert reason in made.problem and made.editor.styleSheet() and not made.error.isHidden()
    with pytest.raises(ValueError, match=name):
        made.value()
    made.set_value(made.field.default)
    assert not made.problem and not made.editor.styleSheet() and made.error.isHidden()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("images", "1,200,000", 1_200_000),
        ("learning_rate", "2e-3", 0.002),
        ("ema_half_life", "500", 500.0),
        ("augment", " color , cutout", ("color", "cutout")),
        ("include", "", ()),
        ("about", " my faces ", "my faces"),
    ],
)
def test_text_is_read_as_the_fields_kind(qtbot, name, text, value):
    made = row(qtbot, name)
    type_in(made, text)
    assert made.value() == value and type(made.value()) is type(value)


def test_every_value_survives_the_form(qtbot):
    for cls in (Train, Anneal, Data):
        form = OptionForm(fields_of(cls))
        qtbot.addWidget(form)
        assert cls(**form.values()) == cls()


def test_choices_and_flags_cannot_be_mistyped(qtbot):
    precision, flip = row(qtbot, "precision"), row(qtbot, "flip")
    assert isinstance(precision.editor, QComboBox) and isinstance(flip.editor, QCheckBox)
    precision.set_value("bfloat16")
    flip.set_value(False)
    assert (precision.value(), flip.value()) == ("bfloat16", False)


def test_the_tip_tells_meaning_range_and_unit():
    assert tip(FIELDS["batch"]) == "pictures in a step\n2 to 4096 pictures"
    assert "commas" in tip(FIELDS["augment"])


def test_an_optional_value_may_be_left_empty():
    field = Field("seed", "int", None, "", optional=True)
    assert field.parse("") is None and field.parse("3") == 3 and field.text(None) == ""


def test_a_broken_list_of_variants_is_refused():
    for text in ("", "[]", '{"style": {}}', json.dumps({"style": {"about": "", "options": [{"colour": 1}]}})):
        with pytest.raises(ValueError):
            parse(text)


def test_a_preset_fills_the_form_and_the_pictures_stay(make_tab, pictures):
    setup = make_tab().setup
    setup.picker.path.setText(str(pictures))
    setup.picker.problem = ""
    setup.preset.setCurrentText("debug")
    config = setup.config()
    assert (config.variant, config.name, config.train.images, config.log.grid) == ("style", "debug", 128, 4)
    assert config.options["resolution"] == 16 and config.data.source == str(pictures)
    setup.variant.setCurrentText("dcgan")
    assert setup.config().options == {"resolution": 16, "gamma": 0.3}
    setup.preset.setCurrentText("style64")
    assert setup.config().train == load_config(setup.preset.currentData()).train
    for index in range(setup.preset.count()):  # nothing of a preset gets lost on its way through the form
        setup.preset.setCurrentIndex(index)
        preset, made = load_config(setup.preset.currentData()), setup.config()
        assert (made.variant, made.train, made.anneal, made.log) == (
            preset.variant,
            preset.train,
            preset.anneal,
            preset.log,
        )


def test_a_run_cannot_start_while_something_is_wrong(make_tab):
    setup = make_tab().setup
    assert "Choose a folder" in setup.problem and not setup.start_button.isEnabled()
    setup.picker.problem = ""
    setup.picker.changed.emit()
    assert setup.start_button.isEnabled()
    setup.options.rows["gamma"].editor.setText("11")
    assert setup.hint.text() == "Gamma is 11.0; choose 0 to 10" and not setup.start_button.isEnabled()
    setup.options.rows["gamma"].editor.setText("1")
    setup.set_busy(True)
    assert "in progress" in setup.start_button.toolTip()


def test_counts_on_the_axis_are_short():
    assert [short_count(value) for value in (0, 800, 1500, 2e6)] == ["0", "800", "1.5k", "2M"]
