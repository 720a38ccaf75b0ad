import numpy as np
import pytest
import torch

from facedesigner.contract.request import RenderRequest
from facedesigner.engine.between import spherical
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.state.face import FaceState
from tests.tiny import tiny_weights
from training.errors import WeightsError
from training.sampling import latents_of


@pytest.fixture
def engine(tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "tiny.safetensors"))
    return engine


@pytest.fixture
def face(engine):
    return FaceState(engine.info.hash, seed=42)


def picture(engine, face, resolution=None):
    result = engine.render(RenderRequest(face, resolution))
    assert result.error is None, result.error
    return result.image


def test_what_the_file_declares(engine):
    info = engine.info
    assert (info.name, info.variant, info.resolution, info.resolutions) == ("tiny", "style", 16, (8, 16))
    assert info.latent_shape == (6, 8) and info.has_noise
    assert [c.name for c in info.controls] == ["pc01", "pc02", "pc03"]
    assert info.controls[0].ranges == ("coarse", "middle")
    assert info.card["terms"] == "for tests"


def test_a_picture_is_rgb_bytes_at_every_early_exit(engine, face):
    for resolution in engine.info.resolutions:
        image = picture(engine, face, resolution)
        assert image.shape == (resolution, resolution, 3) and image.dtype == np.uint8
    assert picture(engine, face).shape == (16, 16, 3)
    assert picture(engine, face).std() > 1


def test_the_same_face_is_the_same_picture_bit_for_bit_also_in_another_engine(engine, face, tmp_path):
    other = FaceEngine("cpu")
    other.load(tmp_path / "tiny.safetensors")
    np.testing.assert_array_equal(picture(engine, face), picture(other, face))


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.with_seed(43),
        lambda f: f.with_control("pc01", 2.0),
        lambda f: f.with_control("pc01@coarse", 2.0),
        lambda f: f.with_psi(0.2),
        lambda f: FaceState(f.model, seed=f.seed, noise_seed=5),
    ],
)
def test_every_part_of_a_face_changes_the_picture(engine, face, change):
    assert not np.array_equal(picture(engine, face), picture(engine, change(face)))


def test_psi_zero_is_the_mean_face(engine, face):
    np.testing.assert_array_equal(picture(engine, face.with_psi(0)), picture(engine, face.with_seed(7).with_psi(0)))


def test_layer_ranges_add_up_to_the_whole_slider(engine, face):
    whole = engine.editor.edit(engine.latent_of(face), face.with_control("pc02", 1.5))
    parts = face
    for name in engine.info.controls[1].ranges:
        parts = parts.with_control(f"pc02@{name}", 1.5)
    torch.testing.assert_close(engine.editor.edit(engine.latent_of(face), parts), whole)


def test_a_face_as_latent_is_the_same_face(engine, face):
    again = face.with_latent(engine.latent(face))
    np.testing.assert_array_equal(picture(engine, face), picture(engine, again))


def test_children_lie_between_their_parents_and_differ(engine, face):
    parents = [face, face.with_seed(1), face.with_seed(2).with_control("pc01", 2)]
    children = engine.breed(parents, 9, seed=3)
    assert children == engine.breed(parents, 9, seed=3) != engine.breed(parents, 9, seed=4)
    assert len({c.latent for c in children}) == 9
    baked = torch.stack([engine._baked(p) for p in parents])
    for child in children:
        latent = engine.latent_of(child)
        assert torch.all(latent <= baked.amax(0) + 1e-5) and torch.all(latent >= baked.amin(0) - 1e-5)
    with pytest.raises(ValueError, match="two faces or more"):
        engine.breed([face], 9, seed=0)


def test_baking_a_slider_into_the_latent_keeps_the_picture(engine, face):
    edited = face.with_control("pc01", 1.0)
    twins = engine.breed([edited, edited], 1, seed=0)
    difference = picture(engine, twins[0]).astype(int) - picture(engine, edited).astype(int)
    assert np.abs(difference).max() <= 1


