import numpy as np
import pytest
import torch
from PIL import Image

from tests.unit.training.helpers import SMALL
from training.export import offered_directions
from training.gans import create
from training.sheets import save_faces, save_sheet


@pytest.mark.parametrize("variant", ["dcgan", "infogan"])
def test_a_row_for_each_code_and_columns_over_its_values(variant, tmp_path):
    torch.manual_seed(0)
    generator = create(variant, SMALL[variant]).generator().eval()
    with torch.no_grad():
        for weight in generator.parameters():
            weight.mul_(8)
    path = save_sheet(generator, tmp_path)
    if variant == "dcgan":
        assert path is None and list(tmp_path.iterdir()) == []
        return
    assert path is not None and path == tmp_path / "codes.png"
    sheet = np.asarray(Image.open(path))
    assert sheet.shape == (3 * 16, 9 * 16, 3)  # a categorical code of 3 classes, two continuous ones of 9 values
    cells = sheet.reshape(3, 16, 9, 16, 3).swapaxes(1, 2)
    assert not cells[0, 3:].any()
    for row, count in zip(cells, (3, 9, 9), strict=True):
        assert len({cell.tobytes() for cell in row[:count]}) == count


@pytest.mark.parametrize("variant", ["style", "dcgan", "acgan"])
def test_the_same_faces_at_two_truncations(variant, tmp_path):
    torch.manual_seed(0)
    generator = create(variant, SMALL[variant]).generator().eval()
    mean = offered_directions(generator, 1)[0]
    paths = save_faces(generator, mean, tmp_path)
    assert [path.name for path in paths] == ["faces-psi10.jpg", "faces-psi07.jpg"]
    first = [path.read_bytes() for path in paths]
    for path in paths:
        with Image.open(path) as sheet:
            assert sheet.size == (8 * 16, 8 * 16)
    save_faces(generator, mean, tmp_path)
    assert [path.read_bytes() for path in paths] == first
