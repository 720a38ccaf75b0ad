import pytest

from facedesigner.state.filenames import FilenameError, check_pattern, file_stem

VALUES: dict[str, str | float | int | None] = {
    "name": "seed0042",
    "seed": "42",
    "pupil": 63.0,
    "head": None,
    "dpi": 300.0,
}


def test_fields_are_filled_in():
    assert file_stem("{name}_{seed}_{pupil}mm", VALUES) == "seed0042_42_63mm"
    assert file_stem("{{x}} {dpi}", VALUES) == "{x} 300"


def test_values_cannot_leave_the_folder():
    assert file_stem("{name}", {"name": "../a/b:c"}) == "-a-b-c"


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("{nam}", "{nam}: known are {name}"),
        ("{name:5}", "takes no format"),
        ("{name", "cannot be read"),
        ("", "is empty"),
        ("a/{name}", "may not have"),
        ("{head}mm", "{head} has no value here"),
        ("{0}", "unknown field {0}"),
    ],
)
def test_a_wrong_pattern_is_named(pattern, named):
    with pytest.raises(FilenameError, match=named.replace("{", r"\{").replace("}", r"\}")):
        file_stem(pattern, VALUES)


def test_a_pattern_is_checked_without_values():
    assert check_pattern("{name}_{width}") == "{name}_{width}"


def test_long_names_of_other_alphabets_fit_a_file_system():
    stem = file_stem("{name}", {"name": "имя" * 100})
    assert len(stem.encode()) <= 200 and stem.startswith("имяимя")


def test_bytes_that_are_no_text_go():
    assert file_stem("{name}", {"name": "a\udcff\udcfeb"}) == "a-b"
