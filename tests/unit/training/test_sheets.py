import numpy as np
import pytest
import torch
from PIL import Image

from tests.unit.training.helpers import SMALL
from training.gans import create
from training.sheets import save_sheet


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
