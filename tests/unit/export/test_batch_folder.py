import csv
import errno
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from facedesigner.contract.request import ModelInfo
from facedesigner.export import batch_folder
from facedesigner.export.batch_folder import CONTACTS, JOURNAL, TABLE, run_batch
from facedesigner.export.png import read_face
from facedesigner.export.writing import ExportError
from facedesigner.state.constraint import Wish, parse
from facedesigner.state.face import FaceState
from facedesigner.state.journal import Journal
from training.locking import LockedError

INFO = ModelInfo("a" * 16, "tiny", "style", Path("tiny"), 8, (8,), (2, 2), (), False)
WISH = Wish(6, (parse("age=20..30"),), 0.4, patience=20)


@dataclass(frozen=True, eq=False)
class Told:
    face: FaceState
    refused: str
    picture: np.ndarray
    measures: dict[str, float]
    embedding: np.ndarray
    nearest: float | None
    trained: float | None


class FakeSearch:
    """Refuses two of three; what it says depends on the number and on the faces it knows."""

    info = INFO
    compared = 0

    def __init__(self, refuse=lambda number: number % 3 != 0):
        self.refuse, self.known = refuse, []

    def accept(self, embedding):
        self.known.append(embedding)

    def draw(self, face):
        return np.full((8, 8, 3), face.seed % 256, np.uint8)

    def try_face(self, number):
        face = FaceState(INFO.hash, seed=1000 + number)
        embedding = np.full(128, number, np.float32)
        near = min((float(abs(number - known[0])) for known in self.known), default=None)
        refused = "age" if self.refuse(number) else ""
        return Told(face, refused, self.draw(face), {"age": 20.0 + number}, embedding, near, None)


def run(folder, wish=WISH, search=None, stop=lambda: False):
    return list(run_batch(search or FakeSearch(), wish, folder, stop))[-1]


def faces(folder):
    return {path.name: read_face(path).seed for path in sorted(folder.glob("face*.png"))}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A batch that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    run(folder)
    return folder


def test_two_batches_in_one_folder_do_not_mix(tmp_path):
    first = run_batch(FakeSearch(), WISH, tmp_path)
    next(first)
    with pytest.raises(LockedError, match="another batch is writing"):
        next(run_batch(FakeSearch(), WISH, tmp_path))
    del first
    assert list(run_batch(FakeSearch(), WISH, tmp_path))


def test_a_batch_with_its_table_and_sheet(whole):
    assert faces(whole) == {f"face{n + 1:04d}.png": 1000 + 3 * n for n in range(6)}
    with (whole / TABLE).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["seed"] for row in rows] == [str(1000 + 3 * n) for n in range(6)]
    assert rows[0]["nearest_face"] == "" and rows[1]["nearest_face"] == "3.0000" and rows[2]["age"] == "26.0000"
    with Pillow.open(whole / CONTACTS) as sheet:
        assert sheet.width > 3 * batch_folder.THUMBNAIL


def same(folder, whole):
    assert faces(folder) == faces(whole)
    for name in (JOURNAL, TABLE):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()


def test_cut_anywhere_it_goes_on_without_a_duplicate_or_a_gap(whole, tmp_path):
    content = (whole / JOURNAL).read_bytes()
    ends = [at + 1 for at, byte in enumerate(content) if byte == 10]
    cuts = {0, 5, ends[0] - 1, *ends, *(end - 1 for end in ends), *random.Random(0).sample(range(len(content)), 10)}
    for number, cut in enumerate(sorted(cuts)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / JOURNAL).write_bytes(content[:cut])
        kept = content[:cut].count(b'"file"')
        for index, path in enumerate(sorted(whole.glob("face*.png"))):
            if cut >= ends[0] and index <= kept:  # also one whose line was not finished
                (folder / path.name).write_bytes(path.read_bytes())
        run(folder)
        same(folder, whole)


def test_stopped_at_any_try_it_goes_on(whole, tmp_path):
    moments = random.Random(1)
    stops = 0
    while len(faces(tmp_path)) < WISH.count:
        left = moments.randrange(1, 5)

        def stop():
            nonlocal left
            left -= 1
            return left < 0

        run(tmp_path, stop=stop)
        stops += 1
    assert stops > 2
    same(tmp_path, whole)


def test_killed_between_a_picture_and_its_line(whole, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    add = Journal.add

    def kill(self, values):
        if values.get("file") == "face0003.png":
            raise Killed
        add(self, values)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add", kill)
        with pytest.raises(Killed):
            run(tmp_path)
    assert "face0003.png" in faces(tmp_path)
    run(tmp_path)
    same(tmp_path, whole)


def test_more_faces_of_the_same_batch(whole, tmp_path):
    run(tmp_path, replace(WISH, count=2))
    run(tmp_path)
    same(tmp_path, whole)
    (tmp_path / "face0002.png").unlink()
    run(tmp_path)  # a picture that is missing is drawn again
    same(tmp_path, whole)


def test_another_wish_needs_another_folder(whole, tmp_path):
    for other in (replace(WISH, seed=1), replace(WISH, min_distance=0.5), replace(WISH, constraints=())):
        with pytest.raises(ExportError, match="made otherwise"):
            run(whole, other)
    (tmp_path / "face.png").write_bytes(b"mine")
    with pytest.raises(ExportError, match="pictures of something else"):
        run(tmp_path)


def test_a_wish_that_is_too_narrow_ends(tmp_path):
    batch = run(tmp_path, search=FakeSearch(lambda number: number > 1))
    assert len(batch.entries) == 2 and batch.in_a_row == WISH.patience
    words = batch.why({"age": "age=20..30 missed"})
    assert words.startswith(f"age=20..30 missed {batch.tried - 2}; half of the faces are nearer than")
    again = run(tmp_path, search=FakeSearch(lambda number: number > 1))
    assert again.tried == batch.tried + WISH.patience  # asked again, it tries again


@pytest.mark.parametrize("at", ["picture", "line"])
def test_a_disk_that_fills_up(whole, tmp_path, monkeypatch, at):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    stepped = run_batch(FakeSearch(), WISH, tmp_path)
    for _ in range(5):
        next(stepped)
    before = faces(tmp_path)
    with monkeypatch.context() as patch:
        if at == "picture":
            patch.setattr("facedesigner.export.writing.write_atomically", full)
        else:
            patch.setattr("os.fsync", full)
        with pytest.raises(ExportError, match="the disk is full"):
            for _ in stepped:
                pass
    assert set(before) <= set(faces(tmp_path)) and {path.name for path in tmp_path.glob(".*")} == {".lock"}
    run(tmp_path)
    same(tmp_path, whole)


def test_a_damaged_journal_is_named(whole, tmp_path):
    lines = (whole / JOURNAL).read_bytes().split(b"\n")
    (tmp_path / JOURNAL).write_bytes(b"\n".join([lines[0], lines[1], lines[3], b""]))
    with pytest.raises(ExportError, match="is damaged"):
        run(tmp_path)
