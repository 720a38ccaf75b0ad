"""SetupPanel: all that a new run needs to know, and the button that starts it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.training.data_picker import DataPicker
from facedesigner.gui.training.option_form import OptionForm, Section
from facedesigner.gui.training.variants import Variant
from facedesigner.gui.widgets.message_label import MessageLabel
from training.config import CONFIGS, Anneal, Data, Log, RunConfig, Train, load_config
from training.errors import UserError
from training.options import Field, fields_of

MAIN = ("images", "batch", "learning_rate")  # of Train; the others are folded away
FIRST = "style64"  # the preset to begin with
BUSY = "A run is in progress: stop it to start another."
WAITING = "Reading the options of the generators…"


class SetupPanel(QWidget):
    start = Signal(object)  # RunConfig

    def __init__(self, cache: Path) -> None:
        """`cache`: where decoded pictures are kept unless the form says otherwise."""
        super().__init__()
        self._variants: dict[str, Variant] = {}
        self._options: dict[str, object] = {}  # of the preset
        self._busy = False
        self._variants_problem = WAITING
        self.picker = DataPicker()
        self.preset, self.variant, self.name = QComboBox(), QComboBox(), QLineEdit()
        self.preset.setToolTip("Settings to begin with; each can be changed below")
        self.variant.setToolTip("Which kind of generator")
        self.name.setToolTip("Name of the model; empty takes generator and resolution")
        self.name.setPlaceholderText("Generator and resolution")
        self.about = QLabel()
        self.about.setProperty("role", "hint")
        self.about.setWordWrap(True)
        train = fields_of(Train)
        self.options = OptionForm()
        self.train = OptionForm([field for field in train if field.name in MAIN])
        self.more = OptionForm([field for field in train if field.name not in MAIN])
        self.data = OptionForm([field for field in fields_of(Data) if field.name != "source"])
        self.data.set_values({"cache": str(cache)})
        self.anneal = OptionForm(fields_of(Anneal))
        self.log = OptionForm(fields_of(Log))
        self.hint = MessageLabel()
        self.hint.setProperty("role", "hint")
        self.start_button = QPushButton("&Start training")
        self.start_button.setDefault(True)
        theme.set_icon(self.start_button, "play")
        self._lay_out()
        self._fill_presets()
        for form in self._forms:
            form.changed.connect(self._show_problem)
        self.data.rows["include"].changed.connect(self._take_include)
        self.picker.changed.connect(self._show_problem)
        self.variant.currentIndexChanged.connect(self._take_variant)
        self.preset.currentIndexChanged.connect(self._take_preset)
        self.start_button.clicked.connect(self._start)
        self._take_preset()

    @property
    def problem(self) -> str:
        """Why no run can start now; "" if it can."""
        if self._busy:
            return BUSY
        wrong = (form.problem for form in self._forms if form.problem)
        return self.picker.problem or self._variants_problem or next(wrong, "")

    @property
    def _forms(self) -> tuple[OptionForm, ...]:
        return self.options, self.train, self.more, self.anneal, self.data, self.log

    def set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._show_problem()

    def set_variants(self, variants: dict[str, Variant]) -> None:
        chosen = self.variant.currentText()
        self._variants, self._variants_problem = variants, ""
        self.variant.blockSignals(True)
        self.variant.clear()
        self.variant.addItems(list(variants))
        self.variant.setCurrentText(chosen)
        self.variant.blockSignals(False)
        self._show_options()

    def fail_variants(self, reason: str) -> None:
        self._variants_problem = f"The options of the generators cannot be read: {reason}"
        self._show_problem()

    def config(self) -> RunConfig:
        """UserError names the first bad value."""
        return RunConfig(
            variant=self.variant.currentText(),
            name=self.name.text().strip(),
            options=self.options.values(),
            data=Data(**{**self.data.values(), "source": self.picker.source}),
            train=Train(**self.train.values(), **self.more.values()),
            anneal=Anneal(**self.anneal.values()),
            log=Log(**self.log.values()),
        )

    def set_config(self, config: RunConfig) -> None:
        """All but the pictures, which stay."""
        self._options = dict(config.options)
        self.name.setText(config.name)
        if self.variant.findText(config.variant) < 0:
            self.variant.addItem(config.variant)
        self.variant.blockSignals(True)
        self.variant.setCurrentText(config.variant)
        self.variant.blockSignals(False)
        for form in (self.train, self.more):
            form.set_values(dataclasses.asdict(config.train))
        self.anneal.set_values(dataclasses.asdict(config.anneal))
        self.log.set_values(dataclasses.asdict(config.log))
        self.data.set_values({"holdout": config.data.holdout})
        self._show_options()

    def _lay_out(self) -> None:
        generator = QWidget()
        column = QVBoxLayout(generator)
        column.setContentsMargins(0, 0, 0, 0)
        form = QFormLayout()
        form.addRow("P&reset", self.preset)
        form.addRow("&Generator", self.variant)
        form.addRow(self.about)
        form.addRow("&Name", self.name)
        column.addLayout(form)
        column.addWidget(self.train)
        sheet = QWidget()
        layout = QVBoxLayout(sheet)
        for section in (
            Section("Pictures", self.picker),
            Section("Generator", generator),
            Section("Options of the generator", self.options, folded=True),
            Section("More on training", self.more, folded=True),
            Section("Values that change on the way", self.anneal, folded=True),
            Section("More on the pictures", self.data, folded=True),
            Section("Samples and checkpoints", self.log, folded=True),
        ):
            layout.addWidget(section)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(sheet)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.hint)
        whole.addWidget(self.start_button)

    def _fill_presets(self) -> None:
        for path in sorted(CONFIGS.glob("*.toml")):
            try:
                load_config(path)
            except UserError:
                continue  # of another task
            self.preset.addItem(path.stem, path)
            first = path.read_text(encoding="utf-8").partition("\n")[0]
            self.preset.setItemData(self.preset.count() - 1, first.lstrip("# "), Qt.ItemDataRole.ToolTipRole)
        self.preset.setCurrentText(FIRST)

    def _take_preset(self) -> None:
        path = self.preset.currentData()
        if isinstance(path, Path):
            self.set_config(load_config(path))

    def _take_variant(self) -> None:
        """Another generator by hand: its own defaults, but the preset's resolution."""
        self._options = {k: v for k, v in self._options.items() if k == "resolution"}
        self._show_options()

    def _show_options(self) -> None:
        variant = self._variants.get(self.variant.currentText())
        fields: tuple[Field, ...] = variant.options if variant is not None else ()
        self.options.set_fields(fields)
        self.options.set_values(self._options)
        self.about.setText(variant.about if variant is not None else "")
        self.about.setVisible(bool(self.about.text()))
        self._show_problem()

    def _take_include(self) -> None:
        row = self.data.rows["include"]
        if not row.problem:
            self.picker.set_include(tuple(row.value()))

    def _show_problem(self) -> None:
        problem = self.problem
        self.hint.setText(problem)
        self.hint.setVisible(bool(problem) and problem != self.picker.problem)
        self.start_button.setEnabled(not problem)
        self.start_button.setToolTip(problem)

    def _start(self) -> None:
        self.start.emit(self.config())
