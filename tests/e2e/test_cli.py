import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock, call

import pytest
from PIL import Image, PngImagePlugin

from facedesigner.cli import main
from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.export.png import read_face
from tests.tiny import tiny_weights


@pytest.fixture
def weights(tmp_path):
    return str(tiny_weights(tmp_path / "tiny.safetensors"))


def test_generate_then_inspect(weights, tmp_path, capsys):
    out = tmp_path / "faces"
    words = ["generate", "--seed", "42", "--count", "3", "--psi", "0.5", "--out-dir", str(out), "--weights", weights]
    assert main(words) == 0
    assert capsys.readouterr().out.split() == [str(out / f"seed{seed:04d}.png") for seed in (42, 43, 44)]
    assert main(["inspect", str(out / "seed0043.png")]) == 0
    recipe = json.loads(capsys.readouterr().out)
    assert (recipe["seed"], recipe["psi"], recipe["version"]) == (43, 0.5, 1)


def test_the_same_seed_gives_the_same_picture_as_the_engine(weights, tmp_path):
    import numpy as np

    from facedesigner.engine.face_engine import FaceEngine

    assert main(["generate", "--seed", "7", "--out", str(tmp_path / "a.png"), "--weights", weights]) == 0
    engine = FaceEngine("cpu")
    engine.load(Path(weights))
    drawn = engine.render(RenderRequest(read_face(tmp_path / "a.png"))).image
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), drawn)


def test_no_seed_draws_a_random_face_and_names_its_seed(weights, tmp_path, capsys):
    seeds = set()
    for name in ("a.png", "b.png"):
        assert main(["generate", "--out", str(tmp_path / name), "--weights", weights]) == 0
        printed = capsys.readouterr()
        assert printed.out == f"{tmp_path / name}\n"
        seeds.add(read_face(tmp_path / name).seed)
        assert printed.err == f"seed {read_face(tmp_path / name).seed}\n"
    assert len(seeds) == 2


def test_progress_shows_on_a_terminal_and_is_gone_when_done(weights, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    words = ["generate", "--seed", "1", "--count", "2", "--out-dir", str(tmp_path / "faces"), "--weights", weights]
    assert main(words) == 0
    shown = [text.strip() for text in capsys.readouterr().err.split("\r") if text.strip()]
    assert shown[::2] == shown[1::2] == ["loading the model", "face 1 of 2", "face 2 of 2"]


def test_what_cannot_be_drawn_is_said_and_nothing_is_written(weights, tmp_path, capsys, monkeypatch):
    def render(self, request):
        return RenderResult(request, None, 1.0, error="the picture is too large", notice="the CPU draws now")

    monkeypatch.setattr("facedesigner.engine.face_engine.FaceEngine.render", render)
    out = tmp_path / "faces"
    for words in (["generate", "--seed", "1", "--out-dir", str(out)], ["bench"]):
        assert main([*words, "--weights", weights]) == 2
        said = capsys.readouterr().err.splitlines()
        assert said == ["facedesigner: the CPU draws now", "facedesigner: the picture is too large"]
    assert not out.exists()


def test_a_file_opens_the_window(tmp_path, monkeypatch):
    opened = Mock(return_value=0)
    monkeypatch.setattr("facedesigner.gui.window.app.main", opened)
    (tmp_path / "a.face").touch()
    assert main([]) == 0 and main([str(tmp_path / "a.face")]) == 0
    assert opened.call_args_list == [call(None), call(tmp_path / "a.face")]


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    def fail(path):
        raise KeyError("fault")

    monkeypatch.setattr("facedesigner.gui.window.app.main", fail)
    with pytest.raises(KeyError, match="fault"):
        main([])


def test_nothing_is_overwritten_silently(weights, tmp_path, capsys):
    words = ["generate", "--seed", "1", "--count", "2", "--out-dir", str(tmp_path), "--weights", weights]
    (tmp_path / "seed0002.png").write_text("mine")
    assert main(words) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert (tmp_path / "seed0002.png").read_text() == "mine" and not (tmp_path / "seed0001.png").exists()
    assert main([*words, "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["generate", "--seed", "-1"], "choose a whole number from 0"),
        (["generate", "--seed", "4294967295", "--count", "2"], "choose 1 to 1"),
        (["generate", "--seed", "x"], "invalid int value: 'x'; see facedesigner generate --help"),
        (["generate", "--count", "0"], "--count is 0"),
        (["generate", "--count", "4294967297"], "choose 1 to 1000000"),
        (["generate", "--count", "2", "--out", "a.png"], "use --out-dir"),
        (["generate", "--out", "a.jpg"], "ends in .png"),
        (["--nonsense"], "see facedesigner --help"),
        (["generate", "--psi", "3"], "psi is 3"),
        (["generate", "--device", "cuda:9"], "cannot be used"),
        (["generate", "--weights", "none.safetensors"], "there is no file none.safetensors"),
        (["inspect", "none.png"], "none.png cannot be read"),
        (["bench", "--frames", "1"], "choose 2 or more"),
        (["edit", "none.png", "--out", "a.png"], "none.png cannot be read"),
        (["edit", "none.png", "--out", "a.jpg"], "ends in .png"),
        (["edit", "none.png"], "required: --out"),
        (["nonsense"], "neither a file nor a command"),
        (["a.png", "b.png"], "the window opens one file"),
    ],
)
def test_bad_words_get_one_line_and_exit_2(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("facedesigner: ") and len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_bench_prints_a_row_for_each_part_and_resolution(weights, capsys):
    assert main(["bench", "--frames", "3", "--weights", weights]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row[:14].strip() for row in rows[2:]] == ["import engine", "load weights", "first face", "8 px", "16 px"]
    assert all(float(number) >= 0 for row in rows[2:] for number in row[14:].split())


@pytest.mark.parametrize(
    "words", [["--help"], ["generate", "--help"], ["edit", "-h"], ["controls", "-h"], ["bench", "-h"], ["--version"]]
)
def test_help_answers_before_anything_heavy_is_imported(words):
    code = f"""
import sys
from facedesigner.cli import main
try:
    main({words!r})
except SystemExit:
    pass
heavy = {{"torch", "numpy", "PIL", "PySide6"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "facedesigner" in done.stdout


def test_devices_and_endless_counts_are_refused_at_once(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        assert main(["inspect", str(path)]) == 2
        assert "a device or a pipe: choose a file" in capsys.readouterr().err
    assert main(["generate", "--count", "4294967296"]) == 2
    assert "choose 1 to 1000000" in capsys.readouterr().err


def test_foreign_text_does_not_reach_the_terminal_as_it_is(tmp_path, capsys):
    recipe = {
        "version": 1,
        "model": "\x1b[31m" + "0" * 9_000_000,
        "seed": 1,
        "controls": {},
        "psi": 0.7,
        "noise_seed": 0,
    }
    picture = tmp_path / "a.png"
    info = PngImagePlugin.PngInfo()
    info.add_text("facedesigner", json.dumps(recipe), zip=True)
    Image.new("RGB", (8, 8)).save(picture, pnginfo=info)
    assert main(["inspect", str(picture)]) == 2
    said = capsys.readouterr().err
    assert len(said) < 500 and "\x1b" not in said


def test_sliders_that_lead_nowhere_are_an_error(weights, tmp_path, capsys):
    assert main(["generate", "--seed", "1", "--out", str(tmp_path / "a.png"), "--weights", weights]) == 0
    face = read_face(tmp_path / "a.png")
    with pytest.raises(ValueError, match="from -10000 to 10000"):
        face.with_control("pc01", 1e308)
