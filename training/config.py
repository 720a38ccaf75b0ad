"""A run's settings: dataclasses <-> TOML <-> overrides from the command line. No torch: the training form uses it."""

from __future__ import annotations

import ast
import dataclasses
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.errors import UserError
from training.files import replacing
from training.options import build, option, to_toml
from training.texts import quoted

CONFIGS = Path(__file__).parent / "configs"  # those that come along


@dataclass(frozen=True)
class Data:
    source: str = option("faces", "folder or zip of pictures")
    include: tuple[str, ...] = option((), "patterns of the names to take, such as 'frontal/*'; empty takes all")
    labels: str = option("", "CSV, list_attr_celeba.txt or dataset.json; empty looks beside the pictures")
    weights: tuple[str, ...] = option(
        (), "how often pictures are drawn, such as 'age>=40: 2' or 'varied/*: 0.5'; the last rule that fits counts"
    )
    cache: str = option("", "folder for the decoded pictures; empty decodes them at each start")
    holdout: float = option(0.0, "share of the pictures that training never sees, for `eval`", low=0, high=0.5)
    about: str = option("", "what the pictures are and where they are from, for the model card")
    terms: str = option("", "licence and terms of the pictures, for the model card")


@dataclass(frozen=True)
class Train:
    images: int = option(400_000, "pictures shown to the discriminator in the whole run", low=1, unit="pictures")
    batch: int = option(32, "pictures in a step", low=2, high=4096, unit="pictures")
    learning_rate: float = option(0.002, "Adam's step size, of both networks", low=0)
    beta1: float = option(0.0, "Adam's first decay", low=0, high=0.9999)
    beta2: float = option(0.99, "Adam's second decay", low=0, high=0.99999)
    ema_half_life: float = option(
        10_000.0, "pictures over which the averaged weights forget half", low=1, unit="pictures"
    )
    generator_waits: int = option(
        0, "pictures that only the discriminator learns from, after a warm start without one", low=0, unit="pictures"
    )
    flip: bool = option(True, "mirror half of the pictures")
    augment: tuple[str, ...] = option(("color", "translation", "cutout"), "which augmentations")
    augment_probability: float = option(0.2, "share of pictures that each augmentation changes", low=0, high=1)
    seed: int = option(0, "seed of the whole run", low=0)
    device: str = option("auto", "cpu, cuda, mps or auto")
    precision: str = option("auto", "number format of the convolutions", choices=("auto", "bfloat16", "float32"))
    compile: bool = option(False, "compile the networks: some minutes at the start; for a GPU, a CPU gains nothing")
    minutes: float = option(0.0, "stop, saved, after so many minutes of training; 0: no limit", low=0, unit="minutes")
    warm_start: str = option(
        "", "weights file or run folder whose matching tensors to start from, also at another size"
    )


@dataclass(frozen=True)
class Anneal:
    """What values of the run end with, see `training.annealing`; empty ones stay as they are."""

    images: int = option(0, "pictures over which values change; 0: the whole run", low=0, unit="pictures")
    learning_rate: float | None = option(None, "Adam's step size at the end", low=0)
    gamma: float | None = option(None, "weight of the penalties at the end", low=0)
    ema_half_life: float | None = option(None, "memory of the averaged weights at the end", low=1, unit="pictures")
    augment_probability: float | None = option(None, "share of augmented pictures at the end", low=0, high=1)


@dataclass(frozen=True)
class Log:
    metrics_every: int = option(1_000, "pictures between two lines of metrics", low=1, unit="pictures")
    samples_every: int = option(10_000, "pictures between two sample grids", low=1, unit="pictures")
    save_every: int = option(10_000, "pictures between two checkpoints", low=1, unit="pictures")
    measure_every: int = option(
        50_000, "pictures between two measurements of the distance to real ones; 0: never", low=0, unit="pictures"
    )
    grid: int = option(8, "rows and columns of the sample grid", low=1, high=32)


