"""CurationModel: the pictures of a curation's report, for a list that shows them small with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from facedesigner.gui.training.worker import Worker
from training.curation.contract import KEPT, MENDED, REASONS, REJECTED, Row
from training.errors import UserError

SIDE = 112  # pixels
CELL = QSize(SIDE + 24, SIDE + 36)
TURNED = "#804AA3FF"  # behind a picture that a click has turned round
ALL_REJECTED = "all"

Index = QModelIndex | QPersistentModelIndex


class CurationModel(QAbstractListModel):
    """Rows of one group: a reason, or one of "all" (rejected), "mended", "kept". Pictures are read in the background as
    they come into view."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._folder = Path()
        self._every: tuple[Row, ...] = ()
        self._icons: dict[str, QIcon | None] = {}
        self.rows: list[Row] = []
        self.group = ALL_REJECTED
        self.turned: set[str] = set()  # names that a click has turned round, to be applied

    def show_report(self, folder: Path, rows: Sequence[Row]) -> None:
        self._folder, self._every = folder, tuple(rows)
        self._icons, self.turned = {}, set()
        self.show_group(self.group)

    def show_group(self, group: str) -> None:
        self.beginResetModel()
        self.group = group
        self.rows = [row for row in self._every if belongs(row, group)]
        self.endResetModel()

    def groups(self) -> list[tuple[str, str]]:
        """(group, words for a menu) of all that are not empty."""
        reasons = Counter(row.reason for row in self._every if row.verdict == REJECTED)
        verdicts = Counter(row.verdict for row in self._every)
        found = [(ALL_REJECTED, f"All rejected ({verdicts[REJECTED]:,})")]
        found += [(key, f"{words} ({reasons[key]:,})") for key, words in REASONS.items() if reasons[key]]
        found += [(key, f"{key.capitalize()} ({verdicts[key]:,})") for key in (MENDED, KEPT) if verdicts[key]]
        return found

    def turn(self, index: Index) -> None:
        """Takes a rejected picture back, throws a kept one out, or neither if it was turned before."""
        row = self.rows[index.row()]
        self.turned ^= {row.name}
        self.dataChanged.emit(index, index)

    def decisions(self) -> tuple[list[str], list[str]]:
        """(names to take back, names to throw out)."""
        rejected = {row.name for row in self._every if row.verdict == REJECTED}
        return sorted(self.turned & rejected), sorted(self.turned - rejected)

    # -- Qt's own

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.name}\n{row.message or 'Kept as it is.'}\n{self.hint(row)}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return CELL  # whether its picture is there yet or not
        if role == Qt.ItemDataRole.DecorationRole:
            return self.icon(row, index.row())
        if role == Qt.ItemDataRole.BackgroundRole and row.name in self.turned:
            return QColor(TURNED)
        return None

    def words(self, row: Row) -> str:
        if row.name in self.turned:
            return "takes it back" if row.verdict == REJECTED else "throws it out"
        if row.overruled:
            return "by your word"
        return row.reason if row.verdict == REJECTED else row.verdict

    def hint(self, row: Row) -> str:
        if row.name in self.turned:
            return "A click leaves it as it was."
        return "A click takes it back." if row.verdict == REJECTED else "A click throws it out."

    def icon(self, row: Row, place: int) -> QIcon | None:
        if not row.picture:
            return None
        if row.picture not in self._icons:
            self._icons[row.picture] = None
            path = self._folder / row.picture
            self._worker.run(
                f"icon {path}",
                lambda: small(path),
                lambda picture: self._take(row.picture, place, picture),
                lambda _: None,
            )
        return self._icons[row.picture]

    def _take(self, picture: str, place: int, image: QImage) -> None:
        self._icons[picture] = QIcon(QPixmap.fromImage(image))
        if place < len(self.rows) and self.rows[place].picture == picture:
            index = self.index(place)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def belongs(row: Row, group: str) -> bool:
    if group == ALL_REJECTED:
        return row.verdict == REJECTED
    return row.verdict == group if group in (KEPT, MENDED) else row.verdict == REJECTED and row.reason == group


def small(path: Path) -> QImage:
    """UserError if it cannot be read."""
    picture = QImage(str(path))
    if picture.isNull():
        raise UserError(f"{path} cannot be read")
    return picture.scaled(
        QSize(SIDE, SIDE), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
