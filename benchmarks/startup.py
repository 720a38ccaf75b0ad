"""How long after `facedesigner` starts its window is drawn, and the first face is there; and what help takes.

    uv run python -m benchmarks.startup

Each start is a process of its own with settings and sessions of its own; files and compiled modules are warm.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.machine import machine

BARS = {"window_ms": 1000, "first_face_ms": 4000, "--help": 300, "generate --help": 300}  # milliseconds, two cores
NAMES = {"window_ms": "window drawn", "first_face_ms": "first face"}


def environment(folder: Path) -> dict[str, str]:
    """A user of our own in `folder`, with compiled modules as after an installation, whatever this shell says."""
    values = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    own = {"HOME": str(folder), "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "FACEDESIGNER_TIMINGS": "quit"}
    return {"QT_QPA_PLATFORM": "offscreen"} | values | homes | own


def run(words: list[str], env: dict[str, str]) -> tuple[str, float]:
    """Standard error and the milliseconds that the process took. SystemExit when it fails."""
    command = shutil.which("facedesigner", path=str(Path(sys.executable).parent))
    program = [command] if command else [sys.executable, "-m", "facedesigner"]
    began = time.perf_counter()
    done = subprocess.run([*program, *words], env=env, capture_output=True, text=True, check=False, timeout=300)
    elapsed = (time.perf_counter() - began) * 1000
    if done.returncode:
        raise SystemExit(f"{' '.join(program + words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stderr, elapsed


def start_window(env: dict[str, str]) -> dict[str, float]:
    """What `FACEDESIGNER_TIMINGS` prints: name -> milliseconds."""
    printed, _ = run([], env)
    timings = dict(line.split("=") for line in printed.splitlines() if "_ms=" in line)
    missing = NAMES.keys() - timings.keys()
    if missing:
        raise SystemExit(f"facedesigner printed no {', '.join(missing)}:\n{printed}")
    return {name: float(value) for name, value in timings.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=5, help="starts after a first one that warms up (default: 5)")
    args = arguments.parse_args()
    times: dict[str, list[float]] = {name: [] for name in BARS}
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        for number in range(args.runs + 1):
            measured = start_window(env)
            for words in ("--help", "generate --help"):
                measured[words] = run(words.split(), env)[1]
            for name in BARS if number else ():
                times[name].append(measured[name])
    print(f"{machine()}, {env['QT_QPA_PLATFORM']}")
    print(f"{'':<30}{'median':>10}{'least':>10}{'most':>10}{'bar':>10}")
    for name, values in times.items():
        cells = "".join(f"{value:>7.0f} ms" for value in (median(values), min(values), max(values), BARS[name]))
        print(f"{NAMES.get(name, f'facedesigner {name}'):<30}{cells}")


if __name__ == "__main__":
    main()
