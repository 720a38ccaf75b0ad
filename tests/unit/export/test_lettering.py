"""Names of any alphabet on the pages of a PDF, with the fonts of another computer."""

import hashlib
import itertools
import unicodedata

import pytest

from facedesigner.export import fonts
from facedesigner.export.alphabets import drawn, stand_in
from facedesigner.export.certificate_page import page
from facedesigner.export.layout import Layout
from facedesigner.export.lettering import NOTE, Lettering
from facedesigner.export.seals import Former, broken_seals
from facedesigner.export.sheet import sheet
from facedesigner.state.uniqueness import Neighbour
from tests.unit.export.fonts import font_file, text_of
from tests.unit.export.test_certificate import PICTURE, made
from tests.unit.export.test_sheet import made as fabricated

SAID = "".join(NOTE.split())
NAMES = {
    "Анна": "Анна",
    "Ελένη": "Ελένη",
    "Đặng Văn": "ĐặngVăn",
    "Zoe\u0308 é": "Zoëé",
    "שרה": "הרש",
    "فاطمة": "ﺔﻤﻃﺎﻓ",
    "山田花子": "山田花子",
    "김민준": "김민준",
    "สมชาย": "สมชาย",
    "face 😀": "face😀",
}


@pytest.fixture
def use(tmp_path, monkeypatch):
    """Makes a computer have fonts of these letters alone."""

    numbers = itertools.count()

    def fonts_of(*letters, ending=".ttf", permissions=0):
        found = [font_file(tmp_path / f"f{next(numbers)}{ending}", part, permissions) for part in letters]
        monkeypatch.setattr(fonts, "font_files", lambda: tuple(found))

    fonts_of()
    return fonts_of


def text(title):
    return text_of(sheet(fabricated(150, 200), Layout(), title, f"seed 1, {title}"))


@pytest.mark.parametrize("ending", [".ttf", ".otf", ".ttc"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_written_in_its_own_letters(name, ending, use):
    use(unicodedata.normalize("NFC", name) + drawn(name), ending=ending)
    written = text(name)
    assert written.count(NAMES[name]) >= 2 and f"seed1,{NAMES[name]}" in written
    assert SAID not in written and text(name) == written


@pytest.mark.parametrize("name", NAMES)
def test_without_a_font_it_is_spelled_and_said(name, use):
    written = text(name)
    assert written.isprintable() and "?" not in written
    assert (SAID in written) is (name != "Zoe\u0308 é")


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ("ǎ", "a"),
        ("Ж", "[zhe]"),
        ("ת", "[tav]"),
        ("김", "[gim]"),
        ("山", "[U+5C71]"),
        ("😀", "[grinning face]"),
        ("ﺘ", "[teh]"),
        ("\udcff", "[U+DCFF]"),
        ("\ue000", "[U+E000]"),
    ],
)
def test_stand_ins_can_be_read(letter, words):
    assert stand_in(letter) == words


def test_letters_of_several_fonts_stand_in_one_line(use):
    use("Анна", "山田")
    written = text("Анна 山田 김")
    assert "Анна山田[gim]" in written and SAID in written


def test_arabic_letters_take_their_plain_form_where_a_font_has_no_other(use):
    use("فاطمة")
    assert "ﺔﻤﻃﺎﻓ" in text("فاطمة")  # what is copied from the page; drawn are the plain ones


def test_fonts_that_cannot_or_must_not_be_embedded_are_passed_over(use, tmp_path, monkeypatch):
    use("山", permissions=2)
    assert "[U+5C71]" in text("山")
    damaged = tmp_path / "damaged.ttf"
    damaged.write_bytes(b"\0\1\0\0" + bytes(99))
    good = font_file(tmp_path / "good.otf", "山")
    undrawn = font_file(tmp_path / "a.ttf", "山" * 9)
    content = bytearray(undrawn.read_bytes())
    at = content.index(b"glyf")
    content[at + 8 : at + 12] = b"\0\0\xff\xff"  # its outlines lie beyond the end
    undrawn.write_bytes(content)
    monkeypatch.setattr(fonts, "font_files", lambda: (damaged, tmp_path / "gone.ttf", undrawn, good))
    assert "[U+5C71]" not in text("山") and "山" in text("山") and undrawn in fonts.BROKEN


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("abc", "abc"),
        ("a שרה b", "a הרש b"),
        ("שרה (12.5) כהן", "ןהכ (12.5) הרש"),
        ("שרה 12, b", "12 הרש, b"),
        ("שָׁ-ב", "ב-שָׁ"),
        ("👩\u200d👩 \u202eabc\ufe0f\t1\n", "👩👩 abc 1 "),
        ("بلا", "ﻼﺑ"),
        ("ب\u200cب", "ﺏﺏ"),
        ("پگ", "ﮓﭘ"),
    ],
)
def test_words_are_drawn_from_left_to_right(words, order):
    assert drawn(words) == unicodedata.normalize("NFC", order)


