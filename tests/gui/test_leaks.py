from __future__ import annotations

import multiprocessing
import threading
import time

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from tests.gui import leaks
from tests.gui.leaks import Leaks


@pytest.fixture
def watch(qapp, monkeypatch):
    monkeypatch.setattr(leaks, "PATIENCE", 0.02)
    watch = Leaks()
    with watch.watching():
        yield watch


def test_a_window_that_stays_is_told_and_one_that_goes_is_not(watch):
    QWidget().deleteLater()
    window = QWidget()
    window.setWindowTitle("Stays")
    box = QComboBox(window)
    box.showPopup()
    assert "left behind: QWidget 'Stays' in NoneType" in watch.found()
    window.deleteLater()
    del window, box
    assert watch.found() == []


def test_threads_of_both_kinds_are_told_until_they_end(watch):
    go = threading.Event()
    plain, qt = threading.Thread(target=go.wait, name="plain"), QThread()
    plain.start()
    qt.start()
    first, second = watch.found()
    assert "plain" in first and "QThread" in second
    go.set()
    qt.quit()
    assert watch.found() == []  # it waits for what is about to end
    assert QThread.start.__name__ == "seen"


def test_a_process_is_told(watch):
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,), daemon=True, name="child")
    process.start()
    (told,) = watch.found()
    assert "child" in told
    process.kill()
    process.join()


def test_a_part_that_is_shown_before_it_has_its_place_is_told(watch):
    window, early, late = QWidget(), QLabel("early"), QLabel("late")
    column = QVBoxLayout(window)
    early.setVisible(True)
    for label in (early, late):
        column.addWidget(label)
    late.setVisible(True)
    (told,) = watch.flashes()
    assert "QLabel" in told
