"""Each format of labels, how rows find their pictures, and what is said about those that do not."""

import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from training.data import DataError, Faces, load_faces


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def folder_of(tmp_path):
    def make(*names, folder="faces64"):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture())
        return tmp_path / folder

    return make


def load(source: Path, labels: Path | None = None, **options: Any) -> Faces:
    return load_faces(source, 2, labels=labels, **options)


CSV = "file,age,gender\n2.png,31.5,male\n1.png,7,female\n"


@pytest.mark.parametrize(
    "place", ["faces64/faces.csv", "faces64/whatever.csv", "faces.csv", "faces64.csv", "labels.csv"]
)
def test_a_csv_inside_or_beside_the_folder_is_found(folder_of, tmp_path, place):
    source = folder_of("1.png", "2.png")
    (tmp_path / place).write_text(CSV)
    loaded = load(source)
    assert loaded.labels["age"].tolist() == [7, 31.5]
    assert loaded.labels["gender"].tolist() == [0, 1]
    assert loaded.classes == {"gender": ("female", "male")}
    assert loaded.notes == ()


def test_a_given_file_wins(folder_of, tmp_path):
    source = folder_of("1.png", "2.png")
    (tmp_path / "faces.csv").write_text(CSV)
    (tmp_path / "mine.csv").write_text("\ufeffImage;Glasses\n1.png;1\n2.png;0\n", encoding="utf-8")
    assert load(source, tmp_path / "mine.csv").labels["Glasses"].tolist() == [1, 0]