@pytest.mark.parametrize("name", ["a\udcff\ud800", "a\x00\x1b[0m", "\ufeff", "‮", ""])
def test_what_is_no_text_harms_nothing(name, use):
    assert sheet(fabricated(150, 200), Layout(), name, name).startswith(b"%PDF")
    assert page(made(picture={"file": name, "sha256": "a", "width": 1, "height": 1}), PICTURE, {}).startswith(b"%PDF")


def test_a_long_name_stays_on_the_page(use):
    use("山")
    lettering = Lettering("山W")
    for name in ("山" * 200, "W" * 200):
        kept = lettering.beginning(name, 400, 14, bold=True)
        assert kept.endswith("…") and 380 < lettering.room(kept, 14, bold=True) <= 400
    assert "…" in text("W" * 200)


def certificate(name="山田 Анна 김 שרה"):
    near = [Neighbour("your gallery", f"{name} {n} " * (8 * n + 1), 0.1 + n / 10, 0.1, n == 1) for n in range(3)]
    return made(near, picture={"file": f"{name}.png", "sha256": "ab", "width": 1, "height": 1})


@pytest.mark.parametrize("here", [(), ("山田Анна김שרה",), ("Аня",), ("山田", "김")])
def test_a_certificate_holds_on_a_computer_with_other_fonts(here, use):
    use("山田Ана", "שרה")
    stated = certificate()
    pdf = page(stated, PICTURE, {})
    assert "山田Анна[gim]הרש.png" in text_of(pdf) and SAID in text_of(pdf)
    use(*here)
    stated["pdf"] = {"file": "a.pdf", "sha256": digest(pdf)}
    assert broken_seals(stated, pdf) == []
    other = page(certificate("山山 Анна 김 שרה"), PICTURE, {})
    stated["pdf"]["sha256"] = digest(other)
    assert broken_seals(stated, other) == ["the PDF says something else than the JSON file"]


def digest(pdf):
    return hashlib.sha256(pdf).hexdigest()


def test_a_certificate_of_before_still_holds(use):
    stated = certificate()
    pdf = page(stated, PICTURE, {}, Former())
    assert "???" in text_of(pdf).replace("<", "")
    stated["pdf"] = {"file": "a.pdf", "sha256": digest(pdf)}
    use("山田")
    assert broken_seals(stated, pdf) == []


def test_letters_beyond_16_bits_can_be_copied(use):
    use("😀𠮷")
    assert "😀𠮷" in text("😀𠮷")


def test_the_likeliest_fonts_come_first(monkeypatch, tmp_path):
    names = ["Zebra.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSans.ttf", "NotoSerif.ttf"]
    for name in [*names, "DejaVuSans-Oblique.ttf", "font.txt"]:
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(fonts, "folders", lambda: [tmp_path, tmp_path / "gone"])
    fonts.font_files.cache_clear()
    try:
        assert [path.name for path in fonts.ranked(False)][:3] == ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "Zebra.ttf"]
        assert fonts.ranked(True)[0].name == "DejaVuSans-Bold.ttf" and len(fonts.ranked(True)) == len(names)
    finally:
        fonts.font_files.cache_clear()


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_each_system_has_its_folders(system, monkeypatch):
    monkeypatch.setattr("sys.platform", system)
    assert len(fonts.folders()) > 2 and (fonts.folders()[-1] / "Vera.ttf").exists()
