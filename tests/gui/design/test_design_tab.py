from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.design.design_tab import NOTHING_FREE, STARTING, DesignTab
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.state.face import FaceState
from facedesigner.state.settings import Settings
from tests.gui.fake_engine import HASH, RESOLUTION, fake_info, fake_picture

LEFT = Qt.MouseButton.LeftButton


def steps(session: Session) -> list[str]:
    stack = session.undo_stack
    return [stack.text(index) for index in range(stack.index())]


def settle(qtbot, tab: DesignTab) -> None:
    """Waits until the full picture of the current face is shown."""
    expected = to_qimage(fake_picture(tab.session.face))
    qtbot.waitUntil(lambda: tab.view.picture == expected)


def test_starts_with_nine_faces_and_an_empty_history(tab, session):
    assert len(set(session.gallery)) == 9
    assert all(tile.picture is not None for tile in tab.gallery.tiles)
    assert session.undo_stack.count() == 0


def test_click_chooses_in_one_step(qtbot, tab, session):
    qtbot.mouseClick(tab.gallery.tiles[4], LEFT)
    chosen = session.gallery[4]
    assert session.face == chosen
    assert steps(session) == [f"Choose {chosen.title}"]
    assert [tile.current for tile in tab.gallery.tiles].index(True) == 4
    assert tab.recipe.seed.edit.text() == str(chosen.seed)
    settle(qtbot, tab)


def test_breed_makes_nine_children_of_the_selected(qtbot, tab, session):
    assert not tab.gallery_panel.breed_button.isEnabled()
    for index in (1, 3):
        qtbot.mouseClick(tab.gallery.tiles[index], LEFT, Qt.KeyboardModifier.ControlModifier)
    before = session.gallery
    with qtbot.waitSignal(session.gallery_changed):
        tab.gallery_panel.breed_button.click()
    assert len(session.gallery) == 9
    assert all(face.latent is not None and face.model == HASH for face in session.gallery)
    assert steps(session) == ["Breed 2 faces"]
    session.undo_stack.undo()
    assert tab.gallery.faces == before


def test_vary_makes_nine_of_the_current_face(qtbot, tab, session):
    qtbot.mouseClick(tab.gallery.tiles[0], LEFT)
    face = session.face
    with qtbot.waitSignal(session.gallery_changed):
        tab.gallery_panel.vary_button.click()
    assert len(set(session.gallery)) == 9
    assert session.face == face
    assert steps(session)[-1] == f"Vary {face.title}"


def test_failed_breeding_says_why(qtbot, tab, session, engine, thread):
    engine.call_error = "the memory is full"
    with qtbot.waitSignal(thread.answered):
        tab.gallery_panel.vary_button.click()
    assert "the memory is full" in tab.gallery_panel.status.text()
    assert session.undo_stack.count() == 0


def test_a_slow_machine_still_previews_at_a_quarter_of_the_resolution(qtbot, make_tab, engine):
    tab = make_tab(fake_info(resolutions=(4, 8, 16, 32, RESOLUTION)))
    tab.use_settings(Settings(preview_milliseconds=1.0))
    engine.requests.clear()
    slider = tab.controls.rows[2].slider.slider
    slider.setSliderDown(True)
    for place in (400, 450, 500):
        slider.setSliderPosition(place)
        face = tab.session.face
        qtbot.waitUntil(lambda face=face: any(request.face == face for request in engine.requests))
    slider.setSliderDown(False)
    assert {request.resolution for request in engine.requests if request.stamp} - {None} == {16}


def test_drag_previews_without_history_and_release_makes_one_step(qtbot, tab, session, engine):
    slider = tab.controls.rows[2].slider.slider
    start = session.committed_face
    engine.requests.clear()
    slider.setSliderDown(True)
    for place in range(400, 500, 10):
        slider.setSliderPosition(place)
    assert session.undo_stack.count() == 0
    assert session.committed_face == start
    assert session.face.control("pc03") == 0.9
    qtbot.waitUntil(lambda: any(request.face == session.face for request in engine.requests))
    slider.setSliderDown(False)
    assert steps(session) == ["Light +0.9"]
    assert session.committed_face.control("pc03") == 0.9
    settle(qtbot, tab)


def test_picture_sharpens_while_the_hand_rests(qtbot, tab, session, engine):
    tab.policy.record(16, 1.0)
    tab.policy.record(16, 1.0)
    for _ in range(9):
        tab.policy.record(32, 90.0)
        tab.policy.record(RESOLUTION, 90.0)
    engine.requests.clear()
    session.preview(session.face.with_control("pc01", 2.0))
    settle(qtbot, tab)
    drawn = [request.resolution for request in engine.requests if request.stamp]
    assert drawn == [16, None]
    assert session.undo_stack.count() == 0


