"""From a folder to a data set, with an inspector whose models are loaded once."""

import json
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageFilter

from training.curation import contract, workers
from training.curation.contract import Finished, Progress, Started, read_overrules, read_rows
from training.curation.curate import Clock, curate
from training.curation.workers import Task, output_name
from training.data import load_faces
from training.labels import read_labels
from training.locking import LockedError
from training.pictures import DataError, Entry, Source


@pytest.fixture(autouse=True)
def one_inspector(inspector, monkeypatch):
    """Counts the pictures that are looked at."""
    looked = []

    def make(options):
        def inspect(content, name, overrules):
            looked.append(bool(overrules.accept))
            before, inspector.options = inspector.options, options
            try:
                return inspector(content, name, overrules)
            finally:
                inspector.options = before

        return inspect

    monkeypatch.setattr(workers, "Inspector", make)
    return looked


@pytest.fixture
def source(tmp_path, faces):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    faces[0].save(folder / "a.png")
    faces[1].save(folder / "sub/a.png")
    faces[2].rotate(180).save(folder / "лицо.png")
    faces[0].resize((236, 236), Image.Resampling.LANCZOS).save(folder / "copy.jpg", quality=90)
    faces[1].filter(ImageFilter.GaussianBlur(6)).save(folder / "soft.png")
    (folder / "text.jpg").write_text("no picture")
    return folder


def run(source, out, given=None, **options):
    events = list(curate(source, out, given, workers=0, **options))
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    return events


def verdicts(out):
    return {row.name: row.reason or row.verdict for row in read_rows(out)}


EXPECTED = {
    "a.png": "kept",
    "copy.jpg": "duplicate",
    "soft.png": "blurred",
    "sub/a.png": "kept",
    "text.jpg": "unreadable",
    "лицо.png": "mended",
}


def test_a_folder_becomes_a_data_set(source, tmp_path):
    out = tmp_path / "out"
    events = run(source, out)
    assert events[-1] == Finished(
        str(out), 6, 5, 2, 1, {"unreadable": 1, "blurred": 1, "duplicate": 1}, events[-1].seconds, False
    )
    assert verdicts(out) == EXPECTED
    for row in read_rows(out):
        assert bool(row.picture) == (row.reason != "unreadable")
        if row.picture:
            with Image.open(out / row.picture) as picture:
                assert max(picture.size) <= 256
    assert len(list((out / "faces").iterdir())) == 3
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "6 pictures, 5 faces found in them: 3 kept" in page and "Blurred" in page and "лицо.png" in page


@pytest.mark.parametrize("folder", [".", "faces"])
def test_training_reads_it_without_options(source, tmp_path, folder):
    out = tmp_path / "out"
    run(source, out)
    faces = load_faces(out / folder, 32)
    assert len(faces) == 3 and not faces.notes
    labels = read_labels(Source(out / folder), faces.names)
    assert not labels.notes
    assert {"age", "glasses", "smile", "mouth_width", "yaw", "skin_tone"} <= set(labels.columns)
    assert set(labels.classes["gender"]) <= {"female", "male"}


def test_files_that_are_left_out_are_said(source, tmp_path):
    (source / "raw.cr2").write_bytes(b"raw")
    (source / "list.csv").write_text("file\n")
    started = run(source, tmp_path / "out")[0]
    assert started.total == 6 and "1 other file was left out (1 .cr2)" in started.notes[-1]


def test_a_second_run_looks_at_what_is_new_only(source, tmp_path, faces, one_inspector):
    out = tmp_path / "out"
    run(source, out)
    one_inspector.clear()
    events = run(source, out)
    assert events[0].done == 6 and not one_inspector
    faces[0].rotate(180).save(source / "z.png")
    (source / "soft.png").unlink()
    run(source, out)
    assert len(one_inspector) == 1
    assert verdicts(out) == {**{k: v for k, v in EXPECTED.items() if k != "soft.png"}, "z.png": "duplicate"}
    assert len(list((out / ".rejected").iterdir())) == 2


