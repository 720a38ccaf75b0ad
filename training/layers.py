"""Layers with equalised learning rate (Karras 2018) and modulated convolutions (Karras 2020)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Leaky ReLU halves the variance; since it commutes with a positive factor, the layer before it carries the correction.
ACTIVATION_GAIN = math.sqrt(2)


class Derived(nn.Module, ABC):
    """A layer that works with tensors derived from its weights: at each call while they learn, once and for all in
    inference mode, where nothing learns. That halves the time of a single picture."""

    weight: nn.Parameter
    _kept: tuple[tuple[int, int], tuple[Tensor, ...]] | None = None

    @abstractmethod
    def derive(self) -> tuple[Tensor, ...]: ...

    def derived(self) -> tuple[Tensor, ...]:
        if torch.compiler.is_compiling() or not torch.is_inference_mode_enabled():
            return self.derive()
        state = (self.weight.data_ptr(), self.weight._version)  # moved to another device, or loaded anew
        if self._kept is None or self._kept[0] != state:
            self._kept = (state, self.derive())
        return self._kept[1]


class EqualLinear(Derived):
    """A fully connected layer with equalised learning rate (Karras 2018): N(0, 1) weights, scaled at run time."""

    def __init__(self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.gain = gain * rate / math.sqrt(inputs)
        self.rate = rate

    def derive(self) -> tuple[Tensor, ...]:
        return self.weight * self.gain, self.bias * self.rate

    def forward(self, x: Tensor) -> Tensor:  # (..., inputs) -> (..., outputs)
        return F.linear(x, *self.derived())


class EqualConv(nn.Module):
    """A convolution of odd kernel with equalised learning rate; keeps the resolution."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, bias: bool = True, gain: float = ACTIVATION_GAIN
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.gain = gain / math.sqrt(inputs * kernel**2)

    def forward(self, x: Tensor) -> Tensor:  # (N, inputs, H, W) -> (N, outputs, H, W)
        return F.conv2d(x, self.weight * self.gain, self.bias, padding=self.weight.shape[-1] // 2)


def activate(x: Tensor) -> Tensor:
    return F.leaky_relu_(x, 0.2)


class Halving(torch.autograd.Function):
    """What `F.avg_pool2d(x, 2)` does, but its way back is an enlargement, which is several times as fast on a CPU."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # differentiable itself, as R1 needs it
        return F.interpolate(gradient / 4, scale_factor=2, mode="nearest")


def halve(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, H/2, W/2), means of four; H and W are even."""
    halved: Tensor = Halving.apply(x)
    return halved


class ModulatedConv(Derived):
    """A convolution whose input channels a style scales; demodulation brings the output back to the
    variance that an activation expects."""

    def __init__(self, inputs: int, outputs: int, kernel: int, style_dim: int, demodulate: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = EqualLinear(style_dim, inputs, bias=1.0)
        self.gain = 1 / math.sqrt(inputs * kernel**2)
        self.demodulate = demodulate

    def derive(self) -> tuple[Tensor, ...]:
        weight = self.weight * self.gain
        return weight, weight.square().sum((2, 3)).T

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # (N, inputs, H, W), (N, D) -> (N, outputs, H, W)
        style = self.affine(w).float()
        weight, squares = self.derived()
        x = F.conv2d(x * style[:, :, None, None].to(x.dtype), weight, padding=weight.shape[-1] // 2)
        bias = self.bias[None, :, None, None]
        if not self.demodulate:
            return x + bias.to(x.dtype)
        with torch.autocast(x.device.type, enabled=False):
            energy = style.square() @ squares  # (N, outputs)
            scale = ACTIVATION_GAIN * torch.rsqrt(energy + 1e-8)[:, :, None, None]
        return torch.addcmul(bias.to(x.dtype), x, scale.to(x.dtype))
