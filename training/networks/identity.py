"""Who a face shows, as 128 numbers: near for pictures of one person, far for two people.

dlib's face recognition network (D. King, High Quality Face Recognition with Deep Metric Learning, 2017), read from its
own file and run by torch: the same numbers to six digits, eight times as fast as dlib's build without BLAS, 12 ms a
face on one core. Its paper threshold of 0.6 is for photos of real people: machine-made faces lie nearer together.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.curation.detector import LANDMARKS_5, dlib_model, require_packages
from training.errors import UserError
from training.networks.labeller import FACE_BOX as FACE_BOX
from training.networks.labeller import LOOK as LOOK
from training.networks.labeller import enlarged as enlarged

NUMBERS = 128
CHIP, PADDING = 150, 0.25  # side in pixels of what the network looks at, and how much lies around the face
MEAN = (122.782, 117.001, 104.298)  # of the pictures it was trained on
LEVELS = (
    (32, (False, False, False)),
    (64, (True, False, False, False)),
    (128, (True, False, False)),
    (256, (True, False, False)),
    (256, (True,)),
)  # channels, and which of its blocks halve the side
LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")  # lengths and names of the layers with numbers
Conv = tuple[Tensor, Tensor]


class IdentityNetwork(nn.Module):
    """Chips (N, 3, 150, 150), 0 to 255 -> (N, 128). A ResNet of 29 layers whose batch norms are folded into the
    convolutions."""

    def __init__(self, content: bytes) -> None:
        """`content` of dlib_face_recognition_resnet_model_v1.dat. UserError when it is another file."""
        super().__init__()
        try:
            numbers = layers(content)
            self.stem = folded(numbers, 3, 32, 7)
            self.blocks: list[tuple[bool, Conv, Conv]] = []
            width = 32
            for channels, kinds in LEVELS:
                for halves in kinds:
                    first, second = folded(numbers, width, channels, 3), folded(numbers, channels, channels, 3)
                    self.blocks.append((halves, first, second))
                    width = channels
            self.head = next(numbers).view(width, NUMBERS)
        except (StopIteration, IndexError, RuntimeError, ValueError):
            raise UserError("dlib's face recognition model is another one than expected: install it again") from None

    def forward(self, chips: Tensor) -> Tensor:
        mean = chips.new_tensor(MEAN)[:, None, None]
        x = ((chips - mean) / 256).contiguous(memory_format=torch.channels_last)
        x = F.max_pool2d(F.relu(F.conv2d(x, *self.stem, stride=2)), 3, 2)  # (N, 32, 35, 35)
        for halves, first, second in self.blocks:
            y = F.relu(F.conv2d(x, *first, stride=2 if halves else 1, padding=0 if halves else 1))
            y = F.conv2d(y, *second, padding=1)
            x = F.relu(added(F.avg_pool2d(x, 2) if halves else x, y))
        result: Tensor = x.mean((2, 3)) @ self.head  # (N, 256) -> (N, 128)
        return result


def added(x: Tensor, y: Tensor) -> Tensor:
    """Their sum, with zeros for what one of them lacks in channels, rows or columns, as dlib does it."""
    sizes = [max(a, b) for a, b in zip(x.shape[1:], y.shape[1:], strict=True)]
    if x.shape[1:] == y.shape[1:]:
        return x + y
    return grown(x, sizes) + grown(y, sizes)


def grown(x: Tensor, sizes: Sequence[int]) -> Tensor:
    channels, rows, columns = (size - own for size, own in zip(sizes, x.shape[1:], strict=True))
    return F.pad(x, (0, columns, 0, rows, 0, channels))


def layers(content: bytes) -> Iterator[Tensor]:
    """The numbers of each layer, from the picture upwards. A file holds a layer's name, two or four packed whole
    numbers and float32 values, little-endian."""
    place = 0
    while (found := LAYER.search(content, place)) is not None:
        place = found.end()
        heads = 2 if found.group().endswith(b"fc_2") else 0  # outputs and inputs
        size = 1
        for index in range(heads + 5):  # then the version of what follows, and its four sides
            number, place = whole(content, place)
            size *= number if index > heads else 1
        yield torch.from_numpy(np.frombuffer(content, "<f4", size, place).copy())
        place += 4 * size  # looking for names among the numbers would hold the whole program up


def whole(content: bytes, place: int) -> tuple[int, int]:
    """A packed whole number (a byte that counts, the bytes counted) and where the next thing begins."""
    end = place + 1 + (content[place] & 0x7F)
    return int.from_bytes(content[place + 1 : end], "little"), end


def folded(numbers: Iterator[Tensor], inputs: int, outputs: int, side: int) -> Conv:
    """A convolution and the scaling that follows it -> one weight (outputs, inputs, side, side) and bias."""
    values, scaling = next(numbers), next(numbers)
    weight, bias = values[:-outputs].view(outputs, inputs, side, side), values[-outputs:]
    scale, shift = scaling.view(2, outputs)
    weight = (weight * scale[:, None, None, None]).contiguous(memory_format=torch.channels_last)
    return weight, bias * scale + shift


class Identity:
    """Aligned pictures -> embeddings of who is shown. Loads in a fifth of a second."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        require_packages()
        self.dlib: Any = importlib.import_module("dlib")
        self.five = self.dlib.shape_predictor(str(dlib_model(LANDMARKS_5)))
        self.network = network()

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """(H, H, 3) uint8, aligned like FFHQ -> (128,) float32."""
        found: np.ndarray = self.embed([picture])[0]
        return found

    def both_ways(self, picture: np.ndarray) -> np.ndarray:
        """(2, 128): of the picture, and of its mirror image, so that mirrored copies are found."""
        return self.embed([picture, np.ascontiguousarray(picture[:, ::-1])])

    @torch.inference_mode()
    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """Pictures (H, H, 3) uint8 -> (N, 128) float32. One at a time: a batch would round differently."""
        if not pictures:
            return np.zeros((0, NUMBERS), np.float32)
        chips = [torch.from_numpy(self.chip(picture)).permute(2, 0, 1)[None].float() for picture in pictures]
        found: np.ndarray = torch.cat([self.network(chip) for chip in chips]).numpy()
        return found

    def chip(self, picture: np.ndarray) -> np.ndarray:
        """The face cut out and turned by five landmarks, as the network wants it: (150, 150, 3)."""
        look = enlarged(picture, LOOK)
        shape = self.five(look, self.dlib.rectangle(*FACE_BOX))
        chip: np.ndarray = self.dlib.get_face_chip(look, shape, CHIP, PADDING)
        return chip


@cache
def network() -> IdentityNetwork:
    """22 MB, read once a process."""
    content = dlib_model("dlib_face_recognition_resnet_model_v1.dat").read_bytes()
    return IdentityNetwork(content).eval()
