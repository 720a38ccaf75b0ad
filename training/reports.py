"""Measurements as text and as a figure."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from training.events import distance_text
from training.files import replacing

INTERVAL = 1.96  # standard errors to either side hold 95%
PANELS = (
    ("frechet", "Fréchet distance"),
    ("kernel", "Kernel distance"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("spread", "Distance of two faces"),
)


def table(measured: dict[str, Any]) -> str:
    """The measurement of a run as lines of text; `floor` is real against real of the same count."""
    lines = [
        f"{measured['images']:,} pictures shown; {measured['count']:,} generated against as many held out, "
        f"decoded at {measured['resolution']} pixels"
    ]
    for name, values in measured.items():
        if name == "labels":
            lines.append("share of pictures of the class asked for, beside what the classifier finds on real ones")
            lines += [f"  {label:<24}{v['asked']:>12.3f}{v['real']:>12.3f}" for label, v in values.items()]
        elif isinstance(values, dict):
            lines.append(name)
            lines += [f"  {key:<24}{value:>12.4f}" for key, value in values.items() if isinstance(value, float)]
    return "\n".join(lines)


def comparison_table(compared: dict[str, Any]) -> str:
    """One line a model and kind of features, each number with its 95% interval, and the floor under them."""
    lines = [f"{compared['count']:,} pictures on each side, real ones decoded at {compared['resolution']} pixels"]
    columns = ("Fréchet", "kernel x 1000", "precision", "recall", "two faces")
    for feature in next(iter(compared["models"].values())):
        lines += ["", f"{feature:<32}" + "".join(f"{column:>20}" for column in columns)]
        for name, by_feature in compared["models"].items():
            m = by_feature[feature]
            cells = (
                f"{distance_text(m['frechet'])} ± {distance_text(INTERVAL * m['frechet_error'])}",
                f"{1000 * m['kernel']:.2f} ± {1000 * INTERVAL * m['kernel_error']:.2f}",
                f"{m['precision']:.2f} ± {INTERVAL * m['precision_error']:.2f}",
                f"{m['recall']:.3f} ± {INTERVAL * m['recall_error']:.3f}",
                f"{m['spread']:.3f} ± {INTERVAL * m['spread_error']:.3f}",
            )
            lines.append(f"{name:<32}" + "".join(f"{cell:>20}" for cell in cells))
        floor = (
            distance_text(m["frechet_floor"]),
            f"{1000 * m['kernel_floor']:.2f}",
            f"{m['precision_floor']:.2f}",
            f"{m['recall_floor']:.3f}",
            f"{m['spread_floor']:.3f}",
        )
        lines.append(f"{'real against real':<32}" + "".join(f"{cell:>20}" for cell in floor))
    return "\n".join(lines)


def save_figure(compared: dict[str, Any], path: Path) -> None:
    """A panel for each measure, a row for each model: the value with its 95% interval, and a line where real pictures
    stand against real ones. PNG, or what the name ends in. ImportError without matplotlib."""
    if find_spec("matplotlib") is None:
        raise ImportError("figures need matplotlib: pip install 'facedesigner[metrics]'")
    from matplotlib.figure import Figure

    models = compared["models"]
    rows = [(f"{name}\n{feature}", m) for name, measured in models.items() for feature, m in measured.items()]
    figure = Figure(figsize=(3 * len(PANELS), 1.6 + 0.6 * len(rows)), layout="constrained")
    panels = figure.subplots(1, len(PANELS), sharey=True)
    places = range(len(rows))
    for panel, (key, title) in zip(panels, PANELS, strict=True):
        values, errors = [m[key] for _, m in rows], [INTERVAL * m[f"{key}_error"] for _, m in rows]
        panel.errorbar(values, places, xerr=errors, fmt="o", color="#1F5FAF", capsize=3)
        panel.scatter([m[f"{key}_floor"] for _, m in rows], places, marker="|", s=300, color="#2E7D32")
        panel.set_title(title, fontsize=10)
        panel.grid(axis="x", alpha=0.3)
        panel.margins(y=0.3)
        if key in ("frechet", "kernel"):
            panel.set_xlim(left=min(0.0, *values))
    panels[0].set_yticks(places, [label for label, _ in rows], fontsize=8)
    panels[0].invert_yaxis()
    figure.supxlabel(
        f"{compared['count']:,} pictures on each side; bars: 95% intervals; green: real pictures against real ones",
        fontsize=8,
    )
    with replacing(path) as temporary:
        figure.savefig(temporary, format=path.suffix.lstrip(".") or "png", dpi=130)
