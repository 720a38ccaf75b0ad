import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from facedesigner.cli import main
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
    from facedesigner.engine.request import RenderRequest
    from facedesigner.export.png import read_face

    assert main(["generate", "--seed", "7", "--out", str(tmp_path / "a.png"), "--weights", weights]) == 0
    engine = FaceEngine("cpu")
    engine.load(Path(weights))
    drawn = engine.render(RenderRequest(read_face(tmp_path / "a.png"))).image
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), drawn)


def test_no_seed_draws_a_random_face(weights, tmp_path, capsys):
    for _ in range(2):
        assert main(["generate", "--out-dir", str(tmp_path / "random"), "--weights", weights]) == 0
    assert len(list((tmp_path / "random").iterdir())) == 2


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
        (["generate", "--count", "0"], "--count 0"),
        (["generate", "--count", "2", "--out", "a.png"], "use --out-dir"),
        (["generate", "--psi", "3"], "psi is 3"),
        (["generate", "--device", "cuda:9"], "cannot be used"),
        (["generate", "--weights", "none.safetensors"], "there is no file none.safetensors"),
        (["inspect", "none.png"], "none.png cannot be read"),
        (["bench", "--frames", "1"], "choose 2 or more"),
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


def test_bench_prints_a_row_for_each_resolution(weights, capsys):
    assert main(["bench", "--frames", "3", "--weights", weights]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[2:]] == ["8", "16"]


@pytest.mark.parametrize(
    "words", [["--help"], ["generate", "--help"], ["inspect", "-h"], ["bench", "-h"], ["--version"]]
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
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "facedesigner" in done.stdout
    assert time.perf_counter() - began < 5  # the time itself is measured in benchmarks/startup.py
