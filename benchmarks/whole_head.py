"""How much processor time whole heads take, whether they can be made, and how far they can be believed.

    uv run python -m benchmarks.whole_head [--count 12] [--heads 24] [--slicer prusa-slicer] [--out FOLDER]

Generated faces say whether surfaces are closed, cut through nothing, and are as large and as thick as asked. Heads of
the body model `anny` (--heads, where it is installed), which the model has not seen, say whether their shape is right:
they are rendered from the front, their landmarks are found in the picture, and the fitted head, turned upright, is laid
on the true one by its eyeballs.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from benchmarks.relief import EDGE, FACE, SIDE, UNSEEN, generated
from facedesigner.engine.crossings import crossings
from facedesigner.engine.look import whole_head_model
from facedesigner.engine.planes import distance_inside
from facedesigner.engine.relief import EYE_DISTANCE, EYES, aligned_marks, head_model, polygon
from facedesigner.engine.voxels import sampled
from facedesigner.engine.whole_head import whole_head
from facedesigner.export.solid import Solid
from facedesigner.export.stl import ENDINGS, as_trimesh, save_solid
from facedesigner.export.whole import WholePiece, build_whole
from training.networks.head_model import LEFT_EYE, RIGHT_EYE, depth_map

MM = 63.0  # of an eye distance
CHIN_AND_BELOW = 1.9  # eye distances below the eyes: the neck is left out
PIECES = {
    "solid": WholePiece(),
    "3 mm wall, open neck": WholePiece(thickness_mm=3),
    "3 mm wall, closed neck": WholePiece(thickness_mm=3, neck="closed"),
}


def made(count: int, slicer: str, out: Path) -> None:
    pictures = generated(count)
    aligned_marks(pictures[0])  # loads what finds landmarks
    heads, seconds = [], []
    for number, picture in enumerate(pictures):
        began = time.process_time()
        marks, _ = aligned_marks(picture)
        eyes = "closed" if number % 4 == 3 else "open"
        heads.append(whole_head(picture, marks, hair="bald" if number % 3 == 2 else "volume", eyes=eyes))
        seconds.append(time.process_time() - began)
    print(f"{count} generated faces, a third of them bald, a quarter with closed eyes\n| | |\n|---|---|")
    print(f"| landmarks, head and texture | {np.median(seconds):.1f} s, at most {max(seconds):.1f} s |")
    landmarks = whole_head_model().surface.landmarks
    for name, piece in PIECES.items():
        seconds, good, whole, pupils, walls = [], 0, 0, [], []
        for head in heads:
            began = time.process_time()
            solid = build_whole(head, piece)
            seconds.append(time.process_time() - began)
            mesh = as_trimesh(solid)
            good += bool(mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0)
            whole += len(crossings(solid.vertices, solid.triangles)) == 0
            if piece.thickness_mm is None:
                middles = [solid.vertices[landmarks[part]].mean(0) for part in (RIGHT_EYE, LEFT_EYE)]
                pupils.append(abs(np.linalg.norm(middles[1] - middles[0]) / piece.pupil_mm - 1))
            else:
                walls.append(wall(build_whole(head, WholePiece()), solid, piece.thickness_mm))
        print(f"| {name} | {np.median(seconds):.1f} s, at most {max(seconds):.1f} s |")
        print(f"| closed and outward; cuts through nothing | {good} and {whole} of {count} |")
        if pupils:
            print(f"| between the middles of the eyes on the surface, off by at most | {max(pupils):.2%} |")
        if walls:
            low, middle, high = np.mean(walls, 0)
            print(f"| thickness: 1%, median, 99% of the inner surface | {low:.2f}, {middle:.2f}, {high:.2f} mm |")
    solid, texture = build_whole(heads[0], WholePiece()), heads[0].texture
    out.mkdir(parents=True, exist_ok=True)
    for ending in ENDINGS:
        began = time.process_time()
        path = save_solid(solid, out / f"head{ending}", texture, overwrite=True)
        print(f"| {ending} | {time.process_time() - began:.1f} s, {path.stat().st_size / 1e6:.1f} MB |")
    print(f"| memory at most | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB |")
    if slicer:
        hollow = build_whole(heads[0], WholePiece(thickness_mm=3))
        for path in (out / "head.stl", out / "head.3mf", save_solid(hollow, out / "wall.stl", overwrite=True)):
            print(f"| {slicer}: {path.name} | {sliced(slicer, path)} |")


def wall(outer: Solid, hollow: Solid, thickness: float) -> np.ndarray:
    """(3,) mm: what 1%, half and 99% of the inner surface's vertices keep from the outer surface."""
    samples = sampled(outer.vertices, outer.triangles, 1.5).astype(np.float32)
    known = {tuple(point) for point in np.round(outer.vertices, 4)}
    inner = np.array([point for point in np.round(hollow.vertices, 4) if tuple(point) not in known])
    inner = inner[inner[:, 1] > 2 * thickness][::40].astype(np.float32)
    least = [np.sqrt(((samples - point) ** 2).sum(1).min()) for point in inner]
    return np.asarray(np.percentile(least, (1, 50, 99)))