def test_labels_inside_a_zip(folder_of, tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name in ("faces/1.png", "faces/2.png"):
            archive.writestr(name, picture())
        archive.writestr("faces/labels.csv", CSV)
    assert load(tmp_path / "set.zip").labels["age"].tolist() == [7, 31.5]


def test_missing_values_rows_and_pictures_are_counted(folder_of, tmp_path):
    source = folder_of("1.png", "2.png", "3.png", "4.png")
    (tmp_path / "faces.csv").write_text(
        "file,age,gender,empty\n1.png,,male,\n2.png,40,,\n3.png,inf,nan,\n9.png,1,male,\n2.png,41,male,\nshort\n"
    )
    loaded = load(source)
    assert [math.isnan(age) for age in loaded.labels["age"].tolist()] == [True, False, True, True]
    assert loaded.labels["age"][1] == 40
    assert loaded.labels["gender"].tolist() == [0, -1, -1, -1]
    assert "empty" not in loaded.labels
    assert loaded.notes == (
        "1 of 4 pictures have no labels in faces.csv",
        "2 rows of faces.csv name no picture, or more than one, such as 9.png",
        "1 rows of faces.csv name a picture again: the first row counts",
    )


def test_rows_may_name_the_end_of_the_path_but_must_be_clear(folder_of, tmp_path):
    source = folder_of("a/1.png", "b/1.png", "b/2.png")
    (tmp_path / "faces.csv").write_text("name,n\n1.png,1\nfaces64/b/1.png,2\n2.jpg,3\n")
    loaded = load(source)
    assert loaded.labels["n"].tolist()[1:] == [2, 3]
    assert math.isnan(loaded.labels["n"][0])
    # another folder's rows never land on pictures of the same name
    (tmp_path / "faces.csv").write_text("name,n\na/1.png,1\nb/1.png,2\nb/2.png,3\n")
    assert load(source / "b", tmp_path / "faces.csv").labels["n"].tolist() == [2, 3]


def test_rows_of_pictures_that_were_not_included_are_no_news(folder_of, tmp_path):
    source = folder_of("a/1.png", "b/1.png", "b/2.png")
    (tmp_path / "faces.csv").write_text("name,n\na/1.png,1\nb/1.png,2\nb/2.png,3\n")
    loaded = load(source, include=["b/*"])
    assert loaded.labels["n"].tolist() == [2, 3]
    assert loaded.notes == ()


def test_free_text_is_no_class(folder_of, tmp_path):
    names = [f"{i}.png" for i in range(70)]
    (tmp_path / "faces.csv").write_text("file,about\n" + "".join(f"{name},text {name}\n" for name in names))
    loaded = load(folder_of(*names))
    assert loaded.labels == {}
    assert "column about of faces.csv was left out" in loaded.notes[0]


def test_celeba(folder_of, tmp_path):
    source = folder_of("000001.png", "000002.png", folder="img_align_celeba")
    (tmp_path / "list_attr_celeba.txt").write_text(
        "2\nBald Eyeglasses Male\n000001.jpg  1 -1 -1\n000002.jpg -1 -1  1\n"
    )
    labels = load(source).labels
    assert {title: column.tolist() for title, column in labels.items()} == {
        "Bald": [1, 0],
        "Eyeglasses": [0, 0],
        "Male": [0, 1],
    }


def test_ffhq(folder_of):
    source = folder_of("00000/img00000000.png", "00000/img00000001.png", "00000/img00000002.png")
    pairs = [["00000/img00000002.png", 10], ["00000/img00000000.png", 2]]
    (source / "dataset.json").write_text(json.dumps({"labels": pairs}))
    loaded = load(source)
    assert loaded.classes == {"label": ("2", "10")}
    assert loaded.labels["label"].tolist() == [0, -1, 1]


def test_utkface(folder_of):
    names = ("26_1_0_20170116.jpg.chip.png", "61_1_20170109.jpg.chip.png", "8_0_3_20170117.jpg.chip.png")
    loaded = load(folder_of(*names))
    age = loaded.labels["age"].tolist()
    assert (age[0], math.isnan(age[1]), age[2]) == (26, True, 8)
    named = {
        title: [loaded.classes[title][i] for i in loaded.labels[title].tolist() if i >= 0]
        for title in ("gender", "race")
    }
    assert named == {"gender": ["female", "male"], "race": ["white", "indian"]}
    assert loaded.labels["gender"][1] == -1


def test_no_labels_at_all(folder_of):
    loaded = load(folder_of("1.png", "2.png"))
    assert (loaded.labels, loaded.classes, loaded.notes) == ({}, {}, ())


BROKEN = {
    "a.csv": ("age\n1\n", "needs a column"),
    "b.csv": ("", "needs a column"),
    "c.csv": ("file,age\nx.png,1\n", "names none of the pictures; it should name files such as 1.png"),
    "d.json": ('{"labels": [["1.png"', "d.json: "),
    "e.json": ('{"labels": null}', "holds no"),
    "f.json": ('{"labels": [["1.png", [0.5, 1.0]]]}', "not class numbers"),
    "g.txt": ("hello\nworld\n", "not laid out like list_attr_celeba"),
    "h.txt": ("2\nBald Male\n1.png 1\n", "line 3 has 1 values for 2 attributes"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_given_file_of_no_use_is_an_error(folder_of, tmp_path, name):
    text, message = BROKEN[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=message):
        load(folder_of("1.png", "2.png"), tmp_path / name)


def test_a_given_file_that_is_not_there(folder_of, tmp_path):
    with pytest.raises(DataError, match=r"cannot read the labels .*check data\.labels"):
        load(folder_of("1.png", "2.png"), tmp_path / "none.csv")


def test_a_found_file_of_no_use_is_a_note(folder_of):
    source = folder_of("1.png", "2.png")
    (source / "labels.csv").write_bytes(b"file,age\n\xff\xfe,1\n")
    loaded = load(source)
    assert loaded.labels == {}
    assert loaded.notes[0].startswith("no labels: labels.csv is not UTF-8")


GERMAN = "\ufefffile;age;gender\r\n1.png;23,5;female\r\n2.png;1.031,25;male\r\n"
LINES = '{"file_name": "2.png", "age": 31.5, "boxes": [1]}\n\n{"file_name": "1.png", "age": 7}\n'
MASKS = "2\nSmiling Young\n1.png -1 1\n2.png  1 1\n"


@pytest.mark.parametrize(
    ("name", "content", "ages"),
    [
        ("labels.csv", GERMAN.encode(), [23.5, 1031.25]),
        ("labels.csv", b"sep=;\r\nfile;age\r\n1.png;24\r\n2.png;31\r\n", [24, 31]),
        ("labels.csv", "file\tage\n1.png\t7\n2.png\t8\n".encode("utf-16"), [7, 8]),
        ("labels.tsv", b"File Name\tage\n1.png\t7\n2.png\t8\n", [7, 8]),
        ("metadata.csv", b"file_name,age\n1.png,7\n2.png,8\n", [7, 8]),
        ("x.csv", b"Image-Name|age\nfaces64\\1.png|7\nC:\\faces64\\2.png|8\n", [7, float("nan")]),
        ("x.csv", b"who,age\n1.png,7\n2.png,8\n", [7, 8]),  # by what stands in it
        ("metadata.jsonl", LINES.encode(), [7, 31.5]),
    ],
)
def test_tables_as_people_have_them(folder_of, tmp_path, name, content, ages):
    source = folder_of("1.png", "2.png")
    (source / name).write_bytes(content)
    assert load(source).labels["age"].tolist() == pytest.approx(ages, nan_ok=True)


def test_a_comma_in_a_text_stays(folder_of, tmp_path):
    source = folder_of("1.png", "2.png")
    (source / "labels.csv").write_text("file;size\n1.png;1,5\n2.png;large, blue\n")
    assert load(source).classes["size"] == ("1,5", "large, blue")


def test_the_list_of_celebamask(folder_of):
    source = folder_of("1.png", "2.png")
    (source / "CelebAMask-HQ-attribute-anno.txt").write_text(MASKS)
    assert load(source).labels["Smiling"].tolist() == [0, 1]


def test_tables_that_are_passed_over_are_named(folder_of):
    source = folder_of("1.png", "2.png")
    (source / "labels.csv").write_text(CSV)
    (source / "other.csv").write_text(CSV)
    assert any("passed over as labels: other.csv" in note for note in load(source).notes)
    (source / "labels.csv").rename(source / "third.csv")
    loaded = load(source)
    assert not loaded.labels and "2 tables and none of a known name" in loaded.notes[0]


@pytest.mark.parametrize("content", ["[1]\n", "{\n", '{"age": 3}\n', "[" * 100_000])
def test_damaged_json_lines_are_said(folder_of, content):
    source = folder_of("1.png", "2.png")
    (source / "metadata.jsonl").write_text(content)
    assert "metadata.jsonl" in load(source).notes[0]
