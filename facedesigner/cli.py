"""The `facedesigner` command: the window, or the same actions without one.

Nothing heavy is imported before a command runs, so that help answers at once.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from facedesigner import __version__

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.engine.request import Image
    from facedesigner.state.face import FaceState


class CommandError(Exception):
    """A command cannot be done as given; the message says why and what to do."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like all other errors."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}; see {self.prog} --help")


def main(arguments: list[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    try:
        if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
            return open_window(words)
        args = parser().parse_args(words)
        return int(args.command(args))
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except Exception as error:
        if not is_users(error):
            raise
        say(str(error))
        return 2


def say(message: str) -> None:
    progress("")
    print(f"facedesigner: {message}", file=sys.stderr)


def progress(text: str) -> None:
    """Replaces the terminal's last line; nothing where standard error is not a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text:<40}\r{text}", end="", file=sys.stderr, flush=True)


def is_users(error: Exception) -> bool:
    """Whether an error is the user's to mend, so that its message is enough; others show where they come from."""
    names = {cls.__name__ for cls in type(error).__mro__}  # by name: importing the classes would cost start-up time
    return bool(names & {"CommandError", "WeightsError", "ExportError", "OSError", "ValueError"})


def open_window(words: list[str]) -> int:
    """The window, with the picture, project or weights file given as the only word, if any."""
    if len(words) > 1:
        raise CommandError(f"the window opens one file, not {len(words)}; commands are {', '.join(COMMANDS)}")
    path = Path(words[0]) if words else None
    if path is not None and not path.exists():
        raise CommandError(f"{words[0]!r} is neither a file nor a command; commands are {', '.join(COMMANDS)}")
    from facedesigner.gui.app import main as run_window

    return run_window(path)


def parser() -> Parser:
    top = Parser(
        prog="facedesigner",
        description="Design faces of people who do not exist. Without a command, or with a file, the window opens.",
        usage="facedesigner [FILE] | facedesigner COMMAND ...",
    )
    top.add_argument("--version", action="version", version=f"facedesigner {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND", prog="facedesigner")

    generate = commands.add_parser("generate", help="draw faces of new or given seeds as PNG files")
    generate.set_defaults(command=generate_command)
    generate.add_argument("--seed", type=int, help="seed of the first face, 0 to 4294967295 (default: a random one)")
    generate.add_argument("--count", type=int, default=1, help="how many faces, of consecutive seeds (default: 1)")
    generate.add_argument(
        "--psi", type=float, default=0.7, help="truncation: 0 the mean face, 1 as drawn (default: 0.7)"
    )
    generate.add_argument("--noise-seed", type=int, default=0, help="seed of the fine texture (default: 0)")
    target = generate.add_mutually_exclusive_group()
    target.add_argument(
        "--out-dir", type=Path, default=Path(), help="folder for seed0042.png and so on (default: here)"
    )
    target.add_argument("--out", type=Path, help="the one PNG file to write")
    generate.add_argument("--overwrite", action="store_true", help="replace files that exist")

    inspect = commands.add_parser("inspect", help="print the recipe that a face's PNG carries, as JSON")
    inspect.set_defaults(command=inspect_command)
    inspect.add_argument("file", type=Path, help="a PNG exported by FaceDesigner")

    bench = commands.add_parser("bench", help="time the start and a frame at each resolution on this machine")
    bench.set_defaults(command=bench_command)
    bench.add_argument("--frames", type=int, default=100, help="frames at each resolution (default: 100)")

    for command in (generate, bench):
        command.add_argument("--weights", type=Path, help="a weights file (default: the one that comes along)")
        command.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")
    return top


def load_engine(args: argparse.Namespace) -> FaceEngine:
    progress("loading the model")
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.resources import default_weights

    engine = FaceEngine(args.device)
    engine.load(args.weights or default_weights())
    progress("")
    return engine


def draw(engine: FaceEngine, face: FaceState, resolution: int | None = None) -> tuple[Image, float]:
    """A picture (H, W, 3) uint8 and the milliseconds it took. CommandError when it cannot be drawn."""
    from facedesigner.engine.request import RenderRequest

    result = engine.render(RenderRequest(face, resolution))
    if result.notice:
        say(result.notice)
    if result.image is None:
        raise CommandError(result.error)
    return result.image, result.milliseconds


def generate_command(args: argparse.Namespace) -> int:
    from facedesigner.state.face import SEED_MAX, FaceState, check_seed

    lowest = 0 if args.seed is None else check_seed(args.seed)
    most = SEED_MAX + 1 - lowest
    if not 1 <= args.count <= most:
        raise CommandError(f"--count is {args.count}; from seed {lowest} on, choose 1 to {most}")
    if args.out and args.count != 1:
        raise CommandError("--out names one file; use --out-dir for several faces")
    if args.out and args.out.suffix.lower() != ".png":
        raise CommandError(f"--out is {args.out}; only PNG is written, choose a name that ends in .png")
    seed = secrets.randbelow(most + 1 - args.count) if args.seed is None else args.seed
    faces = [FaceState("", seed=seed + i, psi=args.psi, noise_seed=args.noise_seed) for i in range(args.count)]
    paths = [args.out or args.out_dir / f"{face.title}.png" for face in faces]
    taken = [str(path) for path in paths if path.exists()]
    if taken and not args.overwrite:
        raise CommandError(f"{taken[0]} exists already: choose another name, or add --overwrite")
    from facedesigner.export.png import save_png

    engine = load_engine(args)
    if args.seed is None:
        print(f"seed {seed}", file=sys.stderr)
    for number, (face, path) in enumerate(zip(faces, paths, strict=True), 1):
        progress(f"face {number} of {args.count}")
        known = face.with_model(engine.info.hash)
        image, _ = draw(engine, known)
        save_png(image, path, known, engine.info.name, overwrite=args.overwrite)
        progress("")
        print(path, flush=True)
    return 0


def inspect_command(args: argparse.Namespace) -> int:
    from facedesigner.export.png import read_face
    from facedesigner.state.recipe import to_dict

    print(json.dumps(to_dict(read_face(args.file)), indent=2))
    return 0


def bench_command(args: argparse.Namespace) -> int:
    from statistics import median, quantiles

    from facedesigner.state.face import FaceState

    if args.frames < 2:
        raise CommandError(f"--frames is {args.frames}; choose 2 or more")
    clock = [time.perf_counter()]
    import facedesigner.engine.face_engine  # noqa: F401 timed apart from the weights

    clock.append(time.perf_counter())
    engine = load_engine(args)
    clock.append(time.perf_counter())
    info = engine.info
    draw(engine, FaceState(info.hash, seed=0))
    clock.append(time.perf_counter())
    print(f"{info.name} ({info.hash}) on {engine.device}, {args.frames} frames each")
    print(f"{'':<14}{'median ms':>12}{'95% ms':>10}")
    for part, (began, ended) in zip(("import engine", "load weights", "first face"), pairwise(clock), strict=True):
        print(f"{part:<14}{(ended - began) * 1000:>12.1f}")
    for resolution in info.resolutions:
        progress(f"{resolution} px")
        faces = [FaceState(info.hash, seed=seed) for seed in range(args.frames + 3)]
        times = [draw(engine, face, resolution)[1] for face in faces][3:]  # the first ones warm up
        progress("")
        print(f"{f'{resolution} px':<14}{median(times):>12.1f}{quantiles(times, n=20)[-1]:>10.1f}")
    return 0


COMMANDS = ("generate", "inspect", "bench")
