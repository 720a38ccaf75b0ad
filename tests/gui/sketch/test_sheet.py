from facedesigner.gui.sketch.guide import FACE, face_path, fitted
from facedesigner.gui.sketch.hand import Hand
from facedesigner.gui.sketch.sheet import EVERY, KEPT, Sheet
from facedesigner.state.drawing import HINTS, SIDE, Clear, Fill
from tests.gui.sketch.conftest import line


def test_undo_and_redo_bring_back_the_very_same_pixels(qapp):
    sheet = Sheet()
    seen = [sheet.raster.copy()]
    count = EVERY + 3
    for index in range(count):
        tool = ("pen", "pencil", "eraser")[index % 3]
        sheet.put(line((50, 30 * index), (900, 1000 - 30 * index), tool=tool, opacity=0.8))
        seen.append(sheet.raster.copy())
    for index in range(count - 1, -1, -1):
        sheet.undo_stack.undo()
        assert sheet.layers == seen[index], index
    for _ in range(count):
        sheet.undo_stack.redo()
    assert sheet.layers == seen[-1]


def test_copies_for_undo_do_not_grow_without_end(qapp):
    sheet = Sheet()
    for index in range(EVERY * (KEPT + 3)):
        sheet.put(line((index, 10)))
    assert len(sheet._copies) <= KEPT + 1
    for _ in range(EVERY * KEPT):
        sheet.undo_stack.undo()
    assert len(sheet.marks) == EVERY * 3 and len(sheet._copies) <= KEPT + 1


def test_a_stroke_is_one_step_and_clearing_can_be_undone(qapp):
    sheet = Sheet()
    sheet.begin(line((100, 100)))
    for x in range(110, 300, 10):
        sheet.extend((float(x), 100.0, 1.0))
    sheet.end()
    assert sheet.undo_stack.count() == 1 and sheet.undo_stack.undoText() == "Pen"
    drawn = sheet.raster.copy()
    sheet.put(Clear())
    assert sheet.is_empty and not sheet.has_ink
    sheet.undo_stack.undo()
    assert sheet.layers == drawn and sheet.has_ink and not sheet.has_hints


def test_undo_in_the_middle_of_a_stroke_takes_that_stroke_along(qapp):
    sheet = Sheet()
    sheet.put(line((10, 10), (500, 500)))
    first = sheet.raster.copy()
    sheet.put(line((10, 500), (500, 10)))
    sheet.begin(line((700, 700)))
    sheet.extend((900.0, 900.0, 1.0))
    sheet.undo_stack.undo()
    assert sheet.layers == first and sheet.stroke is None


def test_a_straight_line_leaves_no_trace_of_where_it_was_before(qapp):
    sheet, plain = Sheet(), Sheet()
    sheet.begin(line((100, 100)))
    for end in ((400, 900), (900, 400), (600, 100)):
        sheet.stretch((*end, 1.0))
    sheet.end()
    plain.put(line((100, 100), (600, 100)))
    assert sheet.layers == plain.layers and sheet.marks == plain.marks


def test_restored_marks_can_be_undone(qapp):
    sheet = Sheet()
    sheet.restore([line((10, 10), (500, 500)), Fill(800, 100, "#5f87b0")])
    assert sheet.has_ink and sheet.has_hints
    sheet.undo_stack.undo()
    assert not sheet.has_hints and sheet.undo_stack.canRedo()


# -- the hand


def test_smoothing_takes_the_tremble_out_and_ends_where_the_pen_does():
    steady, shaky = Hand(1.0), Hand(0.0)
    tremble = [(10 * x, 100 + 8 * (-1) ** x, 1.0) for x in range(50)]
    lines = [[point for place in tremble if (point := hand.follow(*place))] for hand in (steady, shaky)]
    spread = [max(y for _, y, _ in points[10:]) - min(y for _, y, _ in points[10:]) for points in lines]
    assert spread[0] < 4 < 15 < spread[1]
    assert steady.lift() == tremble[-1] and shaky.lift() is None


def test_points_closer_than_a_pixel_are_not_kept():
    hand = Hand(0.0)
    assert sum(hand.follow(100 + x / 10, 100, 1) is not None for x in range(100)) < 10


# -- the guide


def test_the_guide_lies_where_faces_are_until_there_is_a_line():
    at_first = fitted(())
    assert at_first.x() == FACE.x() * SIDE
    assert fitted((line((10, 10), (60, 60)),)) == at_first  # too little to tell
    assert fitted((line((100, 100), (900, 900), layer=HINTS, tool="brush"),)) == at_first


def test_the_guide_follows_the_outline_and_not_the_hair():
    outline = line((400, 100), (600, 250), (580, 500), (400, 600), (220, 500), (200, 250), (400, 100))
    hair = line((100, 50), (700, 50), (700, 1000))
    box = fitted((outline, hair))
    assert (box.left(), box.top(), box.right(), box.bottom()) == (200, 100, 600, 600)
    assert face_path(box).boundingRect().bottom() == 600
    assert fitted((outline, hair, Clear())) == fitted(())


def test_a_jaw_alone_gets_a_forehead():
    jaw = line((700, 400), (690, 600), (600, 850), (512, 900), mirrored=True)
    box = fitted((jaw,))
    assert box.bottom() == 900 and box.top() < 400 and box.width() == 376


def test_without_an_outline_the_guide_surrounds_the_lines():
    features = [line((300, 400), (380, 400)), line((620, 400), (700, 400)), line((450, 760), (560, 760))]
    box = fitted(features)
    assert 280 <= box.left() <= 400 and 600 <= box.right() <= 720
