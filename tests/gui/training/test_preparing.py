from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from facedesigner.gui.preparing.prepare_dialog import PrepareDialog
from facedesigner.gui.preparing.preparer import Preparer, unfinished
from facedesigner.gui.widgets.errors import ErrorDialog
from training.preparing.ledger import Entry, Ledger
from training.preparing.plan import STAGES, Wish

STAGE = """
def stage(name, state, note="", left=120):
    say("stage", name=name, title=name.capitalize(), state=state, note=note, seconds=1.0, faces=1, left=left)
def end(finished):
    say("end", finished=finished)
"""
WAITS = STAGE + "stage('faces', 'done', '48 of 48 show a face')\nstage('labels', 'running')\nsys.stdin.read()\n"


@pytest.fixture
def preparer(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = Preparer(window)
    yield made
    made.close()


@pytest.fixture
def model(tmp_path) -> Path:
    path = Path(tmp_path / "mine.safetensors")
    path.touch()
    return path


@pytest.fixture
def make_dialog(preparer, qtbot, tmp_path, model):
    def make(path: Path | None = model) -> PrepareDialog:
        dialog = PrepareDialog(preparer, tmp_path / "models", path, preparer.parent())
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def states(dialog: PrepareDialog) -> list[str]:
    texts = []
    for row in range(dialog.table.rowCount()):
        item = dialog.table.item(row, 1)
        assert item is not None
        texts.append(item.text())
    return texts


def known(dialog: PrepareDialog, row: int) -> str:
    item = dialog.table.item(row, 2)
    assert item is not None
    return item.text()


def test_a_model_is_prepared_and_may_be_used(make_dialog, preparer, script, qtbot, tmp_path, model):
    folder = tmp_path / "models" / "mine-prepared"
    script(
        STAGE + f"assert words == [{str(model)!r}, '--out', {str(folder)!r}, '--minutes', '0', '--events']\n"
        "stage('faces', 'running'); stage('faces', 'done', '48 of 48 show a face'); say('say', text='measured')\n"
        "print('a library speaks'); stage('model', 'done', 'mine.safetensors'); end(True)"
    )
    dialog = make_dialog()
    assert dialog.folder.text() == str(folder) and not dialog.load_button.isEnabled()
    with qtbot.waitSignal(preparer.ended) as ended:
        dialog.start_button.click()
        assert preparer.busy and not dialog.start_button.isEnabled()
    assert ended.args == [""] and preparer.finished and dialog.message.text() == "Finished."
    assert states(dialog)[0] == "done" and known(dialog, 0) == "48 of 48 show a face"
    ledger = Ledger(folder)  # what the child would have written
    ledger.entries["model"] = Entry("done", model="mine.safetensors")
    ledger.save()
    (folder / "mine.safetensors").touch()
    dialog.folder.textChanged.emit("")
    with qtbot.waitSignal(dialog.load) as loaded:
        dialog.load_button.click()
    assert loaded.args == [folder / "mine.safetensors"]


def test_it_goes_on_without_the_dialog_and_is_stopped(make_dialog, preparer, script, qtbot):
    script(WAITS + "stage('labels', 'stopped', 'Stopped.')\nend(False)")
    dialog = make_dialog()
    dialog.minutes.setValue(30)
    dialog.start_button.click()
    qtbot.waitUntil(lambda: preparer.states["labels"][0] == "running")
    assert dialog.left.text() == "About 2 minutes left" and dialog.bar.value() == 1
    dialog.reject()
    assert preparer.busy
    again = make_dialog(None)
    assert again.minutes.value() == 30 and not again.minutes.isEnabled()  # that of what is under way
    assert states(again)[:3] == ["done", "to do", "in progress"]
    with qtbot.waitSignal(preparer.ended):
        again.stop_button.click()
    assert "Stopped. What is done is kept." in again.message.text() and again.start_button.text() == "&Go on"


def test_after_a_restart_what_was_begun_is_offered(make_dialog, tmp_path, model):
    folder = tmp_path / "models" / "half"
    ledger = Ledger(folder)
    ledger.about = {"generator": str(model), "data": str(tmp_path), "minutes": 20, "name": "half"}
    ledger.entries = {"faces": Entry("done", note="all faces"), "glasses": Entry("running")}
    ledger.save()
    assert unfinished(tmp_path / "models") == Wish(model, folder, tmp_path, 20)
    dialog = make_dialog(None)
    assert (dialog.generator.text(), dialog.folder.text()) == (str(model), str(folder))
    assert (dialog.data.text(), dialog.minutes.value()) == (str(tmp_path), 20)
    assert states(dialog)[:2] == ["done", "stopped"] and dialog.start_button.text() == "&Go on"
    ledger.put("model", Entry("done"))
    assert unfinished(tmp_path / "models") is None


@pytest.mark.parametrize(
    ("about", "found"),
    [({"generator": 3}, False), ({"generator": "a", "minutes": "x"}, False), ({"generator": "a"}, True)],
)
def test_a_strange_ledger_is_no_order(tmp_path, about, found):
    ledger = Ledger(tmp_path / "one")
    ledger.about = about
    ledger.save()
    assert (unfinished(tmp_path) is not None) is found


def test_what_lacks_is_said(make_dialog, preparer, tmp_path, model):
    dialog = make_dialog(None)
    for generator, folder, data, words in (
        ("", "", "", "Choose a model"),
        (str(model), "", "", "Choose a folder"),
        (str(model), str(model), "", "is a file: choose a folder"),
        (str(model), str(tmp_path / "out"), str(tmp_path / "none"), "There is nothing at"),
    ):
        dialog.generator.setText(generator)
        dialog.folder.setText(folder)
        dialog.data.setText(data)
        dialog.start_button.click()
        assert words in dialog.message.text() and not preparer.busy


def test_why_it_gave_up_is_shown(make_dialog, preparer, script, qtbot):
    script("sys.exit('training: there is no room')")
    dialog = make_dialog()
    with qtbot.waitSignal(preparer.ended):
        dialog.start_button.click()
    error = dialog.findChild(ErrorDialog)
    assert error.message.text() == "There is no room."
    error.close()
    assert len(STAGES) == dialog.table.rowCount()
