"""Draws the README's pictures anew: a sheet of faces, what the first sliders do, and the window in both themes.

xvfb-run -s "-screen 0 1440x900x24" uv run python -m benchmarks.pictures
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.resources import default_weights
from facedesigner.state.face import FaceState
from facedesigner.state.settings import Settings

SHEET = 8  # rows and columns
SHOWN = ("smile", "hair_length", "gender", "face_width", "skin_tone", "head_turn")
STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # from the lower end by way of zero to the upper one
WINDOW = (1440, 900)
MOST = 1280  # pixels that a sheet is wide


def draw(engine: FaceEngine, face: FaceState) -> np.ndarray:
    result = engine.render(RenderRequest(face))
    if result.image is None:
        raise SystemExit(result.error)
    return result.image


def save(rows: list[list[np.ndarray]], path: Path) -> None:
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in rows]))
    sheet.thumbnail((MOST, MOST * 2))
    sheet.save(path, quality=88)
    print(path)


def sheets(weights: Path, out: Path) -> None:
    engine = FaceEngine("cpu")
    model = engine.load(weights).hash
    seeds = [[FaceState(model, seed=row * SHEET + column) for column in range(SHEET)] for row in range(SHEET)]
    save([[draw(engine, face) for face in row] for row in seeds], out / "samples.jpg")
    start = FaceState(model, seed=3)
    shown = [control for control in engine.info.controls if control.name in SHOWN]
    values = [(c.name, [step * (c.maximum if step > 0 else -c.minimum) for step in STEPS]) for c in shown]
    rows = [[draw(engine, start.with_control(name, value)) for value in row] for name, row in values]
    save(rows, out / "sliders.jpg")


def windows(weights: Path, out: Path) -> None:
    """The window with a chosen face, two sliders moved and the comparison on, in both themes."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from facedesigner.gui import theme
    from facedesigner.gui.places import Places
    from facedesigner.gui.preferences import Preferences
    from facedesigner.gui.session import Session
    from facedesigner.gui.window.app import make_engine
    from facedesigner.gui.window.main_window import MainWindow
    from facedesigner.gui.work.rendering import RenderThread

    def wait(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    application = QApplication([])
    for name in ("dark", "light"):
        with tempfile.TemporaryDirectory() as folder:
            places = Places(Path(folder) / "settings.toml", Path(folder))
            theme.apply(name)
            session, thread = Session(), RenderThread(make_engine, weights)
            window = MainWindow(session, thread, Preferences(Settings(theme=name), places.settings), places)
            window.resize(*WINDOW)
            window.show()
            thread.start()
            while session.info is None or not session.gallery:
                wait(100)
            model = session.info.hash
            gallery = [FaceState(model, seed=seed) for seed in range(9)]
            session.commit("New faces", gallery=gallery)
            session.commit("Choose seed0003", face=gallery[3])
            session.commit("Eyebrows +1.4", face=session.face.with_control("eyebrows", 1.4))
            session.commit("Hair length +0.5", face=session.face.with_control("hair_length", 0.5))
            window.design.view_panel.measure.click()
            window.docks.history.show()
            wait(5000)
            window.grab().toImage().save(str(out / f"window-{name}.png"))
            print(out / f"window-{name}.png")
            session.undo_stack.setClean()
            window.close()
    application.quit()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights", type=Path, help="a weights file (default: the one that comes along)")
    arguments.add_argument("--out", type=Path, default=Path("docs/pictures"), help="folder (default: docs/pictures)")
    args = arguments.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    weights = args.weights or default_weights()
    sheets(weights, args.out)
    windows(weights, args.out)


if __name__ == "__main__":
    main()