def test_a_model_without_early_exits_draws_a_face_once(qtbot, make_tab):
    tab = make_tab(fake_info(resolutions=(RESOLUTION,)))
    slider = tab.controls.rows[2].slider.slider
    slider.setSliderDown(True)
    slider.setSliderPosition(450)
    asked = tab.asked_for
    assert (asked.face, asked.resolution) == (tab.session.face, None)
    qtbot.waitUntil(lambda: not tab._rest.isActive())
    assert tab.asked_for is asked
    slider.setSliderDown(False)
    assert tab.session.committed_face == asked.face and tab.asked_for is asked
    settle(qtbot, tab)


def test_sixty_drag_steps_never_queue(qtbot, tab, session, engine, thread):
    engine.gate.clear()
    engine.entered.clear()
    engine.requests.clear()
    session.preview(session.face.with_control("pc01", 0.01))
    qtbot.waitUntil(engine.entered.is_set)
    for step in range(60):
        session.preview(session.face.with_control("pc01", 0.02 * (step + 1)))
        assert thread.queue_length <= 1
    newest = session.face
    engine.gate.set()
    qtbot.waitUntil(lambda: any(request.face == newest for request in engine.requests))
    assert len([request for request in engine.requests if request.stamp]) <= 3


def test_stale_pictures_are_dropped(tab, session):
    face = session.face
    stale = RenderRequest(face, 16, tab.shown_stamp)
    shown = tab.view.picture
    tab._take_picture(RenderResult(stale, fake_picture(face, 16), 1.0))
    assert tab.view.picture is shown
    foreign = RenderRequest(replace(face, model="another"), 16, tab.shown_stamp + 1)
    tab._take_picture(RenderResult(foreign, fake_picture(face, 16), 1.0))
    assert tab.view.picture is shown
    fresh = RenderRequest(face, 16, tab.shown_stamp + 1)
    tab._take_picture(RenderResult(fresh, fake_picture(face, 16), 1.0))
    assert tab.view.picture.width() == 16


def test_a_lock_of_the_seed_draws_no_picture_again(tab, session, thread):
    asked = tab.asked_for
    tab.recipe.seed.lock.click()
    assert tab.asked_for is asked
    session.undo_stack.undo()
    assert tab.asked_for is asked


def test_a_locked_slider_is_part_of_the_face_that_is_drawn(tab, session):
    tab.controls.rows[0].lock.click()
    assert session.face.locks == ("pc01",) and tab.asked_for.face == session.face
    tab.controls.rows[1].slider.put(1.0)
    tab.gallery.chosen.emit(session.gallery[2])
    assert session.gallery[2].locks == () and session.face == session.gallery[2].with_locks(["pc01"])
    tab.controls.rows[0].lock.click()
    assert session.face.locks == () and session.locks == frozenset()
    for _ in range(4):
        session.undo_stack.undo()
    assert session.face.locks == () and session.locks == frozenset()
    assert "move around" in tab.controls.rows[0].lock.toolTip()


def test_layer_range_keys(qtbot, tab, session):
    tab.controls.layer_buttons["coarse"].click()
    row = tab.controls.rows[0]
    row.slider.put(1.5)
    assert session.face.controls == (("pc01@coarse", 1.5),)
    assert steps(session) == ["Turn (coarse) +1.5"]
    tab.controls.layer_buttons[""].click()
    assert row.slider.value == 0.0
    tab.controls.layer_buttons["coarse"].click()
    assert row.slider.value == 1.5


def test_randomise_and_reset_respect_locks(tab, session):
    tab.controls.rows[0].slider.put(1.0)
    tab.controls.rows[0].lock.click()
    assert session.locks == {"pc01"}
    tab.controls.randomise_button.click()
    assert session.face.control("pc01") == 1.0
    assert {name for name, _ in session.face.controls} == {"pc01", "pc02", "pc03", "pc04", "pc05", "pc06"}
    tab.controls.reset_button.click()
    assert session.face.controls == (("pc01", 1.0),)
    assert steps(session) == ["Turn +1.0", "Lock Turn", "Randomise sliders", "Reset sliders"]


