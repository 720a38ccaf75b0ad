"""What is written is read back by other libraries."""

import json
import struct
from pathlib import Path
from typing import Any

import lib3mf
import numpy as np
import pytest
import trimesh

from facedesigner.export import stl
from facedesigner.export.solid import Solid
from facedesigner.export.stl import ENDINGS, save_solid
from facedesigner.export.whole import WholePiece, build_whole
from facedesigner.export.writing import ExportError
from tests.unit.export.test_whole import bust

GREEN, RED = (40, 160, 60), (200, 40, 40)


@pytest.fixture(scope="module")
def solid() -> Solid:
    return build_whole(bust(), WholePiece(pupil_mm=40))


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """Red on the left, green on the right."""
    halves = np.full((64, 64, 3), RED, np.uint8)
    halves[:, 32:] = GREEN
    return halves


def read(path: Path) -> Any:
    return trimesh.load(path, force="mesh")


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != ".3mf"])
def test_each_is_closed_and_true_to_scale(solid, picture, ending, tmp_path):
    mesh = read(save_solid(solid, tmp_path / f"head{ending}", picture))
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0
    high = {".glb": 0.2, ".stl": 200.0}.get(ending, 200.0)
    assert mesh.extents[2 if ending == ".stl" else 1] == pytest.approx(high, rel=1e-4)


@pytest.mark.parametrize("ending", [".obj", ".ply", ".glb"])
def test_colours_come_back(solid, picture, ending, tmp_path):
    mesh = read(save_solid(solid, tmp_path / f"head{ending}", picture))
    visual = mesh.visual if ending == ".ply" else mesh.visual.to_color()
    colours = np.asarray(visual.vertex_colors)[:, :3].astype(int)
    scale = mesh.extents[0] / 2
    left, right = mesh.vertices[:, 0] < -0.2 * scale, mesh.vertices[:, 0] > 0.2 * scale
    assert np.abs(np.median(colours[left], 0) - RED).max() < 12
    assert np.abs(np.median(colours[right], 0) - GREEN).max() < 12


def test_3mf_has_colours_and_millimetres(solid, picture, tmp_path):
    path = save_solid(solid, tmp_path / "head.3mf", picture)
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.ReadFromFile(str(path))
    assert reader.GetWarningCount() == 0 and model.GetUnit() == lib3mf.ModelUnit.MilliMeter
    objects = model.GetMeshObjects()
    objects.MoveNext()
    mesh = objects.GetCurrentMeshObject()
    assert mesh.GetTriangleCount() == len(solid.triangles) and mesh.IsManifoldAndOriented()
    heights = [vertex.Coordinates[2] for vertex in mesh.GetVertices()]
    assert max(heights) - min(heights) == pytest.approx(200, rel=1e-4)  # it stands
    groups = model.GetColorGroups()
    groups.MoveNext()
    group = groups.GetCurrentColorGroup()
    found = {(colour.Red, colour.Green, colour.Blue) for colour in map(group.GetColor, group.GetAllPropertyIDs())}
    assert len(found) == 2 and all(
        min(np.abs(np.subtract(one, other)).max() for one in found) < 4 for other in (RED, GREEN)
    )
    plain = save_solid(solid, tmp_path / "plain.3mf")
    assert plain.stat().st_size < path.stat().st_size


def test_a_glb_says_what_the_face_can_do(solid, picture, tmp_path):
    content = save_solid(solid, tmp_path / "head.glb", picture).read_bytes()
    magic, version, length = struct.unpack("<4sII", content[:12])
    size = struct.unpack("<I", content[12:16])[0]
    tree = json.loads(content[20 : 20 + size])
    mesh = tree["meshes"][0]
    assert (magic, version, length) == (b"glTF", 2, len(content))
    assert mesh["extras"]["targetNames"] == ["jawOpen"] and mesh["weights"] == [0.0]
    target = tree["accessors"][mesh["primitives"][0]["targets"][0]["POSITION"]]
    assert target["count"] == len(solid.vertices) and target["min"][1] == pytest.approx(-0.012)


def test_another_ending_and_a_full_disk_leave_nothing(solid, tmp_path, monkeypatch):
    with pytest.raises(ExportError, match=r"must end in \.stl, \.obj, \.ply, \.glb or \.3mf"):
        save_solid(solid, tmp_path / "head.fbx")

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".obj":
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr(stl, "write_atomically", full)
    with pytest.raises(ExportError, match="the disk is full"):
        save_solid(solid, tmp_path / "head.obj", np.zeros((8, 8, 3), np.uint8))
    assert not list(tmp_path.iterdir())
