"""Solids cut out of solids, with `manifold3d`, whose results are closed and never cut through themselves."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import numpy as np

from facedesigner.export.solid import Solid, SolidError


def body(solid: Solid) -> Any:
    """A manifold3d.Manifold that carries the places in the picture along."""
    return made(np.column_stack([solid.vertices, solid.places]), solid.triangles)


def made(vertices: np.ndarray, triangles: np.ndarray) -> Any:
    """(N, 3 or more), (T, 3) -> a Manifold. SolidError if the surface has gaps."""
    manifold: Any = importlib.import_module("manifold3d")
    if vertices.shape[1] == 3:
        vertices = np.pad(vertices, ((0, 0), (0, 2)))
    mesh = manifold.Mesh64(np.ascontiguousarray(vertices, np.float64), np.ascontiguousarray(triangles, np.uint64))
    result = manifold.Manifold(mesh)
    if result.status() != manifold.Error.NoError:
        raise SolidError(f"the surface is not closed ({result.status()}): choose another face or less hair")
    return result


def solid_of(result: Any, like: Solid) -> Solid:
    """A Manifold -> a Solid whose places are those of `like`'s surface; moves do not survive."""
    if result.is_empty():
        raise SolidError("nothing is left of the piece: make its wall thinner or its cut-outs smaller")
    mesh = result.to_mesh64()
    values = np.asarray(mesh.vert_properties)
    triangles = np.asarray(mesh.tri_verts).astype(np.int64)
    owner = np.arange(len(values))
    owner[np.asarray(mesh.merge_from_vert, dtype=np.int64)] = np.asarray(mesh.merge_to_vert, dtype=np.int64)
    kept, welded = np.unique(owner[triangles], return_inverse=True)
    return replace(like, vertices=values[kept, :3], triangles=welded.reshape(-1, 3), places=values[kept, 3:5], moves={})
