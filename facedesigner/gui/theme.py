"""The dark and the light look: qdarkstyle's style sheet, a matching QPalette, and icons in the colour of the text.

Loading and setting the style sheet takes some 90 ms on two slow cores, nearly all of it for the pictures of arrows and
check boxes that it refers to; the text alone reads in 1 ms, so a cache of it would gain nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from facedesigner.resources import resource

THEMES: Final = ("dark", "light")
_ICON_SIZES = (16, 20, 24, 32, 48, 64, 96)  # up to 4K at a scale of 3
_ICON_PROPERTY = "themeIcon"

# What qdarkstyle leaves rough: tool buttons without room, grey splitters, boxes round the labels of the status bar, and
# the base style's icons on the buttons of dialogs.
_OURS = """
QToolBar {{ padding: 3px; spacing: 3px; }}
QSplitter {{ background-color: {background}; border: none; }}
QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QDialogButtonBox QPushButton {{ padding: 4px 24px; }}
QToolBar QToolButton {{ padding: 3px 6px; }}
QStatusBar QToolButton, QStatusBar QLabel {{ background: transparent; border: none; padding: 1px 5px; color: {text}; }}
QStatusBar QToolButton:hover, QStatusBar QToolButton:focus {{ background: {raised}; }}
QStatusBar QToolButton[popupMode="2"] {{ padding-right: 16px; }}
QStatusBar QToolButton::menu-indicator {{ subcontrol-position: center right; right: 4px; bottom: 0; }}
QPushButton:default {{ background-color: {accent}; color: {accent_text}; }}
QPushButton:default:hover {{ border: 1px solid {text}; }}
QPushButton:disabled, QPushButton:default:disabled, QToolButton:disabled {{
    background-color: {background}; border: 1px solid {border}; color: {disabled};
}}
QToolBar QToolButton:disabled, QToolButton[autoRaise="true"]:disabled {{
    background-color: transparent; border: 1px solid transparent;
}}
QLabel[role="hint"] {{ color: {muted}; }}
QLabel[role="heading"] {{ font-weight: bold; }}
QLabel[role="drop"] {{ color: {muted}; border: 1px dashed {border}; }}
QFrame[dropping="false"] {{ border: 1px solid transparent; }}
QFrame[dropping="true"] {{ border: 1px solid {accent}; }}
QLabel[role="warning"] {{ color: {warning}; }}
"""


# qdarkstyle gives the buttons of dialogs a least width, and a layout takes that for all that a button needs: its text
# is cut off.
CLIPPING: Final = re.compile(r"QDialogButtonBox QPushButton \{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme as `#rrggbb`."""

    background: str
    raised: str  # buttons, raised panels
    border: str
    text: str
    muted: str  # hints
    disabled: str
    accent: str
    accent_text: str
    warning: str


_current = "dark"


def current() -> str:
    """`dark` or `light`: the theme in use."""
    return _current


def colours(theme: str | None = None) -> Colours:
    """The colours of a theme, by default of the one in use."""
    from qdarkstyle import DarkPalette, LightPalette

    dark = (theme or _current) == "dark"
    palette = DarkPalette if dark else LightPalette
    return Colours(
        background=palette.COLOR_BACKGROUND_1,
        raised=palette.COLOR_BACKGROUND_4,
        border=palette.COLOR_BACKGROUND_5,
        text=palette.COLOR_TEXT_1,
        muted=palette.COLOR_TEXT_3,
        disabled=palette.COLOR_DISABLED if dark else "#757D84",  # qdarkstyle's own cannot be read on white
        accent=palette.COLOR_ACCENT_3 if dark else palette.COLOR_ACCENT_2,
        accent_text="#FFFFFF" if dark else palette.COLOR_TEXT_1,
        warning="#F2B04A" if dark else "#8A4B00",
    )


def apply(theme: str) -> None:
    """Switches the whole application to `dark` or `light`, icons included."""
    import qdarkstyle

    global _current
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("a theme needs a QApplication")
    _current = theme if theme in THEMES else THEMES[0]
    palette = qdarkstyle.DarkPalette if _current == "dark" else qdarkstyle.LightPalette
    found = colours()
    sheet = CLIPPING.sub("", qdarkstyle.load_stylesheet(qt_api="pyside6", palette=palette))
    sheet = sheet.replace(palette.COLOR_DISABLED, found.disabled)
    application.setPalette(_palette(found))
    application.setStyleSheet(sheet + _OURS.format(**{name: getattr(found, name) for name in Colours.__slots__}))
    for window in application.topLevelWidgets():
        _refresh_icons(window)


def icon(name: str) -> QIcon:
    """The icon `resources/icons/<name>.svg` in the theme's text colour, greyed where disabled."""
    return _icon(name, _current)


@cache
def _icon(name: str, theme: str) -> QIcon:
    source = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    found = colours(theme)
    result = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, found.text), (QIcon.Mode.Disabled, found.disabled)):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
        for size in _ICON_SIZES:
            pixmap = QPixmap(QSize(size, size))
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            result.addPixmap(pixmap, mode)
    return result


def set_icon(target: QAction | QAbstractButton, name: str) -> None:
    """Gives an action or a button an icon that follows the theme."""
    target.setProperty(_ICON_PROPERTY, name)
    target.setIcon(icon(name))


def _refresh_icons(window: QWidget) -> None:
    for child in window.findChildren(QObject):
        name = child.property(_ICON_PROPERTY)
        if name and isinstance(child, QAction | QAbstractButton):
            child.setIcon(icon(name))


def _palette(found: Colours) -> QPalette:
    """For what the style sheet does not reach: own painting, rich text, links."""
    palette = QPalette()
    role = QPalette.ColorRole
    for roles, colour in (
        ((role.Window, role.Base, role.AlternateBase, role.ToolTipBase), found.background),
        ((role.Button, role.Midlight, role.Light), found.raised),
        ((role.Mid, role.Dark), found.border),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText), found.text),
        ((role.Highlight, role.Accent), found.accent),
        ((role.HighlightedText,), found.accent_text),
        ((role.PlaceholderText,), found.muted),
        ((role.Link, role.LinkVisited), found.text),
    ):
        for one in roles:
            palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(found.disabled))
    return palette
