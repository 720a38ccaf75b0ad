"""Sharpness, histograms of gradients, and a fingerprint of an aligned face. numpy alone."""

from __future__ import annotations

import numpy as np

FACE = (slice(36, 116), slice(28, 100))  # rows and columns of the face in an aligned picture of 128 px
ORIENTATIONS = 9
CELL = 8  # pixels of a histogram's cell
FLOOR = 4.0  # grey levels: under this, gradients are noise


def grey(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (H, W) float64, 0 to 255."""
    return np.asarray(pixels.astype(np.float64) @ [0.299, 0.587, 0.114])


def blur(face: np.ndarray) -> float:
    """(128, 128) grey levels, aligned -> how little it changes when it is blurred once more: 0 sharp, 1 blurred.

    F. Crete and others, The blur effect: perception and estimation with a new no-reference perceptual blur metric,
    2007, on the face only. It compares a picture with itself, so neither contrast nor smooth skin count as blur.
    """
    face = face[FACE]
    scores = []
    for axis in (0, 1):
        kernel = np.ones(5) / 5
        blurred = np.apply_along_axis(np.convolve, axis, face, kernel, "valid")
        inner = face[2:-2] if axis == 0 else face[:, 2:-2]
        sharp_steps, blurred_steps = np.abs(np.diff(inner, axis=axis)), np.abs(np.diff(blurred, axis=axis))
        lost = np.maximum(sharp_steps - blurred_steps, 0).sum()
        scores.append(1 - lost / max(sharp_steps.sum(), 1e-9))
    return float(max(scores))


def gradients(face: np.ndarray) -> np.ndarray:
    """(S, S) grey levels -> (S // 8, S // 8, 9) histograms of gradients, normalised by their neighbourhood."""
    rows, columns = np.gradient(face)
    strength = np.hypot(rows, columns)
    angle = np.arctan2(rows, columns) % np.pi / np.pi * ORIENTATIONS
    low = np.floor(angle).astype(int) % ORIENTATIONS
    share = angle - np.floor(angle)
    side = face.shape[0] // CELL
    cell = (np.arange(side * CELL) // CELL)[:, None] * side + np.arange(side * CELL) // CELL
    inside = np.s_[: side * CELL, : side * CELL]
    bins = np.zeros(side * side * ORIENTATIONS)
    for index, weight in ((low, 1 - share), ((low + 1) % ORIENTATIONS, share)):
        place = cell * ORIENTATIONS + index[inside]
        bins += np.bincount(place.ravel(), (strength * weight)[inside].ravel(), bins.size)
    histograms = bins.reshape(side, side, ORIENTATIONS)
    padded = np.pad((histograms**2).sum(2), 1, mode="edge")
    around = sum(padded[i : i + side, j : j + side] for i in range(3) for j in range(3))
    return np.asarray(histograms / (np.sqrt(np.asarray(around)) + FLOOR * CELL)[..., None])


def fingerprint(face: np.ndarray) -> np.ndarray:
    """(128, 128) grey levels, aligned -> (K,) float32 of length 1; two pictures of one face have a product near 1.

    The middle of the face at 24 x 24 without its slow shades, so that light and compression hardly count.
    """
    middle = face[16:112, 16:112].reshape(24, 4, 24, 4).mean((1, 3))
    smooth = middle.copy()
    for _ in range(3):
        padded = np.pad(smooth, 1, mode="edge")
        smooth = sum(padded[i : i + 24, j : j + 24] for i in range(3) for j in range(3)) / 9
    detail = (middle - smooth).ravel()
    return np.asarray(detail / max(float(np.linalg.norm(detail)), 1e-9), dtype=np.float32)
