"""Labels that are measured, not learnt: proportions from the 68 landmarks, tones from the pixels.

All lengths are in eye distances between the pupils, of a face turned back by its yaw as far as a cosine can. Landmarks
waver by some 0.02 of that.
"""

from __future__ import annotations

import numpy as np

from training.curation.align import LEFT_EYE, RIGHT_EYE


def proportions(points: np.ndarray, yaw: float) -> dict[str, float]:
    """(68, 2) landmarks in the aligned square (0 to 1) and yaw in degrees -> the measures by name.

    mouth_width, lip_thickness (both lips without the gap), nose_width, nose_length, eye_opening (height over width),
    eye_spacing (between the inner corners), smile (how far the corners of the mouth are above its middle, plus how much
    wider the mouth is than at rest), mouth_open.
    """
    right, left = points[RIGHT_EYE].mean(0), points[LEFT_EYE].mean(0)
    upright = max(float(np.cos(np.radians(yaw))), 0.5)  # lengths across the face shrink by this when it turns
    unit = float(np.hypot(*(left - right))) / upright

    def length(a: int, b: int) -> float:
        return float(np.hypot(*(points[a] - points[b]))) / unit

    def across(a: int, b: int) -> float:
        return length(a, b) / upright

    openings = [
        (length(top_a, low_a) + length(top_b, low_b)) / (2 * max(across(outer, inner), 1e-6))
        for top_a, low_a, top_b, low_b, outer, inner in ((37, 41, 38, 40, 36, 39), (43, 47, 44, 46, 45, 42))
    ]
    upper = np.mean([length(50, 61), length(51, 62), length(52, 63)])
    lower = np.mean([length(56, 65), length(57, 66), length(58, 67)])
    middle = (points[51, 1] + points[57, 1]) / 2
    lift = (middle - (points[48, 1] + points[54, 1]) / 2) / unit
    width = across(48, 54)
    values = {
        "mouth_width": width,
        "lip_thickness": float(upper + lower),
        "nose_width": across(31, 35),
        "nose_length": length(27, 33),
        "eye_opening": float(np.mean(openings)),
        "eye_spacing": across(39, 42),
        "smile": float(lift + (width - MOUTH_AT_REST) / 2),
        "mouth_open": length(62, 66),
    }
    return {name: round(float(value), 4) for name, value in values.items()}


MOUTH_AT_REST = 0.80  # eye distances


def tones(pixels: np.ndarray, points: np.ndarray) -> dict[str, float]:
    """(S, S, 3) uint8 aligned face and its landmarks (0 to 1) -> lightness L* (0 black, 100 white) of skin and hair.

    Skin: median over both cheeks. Hair: median over the top of the head, whatever is there: a hat's colour for a hat,
    skin for the bald.
    """
    skin = np.concatenate([region(pixels, centre, 0.035) for centre in cheeks(points)])
    top = float(points[17:27, 1].min())
    hair = np.concatenate([region(pixels, (x, max(top - 0.24, 0.05)), 0.035) for x in (0.42, 0.5, 0.58)])
    return {
        "skin_tone": round(float(np.median(lightness(skin))), 1),
        "hair_tone": round(float(np.median(lightness(hair))), 1),
    }


def cheeks(points: np.ndarray) -> list[tuple[float, float]]:
    """Below the middle of each eye, at the height of the nose's base."""
    height = (points[29, 1] + points[33, 1]) / 2
    return [(float(points[eye, 0].mean()), float(height)) for eye in (RIGHT_EYE, LEFT_EYE)]


def region(pixels: np.ndarray, centre: tuple[float, float], radius: float) -> np.ndarray:
    """(N, 3): the pixels of a small square around a place given in 0 to 1."""
    size = pixels.shape[0]
    low = [int(np.clip((value - radius) * size, 0, size - 2)) for value in centre]
    high = [
        max(int(np.clip((value + radius) * size, 1, size)), start + 1) for value, start in zip(centre, low, strict=True)
    ]
    return pixels[low[1] : high[1], low[0] : high[0]].reshape(-1, 3)


def lightness(colours: np.ndarray) -> np.ndarray:
    """(N, 3) uint8 sRGB -> (N,) CIELAB L*."""
    linear = colours.astype(np.float64) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    cube = np.where(luminance > 216 / 24389, np.cbrt(luminance), (24389 / 27 * luminance + 16) / 116)
    return np.asarray(116 * cube - 16)
