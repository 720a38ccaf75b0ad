"""Docks: the panels beside and below the tabs, and when they are seen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QDockWidget, QMainWindow, QUndoView, QWidget


class Docks(QObject):
    """History at the right, which every tab has; photo and favourites below, which belong to Design."""

    def __init__(self, stack: QUndoStack, photo: QWidget, favourites: QWidget, window: QMainWindow) -> None:
        super().__init__(window)
        view = QUndoView(stack)
        view.setEmptyLabel("Beginning")
        view.setAccessibleName("History")
        self.history = _dock("History", view, Qt.DockWidgetArea.RightDockWidgetArea, window)
        self.photo = _dock("Photo", photo, Qt.DockWidgetArea.BottomDockWidgetArea, window)
        self.favourites = _dock("Favourites", favourites, Qt.DockWidgetArea.BottomDockWidgetArea, window)
        self._in_design = True
        self._seen_in_design = {self.photo: False, self.favourites: False}  # while another tab is in view

    def show_for(self, in_design: bool) -> None:
        """What belongs to Design is there with Design alone, as it was left."""
        if self._in_design and not in_design:
            self._seen_in_design = {dock: dock.isVisible() for dock in self._seen_in_design}
        self._in_design = in_design
        for dock, seen in self._seen_in_design.items():
            dock.setVisible(in_design and seen)


def _dock(title: str, panel: QWidget, area: Qt.DockWidgetArea, window: QMainWindow) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(title.lower())
    dock.setWidget(panel)
    window.addDockWidget(area, dock)
    dock.hide()
    return dock
