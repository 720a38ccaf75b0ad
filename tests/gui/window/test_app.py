from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from facedesigner.gui.widgets.errors import ErrorDialog, ExceptionHook
from facedesigner.gui.window import app
from facedesigner.gui.window.settings_dialog import SettingsDialog
from facedesigner.resources import default_weights
from facedesigner.state import settings as settings_file
from facedesigner.state.settings import Settings


def test_importing_the_window_brings_no_torch():
    code = "import sys, facedesigner.gui.window.app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_settings_that_are_missing_are_the_defaults(tmp_path):
    assert app.load_settings(tmp_path / "settings.toml") == (Settings(), False, "")


def test_broken_settings_are_named_and_their_file_is_kept(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("colour = 'mauve'\n")
    settings, keep_file, problem = app.load_settings(path)
    assert settings == Settings() and keep_file
    assert "colour" in problem and "left as it is" in problem


def test_chosen_weights_go_first_and_the_shipped_ones_are_the_fallback(tmp_path, monkeypatch):
    shipped, mine = tmp_path / "shipped.safetensors", tmp_path / "mine.safetensors"
    monkeypatch.setattr(app, "default_weights", lambda: shipped)
    mine.write_bytes(b"")
    assert app.choose_weights(Settings()) == (shipped, None, "")
    assert app.choose_weights(Settings(weights=str(mine))) == (mine, shipped, "")
    assert app.choose_weights(Settings(weights=default_weights().name)) == (default_weights(), shipped, "")
    weights, _, missing = app.choose_weights(Settings(weights=str(tmp_path / "gone.safetensors")))
    assert weights == shipped and "gone.safetensors" in missing


def test_no_weights_at_all_is_said(monkeypatch):
    def fail() -> Path:
        raise FileNotFoundError("Install it again.")

    monkeypatch.setattr(app, "default_weights", fail)
    assert app.choose_weights(Settings()) == (None, None, "Install it again.")


def test_the_default_weights_are_those_that_are_named_first(tmp_path, monkeypatch):
    monkeypatch.setattr("facedesigner.resources._ROOTS", (tmp_path,))
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "default.txt").write_text("best.safetensors\nsmall.safetensors\n")
    (tmp_path / "weights" / "small.safetensors").write_bytes(b"")
    assert default_weights().name == "small.safetensors"
    (tmp_path / "weights" / "best.safetensors").write_bytes(b"")
    assert default_weights().name == "best.safetensors"


@pytest.mark.logs
def test_an_exception_nobody_caught_saves_and_shows_one_dialog(qtbot, capsys):
    saved = []
    hook = ExceptionHook(lambda: saved.append(1))
    for _ in range(3):
        try:
            raise ZeroDivisionError("by nought")
        except ZeroDivisionError as error:
            hook._handle(type(error), error, error.__traceback__)
    assert saved == [1] and "by nought" in capsys.readouterr().err
    assert isinstance(hook._dialog, ErrorDialog) and "by nought" in hook._dialog.message.text()
    hook._dialog.copy_details()
    assert "ZeroDivisionError" in QGuiApplication.clipboard().text()
    hook._dialog.close()
    assert hook._dialog is None


def test_settings_go_through_the_dialog_unharmed(qtbot):
    settings = Settings(theme="light", psi=0.55, save_folder="/tmp/faces", preview_milliseconds=33.0, device="cuda:0")
    dialog = SettingsDialog(settings, ("auto", "cpu"))
    qtbot.addWidget(dialog)
    assert dialog.settings() == settings
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    assert dialog.settings().theme == "dark"


def test_a_window_keeps_broken_settings_files(tmp_path):
    from dataclasses import replace

    from facedesigner.gui.preferences import Preferences

    path = tmp_path / "settings.toml"
    path.write_text("colour = 'mauve'\n")
    preferences = Preferences(Settings(), path, keep_file=True)
    preferences.set(replace(preferences.settings, psi=1.0))
    assert path.read_text() == "colour = 'mauve'\n"
    preferences = Preferences(Settings(), tmp_path / "new" / "settings.toml")
    preferences.set(replace(preferences.settings, psi=1.0))
    assert settings_file.load(tmp_path / "new" / "settings.toml").psi == 1.0


def test_the_program_ends_when_its_window_is_closed_as_the_first_face_appears(tmp_path):
    """While rows of sliders are still being made."""
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    environment = {**os.environ, **homes, app.TIMINGS: "quit", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "facedesigner"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0 and "first_face_ms=" in ended.stderr
    assert "leaked" not in ended.stderr  # what libraries say that find objects of theirs left
