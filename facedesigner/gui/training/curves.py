"""Curves: the losses of both networks and what the discriminator thinks of real and generated pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.training.history import FRECHET, WHO, History


@dataclass(frozen=True, slots=True)
class Curve:
    name: str  # in the history
    label: str
    dark: str  # colour on the dark theme
    light: str

    @property
    def colour(self) -> str:
        return self.dark if theme.current() == "dark" else self.light


# {0} and {1} are the labels of the curves, in their colours: a legend would cover the curves.
PLOTS = (
    ("Loss of {0} and {1}", (Curve("d_loss", "D", "#F2B04A", "#B35C00"), Curve("g_loss", "G", "#5AB0FF", "#1F5FAF"))),
    (
        "Probability of real, by D: {0} and {1}",
        (Curve("d_real", "real", "#6CCB7F", "#2E7D32"), Curve("d_fake", "generated", "#F07A7A", "#C62828")),
    ),
)
DISTANCE = (
    "Fréchet distance of {0} and {1}",
    (Curve(FRECHET, "pictures", "#C9A6FF", "#6A3FB5"), Curve(WHO, "people × 1000", "#F2B04A", "#B35C00")),
)
DISTANCE_TIP = (
    "How far the generated pictures are from real ones, measured now and then: lower is better. Pictures: seen by a "
    "network of photographs; people: by one that tells faces apart, where it is installed"
)
OWN = "Parts of the loss"  # of a run that is no generator's
OWN_COLOURS = (
    ("#F2B04A", "#B35C00"),
    ("#5AB0FF", "#1F5FAF"),
    ("#6CCB7F", "#2E7D32"),
    ("#F07A7A", "#C62828"),
    ("#C9A6FF", "#6A3FB5"),
    ("#9AA5B1", "#5F6B76"),
)
OWN_TIP = "What this run learns from: each should fall, fast at first and slowly later"
TIPS = (
    "Loss of discriminator and generator: in balance, D stays between 0.3 and 0.6 and G between 1 and 3",
    "How likely the discriminator takes real and generated pictures for real: both near 0.5, it cannot tell them apart",
)


class PictureAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """Counts of pictures: 800, 12k, 1.5M."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [short_count(value) for value in values]


def short_count(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:g}"


class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """One diagram over the pictures shown; `others` are the same curves of a run to compare with, dashed."""

    def __init__(self, title: str, curves: tuple[Curve, ...], tip: str) -> None:
        super().__init__(axisItems={"bottom": PictureAxis("bottom")})
        self._title, self._curves = title, curves
        self.setToolTip(tip)
        self.setAccessibleName(title.format(*(curve.label for curve in curves)))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("border: none;")
        self.setMenuEnabled(False)
        menu = self.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())  # a window without a parent would outlive the diagram
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(110)
        self.lines = {curve.name: self.plot(connect="finite") for curve in curves}
        self.others = {curve.name: self.plot(connect="finite") for curve in curves}
        self.moments = [pyqtgraph.InfiniteLine(angle=90) for _ in range(2)]
        for moment in self.moments:
            moment.hide()
            self.addItem(moment, ignoreBounds=True)
        self.getPlotItem().getViewBox().setDefaultPadding(0.03)
        self.colour()

    def colour(self) -> None:
        found = theme.colours()
        self.setBackground(found.background)
        words = [f'<b style="color: {curve.colour}">{curve.label}</b>' for curve in self._curves]
        self.setTitle(self._title.format(*words), color=found.text, size="9pt")
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(found.border)
            axis.setTextPen(found.muted)
        for curve in self._curves:
            self.lines[curve.name].setPen(pyqtgraph.mkPen(curve.colour, width=2))
            self.others[curve.name].setPen(pyqtgraph.mkPen(curve.colour, width=1, style=Qt.PenStyle.DashLine))
        for moment, style in zip(self.moments, (Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine), strict=True):
            moment.setPen(pyqtgraph.mkPen(found.muted, style=style))

    def mark_points(self) -> None:
        """For a curve of few points: the first alone would not be seen."""
        for curve in self._curves:
            self.lines[curve.name].setSymbol("o")
            self.lines[curve.name].setSymbolSize(6)

    def show_history(self, history: History | None, *, other: bool = False) -> None:
        for name, line in (self.others if other else self.lines).items():
            line.setData(*(history.points(name) if history else ([], [])))


class Curves(QWidget):
    """The diagrams, in the colours of the theme; that of the distances comes with the first one measured."""

    def __init__(self) -> None:
        super().__init__()
        self.plots = [Plot(title, curves, tip) for (title, curves), tip in zip(PLOTS, TIPS, strict=True)]
        self.distance = Plot(*DISTANCE, DISTANCE_TIP)
        self.distance.mark_points()
        self.distance.hide()
        self.plots.append(self.distance)
        self.own: Plot | None = None  # the one diagram of a run that is no generator's
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        for plot in self.plots:
            self._layout.addWidget(plot, 1)

    def show_history(self, history: History | None) -> None:
        self._make_own(history.own if history is not None else ())
        self.distance.setVisible(history is not None and bool(history.distances))
        for plot in self.plots:
            plot.show_history(history)

    def _make_own(self, names: tuple[str, ...]) -> None:
        """One diagram of these curves in place of those of two networks; none without names."""
        if self.own is not None and tuple(self.own.lines) != names[: len(OWN_COLOURS)]:
            self.plots.remove(self.own)
            self.own.deleteLater()
            self.own = None
        if names and self.own is None:
            curves = tuple(Curve(name, name, *colours) for name, colours in zip(names, OWN_COLOURS, strict=False))
            title = f"{OWN}: {', '.join(f'{{{place}}}' for place in range(len(curves)))}"
            self.own = Plot(title, curves, OWN_TIP)
            self.plots.append(self.own)
            self._layout.insertWidget(0, self.own, 1)
        for plot in self.plots[: len(PLOTS)]:
            plot.setVisible(not names)

    def compare(self, history: History | None) -> None:
        for plot in self.plots:
            plot.show_history(history, other=True)

    def show_moments(self, *moments: int | None) -> None:
        """Marks where the grids above stand, in pictures shown."""
        for plot in self.plots:
            for line, images in zip(plot.moments, moments, strict=True):
                line.setVisible(images is not None)
                if images is not None:
                    line.setValue(images)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for plot in self.plots:
                plot.colour()
