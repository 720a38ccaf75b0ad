import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from facedesigner.contract.request import ModelInfo
from facedesigner.export import certificate_page, writing
from facedesigner.export.certificate import (
    CertificateError,
    certificate_paths,
    checksum,
    facts,
    read_certificate,
    save_certificate,
)
from facedesigner.export.seals import broken_seals
from facedesigner.export.verification import differences, only_stated, unchecked
from facedesigner.export.writing import ExportError
from facedesigner.state.face import FaceState
from facedesigner.state.uniqueness import Calibration, Compared, Finding, Neighbour
from tests.fake_identity import CALIBRATION

FACE = FaceState("hash", seed=42, controls=(("smile", 1.5),))
TRAINING, PHOTOS = Compared("training data", 11_417, "d1"), Compared("folder photos", 20, "d2")
PICTURE = np.full((16, 16, 3), 99, np.uint8)
WORDS = "The nearest training faces are not shown: their pictures do not come with the model. They are files of set."


def neighbours(group="training data", first=0.31):
    calibration = Calibration.of(CALIBRATION)
    return [
        Neighbour(group, f"set/{n}.webp", first + n / 50, calibration.probability(first + n / 50)) for n in range(5)
    ]


def made(near=None, compared=(TRAINING,), threshold=0.2, **changes):
    info = ModelInfo("hash", "tiny", "style", Path("t"), 16, (16,), (6, 8), (), True, {"data": "gradients & <more>"})
    values = {
        "picture": {"file": "σ ärger.png", "sha256": "ab" * 32, "width": 16, "height": 16},
        "relation": "The recipe draws this very picture.",
        "face": FACE,
        "info": info,
        "finding": Finding(tuple(near or neighbours()), compared, Calibration.of(CALIBRATION)),
        "threshold": threshold,
        "now": datetime(2026, 11, 24, 18, 30, tzinfo=UTC),
    }
    return facts(**{**values, **changes})


def test_a_certificate_says_what_was_found():
    values = made()
    assert values["unique"] and values["headline"] == "No copy found" and values["made"] == "2026-11-24T18:30:00+00:00"
    assert values["recipe"]["seed"] == 42 and "smile +1.5" in values["recipe_in_words"]
    assert values["neighbours"][0]["name"] == "set/0.webp" and values["neighbours"][0]["similarity"] == 0.69
    flagged = values["at_this_threshold"]["faces_not_trained_on_that_are_flagged"]
    assert (flagged["count"], flagged["total"], flagged["share"]) == (2, 200, 0.01) and flagged["high_95"] > 0.03
    assert values["calibration"]["curve"][0] == {
        "distance": 0.0,
        "probability": 1.0,
        "copies_found": 0.0,
        "flagged": 0.0,
    }
    assert values["checksum"] == checksum(values) and "no signature" in " ".join(values["limits"])
    assert not made(threshold=0.35)["unique"]


def test_without_a_recipe_it_says_so():
    values = made(face=None)
    assert values["recipe"] is None and values["recipe_in_words"] == "none"


def test_it_becomes_one_page_and_json_that_comes_back(tmp_path):
    first = Neighbour("your gallery", "一" * 70, 0.05, 1.0, True)
    values = made(near=[first, *neighbours()[:4]], compared=(TRAINING, Compared("your gallery", 1, "d3")))
    paths = certificate_paths(tmp_path / "face.png", tmp_path / "new" / "it.pdf")
    save_certificate(values, PICTURE, paths)
    page = paths[0].read_bytes()
    assert page.startswith(b"%PDF") and b"/Count 1" in page and b"Image" in page
    read = read_certificate(paths[1])
    assert read == {**values, "pdf": read["pdf"]} and read["pdf"]["file"] == "it.pdf"
    assert differences(read, values) == [] and broken_seals(read, page) == []
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["it.json", "it.pdf"]
    with pytest.raises(ExportError, match=r"it\.pdf exists already"):
        save_certificate(values, PICTURE, paths)
    save_certificate(made(threshold=0.3), PICTURE, paths, overwrite=True)
    assert read_certificate(paths[1])["threshold"] == 0.3


def test_training_faces_stand_on_the_page(tmp_path):
    from reportlab.pdfgen.canvas import Canvas

    drawn: list[tuple[float, float]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Canvas, "drawImage", lambda canvas, image, x, y, width, height: drawn.append((width, height)))
        for trained in ({}, {"set/1.webp": PICTURE, "set/0.webp": PICTURE, "elsewhere": PICTURE}):
            values = made(training_faces=WORDS)
            save_certificate(values, PICTURE, (tmp_path / "a.pdf", tmp_path / "a.json"), True, trained)
    side = certificate_page.THUMB
    assert [size for size in drawn if size[0] == side] == [(side, side)] * 2
    assert read_certificate(tmp_path / "a.json")["training_faces"] == WORDS


