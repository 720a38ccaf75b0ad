import errno
import os

import pytest

from facedesigner.state.journal import Journal, read_lines


def test_lines_come_back(tmp_path):
    journal = Journal(tmp_path / "j")
    journal.add({"a": 1})
    journal.add({"b": "ä"})
    journal.close()
    assert read_lines(tmp_path / "j") == [{"a": 1}, {"b": "ä"}]
    assert read_lines(tmp_path / "none") == []


@pytest.mark.parametrize("end", [b'{"b": 2', b'{"b": 2}', b"\0\0\0\n", b"[1]\n"])
def test_a_line_that_was_not_finished_is_cut_off(tmp_path, end):
    (tmp_path / "j").write_bytes(b'{"a": 1}\n' + end)
    assert read_lines(tmp_path / "j") == [{"a": 1}]
    journal = Journal(tmp_path / "j")
    journal.add({"c": 3})
    journal.close()
    assert read_lines(tmp_path / "j") == [{"a": 1}, {"c": 3}]


def test_a_full_disk_leaves_no_half_line(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "j")
    journal.add({"a": 1})

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            journal.add({"b": 2})
    journal.add({"c": 3})
    journal.close()
    assert (tmp_path / "j").read_text() == '{"a": 1}\n{"c": 3}\n'
