"""The studio on a tiny model; the tour of docs/studio.md on the one that comes along."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import facedesigner
from facedesigner import Studio
from facedesigner.studio import StudioError
from tests.tiny import tiny_weights
from training.errors import UserError

TOUR = Path(__file__).parents[2] / "docs" / "studio.md"


@pytest.fixture(scope="module")
def studio(tmp_path_factory) -> Studio:
    return Studio(tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors"), device="cpu")


def test_the_package_has_it_without_loading_torch_for_others():
    assert facedesigner.Studio is Studio
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        facedesigner.Nothing  # noqa: B018
    code = "import sys, facedesigner; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_face_is_a_picture_and_a_latent(studio):
    face = studio.generate(seed=3)
    side = studio.info.resolution
    assert face.image.shape == (side, side, 3) and face.image.dtype == np.uint8
    assert face.latent.shape == studio.info.latent_shape and face.latent.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        face.image[0] = 0
    assert studio.generate(seed=3) == face and studio.generate(seed=4) != face


def test_edits_give_other_faces_and_leave_the_first_one(studio):
    face, control = studio.generate(seed=3), studio.controls[0]
    edited = face.edit({control.name: control.maximum})
    assert edited.controls == {control.name: control.maximum} and not face.controls
    assert not np.array_equal(edited.image, face.image)
    assert edited.edit({control.name: 0}) == face


def test_what_is_written_opens_as_the_same_face(studio, tmp_path):
    face = studio.generate(seed=3).edit({studio.controls[0].name: 1})
    path = face.export(tmp_path / "face.png")
    assert studio.open(path) == face and np.array_equal(studio.open(str(path)).image, face.image)
    with pytest.raises(UserError, match="exists"):
        face.export(path)
    face.export(path, overwrite=True)


def test_latents_come_back_from_arrays_and_files(studio, tmp_path):
    face = studio.generate(seed=3, psi=0.5)
    np.save(tmp_path / "latent.npy", face.latent)
    for given in (face.latent, face.latent.astype(float), face.latent.tolist(), tmp_path / "latent.npy"):
        assert np.array_equal(studio.face(given, psi=0.5).image, face.image)


@pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros((2, 3, 4)), "nothing.npy", "text.npy", "nan"])
def test_what_is_no_latent_is_refused(studio, tmp_path, wrong):
    (tmp_path / "text.npy").write_text("text")
    given = np.full(studio.info.latent_shape, np.nan) if isinstance(wrong, str) and wrong == "nan" else wrong
    with pytest.raises(UserError, match="latent"):
        studio.face(tmp_path / given if isinstance(given, str) else given)


def test_wrong_sliders_and_values_are_said(studio):
    face, control = studio.generate(), studio.controls[0]
    with pytest.raises(StudioError, match="has no slider 'nonsense'; it has"):
        face.edit(nonsense=1)
    with pytest.raises(StudioError, match=f"choose {control.minimum:g} to {control.maximum:g}"):
        face.edit({control.name: control.maximum + 1})
    with pytest.raises(StudioError, match="has no layers 'nowhere'"):
        face.edit({f"{control.name}@nowhere": 1})
    with pytest.raises(StudioError, match="no classes"):
        face.edit({control.name: "high"})
    for value in (float("nan"), float("inf")):
        with pytest.raises(UserError, match="choose"):
            face.edit({control.name: value})


def test_inside_a_mask_only_that_changes(studio):
    face, control = studio.generate(seed=3), studio.controls[0]
    side = studio.info.resolution
    upper = np.zeros((64, 64), bool)
    upper[:32] = True
    edited = face.edit({control.name: control.maximum}, inside=upper)
    assert np.array_equal(edited.image[side // 2 :], face.image[side // 2 :])
    assert not np.array_equal(edited.image, face.image)
    for wrong, words in ((np.zeros((64, 64), bool), "empty"), (upper[:10], "as wide as"), ("chin", "no region 'chin'")):
        with pytest.raises(UserError, match=words):
            face.edit({control.name: 1}, inside=wrong)


def test_several_faces_make_others(studio):
    one, two = studio.generate(seed=1), studio.generate(seed=2)
    way = studio.between([one, two], 3)
    assert way[0] == one and way[2] == two and way[1] not in (one, two)
    assert len(studio.breed([one, two], 4)) == 4 and len(one.vary(3)) == 3
    near = studio.combine((1, one), (1, two), (-1, two))
    assert np.abs(near.image.astype(int) - one.image).mean() < 2


def test_a_model_without_ages_says_so_and_another_models_face_is_refused(studio, tmp_path):
    with pytest.raises(StudioError, match="no age slider"):
        studio.generate().age(10)
    other = Studio(tiny_weights(tmp_path / "other.safetensors", seed=9), device="cpu")
    path = other.generate().export(tmp_path / "theirs.png")
    with pytest.raises(StudioError, match="open it with a Studio of its weights"):
        studio.open(path)


def test_each_thread_may_have_a_studio(studio):
    pictures = {}

    def draw(number: int) -> None:
        pictures[number] = Studio(studio.weights, device="cpu").generate(seed=5).image

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(pictures[0], pictures[1]) and np.array_equal(pictures[0], studio.generate(seed=5).image)


def test_the_tour_runs_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", TOUR.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        exec(compile(block, str(TOUR), "exec"), names)
    assert (tmp_path / "face.png").exists()
    assert names["large"].shape == (512, 512, 3) and names["coloured"].shape == (256, 256, 3)  # type: ignore[attr-defined]
