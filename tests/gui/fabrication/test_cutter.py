"""Cutting out in another process."""

import numpy as np
import pytest

from facedesigner.engine.landmarks import pointed_at
from facedesigner.export.cutout import CutoutError
from facedesigner.gui.fabrication.cutter import Cutter
from facedesigner.gui.work.companion import Stopped
from tests.unit.export.test_cutout import EYES, person


def test_a_face_is_cut_out_in_another_process():
    picture, inside = person()
    cutter = Cutter()
    try:
        found = cutter.cut(picture, EYES, lambda: False)
        process = cutter._process
        assert ((found.alpha > 0.5) == inside).mean() > 0.97
        with pytest.raises(CutoutError, match="cannot be told"):
            cutter.cut(np.full_like(picture, 120), pointed_at((2, 2), (5, 2)), lambda: False)
        assert cutter._process is process  # it lives on
    finally:
        cutter.close()
    assert cutter._process is None


def test_it_can_be_given_up():
    cutter = Cutter()
    with pytest.raises(Stopped):
        cutter.cut(person()[0], EYES, lambda: True)
    assert cutter._process is None
