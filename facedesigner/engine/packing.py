"""Latents of a face as tensors, and back: little-endian float32, row by row."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from facedesigner.state.face import Latent


def unpack(latent: Latent) -> Tensor:
    """(L, D) float32 on the CPU, its own memory."""
    return torch.from_numpy(np.frombuffer(latent.data, dtype="<f4").reshape(latent.shape).astype(np.float32))


def pack(latent: Tensor) -> Latent:
    """Of (L, D), from any device."""
    rows, columns = latent.shape
    return Latent(rows, columns, latent.detach().float().cpu().numpy().astype("<f4").tobytes())
