"""What is opened and closed again is gone, with its pictures: a window stays open for days."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QDialog

from facedesigner.gui.certificate.certificate_dialog import CertificateDialog
from facedesigner.gui.design.age_animation import AgeAnimation
from facedesigner.gui.design.age_strip import AgeStrip
from facedesigner.gui.design.grid_dialog import GridDialog
from facedesigner.gui.design.teach_dialog import TeachDialog
from facedesigner.gui.design.versions_dialog import VersionsDialog
from facedesigner.gui.fabrication import export_dialog
from facedesigner.gui.fabrication.export_dialog import FabricationDialog
from facedesigner.gui.handover.handover_dialog import HandoverDialog
from facedesigner.gui.preparing.prepare_dialog import PrepareDialog
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.gui.widgets.face_button import Thumbs
from facedesigner.gui.window.about import AboutBox
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.gui.window.settings_dialog import SettingsDialog
from facedesigner.gui.window.shortcuts import ShortcutSheet
from facedesigner.gui.window.tools import TOOLS
from facedesigner.gui.work.desk import LEAVING
from tests.gui.certificate.conftest import FakeCertifier
from tests.gui.design.test_age import AgingEngine
from tests.gui.fake_engine import FakeEngine, fake_picture


@pytest.fixture
def engine() -> FakeEngine:
    return AgingEngine()


class Held:
    """A fabricator that looks for eyes until it may end."""

    gate = threading.Event()

    def __init__(self, _picture) -> None: ...

    def look(self):
        self.gate.wait(10)


def show_tool(window: MainWindow, name: str) -> None:
    face = window.session.face
    window.tools.show(next(tool for tool in TOOLS if tool.name == name), face, fake_picture(face), Path())


OPENED: dict[type[QDialog], Callable[[MainWindow], object]] = {
    AboutBox: MainWindow.show_about,
    AgeAnimation: lambda window: window.design.age.show_animation(),
    AgeStrip: lambda window: window.design.age.show_strip(),
    CertificateDialog: lambda window: show_tool(window, "certify"),
    GridDialog: lambda window: window.design.dialogs.show_grid(),
    ErrorDialog: MainWindow.show_report,
    FabricationDialog: lambda window: show_tool(window, "fabricate"),
    HandoverDialog: lambda window: show_tool(window, "handover"),
    PrepareDialog: MainWindow.prepare,
    SettingsDialog: MainWindow.show_settings,
    ShortcutSheet: MainWindow.show_shortcuts,
    VersionsDialog: lambda window: window.design.dialogs.show_versions(),
    TeachDialog: lambda window: window.design.keeper.teach(),
}


def alive() -> Counter[type]:
    """How many there are of each kind of object that holds on to others."""
    gc.collect()
    return Counter(type(one) for one in gc.get_objects())


def test_nothing_of_a_dialog_stays(window, qtbot, monkeypatch):
    monkeypatch.setattr(window.tools.desk, "make", FakeCertifier)
    monkeypatch.setattr(export_dialog, "Fabricator", Held)
    Held.gate.clear()
    qtbot.waitUntil(lambda: window.design.age.own.years is not None)
    window.show()
    before = alive()
    for kind, open_it in [*OPENED.items()] * 3:
        open_it(window)
        QCoreApplication.processEvents()
        next(found for found in window.findChildren(kind) if found.isVisible()).close()
    Held.gate.set()
    qtbot.waitUntil(lambda: not LEAVING and not window.thread_._wishes)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not [child for child in window.findChildren(QDialog) if type(child) in OPENED]
    after = alive()
    assert [kind for kind in (*OPENED, Thumbs) if after[kind] > before[kind] + 1] == []  # a thread knows its last job
