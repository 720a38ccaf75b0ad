"""Presets of robots, and what is wrong with a broken one."""

from __future__ import annotations

import pytest

from facedesigner.export.openings import Opening
from facedesigner.export.presets import PresetError, chosen, load, presets
from facedesigner.resources import resource


@pytest.mark.parametrize("name", ["desk-companion", "greeter-shell", "lab-head"])
def test_the_examples_can_be_used(name):
    preset = chosen(name, [resource("presets")])
    assert preset.title and preset.about and preset.options.size.dpi == preset.dpi


def test_what_a_file_says_is_what_is_asked_for(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('head_mm = 200\ndpi = 150\nbackground = "#203040"\n[[opening]]\nat = "mouth"\nwidth_mm = 40\n')
    preset = load(path)
    assert preset.title == "mine" and preset.options.size.head_mm == 200 and preset.options.background == "#203040"
    assert preset.layout.page == "A4" and preset.layout.openings == (Opening("mouth", 40.0, 10.0),)


def test_a_shell_and_a_press(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('cylinder_mm = 90\noverlap_mm = 0\nprofile = "press.icc"\n')
    with pytest.raises(PresetError, match=r"no profile .*press.icc \(line 3\)"):
        load(path)
    (tmp_path / "press.icc").write_bytes(b"looked into when it is used")
    preset = load(path)
    assert preset.layout.cylinder_mm == 90 and preset.layout.overlap_mm == 0
    assert preset.profile == str(tmp_path / "press.icc")


def test_an_unknown_one_lists_those_there_are(tmp_path):
    with pytest.raises(PresetError, match="no preset 'lab': choose desk-companion, greeter-shell, lab-head, or name a"):
        chosen("lab", [tmp_path, resource("presets")])
    with pytest.raises(PresetError, match="choose a file, or name"):
        chosen("lab", [tmp_path])
    with pytest.raises(PresetError, match=r"cannot be read .* choose another preset"):
        chosen(str(tmp_path / "none.toml"), [])


def test_ones_own_come_before_those_that_come_along(tmp_path):
    (tmp_path / "lab-head.toml").write_text("dpi = 77")
    folders = [tmp_path, tmp_path / "missing", resource("presets")]
    assert chosen("lab-head", folders).dpi == 77 and len(presets(folders)) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dpi = 300\npaper = A4\n", r"p\.toml is not TOML: .*line 2.*mend that line"),
        ("dpi = 300\n\ndpy = 3\n", r"unknown key 'dpy'; did you mean 'dpi'\? \(line 3\)"),
        ('# dpi = 1\ndpi = "fine"\n', r"dpi must be float, not 'fine' \(line 2\)"),
        ('title = "a"\npaper = "A9"\n', r"paper is 'A9'; choose one of A4, A3, Letter \(line 2\)"),
        ('\n[[opening]]\nat = "ear"\n', r"at is 'ear'; choose one of eyes, mouth, nose \(line 2\)"),
        ('[[opening]]\nat = "eyes"\nwidth_mm = 0\n', r"width_mm is 0.0; choose 0.5 to 500.0 \(line 1\)"),
        ("opening = 3\n", r"opening must be a list \(line 1\)"),
        (
            "dpi = 300\nhead_mm = 5\n",
            r"height is 5 mm; choose 20 to 2000 mm \(head_mm is in line 2, dpi is in line 1",
        ),
        ("pupil_mm = 60\nhead_mm = 200\n", r"give one of them \(pupil_mm is in line 1, head_mm is in line 2\)"),
        ('background = "fog"\n', r"'fog' is no colour.*background is in line 1"),
        ('background = "cut"\n', r"choose keep or a colour"),
        ("[" * 2000, "is not TOML"),
    ],
)
def test_the_line_that_is_wrong_is_named(text, message, tmp_path):
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(PresetError, match=message):
        load(path)


def test_what_is_no_text_is_said(tmp_path):
    path = tmp_path / "p.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match="not text in UTF-8"):
        load(path)