@dataclass(frozen=True)
class RunConfig:
    variant: str = option("style", "which generator: `python -m training list`")
    name: str = option("", "name of the model; empty takes variant and resolution")
    options: dict[str, Any] = field(default_factory=dict)  # the variant's own, see its `Options`
    data: Data = field(default_factory=Data)
    train: Train = field(default_factory=Train)
    anneal: Anneal = field(default_factory=Anneal)
    log: Log = field(default_factory=Log)

    def to_dict(self) -> dict[str, Any]:
        """The settings as `parse_config` reads them."""
        return dataclasses.asdict(self)

    def to_toml(self) -> str:
        return to_toml(self.to_dict())


def load_config(path: Path, overrides: tuple[str, ...] = ()) -> RunConfig:
    """Reads a TOML file and applies overrides such as `train.batch=64`. UserError names what is wrong and where."""
    return parse_config(parsed(path), overrides, str(path))


def preset(
    name: str, options: dict[str, Any], source: str, *, holdout: float, cache: str, images: int, seed: int, **train: Any
) -> RunConfig:
    """The config of that name that comes along, with what it is to differ in; `train`: of its table of that name."""
    known = load_config(CONFIGS / f"{name}.toml")
    return dataclasses.replace(
        known,
        options={**known.options, **options},
        data=dataclasses.replace(known.data, source=source, holdout=holdout, cache=cache),
        train=dataclasses.replace(known.train, images=images, seed=seed, **train),
    )


def parsed(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. UserError when there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"there is no config {path}; those that come along are in training/configs") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not TOML: {error}") from None


def parse_config(values: dict[str, Any], overrides: tuple[str, ...] = (), where: str = "config") -> RunConfig:
    for override in overrides:
        key, found, text = override.partition("=")
        if not found:
            raise UserError(f"override {quoted(override)} is not KEY=VALUE, such as train.batch=64")
        *tables, name = key.strip().split(".")
        table = values
        for part in tables:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise UserError(f"override {quoted(override)}: {part} is not a table")
        table[name] = parse_value(text)
    options = values.get("options", {})
    if not isinstance(options, dict):
        raise UserError(f"{where}: options must be a table")
    config = build(RunConfig, {k: v for k, v in values.items() if k != "options"}, where)
    return dataclasses.replace(config, options=options)


def run_config(folder: Path, overrides: tuple[str, ...] = ()) -> RunConfig:
    """The config of an existing run. UserError when the folder is none."""
    path = folder / "config.toml"
    if not path.is_file():
        raise UserError(f"{folder} is no run folder: it has no config.toml")
    if "variant" not in parsed(path):
        raise UserError(
            f"{path} is empty or of something else, so it is not known what was trained: write the config of the run "
            "there again, or start another one"
        )
    return load_config(path, overrides)


def write_config(config: RunConfig, folder: Path) -> None:
    """Atomically: an empty one would train something else."""
    with replacing(folder / "config.toml") as temporary:
        temporary.write_text(config.to_toml(), encoding="utf-8")


def new_run(config: RunConfig, runs: Path) -> Path:
    """Makes the next numbered run folder, such as `runs/00003-style64`, with its config. OSError if that fails."""
    runs.mkdir(parents=True, exist_ok=True)
    numbers = [int(p.name[:5]) for p in runs.iterdir() if p.name[:5].isdigit()]
    name = re.sub(r"[^\w.-]+", "_", config.name or f"{config.variant}{config.options.get('resolution', '')}")
    folder = runs / f"{max(numbers, default=0) + 1:05d}-{name}"
    folder.mkdir()
    write_config(config, folder)
    return folder


def parse_value(text: str) -> Any:
    """`3`, `0.5`, `true`, `[1, 2]` as what they are, anything else as text."""
    lowered = {"true": True, "false": False}.get(text.strip())
    if lowered is not None:
        return lowered
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return list(value) if isinstance(value, tuple) else value
