"""Weights for drawings that load in milliseconds: untrained networks, for the generator of `tiny_weights`."""

from __future__ import annotations

from pathlib import Path

from tests.tiny import tiny_weights


def drawing_weights(folder: Path, seed: int = 0) -> Path:
    """Writes a generator, its encoder of sketches, pix2pix and colourisation into the folder, and returns it."""
    import torch

    from training.networks.encoder import new_encoder, save_encoder
    from training.networks.translator import save_translator
    from training.networks.unet import Shape, Unet
    from training.weights import load_weights

    weights = load_weights(tiny_weights(folder / "tiny.safetensors", seed=seed))
    torch.manual_seed(seed)
    encoder = new_encoder(weights, channels=5)
    torch.nn.init.normal_(encoder.head.weight, std=0.2)
    save_encoder(encoder, folder / "sketch_encoder-tiny.safetensors", weights.hash, {})
    for task, channels in (("pix2pix", 3), ("colorize", 2)):
        network = Unet(Shape(5, channels, 256, 0.1))
        torch.nn.init.normal_(network.rgb.weight, std=0.2)
        save_translator(network, folder / f"{task}256.safetensors", task, {})
    return folder
