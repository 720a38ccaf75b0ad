"""Files of a solid: STL, OBJ and GLB with the picture on them, PLY and 3MF with colours; and the height map as a 16-bit
grey PNG."""

from __future__ import annotations

import importlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.export.glb import glb_of
from facedesigner.export.solid import Solid
from facedesigner.export.threemf import threemf_of
from facedesigner.export.writing import ExportError, check_free, explain
from facedesigner.state.files import write_atomically

ENDINGS: Final = (".stl", ".obj", ".ply", ".glb", ".3mf")


def as_trimesh(solid: Solid, picture: Image | None = None) -> Any:
    """A trimesh.Trimesh, with the picture as texture if there is one."""
    trimesh: Any = importlib.import_module("trimesh")
    mesh = trimesh.Trimesh(solid.vertices, solid.triangles, process=False)
    if picture is not None:
        material = trimesh.visual.material.SimpleMaterial(image=Pillow.fromarray(picture), diffuse=[255, 255, 255, 255])
        mesh.visual = trimesh.visual.TextureVisuals(uv=solid.places, material=material)
    return mesh


def save_solid(solid: Solid, path: Path, picture: Image | None = None, *, overwrite: bool = False) -> Path:
    """Writes the format that the name's ending says; an OBJ has its material and picture beside it.

    Raises ExportError: another ending, a file that exists, a folder that cannot be written, a full disk; no file is
    half-written then.
    """
    match path.suffix.lower():
        case ".stl":
            return written({path: stl_of(solid)}, overwrite)
        case ".obj":
            return written(obj_of(solid, path, picture), overwrite)
        case ".ply":
            return written({path: ply_of(solid, picture)}, overwrite)
        case ".glb":
            return written({path: glb_of(solid, picture)}, overwrite)
        case ".3mf":
            return written({path: threemf_of(solid, picture)}, overwrite)
    raise ExportError(f"{path.name} must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")


def obj_of(solid: Solid, path: Path, picture: Image | None) -> dict[Path, bytes]:
    """The files of an OBJ called `path`, itself last."""
    exchange: Any = importlib.import_module("trimesh.exchange.obj")
    stem = re.sub(r"[\s\ud800-\udfff]+", "_", path.stem)  # what they name may hold no blanks, and is text
    material = path.with_name(f"{stem}.mtl")
    text, parts = exchange.export_obj(
        as_trimesh(solid, picture), return_texture=True, mtl_name=material.name, header="FaceDesigner, millimetres"
    )
    files: dict[Path, bytes] = {}
    for name, content in parts.items():
        if name != material.name:
            own = f"{stem}{Path(name).suffix}"
            files[path.with_name(own)] = content
            parts[material.name] = parts[material.name].replace(name.encode(), own.encode())
    if material.name in parts:
        files[material] = parts[material.name]
    return {**files, path: text.encode()}


def ply_of(solid: Solid, picture: Image | None = None) -> bytes:
    trimesh: Any = importlib.import_module("trimesh")
    colours = None if picture is None else solid.colours(picture)
    mesh = trimesh.Trimesh(solid.vertices, solid.triangles, vertex_colors=colours, process=False)
    content: bytes = mesh.export(file_type="ply")
    return content


def stl_of(solid: Solid) -> bytes:
    content: bytes = as_trimesh(replace(solid, vertices=solid.printed)).export(file_type="stl")
    return content


def save_height_map(height: np.ndarray, path: Path, mm_per_pixel: float, *, overwrite: bool = False) -> Path:
    """(H, W) 0 to 1 -> a 16-bit grey PNG, white nearest, with its size in mm. ExportError as `save_solid`."""
    if path.suffix.lower() != ".png":
        raise ExportError(f"{path.name} must end in .png")
    return written({path: height_map_png(height, mm_per_pixel)}, overwrite)


def height_map_png(height: np.ndarray, mm_per_pixel: float) -> bytes:
    buffer = io.BytesIO()
    dpi = 25.4 / mm_per_pixel
    Pillow.fromarray(np.rint(np.clip(height, 0, 1) * 65535).astype(np.uint16)).save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def written(files: dict[Path, bytes], overwrite: bool) -> Path:
    """Writes all of them, or removes again those that did not exist before. Returns the last path."""
    for path in files:
        check_free(path, overwrite)
    new = []
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                new.append(path)
            write_atomically(path, content)
        except OSError as error:
            for other in new:
                other.unlink(missing_ok=True)
            raise ExportError(explain(error, path)) from error
    return path