def test_of_equals_the_first_by_name_stays_also_when_it_comes_later(source, tmp_path, faces):
    out = tmp_path / "out"
    run(source, out)
    faces[0].save(source / "0.png")
    run(source, out)
    found = {name: verdict for name, verdict in verdicts(out).items() if name in ("0.png", "a.png", "copy.jpg")}
    assert found == {"0.png": "kept", "a.png": "duplicate", "copy.jpg": "duplicate"}
    (source / "0.png").unlink()
    run(source, out)
    assert verdicts(out) == EXPECTED
    assert len(list((out / "faces").iterdir())) == 3


def test_stopping_and_going_on_comes_to_the_same(source, tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    run(source, whole)
    for _ in range(6):
        asked: list[None] = []
        last = run(source, out, stop=lambda asked=asked: len(asked) >= 1 or asked.append(1))[-1]
    assert not last.stopped
    assert (out / "report.jsonl").read_bytes() == (whole / "report.jsonl").read_bytes()
    assert (out / "labels.csv").read_bytes() == (whole / "labels.csv").read_bytes()


def test_half_a_line_in_the_journal_is_ignored(source, tmp_path, one_inspector):
    out = tmp_path / "out"
    run(source, out)
    journal = out / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:4]) + lines[4][: len(lines[4]) // 2])
    one_inspector.clear()
    assert run(source, out)[0].done == 3
    assert verdicts(out) == EXPECTED


def test_other_options_mean_all_anew(source, tmp_path, one_inspector):
    out = tmp_path / "out"
    run(source, out)
    one_inspector.clear()
    started = run(source, out, {"max_blur": 1.0, "size": 64, "format": "webp"})[0]
    assert "options are others than before" in started.notes[0]
    assert len(one_inspector) == 6
    assert verdicts(out)["soft.png"] in ("kept", "distorted")
    assert {path.suffix for path in (out / "faces").iterdir()} == {".webp"}
    one_inspector.clear()
    run(source, out, {"max_similarity": 1.0})
    assert not one_inspector and verdicts(out)["copy.jpg"] == "kept"
    assert run(source, out)[0].done == 6  # options that are not given stay as they were


def test_a_person_overrules_and_it_lasts(source, tmp_path, one_inspector):
    out = tmp_path / "out"
    run(source, out)
    one_inspector.clear()
    run(source, out, accept=["soft.png", "copy.jpg"], reject=["sub/a.png"])
    assert one_inspector == [True]  # the duplicate's face was only put aside
    for _ in range(2):
        found = {row.name: row for row in read_rows(out)}
        assert (found["soft.png"].verdict, found["soft.png"].reason) == ("kept", "blurred")
        assert found["copy.jpg"].verdict == "kept" and found["copy.jpg"].overruled
        assert (found["sub/a.png"].verdict, found["sub/a.png"].reason) == ("rejected", "by hand")
        assert len(list((out / "faces").iterdir())) == 4
        run(source, out)
    contract.accept(out, ["sub/a.png"])
    contract.reject(out, ["soft.png"])
    run(source, out)
    assert verdicts(out) == {**EXPECTED, "copy.jpg": "kept", "soft.png": "by hand"}
    assert read_overrules(out).accept == {"copy.jpg", "sub/a.png"}


def test_what_cannot_be_read_cannot_be_taken_back(source, tmp_path):
    out = tmp_path / "out"
    run(source, out, accept=["text.jpg"])
    row = next(row for row in read_rows(out) if row.name == "text.jpg")
    assert row.verdict == "rejected" and "cannot be taken back" in row.message


def test_an_unknown_name_is_named(source, tmp_path):
    with pytest.raises(DataError, match=r"there is no picture 'gone\.png'"):
        run(source, tmp_path / "out", accept=["gone.png"])


def test_broken_overrules_are_not_dropped_in_silence(source, tmp_path):
    out = tmp_path / "out"
    run(source, out)
    (out / "overrules.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken .* mend it"):
        run(source, out)


def test_the_output_inside_the_input(source):
    run(source, source / "clean")
    run(source, source / "clean")
    assert verdicts(source / "clean") == EXPECTED


def test_a_source_that_changes_under_way(source, tmp_path, monkeypatch):
    listed = workers.Worker.__call__

    def vanishing(self, task):
        (source / "sub/a.png").unlink(missing_ok=True)
        return listed(self, task)

    monkeypatch.setattr(workers.Worker, "__call__", vanishing)
    run(source, tmp_path / "out")
    assert verdicts(tmp_path / "out") == {**EXPECTED, "sub/a.png": "unreadable"}


def test_a_zip(source, tmp_path):
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as file:
        for path in source.rglob("*.*"):
            file.write(path, path.relative_to(source))
    run(tmp_path / "in.zip", tmp_path / "out")
    assert verdicts(tmp_path / "out") == EXPECTED


def test_an_error_of_the_models_is_one_pictures_own(source, tmp_path, monkeypatch):
    def fail(options):
        return lambda content, name, overrules: 1 / 0

    monkeypatch.setattr(workers, "Inspector", fail)
    run(source, tmp_path / "out")
    assert {row.message for row in read_rows(tmp_path / "out")} == {"ZeroDivisionError: division by zero"}


def test_where_not_to_write(source, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.txt").touch()
    with pytest.raises(DataError, match="holds other files: name a new or empty folder"):
        run(source, tmp_path / "full")
    with pytest.raises(DataError, match="is a file"):
        run(source, tmp_path / "full/thesis.txt")
    with pytest.raises(DataError, match="holds the pictures themselves"):
        run(source, source)
    run(source, tmp_path / "out")
    (tmp_path / "other").mkdir()
    with pytest.raises(DataError, match="was made from"):
        run(tmp_path / "other", tmp_path / "out")
    with pytest.raises(DataError, match="there are no pictures in"):
        run(tmp_path / "other", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_without_the_packages_nothing_is_begun(source, tmp_path, monkeypatch):
    monkeypatch.setattr("training.curation.detector.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="uv sync --extra faces"):
        run(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_at_a_time_are_refused(source, tmp_path):
    pytest.importorskip("fcntl")
    first = curate(source, tmp_path / "out", workers=0)
    next(first)
    with pytest.raises(LockedError, match="another curation is writing"):
        run(source, tmp_path / "out")
    list(first)


def test_output_names_are_unique_and_allowed():
    names = ["a.png", "a.jpg", "b/a.png", "b_a.png", 'x/<a>:"?*.png', "\udcff.png", " .png", "顔" * 200 + ".png"]
    made = [output_name(name) for name in names]
    assert len(set(made)) == len(names)
    assert all(len(f"{name}.webp".encode()) < 255 and not set(name) & set('<>:"/\\|?*') for name in made)
    assert made[0].startswith("a-")
    assert [output_name("a.png", number) for number in (1, 12)] == [f"{made[0]}-1", f"{made[0]}-12"]


def test_names_that_are_no_text_survive(source, tmp_path, faces):
    try:
        faces[0].save(source / "\udcff.png")
    except (OSError, UnicodeError):
        pytest.skip("this file system has text names only")
    run(source, tmp_path / "out")
    assert verdicts(tmp_path / "out")["\udcff.png"] == "duplicate"


def test_the_clock_counts_this_session_only(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("training.curation.curate.time.monotonic", lambda: now[0])
    clock = Clock(total=110, before=50)
    now[0] = 110.0
    assert clock.due(51)
    assert clock.progress(70) == Progress(70, 110, 20.0, 2.0)
    assert not clock.due(52)
    assert clock.progress(50).seconds_left == 0


def test_contract_events_come_back():
    events: list[contract.Event] = [
        Started("out", 3, 1, 2, ("a note",)),
        Progress(1, 3, 2.5, 1.0),
        Finished("out", 3, 3, 1, 0, {"blurred": 2}, 1.0, False),
    ]
    assert [contract.decode(contract.encode(event)) for event in events] == events
    for line in ("", "[]", '{"event": "other"}', json.dumps({"event": "progress"})):
        with pytest.raises(ValueError, match="not an event"):
            contract.decode(line)


def test_a_process_that_dies_takes_one_picture_with_it(tmp_path, monkeypatch):
    """The others are looked at in new processes."""
    pools = []

    def in_pool(queue, lost, *rest):
        pools.append(len(queue))
        while queue:
            task = queue.pop()
            if task.entry.name == "bad":
                lost += [task, *([queue.pop()] if queue else [])]
                return
            yield task.entry.name

    monkeypatch.setattr(workers, "in_pool", in_pool)
    tasks = [Task(Entry(name, 1, 1)) for name in ("a", "bad", "b", "c")]
    found = list(workers.work(tasks, tmp_path, tmp_path, contract.Options(), 2, lambda: False))
    died = [f for f in found if not isinstance(f, str)]
    assert [f.name for f in died] == ["bad"] and "died" in died[0].findings[0].message
    assert sorted(f for f in found if isinstance(f, str)) == ["a", "b", "c"]


def test_pixels_of_the_journal_are_plain(source, tmp_path):
    run(source, tmp_path / "out")
    header, *lines = (tmp_path / "out/journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(header)["options"]["size"] == 256
    assert len(lines) == 6
    assert all(np.isfinite(face["roll"]) for line in lines for face in json.loads(line)["findings"])


@pytest.fixture
def group(tmp_path, faces):
    """A picture with three faces, of which the last is blurred, and one that repeats the first of them."""
    folder = tmp_path / "group"
    folder.mkdir()
    scene = Image.new("RGB", (900, 300), (90, 110, 130))
    for place, face in enumerate((faces[0], faces[1], faces[2].filter(ImageFilter.GaussianBlur(6)))):
        scene.paste(face, (20 + 300 * place, 20))
    scene.save(folder / "party.png")
    faces[0].resize((200, 200), Image.Resampling.LANCZOS).save(folder / "solo.png")
    return folder


PARTY = {"party.png#1": "kept", "party.png#2": "kept", "party.png#3": "blurred", "solo.png": "duplicate"}


def test_every_good_face_of_a_picture_becomes_a_picture(group, tmp_path):
    out = tmp_path / "out"
    last = run(group, out)[-1]
    assert (last.pictures, last.faces, last.kept, last.rejected) == (2, 4, 2, {"blurred": 1, "duplicate": 1})
    assert verdicts(out) == PARTY and list(verdicts(out)) == list(PARTY)  # duplicates are judged by face
    base = output_name("party.png")
    assert sorted(path.name for path in (out / "faces").iterdir()) == [f"{base}-1.png", f"{base}-2.png"]
    assert "nearly the same picture as party.png#1" in {row.message for row in read_rows(out)}
    assert len(load_faces(out, 32)) == 2
    with Image.open(out / ".rejected" / f"{base}-3.jpg") as small:
        assert small.size == (160, 160)
    lines = (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3  # a line for each picture: killing loses whole pictures only


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("largest", {"party.png": "kept"}), ("single", {"party.png": "several faces"})],
)
def test_the_largest_alone_or_none_of_several(group, tmp_path, setting, expected):
    out = tmp_path / "out"
    last = run(group, out, {"faces": setting})[-1]
    assert {name: verdict for name, verdict in verdicts(out).items() if name == "party.png"} == expected
    assert len(read_rows(out)) == last.pictures == 2


def test_a_person_overrules_single_faces_and_whole_pictures(group, tmp_path, one_inspector):
    out = tmp_path / "out"
    run(group, out)
    one_inspector.clear()
    run(group, out, accept=["party.png#3"], reject=["party.png#1"])
    assert one_inspector == [True]
    expected = {**PARTY, "party.png#1": "by hand", "party.png#3": "blurred", "solo.png": "kept"}
    for _ in range(2):
        assert verdicts(out) == expected
        assert {row.name: row.verdict for row in read_rows(out)}["party.png#3"] == "kept"
        assert run(group, out)[0].done == 2
    run(group, out, reject=["party.png"])  # what is said of a face goes before its picture
    found = {row.name: row for row in read_rows(out)}
    assert [found[f"party.png#{number}"].verdict for number in (1, 2, 3)] == ["rejected", "rejected", "kept"]
    assert found["party.png#2"].reason == "by hand" and found["party.png#2"].overruled
    run(group, out, accept=["party.png"], reject=["party.png#3"])
    one_inspector.clear()
    assert run(group, out)[0].done == 2 and not one_inspector
    assert verdicts(out) == {**PARTY, "party.png#1": "by hand", "party.png#3": "by hand", "solo.png": "kept"}


def test_a_face_that_is_not_there_is_named(group, tmp_path):
    out = tmp_path / "out"
    run(group, out)
    with pytest.raises(DataError, match=r"there is no face 4 in 'party\.png'"):
        run(group, out, reject=["party.png#4"])
    with pytest.raises(DataError, match=r"there is no picture 'gone\.png'"):
        run(group, out, reject=["gone.png#1"])


def test_a_killed_run_makes_no_face_twice(group, tmp_path):
    """The faces of a picture are written, but not its line: it is looked at again, and leaves nothing over."""
    out = tmp_path / "out"
    run(group, out)
    report = (out / "report.jsonl").read_bytes()
    journal = out / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if b"party" not in line or b'"options"' in line))
    assert run(group, out)[0].done == 1
    assert (out / "report.jsonl").read_bytes() == report
    assert len(list((out / "faces").iterdir())) == 2


def as_before(journal, several="largest"):
    """The journal as the program wrote it when it took one face a picture."""
    header, *lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    header["journal"] = 1
    del header["options"]["faces"]
    header["options"]["several"] = several
    old = [{"size": line["size"], "stamp": line["stamp"], **line["findings"][0]} for line in lines]
    journal.write_text("".join(json.dumps(line) + "\n" for line in (header, *old)), encoding="utf-8")


def test_a_journal_of_one_face_a_picture_goes_on_as_it_was(group, tmp_path, one_inspector):
    out = tmp_path / "out"
    run(group, out, {"faces": "largest", "size": 64}, reject=["party.png"])
    before = (out / "report.jsonl").read_bytes()
    as_before(out / "journal.jsonl")
    one_inspector.clear()
    assert run(group, out)[0].done == 2 and not one_inspector  # its options too are as they were
    assert (out / "report.jsonl").read_bytes() == before
    as_before(out / "journal.jsonl", "reject")
    assert json.loads((out / "journal.jsonl").read_text().splitlines()[0])["options"]["several"] == "reject"
    assert run(group, out)[0].done == 2
    assert json.loads((out / "journal.jsonl").read_text().splitlines()[0])["options"]["faces"] == "single"
    as_before(out / "journal.jsonl")
    started = run(group, out, {"faces": "all"})[0]
    assert started.done == 0 and "the options are others" in started.notes[0]
    assert {name: verdict for name, verdict in verdicts(out).items() if "party" in name} == {
        f"party.png#{number}": "by hand" for number in (1, 2, 3)
    }


def test_names_of_faces():
    assert contract.face_name("a/b.jpg", 0) == "a/b.jpg" and contract.face_name("a/b.jpg", 2) == "a/b.jpg#2"
    assert contract.parts_of("a/b.jpg#12") == ("a/b.jpg", 12)
    for name in ("a.jpg", "a#1.jpg", "a.jpg#0", "#1", "a.jpg#"):
        assert contract.parts_of(name) == (name, 0)
