"""Makes the model of whole heads: many random heads cut at the neck, with eyes and mouth closed by patches -> their
mean, principal components, a chart for textures, expressions, and the vertices that are dlib's 68 landmarks.

    python -m training.tasks.relief.whole_head --out resources/weights/whole_head.safetensors [--heads 600] [--seed 0]

Needs the package anny and those of `facedesigner[faces]`. Two minutes on one core, once anny has filled its cache.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from training.networks.head_model import HeadModel
from training.networks.whole_head import Patch, WholeHead, save_whole_head
from training.tasks.relief.chart import disc_chart
from training.tasks.relief.head_depth import CARD, LOOKED_AT, find_landmarks, find_offsets, principal
from training.tasks.relief.head_sampling import BODY, EYES, Heads

NECK = 2.5  # eye distances below the eyes: where the neck is cut
COMPONENTS = 40
HOLES = (  # a vertex of MakeHuman's quads on the narrowest loop round each hole and its neighbour on that loop; rows
    ("right eye", 1056, 1055, 6),
    ("left eye", 7748, 7747, 6),
    ("mouth", 474, 473, 4),
)
EXPRESSIONS = (  # by ARKit's names
    "jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthPucker", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "browDownLeft",
    "browDownRight",
)  # fmt: skip


class Cutter:
    """Which of the body's vertices are kept, and how holes are closed."""

    def __init__(self, neutral: np.ndarray, quads: np.ndarray) -> None:
        """(V, 3) in eye distances and (Q, 4) of the whole body."""
        kept = (quads < BODY).all(1) & (neutral[quads][..., 1].max(1) < NECK)
        quads = quads[kept]
        self.loops = []
        for _, start, towards, _ in HOLES:
            loop = edge_loop(quads, start, towards)
            self.loops.append(loop)
            quads = without_bag(quads, loop, neutral)
        self.vertices, quads = np.unique(quads, return_inverse=True)
        quads = quads.reshape(-1, 4)
        triangles = [quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]
        self.patches: list[Patch] = []
        count = len(self.vertices)
        for (_, _, _, rows), loop in zip(HOLES, self.loops, strict=True):
            patch, faces = zipped(np.searchsorted(self.vertices, loop), neutral[loop], rows, count)
            self.patches.append(patch)
            triangles.append(faces)
            count += len(patch.share)
        self.triangles = np.concatenate(triangles)

    def __call__(self, head: np.ndarray) -> np.ndarray:
        """(V, 3) of the whole body -> (W + 2, 3): the head, and the middles of both eyeballs (the right one first)."""
        kept = [head[self.vertices]]
        for patch in self.patches:
            kept.append(patch.between(kept[0]))
        middles = [head[eye].mean(0, keepdims=True) for eye in EYES[::-1]]
        return np.concatenate(kept + middles)


def edge_loop(quads: np.ndarray, start: int, towards: int) -> list[int]:
    """The closed loop of edges that goes straight on from `start` to `towards`."""
    beside: dict[int, set[int]] = defaultdict(set)
    at: dict[int, set[int]] = defaultdict(set)
    for number, quad in enumerate(quads):
        for a, b in zip(quad, np.roll(quad, 1), strict=True):
            beside[a].add(b)
            beside[b].add(a)
            at[a].add(number)
    loop = [start, towards]
    while loop[-1] != start:
        before, here = loop[-2:]
        (further,) = [w for w in beside[here] if w != before and not at[w] & at[before] & at[here]]
        loop.append(further)
    return [int(vertex) for vertex in loop[:-1]]