def test_variations_are_near_and_nearer_for_a_smaller_amount(engine, face):
    own = engine.latent_of(face)
    near, far = (
        [float((engine.latent_of(v) - own).norm()) for v in engine.vary(face, 4, 0, amount)] for amount in (0.1, 0.5)
    )
    assert 0 < max(near) < min(far)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: FaceState("0123456789abcdef", seed=1), "made with model 0123456789abcdef"),
        (lambda f: f.with_control("nose", 1.0), "no control 'nose'; it offers pc01"),
        (lambda f: f.with_control("pc01@upper", 1.0), "no control 'pc01@upper'"),
    ],
)
def test_errors_travel_in_the_result(engine, face, change, message):
    result = engine.render(RenderRequest(change(face)))
    assert result.image is None and result.error is not None and message in result.error


def test_a_resolution_that_is_no_exit_and_an_engine_without_weights(engine, face):
    assert "is none of" in (engine.render(RenderRequest(face, 12)).error or "")
    assert "no weights" in (FaceEngine("cpu").render(RenderRequest(face)).error or "")


def test_a_broken_file_leaves_the_old_model(engine, face, tmp_path):
    before = picture(engine, face)
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match=r"broken\.safetensors"):
        engine.load(tmp_path / "broken.safetensors")
    np.testing.assert_array_equal(picture(engine, face), before)


@pytest.mark.logs
def test_running_out_of_gpu_memory_falls_back_to_the_cpu_with_a_notice(engine, face, monkeypatch):
    expected = picture(engine, face)
    engine._device = torch.device("meta")  # stands for a GPU
    draw, calls = FaceEngine._draw, []

    def out_of_memory_once(self, request):
        calls.append(self.device)
        if self.device != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return draw(self, request)

    monkeypatch.setattr(FaceEngine, "_draw", out_of_memory_once)
    result = engine.render(RenderRequest(face))
    assert calls == ["meta", "cpu"] and engine.device == "cpu"
    np.testing.assert_array_equal(result.image, expected)
    assert result.notice is not None and "ran out of memory" in result.notice


def test_dcgan_weights_work_the_same(tmp_path):
    engine = FaceEngine("cpu")
    info = engine.load(tiny_weights(tmp_path / "dcgan.safetensors", variant="dcgan"))
    assert not info.has_noise and info.latent_shape == (1, 8) and info.controls[0].ranges == ()
    face = FaceState(info.hash, seed=1)
    assert not np.array_equal(picture(engine, face), picture(engine, face.with_control("pc01", 3.0)))


def test_a_device_that_is_not_there_is_named(engine):
    with pytest.raises(ValueError, match="cannot be used"):
        engine.use_device("cuda:7")
    assert engine.device == "cpu" and "cpu" in FaceEngine.devices()


@pytest.fixture(params=["cgan", "infogan"])
def conditional(request, tmp_path):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "conditional.safetensors", variant=request.param))
    return engine


def test_labels_are_menus_and_codes_sliders(conditional):
    controls = {c.name: c for c in conditional.info.controls}
    if conditional.info.variant == "cgan":
        gender = controls["gender"]
        assert gender.choices == ("female", "male")
        assert (gender.minimum, gender.maximum, gender.default, gender.unit, gender.ranges) == (0, 2, 0, "", ())
        assert list(controls) == ["gender", "glasses", "pc01", "pc02", "pc03"]
    else:
        assert controls["category_1"].choices == ("1", "2", "3")
        assert (controls["c01"].minimum, controls["c01"].maximum, controls["c01"].choices) == (-2, 2, ())


def test_a_menu_sets_its_label_and_nothing_else(conditional):
    face = FaceState(conditional.info.hash, seed=3)
    name = conditional.info.controls[0].name
    own = conditional.editor.edit(conditional.latent_of(face), face)[0]
    count = len(conditional.info.controls[0].choices)
    block = slice(8, 8 + count)
    pictures = []
    for value in range(1, count + 1):
        chosen = face.with_control(name, value)
        latent = conditional.editor.edit(conditional.latent_of(chosen), chosen)[0]
        assert latent[block].tolist() == [float(i == value) for i in range(1, count + 1)]
        assert torch.equal(latent[:8], own[:8]) and torch.equal(latent[8 + count :], own[8 + count :])
        pictures.append(picture(conditional, chosen))
    as_generated = 1 + int(own[block].argmax())
    np.testing.assert_array_equal(pictures[as_generated - 1], picture(conditional, face))
    assert len({p.tobytes() for p in pictures}) == count


