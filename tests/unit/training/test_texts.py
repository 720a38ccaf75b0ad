from __future__ import annotations

import pytest

from training.texts import capital, one_line, printable, quoted, sentence


def test_short_values_are_quoted_as_they_are():
    for value in ("ab c", 3, None, 1.5, ["a", "b"], {"a": 1}):
        assert quoted(value) == repr(value)


@pytest.mark.parametrize("value", [[0] * 3_000_000, "x" * 9_000_000, {"a": ["b" * 10**6] * 50}, 10**4000])
def test_large_ones_are_short(value):
    assert len(quoted(value)) <= 160


def test_what_steers_a_terminal_is_gone():
    assert "\x1b" not in quoted("\x1b[31m") + one_line("\x1b[31m") + printable("\x1b[31m")
    assert one_line(" a\n\tb\u202e c ") == "a b c" and printable("a\nb\x07") == "a\nb "
    assert printable("\udcff.png") == " .png"  # a name of another encoding
    assert len(one_line("x" * 10**6)) == 120 and one_line("x" * 10**6).endswith("…")


@pytest.mark.parametrize(
    ("words", "told"),
    [("do it", "Do it."), ("so it is…", "So it is…"), ("why?", "Why?"), ("émile", "Émile."), ("", "")],
)
def test_words_become_a_sentence(words, told):
    assert sentence(words) == told and capital(words) == told[: len(words)]
