"""Hypothesis strategies for faces."""

import struct
from typing import Any

from hypothesis import strategies as st

from facedesigner.state.face import SEED_MAX, FaceState, Latent

seeds = st.integers(0, SEED_MAX)
latents = st.builds(
    lambda rows, value: Latent(rows, 2, value * 2 * rows),
    st.integers(1, 4),
    st.floats(-9, 9, width=32).map(lambda x: struct.pack("<f", x)),
)
names = st.from_regex(r"[a-z]{1,6}[0-9]{0,2}(@coarse)?", fullmatch=True)
controls = st.dictionaries(names, st.floats(-5, 5), max_size=4).map(lambda d: tuple(d.items()))
common: dict[str, st.SearchStrategy[Any]] = {
    "model": st.text("0123456789abcdef", min_size=0, max_size=16),
    "controls": controls,
    "psi": st.floats(0, 1.5),
    "noise_seed": seeds,
}
faces = st.builds(FaceState, seed=seeds, **common) | st.builds(FaceState, latent=latents, **common)
