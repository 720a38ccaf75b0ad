"""A row of a form that takes a path: what is typed, or chosen by a button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget


def add_row(form: QFormLayout, text: str, field: QWidget, button: QWidget) -> None:
    """A field and a button in one row; the label's shortcut leads to the field."""
    label = QLabel(text)
    label.setBuddy(field)
    row = QHBoxLayout()
    row.addWidget(field, 1)
    row.addWidget(button)
    form.addRow(label, row)


def choose_button(field: QLineEdit, title: str, ask: Callable[[], str]) -> QPushButton:
    """`ask` answers a path, "" for none."""
    button = QPushButton("…")
    button.setAutoDefault(False)
    button.setToolTip(title)
    button.setAccessibleName(title)

    def take() -> None:
        if path := ask():
            field.setText(path)

    button.clicked.connect(take)
    return button


def folder_button(field: QLineEdit, title: str, parent: QWidget) -> QPushButton:
    return choose_button(field, title, lambda: QFileDialog.getExistingDirectory(parent, title, field.text()))


def file_button(field: QLineEdit, title: str, kinds: str, parent: QWidget) -> QPushButton:
    """`kinds` as `QFileDialog` takes them."""
    return choose_button(field, title, lambda: QFileDialog.getOpenFileName(parent, title, field.text(), kinds)[0])