def test_truncation_leaves_labels_and_codes_alone(conditional):
    face = FaceState(conditional.info.hash, seed=3)
    latent = conditional.latent_of(face)
    for psi in (0.0, 0.4, 1.3):
        edited = conditional.editor.edit(latent, face.with_psi(psi))
        assert torch.equal(edited[:, 8:], latent[:, 8:])
        torch.testing.assert_close(edited[:, :8], psi * latent[:, :8])


def test_variations_keep_their_label_and_a_child_of_twins_is_their_twin(conditional):
    face = FaceState(conditional.info.hash, seed=3).with_psi(0.5)
    own = conditional.latent_of(face)
    for varied in conditional.vary(face, 3, seed=1):
        assert torch.equal(conditional.latent_of(varied)[:, 8:], own[:, 8:])
    twin = conditional.breed([face, face], 1, seed=0)[0]
    difference = picture(conditional, twin).astype(int) - picture(conditional, face).astype(int)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("value", [3, -1, 1.5])
def test_a_class_that_is_not_there_is_named_in_the_result(tmp_path, value):
    engine = FaceEngine("cpu")
    engine.load(tiny_weights(tmp_path / "cgan.safetensors", variant="cgan"))
    result = engine.render(RenderRequest(FaceState(engine.info.hash, seed=1).with_control("gender", value)))
    assert f"gender cannot be {value}; choose 0 as generated, 1 female, 2 male" in (result.error or "")


def test_a_model_without_labels_edits_as_it_always_did(engine, face):
    latent = engine.latent_of(face)
    edited = face.with_control("pc01", 2.0)
    expected = engine.editor.mean + 0.7 * (latent - engine.editor.mean) + 2.0 * engine.editor.movements["pc01"].vector
    assert torch.equal(engine.editor.edit(latent, edited), expected)


def test_the_way_between_faces_begins_and_ends_at_them_and_leads_through_others(engine, face):
    faces = [face, face.with_seed(8).with_control("pc01", 2.0), face.with_latent(engine.latent(face.with_seed(9)))]
    way = engine.between(faces, [0, 0.5, 1, 1.5, 2, 2.5])
    assert [way[0], way[2], way[4]] == faces
    for place in (1, 3, 5):
        assert way[place].latent is not None and way[place].psi == face.psi
    almost = engine.between(faces, [0.0001, 0.9999, 1.0001, 1.9999, 2.9999])
    for near, place in zip(almost, (0, 1, 1, 2, 0), strict=True):
        difference = picture(engine, near).astype(int) - picture(engine, faces[place])
        assert np.abs(difference).max() <= 2, place


def test_between_seeds_the_way_is_spherical_in_z_and_otherwise_straight(engine, face):
    ends = [face, face.with_seed(8)]
    round_about, straight = (engine.between(ends, [0.5], way)[0] for way in (True, False))
    middle = (engine.latent_of(ends[0]) + engine.latent_of(ends[1])) / 2
    torch.testing.assert_close(engine.latent_of(straight), middle)
    z = torch.stack([latents_of(end.seed, 1, 8)[0] for end in ends])
    halved = torch.nn.functional.normalize(z, dim=1).sum(0)  # half the angle; lengths are nothing to this generator
    bent = engine._weights.generator.map(halved[None])[0]
    assert float((engine.latent_of(round_about) - bent).norm()) < float((middle - bent).norm())
    with pytest.raises(ValueError, match="two faces or more"):
        engine.between(ends[:1], [0])


def test_a_spherical_way_keeps_lengths():
    one, other = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    torch.testing.assert_close(spherical(one, other, 0.5), torch.tensor([[4.5**0.5, 4.5**0.5]]))
    torch.testing.assert_close(spherical(one, 2 * one, 0.5), 1.5 * one)


def test_layers_of_another_face_are_mixed_in_as_they_are_drawn(engine, face):
    other = face.with_seed(8).with_control("pc01", 2.0)
    mixed = engine.mix(face.with_control("pc02", 1.0), other, "middle")
    first, last = engine._weights.generator.layer_ranges["middle"]
    drawn = engine.moved_latent(mixed)
    torch.testing.assert_close(drawn[first:last], engine.moved_latent(other)[first:last])
    torch.testing.assert_close(drawn[:first], engine.moved_latent(face.with_control("pc02", 1.0))[:first])
    assert not mixed.controls
    with pytest.raises(ValueError, match="no fine layers"):
        engine.mix(face, other, "fine")
