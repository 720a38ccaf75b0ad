import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedesigner.state.mask import LENGTH, Mask, MaskError
from tests.masks import box


@given(st.integers(0, 255), st.integers(0, 255), st.integers(1, 256), st.integers(1, 256))
def test_a_mask_survives_as_a_short_text(left, top, width, height):
    mask = box(left, top, min(left + width, 256), min(top + height, 256))
    assert Mask.from_text(mask.to_text()) == mask
    assert len(mask.to_text()) < 400


def test_its_share_of_the_picture():
    assert box(0, 0, 128, 128).share == 0.25


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!", "the mask is damaged"),
        ("", f"has {LENGTH} bytes, not 0"),
        ("AAAA", "the mask is damaged"),
        (packed(b"\1"), "bytes, not 1"),
        (packed(bytes(LENGTH)), "the mask is empty"),
        (packed(b"\1" * 50_000_000), f"has {LENGTH} bytes, not {LENGTH + 1}"),
        ("ä", "the mask is damaged"),
    ],
)
def test_what_is_no_mask_is_named_and_never_unpacked_whole(text, message):
    with pytest.raises(MaskError, match=message):
        Mask.from_text(text)
