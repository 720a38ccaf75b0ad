"""A weights file that loads in milliseconds: an untrained generator of 16 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def tiny_weights(path: Path, *, seed: int = 0, variant: str = "style", name: str = "tiny") -> Path:
    """`variant`: style and dcgan offer three directions; cgan and acgan also a menu for gender and one for glasses,
    infogan one for its categorical code and two sliders for its continuous ones."""
    import torch

    from training.export import offered_choices, offered_directions
    from training.gans import create
    from training.weights import Weights, save_weights

    options: dict[str, Any] = {"resolution": 16, "z_dim": 8}
    if variant == "style":
        options |= {"mapping_layers": 1, "channel_base": 128, "channel_max": 8}
    else:
        options |= {"width": 4}
    if variant in ("cgan", "acgan"):
        options |= {"labels": ["gender", "glasses"], "classes": [["female", "male"], ["no", "yes"]]}
    if variant == "infogan":
        options |= {"classes": 3, "continuous": 2}
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
    mean, directions = offered_directions(generator, 3)
    card = {"data": "none: untrained", "terms": "for tests"}
    choices = offered_choices(generator)
    save_weights(Weights(variant, name, options, generator, mean, (*choices, *directions), card), path)
    return path


def pale_weights(path: Path) -> Path:
    """`tiny_weights` with pale pictures: those of an untrained generator run into black and white."""
    import torch

    from training.weights import load_weights, save_weights

    weights = load_weights(tiny_weights(path))
    with torch.no_grad():
        for name, parameter in weights.generator.named_parameters():
            if "to_rgb" in name:
                parameter.mul_(0.1)
    save_weights(weights, path)
    return path
