from __future__ import annotations

import gc
import sys
from types import ModuleType

import pytest

from facedesigner.gui.work.imports import MANY, Imports


@pytest.mark.parametrize(("count", "kept_out"), [(MANY, False), (MANY + 1, True)])
def test_a_library_is_kept_out_of_collections_once(monkeypatch, count, kept_out):
    done: list[None] = []
    monkeypatch.setattr(gc, "freeze", lambda: done.append(None))
    imports = Imports()
    for number in range(count):
        monkeypatch.setitem(sys.modules, f"a_library.part{number}", ModuleType("part"))
    imports.settle()
    imports.settle()
    assert len(done) == int(kept_out)
