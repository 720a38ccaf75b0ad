from PySide6.QtWidgets import QWidget

from facedesigner.gui.widgets.message_label import MessageLabel
from tests.gui.fitting import clipped

PATH = "/home/somebody/pictures/a_long_name_of_a_folder/and_another_one/that_cannot_be_written"


def test_a_long_path_breaks_into_lines_and_is_told_as_it_is(qtbot):
    window, label = QWidget(), MessageLabel(f"Wrote 4 files in {PATH}")
    qtbot.addWidget(window)
    label.setParent(window)
    window.show()
    label.resize(200, label.heightForWidth(200))
    assert label.text() == f"Wrote 4 files in {PATH}"
    assert clipped() == []
    label.setWordWrap(False)
    assert len(clipped()) == 1  # and what is cut off is noticed
    window.hide()
