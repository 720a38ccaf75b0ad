"""How long `facedesigner edit` takes by itself, and while `facedesigner serve` runs: the whole command.

uv run python -m benchmarks.serving [--times 10]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine
from facedesigner.serving.client import ALONE


def edited(folder: Path, environment: dict[str, str]) -> float:
    """Seconds."""
    words = ["edit", str(folder / "face.png"), "--set", "smile=0.3", "--out", str(folder / "edited.png"), "--overwrite"]
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "facedesigner", *words], env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)  # of this user alone
        served = {**os.environ, "XDG_RUNTIME_DIR": name}
        alone = {**served, ALONE: "1"}
        program = [sys.executable, "-m", "facedesigner"]
        subprocess.run([*program, "generate", "--seed", "1", "--out", str(folder / "face.png")], env=alone, check=True)
        by_itself = [edited(folder, alone) for _ in range(args.times)]
        server = subprocess.Popen([*program, "serve"], env=served, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None and "serving at" in server.stdout.readline()
            at_once = [edited(folder, served) for _ in range(args.times)]
        finally:
            server.terminate()
            server.wait()
    for words, seconds in (("by itself", by_itself), ("served", at_once)):
        print(f"edit, {words}: {statistics.median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f}")


if __name__ == "__main__":
    main()
