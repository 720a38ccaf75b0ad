"""A face unwrapped for a cylinder."""

from __future__ import annotations

import math

import numpy as np
import pytest

from facedesigner.engine.landmarks import pointed_at
from facedesigner.export.fabrication import Fabrication
from facedesigner.export.layout import SheetError
from facedesigner.export.shell import FARTHEST, shell_for

DPI = 254.0  # ten pixels a mm


def face(width=1000, height=20, eyes=(350, 650)):
    columns = np.arange(width)[None, :, None] * (255 / width)
    pixels = np.broadcast_to(columns, (height, width, 3)).round().astype(np.uint8)
    return Fabrication(pixels, DPI, pointed_at((eyes[0], height / 2), (eyes[1], height / 2)))


def test_a_flat_print_needs_no_shell():
    assert shell_for(face(), None) is None


@pytest.mark.parametrize("radius", [60.0, 100.0, 1900.0])
def test_bent_around_the_shell_it_shows_the_picture_in_its_real_size(radius):
    """What lies s mm beside the middle of the sheet is seen R sin(s / R) beside it."""
    main = face()
    shell = shell_for(main, radius)
    assert shell is not None and not shell.cut
    sheet = shell.unwrapped(main.opaque)
    assert sheet.shape[1] / 10 == pytest.approx(2 * radius * math.asin(50 / radius), abs=0.1)
    middle = sheet.shape[1] / 2
    for seen in (-40.0, -15.0, 0.0, 20.0, 45.0):
        column = middle + radius * math.asin(seen / radius) * 10
        shown = float(sheet[5, round(column - 0.5), 0]) / 255 * 100 - 50
        assert shown == pytest.approx(seen, abs=0.6)  # mm: 256 greys over 100 mm, rounded twice


def test_a_large_shell_is_almost_flat():
    main = face()
    shell = shell_for(main, 2000.0)
    assert shell is not None and abs(shell.unwrapped(main.opaque).shape[1] - 1000) <= 1


def test_what_lies_too_far_aside_is_left_out_and_said():
    shell = shell_for(face(), 48.0)
    assert shell is not None and shell.cut and shell.left == pytest.approx(48 * math.sin(math.radians(FARTHEST)))
    assert "beyond 75° is left out" in shell.words and "48 mm radius" in shell.words
    assert shell.unwrapped(face().opaque).shape[1] / 10 == pytest.approx(2 * 48 * math.radians(FARTHEST), abs=0.1)


def test_the_middle_is_between_the_eyes():
    shell = shell_for(face(eyes=(250, 550)), 100.0)
    assert shell is not None and shell.middle == 40 and shell.left == 40 and shell.right == 60
    moved = shell.moved(np.array([[40.0, 7.0], [100.0, 0.0], [-10.0, 0.0]]))
    assert moved[0].tolist() == [shell.arc(40), 7.0]
    assert moved[1, 0] == pytest.approx(shell.arc(40) + shell.arc(60)) and moved[2, 0] == pytest.approx(0)


def test_a_face_too_wide_for_the_shell_is_said_with_a_radius_that_will_do():
    with pytest.raises(SheetError, match=r"too wide for a shell of 30 mm radius: choose 38 mm or more"):
        shell_for(face(), 30.0)
    assert shell_for(face(), 38.0) is not None
