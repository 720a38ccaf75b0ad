"""A solid as binary glTF 2.0 (Khronos Group, 2017) with the picture on it, in metres, y up, and what the face can do as
morph targets by ARKit's names. trimesh writes no morph targets."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
from PIL import Image as Pillow

from facedesigner import __version__
from facedesigner.contract.request import Image
from facedesigner.export.solid import Solid

METRES = 0.001  # of a millimetre
FLOAT, UINT = 5126, 5125
ARRAY, ELEMENT = 34962, 34963
JPEG_QUALITY = 92


class Parts:
    """Buffer views and accessors, one after the other."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, content: bytes, target: int | None = None) -> int:
        self.content += b"\0" * (-len(self.content) % 4)
        self.views.append({"buffer": 0, "byteOffset": len(self.content), "byteLength": len(content)})
        if target is not None:
            self.views[-1]["target"] = target
        self.content += content
        return len(self.views) - 1

    def array(self, values: np.ndarray, kind: str, bounds: bool = False) -> int:
        """(N, K) float32, or (N,) uint32 for the triangles' corners."""
        indices = values.dtype == np.uint32
        self.accessors.append(
            {
                "bufferView": self.view(values.tobytes(), ELEMENT if indices else ARRAY),
                "componentType": UINT if indices else FLOAT,
                "count": len(values),
                "type": kind,
            }
        )
        if bounds:
            self.accessors[-1] |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        return len(self.accessors) - 1


def glb_of(solid: Solid, picture: Image | None = None) -> bytes:
    parts = Parts()
    attributes = {
        "POSITION": parts.array((solid.vertices * METRES).astype(np.float32), "VEC3", bounds=True),
        "NORMAL": parts.array(solid.normals.astype(np.float32), "VEC3"),
    }
    material: dict[str, Any] = {"name": "face", "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.8}}
    described: dict[str, Any] = {}
    if picture is not None:
        attributes["TEXCOORD_0"] = parts.array((solid.places * (1, -1) + (0, 1)).astype(np.float32), "VEC2")
        material["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
        described = {
            "textures": [{"source": 0, "sampler": 0}],
            "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
            "images": [{"bufferView": parts.view(jpeg(picture)), "mimeType": "image/jpeg"}],
        }
    mesh: dict[str, Any] = {"name": "head" if solid.stands else "relief"}
    primitive: dict[str, Any] = {
        "attributes": attributes,
        "indices": parts.array(solid.triangles.astype(np.uint32).ravel(), "SCALAR"),
        "material": 0,
    }
    if solid.moves:
        moves = [(move * METRES).astype(np.float32) for move in solid.moves.values()]
        primitive["targets"] = [{"POSITION": parts.array(move, "VEC3", bounds=True)} for move in moves]
        mesh |= {"weights": [0.0] * len(moves), "extras": {"targetNames": list(solid.moves)}}
    tree = {
        "asset": {"version": "2.0", "generator": f"FaceDesigner {__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": mesh["name"]}],
        "meshes": [mesh | {"primitives": [primitive]}],
        "materials": [material],
        **described,
        "accessors": parts.accessors,
        "bufferViews": parts.views,
        "buffers": [{"byteLength": len(parts.content) + -len(parts.content) % 4}],
    }
    text = json.dumps(tree, separators=(",", ":")).encode()
    chunks = chunk(b"JSON", text, b" ") + chunk(b"BIN\0", bytes(parts.content), b"\0")
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def chunk(kind: bytes, content: bytes, filler: bytes) -> bytes:
    content += filler * (-len(content) % 4)
    return struct.pack("<I4s", len(content), kind) + content


def jpeg(picture: Image) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(picture).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
