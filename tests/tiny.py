"""A weights file that loads in milliseconds: an untrained style generator of 16 pixels."""

from __future__ import annotations

from pathlib import Path


def tiny_weights(path: Path, *, seed: int = 0, variant: str = "style", name: str = "tiny") -> Path:
    import torch

    from training.gans import create
    from training.weights import Direction, Weights, save_weights

    options = {"resolution": 16, "z_dim": 8}
    if variant == "style":
        options |= {"mapping_layers": 1, "channel_base": 128, "channel_max": 8}
    else:
        options |= {"width": 4}
    torch.manual_seed(seed)
    generator = create(variant, options).generator().eval()
    if variant == "style":
        for key, parameter in generator.named_parameters():
            if key.endswith("noise_strength"):
                torch.nn.init.constant_(parameter, 0.1)
    else:  # an untrained one is flat grey: its weights start small and its batch norm knows no data
        with torch.no_grad():
            for weight in generator.parameters():
                weight.mul_(8)
    mean, axes = generator.directions(3)
    directions = [
        Direction(f"pc{i:02d}", f"Component {i}", "Principal directions", axis) for i, axis in enumerate(axes, 1)
    ]
    card = {"data": "none: untrained", "terms": "for tests"}
    save_weights(Weights(variant, name, options, generator, mean, tuple(directions), card), path)
    return path
