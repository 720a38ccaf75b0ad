"""Everything of a face, made in another process."""

import pytest

from facedesigner.engine.landmarks import pointed_at
from facedesigner.export.fabrication import Options
from facedesigner.export.layout import Layout
from facedesigner.export.measure import Size
from facedesigner.gui.handover.packer import NO_MODEL, Packer
from facedesigner.gui.handover.wish import Wish
from facedesigner.gui.work.companion import Stopped
from facedesigner.state.face import FaceState
from tests.unit.export.faces import eyed

OPTIONS = Options(Size(20.0, dpi=50.0), background="white", method="bicubic")
WISH = Wish(OPTIONS, Layout(), "a", FaceState("0" * 16, seed=1), "tiny", pointed_at((45, 50), (75, 54)))


def test_everything_is_made_in_another_process_and_progress_is_told():
    packer, told = Packer(), []
    try:
        package = packer.pack(eyed(), WISH, lambda share, what: told.append((share, what)), lambda: False)
    finally:
        packer.close()
    assert {"a.png", "a-sheet.pdf", "a-recipe.json", "a-relief.stl", "a-readme.txt"} <= set(package.parts)
    assert package.left_out == (f"The certificate is left out: {NO_MODEL}.",)
    assert set(package.looks) == {
        f"a{end}" for end in (".png", "-cutout.png", "-sheet.pdf", "-relief.stl", "-height.png")
    }
    assert all(
        picture.dtype == "uint8" and max(picture.shape) <= 900 for pages in package.looks.values() for picture in pages
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert packer._process is None


def test_it_can_be_stopped_at_once():
    packer = Packer()
    with pytest.raises(Stopped):
        packer.pack(eyed(), WISH, lambda share, what: None, lambda: True)
    assert packer._process is None