def test_new_faces_keep_locked_sliders(tab, session):
    tab.controls.rows[0].slider.put(1.0)
    tab.controls.rows[1].slider.put(1.0)
    tab.controls.rows[0].lock.click()
    tab.new_faces()
    assert all(face.controls == (("pc01", 1.0),) for face in session.gallery)


def test_locked_seed_gives_the_same_person_with_other_sliders(tab, session):
    tab.recipe.seed.lock.click()
    assert not tab.recipe.seed.dice.isEnabled()
    tab.new_faces()
    assert {face.seed for face in session.gallery} == {session.face.seed}
    assert len(set(session.gallery)) == 9


def test_with_everything_locked_new_faces_says_so(tab, session):
    session.commit("Lock all", locks=frozenset({"seed", *(control.name for control in session.info.controls)}))
    before = session.gallery
    tab.new_faces()
    assert session.gallery == before
    assert tab.gallery_panel.status.text() == NOTHING_FREE


def test_undo_restores_sliders_locks_and_gallery(tab, session):
    first = session.gallery
    tab.controls.rows[0].slider.put(2.0)
    tab.controls.rows[1].lock.click()
    tab.new_faces()
    assert tab.gallery.faces != first
    for _ in range(3):
        session.undo_stack.undo()
    assert tab.gallery.faces == first
    assert tab.controls.rows[0].slider.slider.value() == 400
    assert not tab.controls.rows[1].lock.isChecked()
    session.undo_stack.redo()
    assert tab.controls.rows[0].slider.value == 2.0


def test_seed_typed_rolled_and_refused(qtbot, tab, session):
    edit = tab.recipe.seed.edit
    for bad in ("-1", "4294967296", "face", "1.5", "²"):
        edit.setText(bad)
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        assert "Choose a whole number from 0 to 4294967295" in tab.recipe.seed.message.text()
        assert session.undo_stack.count() == 0
    edit.setText("4294967295")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert session.face.seed == 2**32 - 1
    assert not tab.recipe.seed.message.text()
    tab.recipe.seed.dice.click()
    assert session.face.seed != 2**32 - 1
    assert len(steps(session)) == 2


def test_truncation_and_noise(tab, session):
    tab.recipe.psi.put(1.2)
    tab.recipe.noise.setValue(4_000_000_000)
    assert (session.face.psi, session.face.noise_seed) == (1.2, 4_000_000_000)
    assert steps(session) == ["Variety 1.20", "Noise 4000000000"]


def test_adapts_to_a_model_without_sliders_and_noise(make_tab):
    tab = make_tab(fake_info(controls=(), has_noise=False))
    assert tab.controls.rows == []
    assert "no sliders" in tab.controls.hint.text()
    assert not tab.recipe.noise.isVisible()
    assert not tab.controls.randomise_button.isEnabled()
    tab.reset()
    assert tab.session.undo_stack.count() == 0


def test_another_model_replaces_the_rows(qtbot, tab, session):
    info = fake_info(hash="b" * 16, controls=session.info.controls[:2], has_noise=False)
    session.set_model(info)
    assert [row.control.name for row in tab.controls.rows] == ["pc01", "pc02"]
    qtbot.waitUntil(lambda: len(session.gallery) == 9)
    assert all(face.model == info.hash for face in session.gallery)


def test_compare_draws_the_face_as_generated(qtbot, tab, session, engine):
    tab.controls.rows[0].slider.put(3.0)
    engine.requests.clear()
    with qtbot.waitActive(tab):
        tab.activateWindow()
    qtbot.keyClick(tab.view, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: tab.view.comparing)
    plain = session.face.with_controls({})
    qtbot.waitUntil(lambda: tab.view._before is not None)
    assert plain in [request.face for request in engine.requests]


def test_stop_ends_the_gallery_and_drops_a_preview(qtbot, tab, session, engine, thread):
    engine.gate.clear()
    tab.new_faces()
    session.preview(session.face.with_psi(1.5))
    with qtbot.waitSignal(thread.batch_finished, check_params_cb=lambda tag, complete: not complete):
        tab.stop()
        engine.gate.set()
    assert session.face == session.committed_face
    assert tab.gallery.tiles[8].picture is None
    assert "Stopped" in tab.gallery_panel.status.text()


def test_failed_picture_says_why_and_the_next_good_one_clears_it(qtbot, tab, session, engine):
    engine.render_error = "the memory is full"
    session.commit("More", face=session.face.with_psi(1.0))
    qtbot.waitUntil(lambda: "the memory is full" in tab.view.message)
    engine.render_error = ""
    session.undo_stack.undo()
    qtbot.waitUntil(lambda: not tab.view.message)


