from dataclasses import replace

import pytest
import torch

from training.classes import MAX_COMBINATIONS, classes_of, indices_of, labelled
from training.data import DataError, Faces, load_faces

from .helpers import make_labelled, make_pictures

NAN = float("nan")


def faces(**columns) -> Faces:
    """A data set with these columns: lists of texts ("": missing) or of numbers (NaN: missing)."""
    count = len(next(iter(columns.values())))
    labels, classes = {}, {}
    for name, values in columns.items():
        if isinstance(values[0], str):
            classes[name] = tuple(sorted({v for v in values if v}))
            labels[name] = torch.tensor([classes[name].index(v) if v else -1 for v in values])
        else:
            labels[name] = torch.tensor(values, dtype=torch.float32)
    names = tuple(f"{i:02d}.png" for i in range(count))
    return Faces(torch.zeros(count, 3, 4, 4, dtype=torch.uint8), names, labels, classes)


def test_texts_zero_and_one_few_numbers_and_bands_become_classes():
    data = faces(
        gender=["f", "m", "", "f"],
        glasses=[0.0, 1.0, 1.0, NAN],
        age=[19.0, 20.0, 39.9, 40.0],
        stars=[1.0, 3.0, 2.0, 1.0],
    )
    assert classes_of(data, "gender") == ("f", "m")
    assert indices_of(data, "gender", ("f", "m")).tolist() == [0, 1, -1, 0]
    assert classes_of(data, "glasses") == ("no", "yes")
    assert indices_of(data, "glasses", ("no", "yes")).tolist() == [0, 1, 1, -1]
    assert classes_of(data, "age:20:40") == ("under 20", "20 to 40", "from 40")
    assert indices_of(data, "age:20:40", ("under 20", "20 to 40", "from 40")).tolist() == [0, 1, 1, 2]
    assert classes_of(data, "age:20:60") == ("under 20", "20 to 60")  # nobody is over 60
    assert classes_of(data, "stars") == ("1", "2", "3")


def test_pictures_without_a_label_are_left_out_counted_and_said():
    data = faces(gender=["f", "m", "", "f", "m"], glasses=[0.0, 1.0, 1.0, NAN, 0.0])
    found = labelled(data, ("gender", "glasses"))
    assert found.faces.names == ("00.png", "01.png", "04.png")
    assert found.indices.tolist() == [[0, 0], [1, 1], [1, 0]]
    assert found.faces.notes == ("2 of 5 pictures lack a label for gender or glasses and were left out",)
    assert found.options["classes"] == [["f", "m"], ["no", "yes"]]
    assert found.options["prior"] == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3], abs=1e-5)
    whole = labelled(replace(data, labels={"gender": torch.tensor([0, 1, 1, 0, 1])}), ("gender",))
    assert len(whole.faces) == 5 and whole.faces.notes == ()


def test_a_run_that_goes_on_keeps_its_classes_although_the_data_changed():
    data = faces(gender=["f", "m", "x", "f"])
    found = labelled(data, ("gender",), [["m", "f"]])
    assert found.indices.tolist() == [[1], [0], [1]] and found.options["classes"] == [["m", "f"]]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("gendr",), "no label column 'gendr'; did you mean 'gender'. Known are gender, age, only"),
        (("hat",), "no label column 'hat'; known are gender, age, only"),
        (("hat:3",), "no label column 'hat'"),
        (("only",), r"the label only has one class only \(x\)"),
        (("age:100",), r"the label age:100 has one class only \(under 100\)"),
        (("empty",), "the label empty has no values"),
        (("age",), "has 10 different numbers: say where to cut them .* such as options.labels = .'age:3:6'."),
        (("age:5:5",), "should be cut at rising numbers, such as age:20:40:60"),
        (("age:old",), "should be cut at rising numbers"),
        (("age:",), "should be cut at rising numbers"),
        (("gender:3",), "the label gender holds names, not numbers"),
        (("gender", "seldom"), "only 1 of 10 pictures have a label for gender and seldom"),
        (
            ("age:1:2:3:4:5:6:7:8:9", "b:1:2:3:4:5:6:7:8:9", "c:1:2:3:4:5:6:7:8:9", "d:1:2:3:4:5:6:7:8:9"),
            "10,000 combinations",
        ),
    ],
)
def test_a_label_that_cannot_be_used_is_named_with_what_to_do(labels, message):
    numbers = [float(i) for i in range(10)]
    data = faces(
        gender=[*"fmfmfmfmf", ""],
        age=numbers,
        only=["x"] * 10,
        empty=[NAN] * 10,
        seldom=[NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 1.0, 0.0],
        b=numbers,
        c=numbers,
        d=numbers,
    )
    assert MAX_COMBINATIONS < 10_000
    with pytest.raises(DataError, match=message):
        labelled(data, labels)


def test_pictures_without_any_labels_say_where_to_put_them(tmp_path):
    data = load_faces(make_pictures(tmp_path / "faces", 4), 16)
    with pytest.raises(DataError, match=r"the pictures have no labels.*data\.labels.*infogan"):
        labelled(data, ("gender",))


def test_labels_that_name_missing_files_are_said_and_do_no_harm(tmp_path):
    folder = make_labelled(tmp_path / "faces")
    for i in (3, 4):
        (folder / f"{i:03d}.png").unlink()
    found = labelled(load_faces(folder, 16), ("colour", "age:30"))
    assert len(found.faces) == 20
    notes = " ".join(found.faces.notes)
    assert "2 rows of labels.csv name no picture" in notes
    assert "2 of 22 pictures lack a label for colour or age:30 and were left out" in notes
