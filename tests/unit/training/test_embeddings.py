"""Embeddings of a data set, with an identity of the tests' own."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.fake_identity import FakeIdentity, random_picture
from tests.tiny import tiny_weights
from training.__main__ import main
from training.locking import LockedError
from training.networks.embeddings import Embeddings, EmbeddingsError, load_embeddings, save_embeddings
from training.pictures import Source
from training.tasks.uniqueness import calibration
from training.tasks.uniqueness import embedding as embeddings
from training.tasks.uniqueness.calibration import (
    FALSE_ALARMS,
    calibrate,
    changed,
    counted,
    logistic,
    repeated,
    suggested,
)
from training.tasks.uniqueness.embedding import embed_all


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    monkeypatch.setattr(embeddings, "Identity", FakeIdentity)
    monkeypatch.setattr(calibration, "Identity", FakeIdentity)
    for module in (embeddings, calibration):
        monkeypatch.setattr(module, "LOOK", 64)  # quick


@pytest.fixture
def folder(tmp_path):
    for number in range(40):
        path = tmp_path / "faces" / f"{'ab'[number % 2]}/{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random_picture(number)).save(path)
    return tmp_path / "faces"


def test_a_file_comes_back_as_it_was(tmp_path):
    values = np.random.default_rng(0).standard_normal((3, 128)).astype(np.float16)
    before = Embeddings(values, ("a", "b", "ü"), {"model": "m"}, {"slope": -1.0})
    save_embeddings(before, tmp_path / "new" / "m.embeddings.safetensors")
    after = load_embeddings(tmp_path / "new" / "m.embeddings.safetensors")
    assert (after.values == values).all() and after.values.dtype == np.float16
    assert (after.names, after.about, after.calibration) == (before.names, before.about, before.calibration)
    assert after.digest == before.digest != Embeddings(values, ("a", "b", "c")).digest


def test_what_is_no_such_file_is_named(tmp_path):
    with pytest.raises(EmbeddingsError, match=r"none\.safetensors cannot be read"):
        load_embeddings(tmp_path / "none.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    with pytest.raises(EmbeddingsError, match="make it again"):
        load_embeddings(tmp_path / "broken.safetensors")
    with pytest.raises(EmbeddingsError, match="holds no embeddings"):
        load_embeddings(tiny_weights(tmp_path / "tiny.safetensors"))
    save_embeddings(Embeddings(np.zeros((2, 128)), ("a",)), tmp_path / "short.safetensors")
    with pytest.raises(EmbeddingsError, match="does not fit its own description"):
        load_embeddings(tmp_path / "short.safetensors")


def test_a_stopped_run_goes_on_and_changed_pictures_are_done_anew(folder, tmp_path, monkeypatch):
    (folder / "a/broken.png").write_bytes(b"no picture")
    source, said = Source(folder), []
    entries, out = source.pictures(), tmp_path / "out.embeddings.safetensors"
    monkeypatch.setattr(embeddings, "SAVE_EVERY", -1.0)

    def stop(line):
        said.append(line)
        if len(said) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_all(source, entries, out, 0, stop)
    asked: list[str] = []
    embedded = embeddings.embedded

    def watched(name):
        asked.append(name)
        return embedded(name)

    monkeypatch.setattr(embeddings, "embedded", watched)
    Image.fromarray(random_picture(99)).save(folder / "a/00.png")
    found = embed_all(source, Source(folder).pictures(), out, 0, said.append)
    assert len(asked) < 32 and "a/00.png" in asked and "a/02.png" not in asked
    assert len(found) == 40 and found.names == tuple(sorted(found.names))
    assert any(line.startswith("left out: a/broken.png") for line in said)
    away = [np.abs(found.values[found.names.index("a/00.png")] - FakeIdentity()(random_picture(n))) for n in (99, 0)]
    assert away[0].mean() < 0.05 < 0.15 < away[1].mean()


def test_one_process_embeds_into_a_file(folder, tmp_path):
    out = tmp_path / "out.embeddings.safetensors"

    def say(line):
        with pytest.raises(LockedError, match=r"another process embeds into .*\(process \d+\): wait for it"):
            embed_all(Source(folder), [], out, 0, print)

    source = Source(folder)
    assert len(embed_all(source, source.pictures()[:10], out, 0, say)) == 10


def test_the_command_embeds_what_a_run_trained_on_and_calibrates(folder, tmp_path, capsys):
    config = tmp_path / "run" / "config.toml"
    config.parent.mkdir()
    config.write_text(
        f'variant = "style"\nname = "mine"\n[data]\nsource = "{folder.as_posix()}"\nholdout = 0.3\ninclude = ["a/*"]\n'
        'about = "my faces"\n'
    )
    out = tmp_path / "mine.embeddings.safetensors"
    assert main(["embeddings", str(config.parent), "--out", str(out), "--workers", "0"]) == 0
    assert "faces; suggested threshold" in capsys.readouterr().out
    found = load_embeddings(out)
    assert 5 < len(found) < 20 and all(name.startswith("a/") for name in found.names)
    assert found.about == {"model": "mine", "data": "my faces", "source": "faces", "holdout": "0.3"}
    assert found.calibration["searches"]["total"] == 20 - len(found) and found.calibration["left_out"]
    assert found.calibration["slope"] < 0 and not out.with_name(out.name + ".part").exists()
    json.dumps(found.calibration)
    words = ["embeddings", str(folder), "--out", str(out), "--workers", "0", "--model"]
    assert main([*words, str(tiny_weights(tmp_path / "tiny.safetensors"))]) == 0
    found = load_embeddings(out)
    assert len(found) == 40 and found.about["model"] == "tiny" and not found.calibration["left_out"]
    assert "drawn with other noise" in found.calibration["kinds"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--out", "x.safetensors"], r"choose a name that ends in .embeddings.safetensors"),
        (["--workers", "-1"], "--workers is -1"),
        (["--holdout", "1"], "--holdout is 1.0; choose 0 to below 1"),
        (["--include", "c/*"], "none of the 40 pictures"),
    ],
)
def test_bad_words_get_one_line(more, message, folder, tmp_path, capsys):
    words = ["embeddings", str(folder), "--out", str(tmp_path / "x.embeddings.safetensors"), "--workers", "0", *more]
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_copies_are_changed_and_of_the_same_size():
    picture = random_picture(0, 64)
    copies = changed(picture, np.random.default_rng(0))
    assert {"recompressed", "cropped", "brightened", "flipped", "resized"} <= set(copies)
    for copy in copies.values():
        assert copy.shape == picture.shape and copy.dtype == np.uint8 and (copy != picture).any()
    assert (copies["flipped"] == picture[:, ::-1]).all()


def test_the_logistic_curve_lies_between_the_kinds_and_is_finite_when_they_do_not_overlap():
    rng = np.random.default_rng(0)
    slope, intercept = logistic(rng.uniform(0, 0.2, 500), rng.uniform(0.3, 0.6, 2000))
    assert slope < 0 and np.isfinite(slope) and 0.2 < -intercept / slope < 0.3
    slope, intercept = logistic(rng.normal(0.3, 0.1, 5000), rng.normal(0.5, 0.1, 50_000))
    assert slope == pytest.approx(-20, rel=0.05) and -intercept / slope == pytest.approx(0.4, abs=0.01)


def test_the_suggested_threshold_flags_few_searches():
    nearest = np.linspace(0.2, 0.6, 1000)
    limit = suggested(nearest)
    assert (nearest < limit).mean() <= FALSE_ALARMS < (nearest < limit + 0.01).mean()
    assert counted(np.array([0.05, 0.2, 0.3]), np.array([0.0, 0.1, 0.3]))["under"] == [0, 1, 2]


def test_a_picture_cut_a_little_differently_is_the_same_one():
    picture = np.asarray(Image.fromarray(random_picture(0, 32)).resize((256, 256), Image.Resampling.BICUBIC))
    assert repeated(picture, picture) and repeated(picture, np.roll(picture, 16, axis=1))
    assert not repeated(picture, random_picture(1, 256)) and not repeated(picture, np.zeros_like(picture))
    assert not repeated(picture, picture[:, ::-1])


def test_without_pictures_left_out_no_face_is_its_own_neighbour(folder, tmp_path):
    source = Source(folder)
    found = embed_all(source, source.pictures(), tmp_path / "x.embeddings.safetensors", 0, lambda line: None)
    values = calibrate(found, source, [], None, lambda line: None, copies=3, searches=40)
    assert values["searches"]["total"] == 40 and values["searches"]["under"][1] == 0
    assert values["kinds"]["flipped"][1] < 0.05