def test_a_page_of_long_words_and_nothing_found(tmp_path):
    nothing = made(finding=Finding((), (), Calibration.of(CALIBRATION)), relation="x" * 900)
    save_certificate(nothing, PICTURE, certificate_paths(tmp_path / "face.png", None))
    assert (tmp_path / "face-certificate.pdf").exists() and (tmp_path / "face-certificate.json").exists()


def test_where_a_certificate_goes(tmp_path):
    face = tmp_path / "face.png"
    assert certificate_paths(face, tmp_path)[0] == tmp_path / "face-certificate.pdf"
    assert certificate_paths(face, tmp_path / "a.PDF")[1] == tmp_path / "a.json"
    with pytest.raises(ExportError, match=r"choose a folder, or a name that ends in \.pdf"):
        certificate_paths(face, tmp_path / "a.txt")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_atomically", full)
    with pytest.raises(ExportError, match="the disk is full"):
        save_certificate(made(), PICTURE, certificate_paths(tmp_path / "face.png", None))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["no json", "[1]", '{"format": "other"}', "\x00"])
def test_what_is_no_certificate_is_named(text, tmp_path):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(CertificateError, match=r"a\.json is no"):
        read_certificate(tmp_path / "a.json")
    with pytest.raises(CertificateError, match="cannot be read"):
        read_certificate(tmp_path / "none.json")


@pytest.mark.parametrize("text", ['"x": NaN', '"threshold": 0.1, "threshold": 0.9'])
def test_json_that_others_may_read_otherwise_is_refused(text, tmp_path):
    (tmp_path / "a.json").write_text(f'{{"format": "facedesigner-certificate-2", {text}}}')
    with pytest.raises(CertificateError, match="have it made again"):
        read_certificate(tmp_path / "a.json")


def tampered(change, repair=True):
    """A certificate with a change, and a checksum that fits again if `repair`."""
    values = copy.deepcopy(made())
    change(values)
    return {**values, "checksum": checksum(values)} if repair else values


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v["picture"].update(sha256="cd" * 32), "another file than the one certified"),
        (lambda v: v["picture"].update(width=32), "has 16 × 16 pixels, certified was one of 32 × 16"),
        (lambda v: v["recipe"].update(seed=7), "the recipe differs"),
        (lambda v: v["model"].update(hash="other"), "the model's hash is hash, the certificate says other"),
        (lambda v: v["neighbours"][0].update(distance=0.5), "the distance of set/0.webp is 0.3100"),
        (lambda v: v["neighbours"][1].update(name="else", distance=0.9), "neighbour 2 is else in the certificate"),
        (lambda v: v["compared_with"][0].update(digest="x"), "are others than those compared with"),
        (lambda v: v.update(neighbours=[]), "does not list set/0.webp of training data, 0.3100 away"),
        (lambda v: v["neighbours"].pop(0), "lists 4 of the nearest faces, 5 were found"),
        (lambda v: v["neighbours"].reverse(), "do not stand in the order"),
        (lambda v: v["neighbours"].insert(1, v["neighbours"][0]), "lists the same neighbour twice"),
        (lambda v: v["neighbours"][0].update(name="else"), "neighbour 1 is else in the certificate"),
        (lambda v: v["neighbours"][0].update(group="else"), "is one of else, which the certificate was not compared"),
        (lambda v: v["neighbours"][0].update(mirrored=True), "set/0.webp is no nearer when it is mirrored"),
        (lambda v: v["neighbours"][0].update(distance=float("nan")), "the distance of set/0.webp is 0.3100"),
        (lambda v: v["neighbours"][0].update(note="fine"), "is described otherwise than certificates do"),
        (lambda v: v.update(compared_with=[]), "does not say that it was compared with training data"),
        (lambda v: v["compared_with"][0].update(faces=9), "certificate says 9 (d1)"),
        (lambda v: v["compared_with"][0].update(group="all people"), "was compared with training data"),
        (lambda v: v["compared_with"].append(v["compared_with"][0]), "the same faces twice"),
        (
            lambda v: v["model"].update(terms="anything goes"),
            "terms is not stated, the certificate says anything",
        ),
        (lambda v: v["model"].update(owner="me"), "the model's owner is nothing, the certificate says me"),
        (lambda v: v["picture"].update(file="other.png"), "the certificate is about other.png"),
        (lambda v: v["picture"].update(by="me"), "something of the picture that no certificate does: by"),
        (lambda v: v.update(made="2300-01-01T00:00:00+00:00"), "which has not been yet"),
        (lambda v: v.update(made="2020-01-01T00:00:00"), "lacks its time zone"),
        (lambda v: v.update(program="Photoshop"), "Photoshop made it"),
        (lambda v: v.update(recipe_in_words="seed 1"), "the certificate says “seed 1”"),
        (lambda v: v["limits"].pop(), "limits is not what every certificate says"),
        (lambda v: v.update(endorsed="by all"), "something that no certificate does: endorsed"),
        (lambda v: v.update(unique=1), "whether the face is unique differs"),
        (lambda v: v.update(unique=False), "whether the face is unique differs"),
        (lambda v: v.update(verdict="perfect"), "the verdict differs"),
        (lambda v: v["calibration"].update(slope=-1), "the calibration curve differ"),
        (lambda v: v["at_this_threshold"]["copies_found"].update(share=1), "the rates at the threshold differ"),
    ],
)
def test_what_differs_is_said_even_if_the_checksum_was_made_to_fit(change, said):
    assert [s for s in differences(tampered(change), made()) if said in s]
    assert any("changed after it was made" in s for s in broken_seals(tampered(change, repair=False), None))
    assert broken_seals(tampered(change), None) == []


