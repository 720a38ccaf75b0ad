"""RunList: the runs of a folder, to open, to resume and to delete."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.training.run_record import RunRecord

COLUMNS = ("Run", "Pictures", "State")
FOLDER_ROLE = Qt.ItemDataRole.UserRole
EMPTY = "There are no runs in this folder yet. Start one on the other page, or choose the folder of your runs."


class RunList(QWidget):
    opened = Signal(object)  # Path of the run to show
    delete = Signal(object)  # Path; it was confirmed
    folder_chosen = Signal(object)  # Path of another folder of runs

    def __init__(self, runs: Path) -> None:
        super().__init__()
        self._live: Path | None = None
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAccessibleName("Runs")
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.empty = QLabel(EMPTY)
        self.empty.setProperty("role", "hint")
        self.empty.setWordWrap(True)
        self.delete_button = QPushButton("&Delete…")
        theme.set_icon(self.delete_button, "delete")
        self.folder = QLabel()
        self.folder.setProperty("role", "hint")
        self.change_button = QPushButton("&Change…")
        self.change_button.setToolTip("Another folder of runs")
        theme.set_icon(self.change_button, "folder")
        buttons = QHBoxLayout()
        buttons.addWidget(self.folder, 1)
        buttons.addWidget(self.change_button)
        buttons.addWidget(self.delete_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.empty)
        layout.addWidget(self.tree, 1)
        layout.addLayout(buttons)
        self.tree.currentItemChanged.connect(self._choose)
        self.delete_button.clicked.connect(self.ask_delete)
        self.change_button.clicked.connect(self._ask_folder)
        self.set_folder(runs)

    @property
    def current(self) -> Path | None:
        item = self.tree.currentItem()
        return item.data(0, FOLDER_ROLE) if item is not None else None

    @property
    def folders(self) -> list[Path]:
        items = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [item.data(0, FOLDER_ROLE) for item in items if item is not None]

    def set_folder(self, runs: Path) -> None:
        self.runs = runs
        self.folder.setText(f"Folder: {runs.name}")
        self.folder.setToolTip(str(runs))
        self.show_runs([])

    def show_runs(self, records: list[RunRecord]) -> None:
        """The list as read from disk; what is chosen stays chosen."""
        chosen = self.current
        self.tree.blockSignals(True)
        self.tree.clear()
        for record in records:
            item = QTreeWidgetItem()
            item.setData(0, FOLDER_ROLE, record.folder)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            self.tree.addTopLevelItem(item)
            self._fill(item, record)
        self.tree.blockSignals(False)
        self.empty.setVisible(not records)
        self.tree.setVisible(bool(records))
        if chosen is not None:
            self.choose(chosen)
        self._show_buttons()

    def show_record(self, record: RunRecord) -> None:
        """Progress of a run that is listed."""
        item = self._item(record.folder)
        if item is not None:
            self._fill(item, record)

    def choose(self, folder: Path) -> None:
        """Selects a run without opening it."""
        item = self._item(folder)
        if item is not None:
            self.tree.blockSignals(True)
            self.tree.setCurrentItem(item)
            self.tree.blockSignals(False)
        self._show_buttons()

    def set_live(self, folder: Path | None) -> None:
        """The run in progress can be neither deleted nor left for another folder."""
        self._live = folder
        self._show_buttons()

    def ask_delete(self) -> None:
        folder = self.current
        if folder is None:
            return
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Delete this run?",
            f"{folder.name} with its checkpoint, samples and curves is deleted for good.\n\n"
            "Models that you opened from it in the Design tab are kept.",
            parent=self,
        )
        yes = box.addButton("&Delete", QMessageBox.ButtonRole.DestructiveRole)
        no = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        yes.clicked.connect(lambda: self.delete.emit(folder))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _choose(self) -> None:
        self._show_buttons()
        if self.current is not None:
            self.opened.emit(self.current)

    def _show_buttons(self) -> None:
        current = self.current
        self.delete_button.setEnabled(current is not None and current != self._live)
        self.delete_button.setToolTip(
            "Stop the run first" if current is not None and current == self._live else "Delete the chosen run"
        )
        self.change_button.setEnabled(self._live is None)

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder of runs", str(self.runs))
        if chosen:
            self.folder_chosen.emit(Path(chosen))

    def _item(self, folder: Path) -> QTreeWidgetItem | None:
        items = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return next((item for item in items if item is not None and item.data(0, FOLDER_ROLE) == folder), None)

    @staticmethod
    def _fill(item: QTreeWidgetItem, record: RunRecord) -> None:
        item.setText(0, record.name)
        item.setText(1, f"{record.images:,}")
        item.setText(2, record.state.value)
        for column in range(3):
            item.setToolTip(
                column, record.problem or f"{record.folder}\n{record.images:,} of {record.total:,} pictures"
            )
