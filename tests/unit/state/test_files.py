from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from facedesigner.state.files import write_atomically
from training.files import replacing, special


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    target, link = tmp_path / "far" / "a.txt", tmp_path / "link.txt"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink() and target.read_text() == "new"
    with replacing(link) as temporary:
        temporary.write_text("newer")
    assert (
        link.is_symlink() and target.read_text() == "newer" and [p.name for p in target.parent.iterdir()] == ["a.txt"]
    )


def test_the_content_is_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    target.write_text("old")
    seen = []
    monkeypatch.setattr(os, "fsync", lambda number: seen.append((os.fstat(number).st_size, target.read_text())))
    write_atomically(target, b"newer")
    assert seen == [(5, "old")] and target.read_text() == "newer"


@pytest.mark.parametrize(("code", "kept"), [(errno.ENOSPC, True), (errno.EIO, True), (errno.EINVAL, False)])
def test_a_disk_that_is_full_only_now_keeps_the_old_file(tmp_path, monkeypatch, code, kept):
    def fail(number: int) -> None:
        raise OSError(code, os.strerror(code))

    target = tmp_path / "a.txt"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=os.strerror(code)) if kept else nullcontext():
        write_atomically(target, b"newer")
    assert target.read_text() == ("old" if kept else "newer") and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_what_is_no_file_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    assert special(tmp_path / "pipe") and special(type(tmp_path)("/dev/zero"))
    assert not any(special(path) for path in (tmp_path, tmp_path / "file", tmp_path / "none", tmp_path / ("x" * 300)))


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_names_that_cannot_be_are_the_systems_error(tmp_path, name):
    with pytest.raises((OSError, ValueError)):
        write_atomically(tmp_path / name, b"")
    assert not list(tmp_path.iterdir())


def test_what_killed_processes_have_left_is_removed(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = {
        "gone": f".a.txt.{gone.pid}.tmp",
        "ours": f".a.txt.{os.getppid()}.tmp",
        "fresh": f".b.txt.{gone.pid}.tmp",
        "not one": ".a.word.tmp",
    }
    for name in names.values():
        (tmp_path / name).write_text("half")
        os.utime(tmp_path / name, (1, 1))
    os.utime(tmp_path / names["fresh"])
    (tmp_path / ".tmp").mkdir()
    write_atomically(tmp_path / "a.txt", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", ".tmp", *names.values()} - {names["gone"]}
    (tmp_path / names["gone"]).write_text("half")
    write_atomically(tmp_path / "a.txt", b"once for each folder")
    assert (tmp_path / names["gone"]).exists()
