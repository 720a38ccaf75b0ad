"""Fits the weights of `judge.py`: python -m training.curation.fit FACES FACES.CSV

FACES is a folder of aligned faces, FACES.CSV has the columns `file` and `glasses`. Prints what is reached on a quarter
of the pictures that is held out. Needs torch and `facedesigner[faces]`; takes minutes.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import random
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.curation.align import cut, place
from training.curation.detector import Detector
from training.curation.judge import REGIONS, WEIGHTS, features
from training.curation.texture import grey
from training.data import name_fraction

HELD_OUT = 0.25
PLAIN, WITH_GLASSES = 3_200, 1_000  # pictures taken at most
detector: Detector


def distort(image: Image.Image, rng: random.Random) -> Image.Image:
    """Swaps rectangles, bends the picture in waves, or shifts one half of it against the other."""
    pixels = np.array(image.resize((256, 256)))
    kind = rng.choice(("swap", "swap", "wave", "halves"))
    if kind == "swap":
        for _ in range(rng.randint(8, 30)):
            height, width = rng.randint(14, 56), rng.randint(14, 56)
            a, b = ((rng.randint(30, 250 - height), rng.randint(20, 236 - width)) for _ in range(2))
            if rng.random() < 0.5:
                b = (
                    int(np.clip(a[0] + rng.randint(-50, 50), 0, 255 - height)),
                    int(np.clip(a[1] + rng.randint(-50, 50), 0, 255 - width)),
                )
            first = pixels[a[0] : a[0] + height, a[1] : a[1] + width].copy()
            pixels[a[0] : a[0] + height, a[1] : a[1] + width] = pixels[b[0] : b[0] + height, b[1] : b[1] + width]
            pixels[b[0] : b[0] + height, b[1] : b[1] + width] = first
    elif kind == "wave":
        y, x = np.mgrid[:256, :256].astype(np.float64)
        for axis in (0, 1):
            length, reach, start = rng.uniform(25, 70), rng.uniform(5, 10), rng.uniform(0, 6.3)
            bend = reach * np.sin((x if axis == 0 else y) / length * 6.283 + start)
            y, x = (y + bend, x) if axis == 0 else (y, x + bend)
        pixels = pixels[np.clip(y, 0, 255).astype(int), np.clip(x, 0, 255).astype(int)]
    else:
        shift = rng.choice((-1, 1)) * rng.randint(14, 44)
        if rng.random() < 0.5:
            pixels[:, 128:] = np.roll(pixels[:, 128:], shift, axis=0)
        else:
            row = rng.randint(110, 190)
            pixels[row:] = np.roll(pixels[row:], shift, axis=1)
    return Image.fromarray(pixels)


def prepare() -> None:
    global detector
    detector = Detector()


def describe(task: tuple[Path, bool]) -> tuple[dict[str, np.ndarray], float] | None:
    """The features of a picture, or of a distorted copy of it; None when no face is found in it."""
    path, distorted = task
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    if distorted:
        image = distort(image, random.Random(path.as_posix()))
    face = detector(image)
    if face is None:
        return None
    aligned = grey(np.asarray(cut(face.image, place(face.points), 128)))
    return {question: features(aligned, question).astype(np.float32) for question in REGIONS}, face.score


def fit(values: np.ndarray, answers: np.ndarray, decay: float) -> tuple[np.ndarray, float]:
    """Logistic regression with weight decay, both classes weighing the same -> (F,) weights and the bias."""
    import torch

    x, y = torch.tensor(values, dtype=torch.float64), torch.tensor(answers, dtype=torch.float64)
    balance = torch.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    weight = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        error = torch.nn.functional.binary_cross_entropy_with_logits(x @ weight + bias, y, balance)
        total = error + decay * weight.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach().numpy(), float(bias.detach())


def report(name: str, scores: np.ndarray, answers: np.ndarray) -> str:
    said = scores > 0
    hits, refusals = float(said[answers > 0].mean()), float((~said)[answers == 0].mean())
    return (
        f"{name}: of {int((answers > 0).sum())} held out with it {hits:.1%} are found, "
        f"of {int((answers == 0).sum())} without it {refusals:.1%} are left alone"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("faces", type=Path)
    arguments.add_argument("table", type=Path)
    arguments.add_argument("--out", type=Path, default=WEIGHTS)
    args = arguments.parse_args()
    with args.table.open(encoding="utf-8", newline="") as file:
        worn = {row["file"]: row["glasses"] == "1" for row in csv.DictReader(file)}
    rng = random.Random(0)
    plain = rng.sample(sorted(n for n, w in worn.items() if not w), min(PLAIN, sum(not w for w in worn.values())))
    glasses = sorted(n for n, w in worn.items() if w)[:WITH_GLASSES]
    names = [*plain, *glasses] * 2
    twisted = [False] * (len(plain) + len(glasses)) + [True] * (len(plain) + len(glasses))
    with multiprocessing.get_context("spawn").Pool(2, prepare) as pool:
        tasks = [(args.faces / name, bend) for name, bend in zip(names, twisted, strict=True)]
        found = pool.map(describe, tasks, chunksize=16)
    rows = [(n, bend, f[0], f[1]) for n, bend, f in zip(names, twisted, found, strict=True) if f is not None]
    print(
        f"{sum(bend for _, bend, *_ in rows)} of {sum(twisted)} distorted pictures still hold a face for the detector"
    )
    held = np.array([name_fraction(name) < HELD_OUT for name, *_ in rows])
    bent = np.array([bend for _, bend, *_ in rows])
    answers = {"glasses": np.array([worn[name] for name, *_ in rows]) * 1.0, "distorted": bent * 1.0}
    wanted = {"glasses": ~bent, "distorted": np.ones_like(bent)}
    made: dict[str, Any] = {}
    lines = []
    for question, decay in (("glasses", 3e-5), ("distorted", 3e-5)):
        values = np.stack([f[question] for _, _, f, _ in rows])
        learn, test = wanted[question] & ~held, wanted[question] & held
        weight, bias = fit(values[learn], answers[question][learn], decay)
        lines.append(report(question, values[test] @ weight + bias, answers[question][test]))
        print(lines[-1])
        made[f"{question}_weight"], made[f"{question}_bias"] = weight.astype(np.float16), np.float32(bias)
    np.savez_compressed(args.out, about=np.array("; ".join(lines)), **made)


if __name__ == "__main__":
    main()
