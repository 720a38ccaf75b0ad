from pathlib import Path

import pytest

from facedesigner.state import drawing
from facedesigner.state.drawing import SIDE, Clear, DrawingError, Fill, Scan, Stroke

LINE = Stroke("pen", ((10.0, 20.5, 1.0), (30.0, 40.0, 0.25)), 6.0, mirrored=True)
MARKS = (
    LINE,
    Stroke("brush", ((1.0, 2.0, 0.5),), 50.0, 0.5, "#c0605c", "hints"),
    Fill(3.0, 4.0, "#aabbcc", 0.25),
    Scan(b"\x89PNG"),
    Scan(b"\x89PNG", placed=True),
    Clear(),
)


def test_a_drawing_comes_back_as_it_was(tmp_path: Path):
    path = tmp_path / "drawing.json"
    drawing.save(MARKS, path)
    assert drawing.load(path) == MARKS
    assert [entry.name for entry in path.parent.iterdir()] == ["drawing.json"]


def test_a_mirrored_stroke_covers_both_sides():
    assert LINE.box == (10.0, 20.5, SIDE - 10.0, 40.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "not a drawing"),
        ("[]", "version None"),
        ('{"version": 99, "marks": []}', "version 99"),
        ('{"version": 1}', "incomplete"),
        ('{"version": 1, "marks": [{"kind": "spray"}]}', "incomplete"),
        (
            '{"version": 1, "marks": [{"kind": "stroke", "tool": "pen", "size": 5, "points": [1, 2]}]}',
            "a point is broken",
        ),
        ('{"version": 1, "marks": [{"kind": "stroke", "tool": "pen", "size": 5, "points": []}]}', "no points"),
        ('{"version": 1, "marks": [{"kind": "stroke", "tool": "pen", "size": 1e9, "points": [1, 2, 1]}]}', "a size of"),
        ('{"version": 1, "marks": [{"kind": "stroke", "tool": "axe", "size": 5, "points": [1, 2, 1]}]}', "'axe'"),
        (
            '{"version": 1, "marks": [{"kind": "stroke", "tool": "pen", "size": 5, "points": [1, NaN, 1]}]}',
            "a point is",
        ),
        ('{"version": 1, "marks": [{"kind": "fill", "x": 1, "y": 2, "colour": "red"}]}', "#rrggbb"),
        ('{"version": 1, "marks": [{"kind": "scan", "png": "%%%"}]}', "scan in it is broken"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str, tmp_path: Path):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(DrawingError, match=r"bad\.json") as found:
        drawing.load(path)
    assert words in str(found.value)


def test_bytes_and_missing_files_are_said(tmp_path: Path):
    path = tmp_path / "bad.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DrawingError, match="not text"):
        drawing.load(path)
    with pytest.raises(DrawingError, match="cannot be opened"):
        drawing.load(tmp_path / "missing.json")
