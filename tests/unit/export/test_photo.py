import pytest
from PIL import Image

from facedesigner.export.photo import save_photo
from facedesigner.export.png import read_face
from facedesigner.export.writing import ExportError
from facedesigner.state.recipe import COMPOSITE, XMP_KEY, RecipeError


def test_the_file_says_that_part_of_it_is_generated_and_holds_no_recipe(tmp_path):
    image = Image.new("RGB", (30, 20), (1, 2, 3))
    image.info["icc_profile"] = b"profile"
    path = save_photo(image, tmp_path / "new" / "a.png")
    with Image.open(path) as again:
        again.load()
        assert again.getpixel((5, 5)) == (1, 2, 3) and again.size == (30, 20)
        assert COMPOSITE in again.info[XMP_KEY] and again.info["icc_profile"] == b"profile"
    with pytest.raises(RecipeError):
        read_face(path)


def test_nothing_is_overwritten_unasked(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    with pytest.raises(ExportError, match="exists already"):
        save_photo(Image.new("RGB", (3, 3)), path)
    assert path.read_bytes() == b"precious"
    save_photo(Image.new("RGB", (3, 3)), path, overwrite=True)
    assert path.read_bytes() != b"precious"