def test_rounding_of_another_processor_is_no_difference():
    near = [Neighbour(one.group, one.name, one.distance + 0.0005, one.probability) for one in neighbours()]
    found = made(near=near)
    found["verdict"] = made()["verdict"]
    assert differences(made(), found) == []
    moved = [Neighbour(one.group, one.name, one.distance + 0.0009, one.probability) for one in neighbours(first=0.3046)]
    assert made(near=moved)["verdict"] != made(near=neighbours(first=0.3046))["verdict"]
    assert differences(made(near=moved), made(near=neighbours(first=0.3046))) == []


def test_two_that_lie_equally_far_may_change_places():
    near = neighbours()
    last = Neighbour(near[4].group, "set/other.webp", near[4].distance + 0.001, near[4].probability)
    assert differences(made(near=[*near[:4], last]), made()) == []
    swapped = [near[0], near[1], near[3], near[2], near[4]]
    assert any("order" in s for s in differences(made(near=swapped), made()))


def test_what_nothing_can_be_compared_with_is_named():
    stated = made(training_faces="The nearest training faces are shown, from set.")
    (when, shown) = only_stated(stated, made())
    assert "2026-11-24T18:30:00+00:00" in when and "from set" in shown and differences(stated, made()) == []


def test_photos_that_are_not_there_today_are_left_out():
    stated = made(near=[*neighbours("folder photos", 0.25)[:2], *neighbours()[:3]], compared=(TRAINING, PHOTOS))
    assert unchecked(stated, made()) == ["folder photos"] and differences(stated, made()) == []
    for change in ({"unique": False}, {"verdict": "perfect"}, {"neighbours": stated["neighbours"][2:]}):
        assert differences({**stated, **change}, made())
    stated["neighbours"][0]["probability"] = 0.99
    assert any("the probability of set/0.webp" in s for s in differences(stated, made()))


def test_a_part_that_is_missing_is_named():
    values = made()
    del values["neighbours"]
    with pytest.raises(CertificateError, match="lacks a part"):
        differences(json.loads(json.dumps(values)), made())


@pytest.mark.parametrize("trained", [{}, {"set/0.webp": PICTURE}])
@pytest.mark.parametrize("name", ["set/0.webp", "W" * 120])
def test_nothing_on_the_page_overprints_anything_else(name, trained, monkeypatch):
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    places: list[tuple[float, float, float, float, str]] = []

    def record(canvas, x, y, words, right=False):
        width = stringWidth(words, canvas._fontname, canvas._fontsize)
        x = x - width if right else x
        places.append((x, y, x + width, y + 0.7 * canvas._fontsize, words))

    monkeypatch.setattr(Canvas, "drawString", record)
    monkeypatch.setattr(Canvas, "drawRightString", lambda canvas, x, y, words: record(canvas, x, y, words, True))
    near = [Neighbour(name, name, 0.1 + n / 10, p, True) for n, p in enumerate((1.0, 0.5, 0.00001, 0.00001, 0.00001))]
    certificate_page.page(made(near, training_faces=WORDS), PICTURE, trained)
    assert sum(words.endswith("0.01%") for *_, words in places) >= 3  # the widest of its column
    for index, (left, low, right, high, words) in enumerate(places):
        assert left >= 0 and right <= 596 and low >= 0, words
        for other in places[index + 1 :]:
            apart = right <= other[0] or other[2] <= left or high <= other[1] or other[3] <= low
            assert apart, (words, other[4])
