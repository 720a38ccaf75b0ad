import errno
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from facedesigner.export import stl
from facedesigner.export.solid import Piece, Solid, build
from facedesigner.export.stl import save_height_map, save_solid
from facedesigner.export.writing import ExportError
from tests.unit.export.test_solid import bump

PICTURE = np.full((16, 16, 3), (10, 200, 30), np.uint8)


@pytest.fixture(scope="module")
def solid() -> Solid:
    return build(bump(24), Piece(size_mm=100))


def test_the_stl_on_disk_is_closed_and_of_that_size(solid, tmp_path):
    path = save_solid(solid, tmp_path / "new" / "a.stl")
    mesh: Any = trimesh.load(io.BytesIO(path.read_bytes()), file_type="stl")
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0
    assert mesh.extents[0] == pytest.approx(100, rel=0.005) and len(mesh.faces) == len(solid.triangles)
    assert path.stat().st_size == 84 + 50 * len(solid.triangles)  # binary


def test_an_obj_carries_the_picture(solid, tmp_path):
    path = save_solid(solid, tmp_path / "my face.obj", PICTURE)
    assert {p.name for p in tmp_path.iterdir()} == {"my face.obj", "my_face.mtl", "my_face.png"}
    assert "map_Kd my_face.png" in (tmp_path / "my_face.mtl").read_text()
    with Image.open(tmp_path / "my_face.png") as picture:
        assert (np.asarray(picture.convert("RGB")) == PICTURE).all()
    text = path.read_text()
    assert "mtllib my_face.mtl" in text and text.count("\nvt ") == len(solid.vertices)


@pytest.mark.parametrize("name", ["山田 Анна", "שרה\u00a0é", "a\udcffb", "😀"])
def test_an_obj_of_any_name_finds_its_material_and_picture(name, solid, tmp_path):
    path = save_solid(solid, tmp_path / f"{name}.obj", PICTURE)
    material = next(line[7:] for line in path.read_text().splitlines() if line.startswith("mtllib "))
    picture = next(line[7:] for line in (tmp_path / material).read_text().splitlines() if line.startswith("map_Kd "))
    assert (tmp_path / picture).exists() and " " not in material + picture


def test_the_height_map_has_16_bits_and_its_size(tmp_path):
    height = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    with Image.open(save_height_map(height, tmp_path / "h.png", 0.5)) as picture:
        values = np.asarray(picture)
        assert picture.info["dpi"][0] == pytest.approx(50.8, rel=0.005)
    assert values.max() == 65535 and len(np.unique(values)) == 64 * 64


def test_nothing_is_replaced_unasked(solid, tmp_path):
    path = tmp_path / "a.stl"
    path.write_text("mine")
    with pytest.raises(ExportError, match="exists already"):
        save_solid(solid, path)
    assert path.read_text() == "mine"
    save_solid(solid, path, overwrite=True)
    (tmp_path / "b.png").write_text("mine")
    with pytest.raises(ExportError, match=r"b\.png exists already"):  # the picture that goes with it
        save_solid(solid, tmp_path / "b.obj", PICTURE)
    assert not (tmp_path / "b.obj").exists()


@pytest.mark.parametrize("name", ["a.fbx", "a"])
def test_another_ending_is_refused(solid, name, tmp_path):
    with pytest.raises(ExportError, match=r"must end in \.stl, \.obj, \.ply, \.glb or \.3mf"):
        save_solid(solid, tmp_path / name)
    with pytest.raises(ExportError, match=r"must end in \.png"):
        save_height_map(np.zeros((4, 4)), tmp_path / name, 1.0)


def test_a_full_disk_leaves_nothing_half_written(solid, tmp_path, monkeypatch):
    written: list[Path] = []

    def second_fails(path: Path, data: bytes) -> None:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        path.write_bytes(data)

    monkeypatch.setattr(stl, "write_atomically", second_fails)
    with pytest.raises(ExportError, match="the disk is full"):
        save_solid(solid, tmp_path / "a.obj", PICTURE)
    assert written and list(tmp_path.iterdir()) == []