def sliced(slicer: str, path: Path) -> str:
    """What a slicer says of a file."""
    with tempfile.TemporaryDirectory() as folder:
        command = [slicer, "--export-gcode", "--center", "200,200", "--bed-shape", "0x0,400x0,400x400,0x400"]
        command += ["--max-print-height", "400", "--output", f"{folder}/out.gcode", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        text = done.stdout + done.stderr
        info = subprocess.run([slicer, "--info", str(path)], capture_output=True, text=True, timeout=300).stdout
    repaired = [
        line.strip() for line in info.splitlines() if "manifold" in line or "repair" in line or "open_edges" in line
    ]
    return f"exit {done.returncode}, {'; '.join(repaired) or 'nothing repaired'}, {text.strip().splitlines()[-1][:60]}"


def unseen(count: int) -> None:
    from training.tasks.relief.head_depth import SIDE as RENDERED
    from training.tasks.relief.head_depth import in_pixels, render, visible
    from training.tasks.relief.head_sampling import Heads
    from training.tasks.relief.whole_head import Cutter

    heads = Heads()
    cutter, model, relief = Cutter(heads.neutral(), heads.quads), whole_head_model(), head_model()
    painted = np.unique(heads.triangles[visible(heads.neutral(), heads.triangles)])[relief.landmarks]
    rows: list[tuple[float, ...]] = []
    for body in heads.sample(count, UNSEEN):
        places = in_pixels(body)
        marks, notice = aligned_marks(render(places, heads.triangles, painted))
        if marks is None or notice:
            continue
        fit = model.fit(marks * SIDE)
        fine = model.finer(model.laid(fit.vertices, fit.eyeballs, fit.unit))
        head = cutter(body)
        true = depth_map(places, heads.triangles, RENDERED)[::2, ::2] / (EYE_DISTANCE * RENDERED)
        skin = head[:-2] * EYE_DISTANCE * SIDE + np.array([*(np.array(EYES) * SIDE), 0])
        closed = depth_map(skin, cutter.triangles, SIDE) / (EYE_DISTANCE * SIDE)
        face = distance_inside(polygon(marks[FACE] * SIDE, SIDE) > 0.5, EDGE + 1) > EDGE
        drawn = depth_map(fine, model.finer.triangles, SIDE) / (EYE_DISTANCE * SIDE)
        old = depth_map(relief.finer(relief.fit(marks * SIDE)), relief.finer.triangles, SIDE) / (EYE_DISTANCE * SIDE)
        shown = np.where(np.abs(closed - true) < 0.1, true, np.nan)  # not the depth of an open mouth
        inside = [depth_error(guess, truth, face) for guess in (drawn, old) for truth in (shown, true)]
        upright = (fine - fit.eyeballs.mean(0)) @ fit.turn / fit.unit
        surface = model.finer(head[:-2])
        surface = surface[surface[:, 1] < CHIN_AND_BELOW]
        away = np.concatenate(
            [np.sqrt(((part[:, None] - upright) ** 2).sum(-1).min(1)) for part in np.array_split(surface, 200)]
        )
        rows.append((*inside, away.mean(), np.percentile(away, 95)))
    face, face_mouth, old, old_mouth, whole, most = np.mean(rows, 0) * MM
    print(f"{len(rows)} heads that the model has not seen, at {MM:.0f} mm\n| | |\n|---|---|")
    print(f"| inside the face, as far as skin and eyes are seen | {face:.2f} mm (the relief's model: {old:.2f}) |")
    print(f"| with the depth of open mouths, which are closed here | {face_mouth:.2f} mm ({old_mouth:.2f}) |")
    print(f"| whole head without the neck | {whole:.2f} mm, 95% within {most:.2f} mm |")
    print(f"| the worst head | {max(row[4] for row in rows) * MM:.2f} mm |")


def depth_error(guess: np.ndarray, truth: np.ndarray, where: np.ndarray) -> float:
    """Mean of what differs beside an offset in depth."""
    error = (guess - truth)[where & np.isfinite(guess) & np.isfinite(truth)]
    return float(np.abs(error - np.median(error)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--heads", type=int, default=0, help="of the body model, which must be installed for it")
    parser.add_argument("--slicer", default="", help="a command, such as prusa-slicer, that slices what is written")
    parser.add_argument("--out", type=Path, default=Path("whole-head"), help="a folder for one head in all formats")
    args = parser.parse_args()
    print(machine())
    made(args.count, args.slicer, args.out)
    if args.heads:
        unseen(args.heads)


if __name__ == "__main__":
    main()