def without_bag(quads: np.ndarray, loop: list[int], neutral: np.ndarray) -> np.ndarray:
    """Removes what hangs behind a loop: the part without the crown of the head."""
    wall = set(loop)
    owners: dict[frozenset[int], list[int]] = defaultdict(list)
    for number, quad in enumerate(quads):
        for a, b in zip(quad, np.roll(quad, 1), strict=True):
            if not (a in wall and b in wall):
                owners[frozenset((int(a), int(b)))].append(number)
    across: dict[int, list[int]] = defaultdict(list)
    for pair in owners.values():
        for number in pair:
            across[number] += pair
    crown = int(neutral[quads][..., 1].mean(1).argmin())
    seen, todo = {crown}, [crown]
    while todo:
        for other in across[todo.pop()]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return quads[sorted(seen)]


def zipped(loop: np.ndarray, places: np.ndarray, rows: int, first: int) -> tuple[Patch, np.ndarray]:
    """A loop (L,) at `places` (L, 3) -> vertices numbered from `first` between its upper and its lower half, and the
    triangles that close it."""
    turn = len(loop) // 2
    left = int((places[:, 0] - np.roll(places, -turn, 0)[:, 0]).argmin())  # the corner whose opposite is furthest
    loop, places = np.roll(loop, -left), np.roll(places, -left, 0)
    one, other = np.arange(1, turn), np.arange(len(loop) - 1, turn, -1)
    if places[one, 1].mean() > places[other, 1].mean():
        one, other = other, one
    share = np.arange(1, rows + 1) / (rows + 1)
    columns = len(one)
    inner = first + np.arange(rows * columns).reshape(rows, columns)
    grid = np.concatenate([loop[one][None], inner, loop[other][None]])
    a, b, c, d = (part.ravel() for part in (grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]))
    triangles = [np.stack([a, c, b], 1), np.stack([a, d, c], 1)]
    for corner, column in ((loop[0], 0), (loop[turn], -1)):
        ends = np.stack([np.full(rows + 1, corner), grid[:-1, column], grid[1:, column]], 1)
        triangles.append(ends if column else ends[:, ::-1])
    patch = Patch(
        np.repeat(loop[one][None], rows, 0).ravel(),
        np.repeat(loop[other][None], rows, 0).ravel(),
        np.repeat(share, columns).astype(np.float32),
    )
    return patch, np.concatenate(triangles)


def ears_of(source: Heads, cutter: Cutter) -> np.ndarray:
    """(W,) bool: the ears, which are what moves when they stick out."""
    changes = [name for name in source.model.local_change_labels if "ear-wing" in name]
    plain, winged = (
        cutter(source.middle(local_changes_kwargs={name: source.torch.full((1,), much) for name in changes}))[:-2]
        for much in (0.0, 1.0)
    )
    moved = np.linalg.norm(winged - plain, axis=1)
    return np.asarray(moved > 0.05 * moved.max())


def expressions_of(source: Heads, cutter: Cutter) -> np.ndarray:
    """(E, W, 3) how far each expression moves the middle head, in eye distances."""
    rest, one = cutter(source.neutral())[:-2], source.torch.ones(1)
    moved = [cutter(source.middle(facial_actions={name: one}))[:-2] - rest for name in EXPRESSIONS]
    return np.stack(moved).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    source = Heads()
    cutter = Cutter(source.neutral(), source.quads)
    heads = np.stack([cutter(head) for head in source.sample(args.heads, args.seed)])
    mean, components = principal(heads, COMPONENTS)
    some = heads[:: max(1, len(heads) // LOOKED_AT), :-2]
    landmarks = find_landmarks(some, cutter.triangles)
    offsets = find_offsets(some, cutter.triangles, landmarks)
    surface = HeadModel(mean, components, cutter.triangles.astype(np.int32), landmarks, offsets)
    chart = disc_chart(mean[:-2], cutter.triangles)
    model = WholeHead(
        surface, tuple(cutter.patches), ears_of(source, cutter), chart, EXPRESSIONS, expressions_of(source, cutter)
    )
    save_whole_head(model, args.out, CARD | {"heads": str(args.heads), "seed": str(args.seed)})
    print(f"{args.out}: {len(mean) - 2} vertices, {len(cutter.triangles)} triangles, {args.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
