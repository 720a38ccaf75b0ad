from typing import Any

import numpy as np
import pytest

from facedesigner.engine.whole_head import Head
from facedesigner.export.cutouts import USUAL, cut_out, read_template
from facedesigner.export.mould import Mould, build_mould
from facedesigner.export.solid import SolidError
from facedesigner.export.stl import as_trimesh
from facedesigner.export.whole import WholePiece, build_whole
from tests.unit.export.test_whole import bust

WALL = WholePiece(pupil_mm=60, thickness_mm=4)


@pytest.fixture(scope="module")
def head() -> Head:
    return bust()


@pytest.fixture(scope="module")
def wall(head) -> Any:
    return build_whole(head, WALL)


def test_each_kind_of_hole_goes_through_the_wall(head, wall):
    before = as_trimesh(wall)
    for name, holes in (("eyes", 2), ("mouth", 1), ("camera", 1), ("screws", 4)):
        mesh = as_trimesh(cut_out(wall, head, read_template(name)))
        assert mesh.is_watertight and mesh.volume < before.volume
        assert mesh.euler_number == before.euler_number - 2 * holes, name  # a handle for each


def test_a_template_sets_sizes(head, wall, tmp_path):
    path = tmp_path / "robot.toml"
    path.write_text("[eyes]\ndiameter_mm = 12\n[screws]\ncount = 6\n", encoding="utf-8")
    template = read_template(str(path))
    assert template["eyes"] == {"diameter_mm": 12, "depth_mm": 20} and template["screws"]["count"] == 6
    removed = as_trimesh(wall).volume - as_trimesh(cut_out(wall, head, {"eyes": template["eyes"]})).volume
    assert removed == pytest.approx(2 * 4 * np.pi * 6**2, rel=0.15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nose", "--cutouts asks for 'nose'; choose of eyes, mouth, camera, screws"),
        ("missing.toml", r"missing\.toml is no template of cut-outs"),
        ("[eyes]\nwidth = 3", "eyes has no 'width'; choose of diameter_mm, depth_mm"),
        ("[eyes]\ndiameter_mm = -3", "diameter_mm of eyes is -3; choose more than 0"),
        ("eyes = 3", "asks for 'eyes'"),
        ("[eyes", "is no template of cut-outs"),
    ],
)
def test_what_is_no_template_is_said(text, message, tmp_path):
    wish = text
    if "[" in text or "=" in text:
        path = tmp_path / "bad.toml"
        path.write_text(text, encoding="utf-8")
        wish = str(path)
    with pytest.raises(SolidError, match=message):
        read_template(wish)


def test_a_hole_beside_the_head_is_refused(head, wall):
    with pytest.raises(SolidError, match="lies beside the head"):
        cut_out(wall, head, {"camera": {**USUAL["camera"], "above_mm": 400.0}})


def test_a_mould_is_two_closed_halves_that_hold_the_head(head):
    solid = build_whole(head, WholePiece(pupil_mm=20))
    mould = build_mould(solid, Mould(draft_deg=3, wall_mm=5))
    mesh = as_trimesh(mould)
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0
    halves = mesh.split()
    assert len(halves) == 2
    blocks = sum(np.prod(half.extents) for half in halves)
    assert blocks - mesh.volume == pytest.approx(as_trimesh(solid).volume, rel=0.12)
    with pytest.raises(SolidError, match="the mould's draft is 60; choose"):
        Mould(draft_deg=60)
