"""How long the window is held up while a run streams into the training tab.

    uv run python -m benchmarks.streaming [--data FOLDER]

A real child process trains the debug network at 16 px, which sends more lines, samples and checkpoints a second than
any run of use, and the tab shows its samples and curves. Without --data it trains on pictures of one colour each.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from PIL import Image

from benchmarks.machine import machine
from benchmarks.window import Heartbeat, Troubles, is_drawn, make_application, opened, wait, wait_until
from facedesigner.gui.training.run_record import State
from facedesigner.resources import default_weights
from training.config import CONFIGS, load_config

AIM = 50.0  # milliseconds
ENDLESS = 100_000_000  # pictures


def pictures(folder: Path) -> Path:
    folder.mkdir()
    for index in range(64):
        Image.new("RGB", (16, 16), (index * 3, 200 - index, 90)).save(folder / f"{index:03d}.png")
    return folder


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, help="folder of pictures to train on")
    arguments.add_argument("--seconds", type=float, default=30.0)
    args = arguments.parse_args()
    application = make_application()
    with tempfile.TemporaryDirectory() as name, opened(default_weights(), Path(name)) as window:
        wait_until(lambda: is_drawn(window), "the window shows its faces")
        window.tabs.setCurrentWidget(window.tabs.training)
        tab = window.tabs.training.build()
        data = args.data.absolute() if args.data else pictures(Path(name) / "pictures")
        overrides = (f"data.source={data}", f"train.images={ENDLESS}", "log.save_every=2000", "log.samples_every=1000")
        tab.start(load_config(CONFIGS / "debug.toml", overrides))
        wait_until(lambda: tab.process.state == State.RUNNING, "the run begins")
        record = tab.monitor.record
        assert record is not None
        before = len(record.samples)
        with Troubles(window) as troubles, Heartbeat() as heart:
            wait(round(args.seconds * 1000))
        gaps = sorted(heart.gaps)
        seen = record.images
        tab.process.stop()
        wait_until(lambda: not tab.process.live, "the run stops")
        print(machine())
        print(f"{seen:,} pictures and {len(record.samples) - before} sample grids in {args.seconds:g} s")
        print(f"window held up: median {gaps[len(gaps) // 2]:.1f} ms, longest {gaps[-1]:.1f} ms (aim: {AIM:g} ms)")
        print(f"gaps over 16 ms: {sum(gap > 16 for gap in gaps)} of {len(gaps):,}")
        for trouble in troubles.found:
            print(f"trouble: {trouble}")
    application.quit()


if __name__ == "__main__":
    main()
