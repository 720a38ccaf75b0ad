"""Two windows of one user at once lose nothing."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMessageBox

from facedesigner.gui.window.main_window import MainWindow
from facedesigner.state import project as project_file
from facedesigner.state import settings as settings_file
from facedesigner.state.project import Project
from tests.gui.fake_engine import HASH
from tests.gui.window.test_main_window import message


def test_two_windows_do_not_overwrite_each_other(make_window, places, qtbot):
    first = make_window()
    first.session.commit("Seed", face=first.session.face.with_seed(11))
    first.documents.kept.save()
    kept = places.sessions / f"{HASH}.face"
    second = make_window()
    second.session.commit("Seed", face=second.session.face.with_seed(22))
    second.documents.kept.save()
    assert "Another window" in second.status.currentMessage() and project_file.load(kept).face.seed == 11
    first.close()
    second.documents.kept.save()
    assert project_file.load(kept).face.seed == 22


def test_what_the_second_window_would_lose_is_asked_about(make_window, tmp_path, monkeypatch):
    first, second = make_window(), make_window()
    first.documents.kept.save()
    second.session.commit("Seed", face=second.session.face.with_seed(22))
    asked: list[str] = []
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Save]

    def answer(_parent, _title, words, *_):
        asked.append(words)
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", answer)
    assert not second.close() and "Untitled?" in asked[0] and "Another window keeps the faces" in asked[0]
    monkeypatch.setattr(second.documents, "_ask_name", lambda *_: tmp_path / "mine.face")
    assert second.close() and project_file.load(tmp_path / "mine.face").face.seed == 22


def test_a_window_that_keeps_the_session_is_not_asked(make_window, places):
    first, second = make_window(), make_window()
    first.documents.kept.save()
    second.session.commit("Seed", face=second.session.face.with_seed(22))
    second.documents.kept.save()
    first.close()
    assert second.close() and project_file.load(places.sessions / f"{HASH}.face").face.seed == 22


@pytest.fixture
def project(tmp_path, window):
    path = tmp_path / "ada.face"
    project_file.save(Project(window.session.face.with_seed(5)), path)
    return path


def test_a_project_that_is_open_elsewhere_opens_as_a_copy(window, make_window, project):
    window.documents.open(project)
    second: MainWindow = make_window()
    second.documents.open(project)
    told = message(second)
    assert f"Ada.face is open in another window (process {os.getpid()}): close it there, or choose" in told
    assert second.documents.path is None and second.session.face.seed == 5
    second.session.commit("Seed", face=second.session.face.with_seed(6))
    assert not second.documents.save_to(project) and "open in another window" in message(second)
    assert project_file.load(project).face.seed == 5
    assert second.documents.save_to(project.with_name("copy.face")) and window.documents.save_to(project)


@pytest.mark.parametrize("how", ["closed", "saved elsewhere"])
def test_a_project_that_is_open_no_longer_is_free(window, make_window, project, how):
    window.documents.open(project)
    window.documents.open(project)  # again, in the same window
    assert not message(window) and window.documents.path == project
    if how == "closed":
        window.close()
    else:
        window.documents.save_to(project.with_name("other.face"))
    second = make_window()
    second.documents.open(project)
    assert second.documents.path == project and not message(second)


def test_settings_that_two_windows_change_hold(window, make_window, places):
    second = make_window()
    window.preferences.set(replace(window.preferences.settings, psi=0.5))
    second.preferences.set(replace(second.preferences.settings, save_folder="there"))
    found = settings_file.load(places.settings)
    assert found.psi == 0.5 and found.save_folder == "there"
