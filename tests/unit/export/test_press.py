"""A face in the colours of a press, by a profile that is made here."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from facedesigner.export.press import PressError, cmyk_tiff, proof, read_profile
from facedesigner.state.recipe import GENERATED
from tests.profiles import cmyk_profile, grey_profile, rgb_profile

RAMP = np.repeat(np.linspace(0, 255, 32).astype(np.uint8)[None, :, None], 3, axis=2).repeat(8, axis=0)


def test_the_tiff_has_the_profile_its_real_size_and_the_mark():
    content = cmyk_tiff(RAMP, 300.0, cmyk_profile(), "seed 42, σ", GENERATED)
    with Pillow.open(io.BytesIO(content)) as image:
        assert isinstance(image, Pillow.Image) and image.mode == "CMYK" and image.size == (32, 8)
        assert image.info["icc_profile"] == cmyk_profile() and image.info["dpi"] == (300, 300)
        tags = image.tag_v2  # type: ignore[attr-defined]
        assert tags[270] == "seed 42, ?" and GENERATED.encode() in bytes(tags[700])
        black = np.asarray(image)[0, :, 3].astype(int)
    assert black[0] > 240 and black[-1] < 15 and (np.diff(black) <= 0).all()  # by the profile, not by arithmetic


def test_it_can_be_seen_before():
    seen = proof(RAMP, cmyk_profile())
    assert seen.shape == RAMP.shape and seen.dtype == np.uint8
    assert np.abs(seen.astype(int) - RAMP).max() < 12  # this press prints greys as they are


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (rgb_profile(), r"press\.icc is a profile for RGB, and not for a press"),
        (grey_profile(2.2), "is a profile for GRAY"),
        (b"no profile", "is no profile that can be used"),
        (b"", "is no profile that can be used"),
        (cmyk_profile()[:600], "is no profile that can be used"),
    ],
)
def test_what_is_no_profile_of_a_press_is_said(content, message, tmp_path):
    (tmp_path / "press.icc").write_bytes(content)
    with pytest.raises(PressError, match=message):
        read_profile(tmp_path / "press.icc")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(PressError, match="cannot be read"):
        read_profile(tmp_path / "none.icc")
    (tmp_path / "press.icc").write_bytes(cmyk_profile())
    assert read_profile(tmp_path / "press.icc") == cmyk_profile()
