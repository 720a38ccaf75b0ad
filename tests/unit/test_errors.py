"""What the user can mend has one base class; anything else keeps its traceback, in both programs."""

import ast

import pytest

from facedesigner import cli
from tests.unit.test_arrows import sources
from training import __main__ as training
from training.errors import UserError, is_users


def test_every_error_of_ours_is_the_users():
    bases = {
        node.name: [ast.unparse(base) for base in node.bases]
        for text in sources().values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    }
    assert len(bases) > 25
    assert bases.pop("UserError") == ["ValueError"]
    assert not {name: found for name, found in bases.items() if not {*found} & {"UserError", *bases}}


@pytest.mark.parametrize("error", [UserError("a"), FileNotFoundError("a"), ModuleNotFoundError("a"), MemoryError()])
def test_what_can_be_mended(error):
    assert is_users(error)


@pytest.mark.parametrize("error", [ValueError("a"), RuntimeError("a"), KeyError("a"), AssertionError()])
def test_what_is_a_mistake_of_the_program(error):
    assert not is_users(error)


@pytest.mark.parametrize(
    ("program", "words", "where"),
    [
        (cli, ["bench"], "facedesigner.commands.bench.bench_command"),
        (training, ["list"], "training.commands.look.list_command"),
    ],
)
def test_both_programs_say_the_users_and_raise_their_own(program, words, where, monkeypatch, capsys):
    def fail(error):
        def command(args):
            raise error

        return command

    monkeypatch.setattr(where, fail(UserError("do this")))
    assert program.main(words) == 2
    assert capsys.readouterr().err.strip().endswith(": do this")
    monkeypatch.setattr(where, fail(MemoryError()))
    assert program.main(words) == 2
    assert "not enough memory" in capsys.readouterr().err
    monkeypatch.setattr(where, fail(ValueError("a shape")))
    with pytest.raises(ValueError, match="a shape"):
        program.main(words)
