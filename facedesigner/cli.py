"""The `facedesigner` command: the window, or the same actions without one.

Nothing heavy is imported before a command runs, so that help answers at once.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner import __version__

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine


class UsageError(Exception):
    """The command's words do not go together; the message says how they would."""


def main(arguments: list[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    try:
        if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
            return open_window(words)
        args = parser().parse_args(words)
        return int(args.command(args))
    except KeyboardInterrupt:
        print("facedesigner: stopped", file=sys.stderr)
        return 130
    except Exception as error:
        if not is_users(error):
            raise
        print(f"facedesigner: {error}", file=sys.stderr)
        return 2


def is_users(error: Exception) -> bool:
    """Whether an error is the user's to mend, so that its message is enough; others show where they come from."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(
        names & {"UsageError", "WeightsError", "ExportError", "RecipeError", "ProjectError", "OSError", "ValueError"}
    )


def open_window(words: list[str]) -> int:
    """The window, with the picture, project or weights file given as the only word, if any."""
    if len(words) > 1:
        raise UsageError(f"the window opens one file, not {len(words)}; commands are {', '.join(COMMANDS)}")
    path = Path(words[0]) if words else None
    if path is not None and not path.exists():
        raise UsageError(f"{words[0]!r} is neither a file nor a command; commands are {', '.join(COMMANDS)}")
    from facedesigner.gui.app import main as run_window

    return run_window(path)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="facedesigner",
        description="Design faces of people who do not exist. Without a command, or with a file, the window opens.",
        usage="facedesigner [FILE] | facedesigner COMMAND ...",
    )
    top.add_argument("--version", action="version", version=f"facedesigner {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

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
    target.add_argument("--out", type=Path, help="the one file to write")
    generate.add_argument("--overwrite", action="store_true", help="replace files that exist")

    inspect = commands.add_parser("inspect", help="print the recipe that a face's PNG carries, as JSON")
    inspect.set_defaults(command=inspect_command)
    inspect.add_argument("file", type=Path, help="a PNG exported by FaceDesigner")

    bench = commands.add_parser("bench", help="time a frame at each resolution on this machine")
    bench.set_defaults(command=bench_command)
    bench.add_argument("--frames", type=int, default=100, help="frames at each resolution (default: 100)")

    for command in (generate, bench):
        command.add_argument("--weights", type=Path, help="a weights file (default: the one that comes along)")
        command.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")
    return top


def load_engine(args: argparse.Namespace) -> FaceEngine:
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.resources import default_weights

    engine = FaceEngine(args.device)
    engine.load(args.weights or default_weights())
    return engine


def generate_command(args: argparse.Namespace) -> int:
    from facedesigner.state.face import SEED_MAX, check_seed

    seed = check_seed(secrets.randbelow(SEED_MAX + 2 - max(args.count, 1)) if args.seed is None else args.seed)
    if args.count < 1 or seed + args.count - 1 > SEED_MAX:
        raise UsageError(f"--count {args.count} from seed {seed} leaves the range; choose 1 to {SEED_MAX - seed + 1}")
    if args.out and args.count != 1:
        raise UsageError("--out names one file; use --out-dir for several faces")
    from facedesigner.engine.request import RenderRequest
    from facedesigner.export.png import ExportError, save_png
    from facedesigner.state.face import FaceState

    faces = [FaceState("", seed=seed + i, psi=args.psi, noise_seed=args.noise_seed) for i in range(args.count)]
    paths = [args.out or args.out_dir / f"{face.title}.png" for face in faces]
    taken = [str(path) for path in paths if path.exists()]
    if taken and not args.overwrite:
        raise ExportError(f"{taken[0]} exists already: choose another name, or add --overwrite")
    engine = load_engine(args)
    for done, (face, path) in enumerate(zip(faces, paths, strict=True), 1):
        known = face.with_model(engine.info.hash)
        result = engine.render(RenderRequest(known))
        if result.image is None:
            raise UsageError(result.error)
        save_png(result.image, path, known, engine.info.name, overwrite=args.overwrite)
        print(path)
        print(f"\r{done} of {args.count}", end="" if done < args.count else "\n", file=sys.stderr, flush=True)
    return 0


def inspect_command(args: argparse.Namespace) -> int:
    from facedesigner.export.png import read_face
    from facedesigner.state.recipe import to_dict

    print(json.dumps(to_dict(read_face(args.file)), indent=2))
    return 0


def bench_command(args: argparse.Namespace) -> int:
    from statistics import median, quantiles

    from facedesigner.engine.request import RenderRequest
    from facedesigner.state.face import FaceState

    if args.frames < 2:
        raise UsageError(f"--frames is {args.frames}; choose 2 or more")
    engine = load_engine(args)
    info = engine.info
    print(f"{info.name} ({info.hash}) on {engine.device}, {args.frames} frames each")
    print(f"{'pixels':>8}{'median ms':>12}{'95% ms':>10}")
    for resolution in info.resolutions:
        faces = [FaceState(info.hash, seed=seed) for seed in range(args.frames + 3)]
        times = [engine.render(RenderRequest(face, resolution)).milliseconds for face in faces][3:]
        print(f"{resolution:>8}{median(times):>12.1f}{quantiles(times, n=20)[-1]:>10.1f}")
    return 0


COMMANDS = ("generate", "inspect", "bench")
