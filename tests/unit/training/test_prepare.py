"""`prepare`: what it does again, what it leaves out, and how it is stopped. The stages' own work is tested with what
they call; here it is stood in for, but for those of the encoder and of the model."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.aged import aged_weights
from tests.tiny import tiny_weights
from training.__main__ import main
from training.errors import UserError
from training.movements import Direction
from training.preparing import own_faces, taught
from training.preparing.ledger import Ledger
from training.preparing.plan import STAGES, Stage, Wish
from training.preparing.prepare import prepare
from training.preparing.work import LeftOut, Stopped, Work, Yield
from training.sheets import SIDE
from training.tasks.sliders import verdicts
from training.weights import load_weights, save_weights


@pytest.fixture
def generator(tmp_path):
    return tiny_weights(tmp_path / "tiny.safetensors")


class Fakes:
    """Each stage writes a file that says which model it saw; `errors` by name are raised instead."""

    def __init__(self, monkeypatch):
        self.ran, self.errors = [], {}
        monkeypatch.setattr(Stage, "run", lambda stage, work: self.run(stage, work))

    def run(self, stage, work):
        self.ran.append(stage.name)
        if stage.name in self.errors:
            raise self.errors[stage.name]
        work.say(f"doing {stage.name}")
        out = work.folder / f"{stage.name}.safetensors"
        if stage.changes:
            weights = load_weights(work.model)
            weights.card[stage.name] = "done"
            save_weights(weights, out, keep_hash=True)
        else:
            out.write_text(work.model.name)
        return Yield((out,), out if stage.changes else None, facts={"samples": 1}, note=stage.name, faces=10)


@pytest.fixture
def fakes(monkeypatch):
    return Fakes(monkeypatch)


ALL = [stage.name for stage in STAGES]


def events_of(wish, stop=lambda: False):
    events: list[dict[str, Any]] = []
    finished = prepare(wish, events.append, stop)
    states = {event["name"]: event["state"] for event in events if event["event"] == "stage"}
    return finished, states, events


def test_each_stage_sees_the_model_of_those_before_it(generator, fakes, tmp_path):
    wish = Wish(generator, tmp_path / "out")
    finished, states, events = events_of(wish)
    assert finished and fakes.ran == ALL and set(states.values()) == {"done"}
    seen = {name: (tmp_path / "out/work" / f"{name}.safetensors").read_text() for name in ("labels", "encoder")}
    assert seen == {"labels": "glasses.safetensors", "encoder": "ages.safetensors"}
    assert load_weights(tmp_path / "out/work/ages.safetensors").hash == load_weights(generator).hash
    assert events[0]["event"] == "plan" and [name for name, _ in events[0]["stages"]] == ALL
    page, log = ((tmp_path / "out" / name).read_text() for name in ("report.html", "prepare.log"))
    assert "Photo encoder" in page and "tiny.safetensors" in page and "doing sliders" in log


def test_what_was_made_from_the_same_is_not_made_again(generator, fakes, tmp_path):
    wish = Wish(generator, tmp_path / "out")
    events_of(wish)
    fakes.ran.clear()
    assert set(events_of(wish)[1].values()) == {"kept"} and not fakes.ran
    (tmp_path / "out/work/ages.safetensors").write_bytes(b"broken")
    events_of(wish)
    assert fakes.ran == ["ages", "model"]  # what draws the same faces needs no other encoder
    fakes.ran.clear()
    tiny_weights(generator, seed=1)
    events_of(wish)
    assert fakes.ran == ALL


def test_what_needs_other_pictures_is_made_again(generator, fakes, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.png").write_bytes(b"a")
    wish = Wish(generator, tmp_path / "out", data)
    events_of(wish)
    fakes.ran.clear()
    (data / "b.png").write_bytes(b"b")
    events_of(wish)
    assert {"encoder", "sketches", "embeddings"} < set(fakes.ran) and "labels" not in fakes.ran


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (LeftOut("it draws no faces"), "left out", "It draws no faces."),
        (ModuleNotFoundError("install dlib"), "left out", "Install dlib."),
        (MemoryError(), "left out", "There is not enough memory"),
        (KeyError("a mistake"), "failed", "prepare.log"),
    ],
)
def test_one_stage_in_trouble_keeps_no_other_from_going_on(generator, fakes, tmp_path, error, state, words):
    fakes.errors["labels"] = error
    finished, states, _ = events_of(Wish(generator, tmp_path / "out"))
    assert finished and states.pop("labels") == state and set(states.values()) == {"done"}
    assert words in Ledger(tmp_path / "out").entries["labels"].note
    fakes.errors.clear()
    fakes.ran.clear()
    events_of(Wish(generator, tmp_path / "out"))
    assert "labels" in fakes.ran  # a package may have come


def test_a_stop_is_kept_and_gone_on_from(generator, fakes, tmp_path):
    stopping = []
    run = fakes.run

    def until_sliders(stage, work):
        stopping.extend([1] * (stage.name == "sliders"))
        return run(stage, work)

    fakes.run = until_sliders
    wish = Wish(generator, tmp_path / "out")
    finished, states, events = events_of(wish, lambda: bool(stopping))
    assert not finished and states["sliders"] == "stopped" and "ages" not in states
    assert events[-1] == {"event": "end", "finished": False}
    stopping.clear()
    fakes.run = run
    fakes.ran.clear()
    assert events_of(wish)[0] and fakes.ran == ALL[ALL.index("sliders") :]


def test_only_some_stages_and_shares_of_the_time(generator, fakes, tmp_path):
    seconds = {}
    run = fakes.run
    fakes.run = lambda stage, work: seconds.update({stage.name: work.seconds}) or run(stage, work)
    events_of(Wish(generator, tmp_path / "out", minutes=10, only=("labels", "encoder")))
    assert list(seconds) == ["labels", "encoder"]
    assert seconds["labels"] == pytest.approx(120, rel=0.05) and seconds["encoder"] == pytest.approx(600, rel=0.05)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "hats"], "there is no stage 'hats'; choose of faces, glasses"),
        (["--minutes", "-1"], "--minutes is -1; choose 0"),
        (["--workers", "-1"], "--workers is -1"),
        (["--data", "nowhere"], "nowhere"),
    ],
)
def test_bad_words_are_said_before_anything_begins(generator, tmp_path, capsys, words, said):
    assert main(["prepare", str(generator), "--out", str(tmp_path / "out"), *words]) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "out" / "work").exists()


def test_no_generator_and_a_file_for_a_folder(generator, tmp_path, capsys):
    assert main(["prepare", str(tmp_path / "none.safetensors"), "--out", str(tmp_path / "out")]) == 2
    assert "there is no file" in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert main(["prepare", str(generator), "--out", str(generator)]) == 2
    assert "choose a folder" in capsys.readouterr().err


def test_two_processes_do_not_prepare_in_one_folder(generator, fakes, tmp_path):
    errors = []

    def again(stage, work):
        try:
            prepare(Wish(generator, tmp_path / "out"))
        except UserError as error:
            errors.append(str(error))
        return Yield()

    fakes.run = again
    events_of(Wish(generator, tmp_path / "out", only=("faces",)))
    assert len(errors) == 1 and "another process prepares a model" in errors[0]


def test_the_command_trains_encoders_and_writes_the_model(generator, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(taught, "IMAGES", {"encoder": 32, "concept": 8})
    out = tmp_path / "out"
    words = ["prepare", str(generator), "--out", str(out), "--only", "encoder", "sketches", "model"]
    assert main([*words, "--name", "Anna B."]) == 0
    said = capsys.readouterr().out
    assert "== Photo encoder: in progress, about" in said and "== Model and card: done: Anna-B.safetensors" in said
    assert said.splitlines()[-1] == f"{out / 'report.html'} shows what was made"
    from training.networks.encoder import load_encoder

    hash_ = load_weights(out / "Anna-B.safetensors").hash
    assert hash_ == load_weights(generator).hash
    assert load_encoder(out / "encoder-Anna-B.safetensors", hash_) and (out / "encoder.jpg").is_file()
    card = (out / "Anna-B.md").read_text()
    assert "32 faces; its own alone, since there were no pictures" in card and "for tests" in card


def test_a_generator_of_no_faces_is_told_what_is_left_out(generator, tmp_path, monkeypatch):
    class Blind:
        def __call__(self, picture):
            return None

    monkeypatch.setattr("training.curation.detector.Detector", Blind)
    finished, states, _ = events_of(Wish(generator, tmp_path / "out", only=("faces", "labels", "sliders", "ages")))
    assert finished and states.pop("faces") == "done" and set(states.values()) == {"left out"}
    note = Ledger(tmp_path / "out").entries["sliders"].note
    assert note == "Of 48 pictures that it draws, 0 show a face from the front: sliders are measured on faces."
    assert (tmp_path / "out/faces-psi10.jpg").is_file()


def test_a_damaged_ledger_is_begun_anew(generator, fakes, tmp_path):
    wish = Wish(generator, tmp_path / "out", only=("faces",))
    events_of(wish)
    for damage in ("[", '{"version": 1, "stages": {"faces": {"hat": 1}}, "about": {}}', '{"version": 9}'):
        (tmp_path / "out/prepare.json").write_text(damage)
        fakes.ran.clear()
        assert events_of(wish)[0] and fakes.ran == ["faces"]


# -- ends of sliders


@pytest.fixture
def sliding(generator, monkeypatch):
    """A slider that moves smile by half a deviation for each of its units, and age along by the square of it; who
    somebody is follows the other component."""
    weights = load_weights(generator)
    axis = torch.zeros(weights.generator.latent_shape)
    axis[:, 0] = 1.0
    smile = Direction("smile", "Smile", "Lips", axis, -2.0, 2.0, normal=axis.clone())
    made = weights.having(Direction, [smile])
    made.measures.update({"smile": (0.0, 1.0), "age": (0.0, 1.0)})
    shape = weights.generator.latent_shape
    monkeypatch.setattr(verdicts, "plain_latents", lambda g, mean, seed, count: torch.zeros(count, *shape))

    def measure(latents):
        place = latents[:, 0, 0].numpy()
        yield {"smile": place, "age": 0.08 * place**2}

    def recognise(latents):
        rows = np.arange(len(latents), dtype=float)[:, None]
        yield {"embedding": np.concatenate([rows, latents[:, 0, :1].numpy() * 1e-3], 1)}

    return made, measure, recognise


def test_a_slider_ends_where_it_passes_most(sliding):
    weights, measure, recognise = sliding
    settled, (verdict,), _ = verdicts.settled(weights, measure, recognise, lambda line: None)
    (slider,) = settled.of(Direction)
    assert slider.maximum == 2.0 and verdict.passes and verdict.up == pytest.approx(2.0)
    assert verdict.other == pytest.approx(0.32) and slider.description == "corners of the mouth down to up"


def test_ends_are_brought_nearer_where_others_move_along(sliding):
    weights, measure, recognise = sliding
    (smile,) = weights.of(Direction)
    further = weights.having(Direction, [verdicts.stretched(smile, 1.25)])  # 2.5: age moves by 0.5
    settled, (verdict,), _ = verdicts.settled(further, measure, recognise, lambda line: None)
    assert settled.of(Direction)[0].maximum == pytest.approx(2.5 * 0.7, abs=0.11) and verdict.passes


def test_a_weak_slider_says_so(sliding):
    weights, measure, recognise = sliding
    (smile,) = weights.of(Direction)
    short = weights.having(Direction, [verdicts.stretched(smile, 0.4)])
    settled, (verdict,), _ = verdicts.settled(short, measure, recognise, lambda line: None)
    assert not verdict.passes and "(weak: moves by" in settled.of(Direction)[0].description
    assert verdict.row()["weak"] == verdict.words


@pytest.mark.parametrize(("level", "kept"), [(1.9, True), (2.5, False)])
def test_a_slider_that_was_found_for_a_thing_is_kept_where_faces_get_it(sliding, level, kept, monkeypatch):
    weights, measure, recognise = sliding
    known = {**verdicts.KNOWN, "smile": replace(verdicts.KNOWN["smile"], present_above=level)}
    monkeypatch.setattr(verdicts, "KNOWN", known)
    monkeypatch.setattr(verdicts, "FACTORS", (1.0,))
    settled, told, left_out = verdicts.settled(weights, measure, recognise, lambda line: None)
    assert [slider.name for slider in settled.of(Direction)] == [one.name for one in told] == ["smile"] * kept
    assert left_out == ([] if kept else ["smile: at full throw 0% of the faces get it"])


def test_the_sheets_of_sliders_show_each_end(generator, sliding, tmp_path):
    weights, *_ = sliding
    save_weights(weights, generator)
    assert own_faces.save_slider_sheet(generator, tmp_path / "sliders.jpg").stat().st_size > 1000


def test_the_sheet_of_ages_shows_seven_of_each_face(tmp_path):
    model = aged_weights(tmp_path / "aged.safetensors")
    with Image.open(own_faces.save_age_sheet(model, tmp_path / "ages.jpg")) as sheet:
        assert sheet.size == (7 * SIDE, 4 * SIDE)
        youngest, oldest = (np.asarray(sheet.crop((x, 0, x + 128, 128)), float) for x in (0, 6 * SIDE))
    assert np.abs(youngest - oldest).mean() > 1


def test_a_stage_that_measures_ends_when_it_is_stopped(tmp_path, generator):
    work = Work(Wish(generator, tmp_path), generator, "a", "k", 0.0, {}, lambda line: None, lambda: True)
    with pytest.raises(Stopped):
        list(work.stoppable(lambda latents: iter([{"a": latents.numpy()}]))(torch.zeros(1)))
