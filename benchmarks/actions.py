"""Actions: a hand that does at random what the design tab offers. Shared by the soak run and the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from facedesigner.gui.design.control_row import ControlRow
from facedesigner.gui.design.gallery import STEPS
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.window.main_window import MainWindow
from facedesigner.state.face import SEED_MAX

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
Action = Iterator[str]


class Actions:
    """The same sequence for the same seed, on a window whose model is loaded.

    Widgets are looked up at each use, since a model that is loaded makes new ones. Nothing waits: what is drawn or bred
    in the background comes while later actions go on, as with a quick user.
    """

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window, self._tab, self._random = window, window.design, Random(seed)
        self._tab._random.seed(seed)
        self._kinds: dict[Callable[[], Action], float] = {  # how often each begins
            self._drag: 24,
            self._drag_psi: 4,
            self._step_slider: 5,
            self._reset_one: 2,
            self._pick_thumbnail: 2,
            self._undo: 10,
            self._redo: 8,
            self._jump_in_history: 2,
            self._type_seed: 4,
            self._roll_seed: 3,
            self._noise: 3,
            self._choose: 8,
            self._walk_gallery: 2,
            self._breed: 3,
            self._vary: 3,
            self._new_faces: 4,
            self._stop: 1,
            self._lock: 5,
            self._lock_seed: 1,
            self._randomise: 3,
            self._reset: 2,
            self._layers: 4,
            self._scroll: 2,
            self._compare: 2,
            self._wipe: 2,
            self._pixels: 1,
            self._zoom: 4,
            self._fit: 1,
            self._show_history: 1,
            self._everywhere: 2,
            self._take_brush: 2,
            self._take_hand: 1,
            self._paint: 5,
        }

    def stream(self) -> Iterator[str]:
        """Does one action at each `next` and yields its name; never ends."""
        kinds, weights = list(self._kinds), list(self._kinds.values())
        while True:
            (kind,) = self._random.choices(kinds, weights)
            yield from kind()

    # -- sliders

    def _drag(self) -> Action:
        index = self._tab.controls.rows.index(self._row())

        def slider() -> ValueSlider:  # whose row may be made anew meanwhile, a few rows at a time
            rows = self._tab.controls.rows
            return slider_of(rows[index % len(rows)])

        yield from self._drag_slider(slider)

    def _drag_psi(self) -> Action:
        yield from self._drag_slider(lambda: self._tab.recipe.psi)

    def _drag_slider(self, slider: Callable[[], ValueSlider]) -> Action:
        if not slider().isEnabled():  # its control does not have the chosen layers
            return
        slider().slider.setSliderDown(True)
        for _ in range(self._random.randint(1, 12)):
            slider().slider.setSliderPosition(self._random.randint(0, slider().slider.maximum()))
            yield "drag"
            if self._random.random() < 0.02:  # the keyboard does not wait for the mouse
                self._window.actions_.undo.trigger()
                yield "undo while dragging"
        slider().slider.setSliderDown(False)
        yield "commit"

    def _step_slider(self) -> Action:
        for _ in range(self._random.randint(1, 3)):
            key = self._random.choice((Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp))
            QTest.keyClick(slider_of(self._row()).slider, key)
            yield "step slider"

    def _reset_one(self) -> Action:
        QTest.mouseDClick(slider_of(self._row()).slider, LEFT)
        yield "reset one slider"

    def _pick_thumbnail(self) -> Action:
        strip = self._row().strip
        box = strip.box(self._random.randrange(len(strip.values)))
        QTest.mouseClick(strip, LEFT, pos=box.center().toPoint())
        yield "pick thumbnail"

    def _randomise(self) -> Action:
        yield self._press(self._tab.controls.randomise_button, "randomise")

    def _reset(self) -> Action:
        yield self._press(self._tab.controls.reset_button, "reset")

    def _layers(self) -> Action:
        buttons = self._tab.controls.layer_buttons
        yield self._press(buttons[self._random.choice(list(buttons))], "layers")

    def _lock(self) -> Action:
        yield self._press(self._row().lock, "lock")

    def _scroll(self) -> Action:
        bar = self._tab.controls.area.verticalScrollBar()
        bar.setValue(self._random.randint(0, max(bar.maximum(), 1)))
        yield "scroll"

    # -- history

    def _undo(self) -> Action:
        for _ in range(self._random.randint(1, 6)):
            yield self._trigger(self._window.actions_.undo, "undo")

    def _redo(self) -> Action:
        for _ in range(self._random.randint(1, 6)):
            yield self._trigger(self._window.actions_.redo, "redo")

    def _jump_in_history(self) -> Action:
        stack = self._window.session.undo_stack
        stack.setIndex(min(max(stack.index() + self._random.randint(-30, 30), 0), stack.count()))
        yield "jump in history"

    def _show_history(self) -> Action:
        yield self._trigger(self._window.actions_.history, "show history")

    # -- seed and noise

    def _type_seed(self) -> Action:
        edit = self._tab.recipe.seed.edit
        good = self._random.random() < 0.9
        text = str(self._random.randint(0, SEED_MAX)) if good else self._random.choice(("4294967296", "-1", "seed"))
        edit.selectAll()
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Qt.Key.Key_Return)
        yield "type seed"

    def _roll_seed(self) -> Action:
        yield self._press(self._tab.recipe.seed.dice, "roll seed")

    def _lock_seed(self) -> Action:
        yield self._press(self._tab.recipe.seed.lock, "lock seed")

    def _noise(self) -> Action:
        self._tab.recipe.noise.setValue(self._random.randint(0, SEED_MAX))
        yield "noise"

    # -- gallery

    def _choose(self) -> Action:
        QTest.mouseClick(self._random.choice(self._tab.gallery.tiles), LEFT)
        yield "choose"

    def _walk_gallery(self) -> Action:
        for key in self._random.choices([*STEPS, Qt.Key.Key_Space], k=self._random.randint(1, 4)):
            QTest.keyClick(self._tab.gallery, key)
            yield "walk gallery"

    def _breed(self) -> Action:
        first, second = self._random.sample(self._tab.gallery.tiles, 2)
        QTest.mouseClick(first, LEFT)
        QTest.mouseClick(second, LEFT, CONTROL)
        yield self._press(self._tab.gallery_panel.breed_button, "breed")

    def _vary(self) -> Action:
        self._tab.gallery_panel.amount.put(round(self._random.random(), 2))
        yield self._press(self._tab.gallery_panel.vary_button, "vary")

    def _new_faces(self) -> Action:
        yield self._trigger(self._window.actions_.new_faces, "new faces")

    def _stop(self) -> Action:
        yield self._trigger(self._window.actions_.stop, "stop")

    # -- view

    def _compare(self) -> Action:
        yield self._press(self._tab.view_panel.compare, "compare")

    def _wipe(self) -> Action:
        for _ in range(self._random.randint(1, 6)):
            self._tab.view.set_wipe(self._random.random())
            yield "wipe"

    def _pixels(self) -> Action:
        yield self._press(self._tab.view_panel.pixels, "pixels")

    def _zoom(self) -> Action:
        view = self._tab.view
        place = QPointF(self._random.random() * view.width(), self._random.random() * view.height())
        turn = QPoint(0, self._random.choice((-360, -120, 120, 360)))
        none = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase)
        QApplication.sendEvent(
            view, QWheelEvent(place, QPointF(view.mapToGlobal(place.toPoint())), QPoint(), turn, *none, False)
        )
        yield "zoom"

    def _fit(self) -> Action:
        self._tab.view.fit()
        yield "fit"

    # -- regions, which need no networks while they are painted

    def _everywhere(self) -> Action:
        yield self._press(self._tab.view_panel.regions.buttons[""], "everywhere")

    def _take_brush(self) -> Action:
        yield self._press(self._tab.view_panel.regions.brush, "brush")

    def _take_hand(self) -> Action:
        yield self._press(self._tab.view_panel.pull, "hand")

    def _paint(self) -> Action:
        """One stroke or pull, or moving the picture where neither brush nor hand is taken up."""
        view, kinds = self._tab.view, QEvent.Type
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = self._random.choice((left, left, Qt.MouseButton.RightButton))
        for kind in (kinds.MouseButtonPress, *[kinds.MouseMove] * 4, kinds.MouseButtonRelease):
            place = QPointF(self._random.random() * view.width(), self._random.random() * view.height())
            held = none if kind is kinds.MouseButtonRelease else button
            event = QMouseEvent(kind, place, view.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(view, event)
            yield "paint"

    def _row(self) -> ControlRow:
        return self._random.choice(self._tab.controls.rows)

    @staticmethod
    def _press(button: QAbstractButton, name: str) -> str:
        button.click()  # nothing where it is disabled
        return name

    @staticmethod
    def _trigger(action: QAction, name: str) -> str:
        action.trigger()
        return name


def slider_of(row: ControlRow) -> ValueSlider:
    """The row's slider; the weights that are measured offer no menus."""
    assert isinstance(row.slider, ValueSlider)
    return row.slider