def test_the_zoom_is_that_of_the_models_pixels(qtbot, tab):
    panel, view = tab.view_panel, tab.view
    expected = round(100 * view._side() / RESOLUTION)
    assert panel.zoom.percent.text() == f"{expected} %" and expected != 100
    view.zoom_by(2)
    assert panel.zoom.percent.text() == f"{round(100 * view._side() / RESOLUTION)} %"
    view.fit()
    tab.resize(1500, 900)
    qtbot.waitUntil(lambda: panel.zoom.percent.text() != f"{expected} %")
    assert panel.zoom.percent.text() == f"{round(100 * view._side() / RESOLUTION)} %"


def test_before_the_engine_is_there(qtbot, make_thread, tmp_path):
    thread = make_thread()  # not started
    session = Session()
    tab = DesignTab(session, thread, Settings(), tmp_path)
    qtbot.addWidget(tab)
    tab.show()
    assert tab.view.message == STARTING
    assert not tab.gallery_panel.isEnabled()
    thread.load_failed.emit("broken.safetensors is cut short. Choose another file.")
    assert "cut short" in tab.view.message


def test_strips_show_what_a_slider_does_and_set_it(qtbot, tab, session, engine):
    row = tab.controls.rows[0]
    qtbot.waitUntil(lambda: row.strip.shows is not None)
    drawn = {request.face.control("pc01") for request in engine.requests}
    assert set(row.strip.values) <= drawn
    assert all(row.strip.picture(index) is not None for index in range(5))
    place = row.strip.box(4).center().toPoint()
    qtbot.mouseClick(row.strip, LEFT, pos=QPoint(place.x(), place.y()))
    assert session.face.control("pc01") == 4.0
    assert len(steps(session)) == 1


def test_keyboard_reaches_everything_in_order(tab):
    chain, widget = [], tab.nextInFocusChain()
    while widget is not tab:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabledTo(tab):
            chain.append(widget.accessibleName() or widget.property("text"))
        widget = widget.nextInFocusChain()
    expected = ["&New faces", "Amount of variation", "Seed", "Variety", "Noise seed", "Compare", "Face"]
    expected += ["Layers: All", "Turn", "Lock Turn", "Background", "R&andomise"]
    assert [name for name in chain if name in expected] == expected
    assert len([name for name in chain if str(name).startswith("Seed ")]) == 1, "one tile stands for the gallery"


def test_a_typed_face_of_a_latent_has_no_seed(qtbot, tab, session):
    with qtbot.waitSignal(session.gallery_changed):
        tab.gallery_panel.vary_button.click()
    qtbot.mouseClick(tab.gallery.tiles[0], LEFT)
    assert isinstance(session.face, FaceState) and session.face.seed is None
    assert tab.recipe.seed.edit.text() == ""
    assert "no seed" in tab.recipe.seed.edit.placeholderText()


def test_a_name_is_one_step_and_is_kept_when_it_is_still_being_typed(tab, session, qtbot):
    before = session.undo_stack.count()
    tab.recipe.name.setText("Anna")
    tab.recipe.name.editingFinished.emit()
    assert session.face.name == "Anna" and session.undo_stack.undoText() == "Name Anna"
    tab.controls.rows[0].slider.put(1.0)
    assert session.face.name == "Anna"
    tab.recipe.name.setText("Anna K.")
    session.settle()  # as before saving
    assert session.project().face.name == "Anna K."
    for _ in range(session.undo_stack.count() - before):
        session.undo_stack.undo()
    assert tab.recipe.name.text() == "" == session.face.name
    session.undo_stack.redo()
    assert tab.recipe.name.text() == "Anna"
    tab.recipe.seed.entered.emit(7)
    assert tab.recipe.name.text() == "" and tab.recipe.name.placeholderText() == "seed0007"


def test_a_principal_direction_is_renamed(tab, session, qtbot):
    actions = {action.text(): action for action in tab.controls.rows[0].menu.actions()}
    assert set(actions) == {"&Rename…", "&Original name"}
    actions["&Rename…"].trigger()
    dialog = tab.window().findChild(QInputDialog)
    dialog.setTextValue("Head to the left")
    dialog.accept()
    row = tab.controls.rows[0]
    assert row.label.text() == "Head to the left"
    row.slider.put(1.0)
    assert session.undo_stack.undoText() == "Head to the left +1.0"
    next(action for action in row.menu.actions() if "Original" in action.text()).trigger()
    assert tab.controls.rows[0].label.text() == "Turn"
