"""`bench`: how fast this machine draws."""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from typing import Any

from facedesigner.commands.common import CommandError, add_engine_options, draw, load_engine, progress


def add(commands: Any) -> None:
    bench = commands.add_parser("bench", help="time the start and a frame at each resolution on this machine")
    bench.set_defaults(command=bench_command)
    bench.add_argument("--frames", type=int, default=100, help="frames at each resolution (default: 100)")
    add_engine_options(bench)


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
