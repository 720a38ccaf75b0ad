"""The server runs in the main thread, as it does for users, and clients in others."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from facedesigner import __version__
from facedesigner.gui.places import Places
from facedesigner.serving import server as serving
from facedesigner.serving import shelf
from facedesigner.serving.client import ALONE, greeted, served
from facedesigner.serving.protocol import LONGEST, Lines, ServeError
from facedesigner.serving.server import STOPPED, Server

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets")


class Commands:
    """What a server is given to run."""

    def __init__(self) -> None:
        self.seen: list[tuple[list[str], Path]] = []
        self.entered, self.gate = threading.Event(), threading.Event()

    def __call__(self, words: Any) -> int:
        self.seen.append((list(words), Path.cwd()))
        self.entered.set()
        if words[0] == "wait":
            signal.signal(signal.SIGINT, signal.default_int_handler)
            while not self.gate.wait(0.01):
                pass
        if words[0] == "fail":
            raise RuntimeError("a mistake")
        if words[0] == "quit":
            raise SystemExit(2)
        print("written", words[-1])
        print("said", file=sys.stderr)
        return 3


@pytest.fixture
def path(tmp_path_factory) -> Path:
    folder = Path(tmp_path_factory.mktemp("s"))
    folder.chmod(0o700)
    return folder / "serve.sock"


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def server(path: Path, commands: Commands) -> Iterator[Server]:
    server = Server(path, commands)
    yield server
    server.close()


def during(server: Server, *talks: Callable[[], Any]) -> list[Any]:
    """Serves while clients talk, each in a thread; returns what they came to."""

    def last(future: Future[Any]) -> None:
        if all(one.done() for one in futures):
            server.end()

    with ThreadPoolExecutor(len(talks)) as pool:
        futures = [pool.submit(talk) for talk in talks]
        for future in futures:
            future.add_done_callback(last)
        server.serve(idle=20)
        return [future.result() for future in futures]


def connected(path: Path) -> Lines:
    lines = greeted(path)
    assert lines is not None
    return lines


def asked(path: Path, *words: str, cwd: str | None = None) -> list[dict[str, Any]]:
    """All answers to a command."""
    lines = connected(path)
    lines.send({"id": 7, "argv": list(words), "cwd": cwd or str(Path.cwd())})
    found = []
    for answer in lines:
        found.append(answer)
        if "stream" not in answer:
            break
    lines.close()
    return found


def text_of(answers: list[dict[str, Any]], stream: str) -> str:
    return "".join(answer["text"] for answer in answers if answer.get("stream") == stream)


def test_a_command_is_done_where_the_client_is_and_its_output_comes_back(server, path, commands, tmp_path):
    (answers,) = during(server, lambda: asked(path, "edit", "a.png", cwd=str(tmp_path)))
    assert commands.seen == [(["edit", "a.png"], tmp_path)] and Path.cwd() != tmp_path
    assert text_of(answers, "out") == "written a.png\n" and text_of(answers, "err") == "said\n"
    assert answers[-1] == {"id": 7, "exit": 3}


def test_the_client_shows_what_is_said_and_gives_the_exit_code(server, path, capfd):
    (code,) = during(server, lambda: served(["edit", "b.png"], path))
    shown = capfd.readouterr()
    assert code == 3 and "said" in shown.err


def test_a_mistake_of_the_program_is_told_and_the_server_lives_on(server, path):
    failed, left, done = during(server, lambda: (asked(path, "fail"), asked(path, "quit"), asked(path, "edit", "c")))[0]
    assert "RuntimeError: a mistake" in text_of(failed, "err") and failed[-1]["exit"] == 1
    assert left[-1]["exit"] == 2 and done[-1]["exit"] == 3


def test_a_busy_server_lets_the_client_go_on_alone(server, path, commands):
    def second() -> tuple[int | None, int]:
        assert commands.entered.wait(10)
        alone = served(["edit", "d"], path)
        commands.gate.set()
        return alone, len(commands.seen)

    first, (alone, seen) = during(server, lambda: asked(path, "wait", "x"), second)
    assert alone is None and seen == 1 and first[-1]["exit"] == 3


@pytest.mark.parametrize("how", ["cancel", "hang up"])
def test_a_command_nobody_waits_for_is_stopped(server, path, commands, how):
    def talk() -> list[dict[str, Any]]:
        lines = connected(path)
        lines.send({"id": 1, "argv": ["wait", "x"], "cwd": str(Path.cwd())})
        assert commands.entered.wait(10)
        if how == "cancel":
            lines.send({"cancel": 1})
            ended = list(lines_until_exit(lines))
            lines.close()
            return ended
        lines.close()
        until = time.monotonic() + 10
        while (after := asked(path, "edit", "e"))[-1].get("busy") and time.monotonic() < until:
            pass
        return after

    (answers,) = during(server, talk)
    assert answers[-1]["exit"] == (STOPPED if how == "cancel" else 3)


def lines_until_exit(lines: Lines) -> Iterator[dict[str, Any]]:
    for answer in lines:
        yield answer
        if "exit" in answer:
            return


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense\n", "no JSON"),
        (b"[1]\n", "no JSON object"),
        (b'{"id": 1, "argv": [], "cwd": "/"}\n', "a request is"),
        (b'{"id": 1, "argv": [1], "cwd": "/"}\n', "texts"),
        (b'{"id": 1, "argv": ["serve"], "cwd": "/"}\n', "does not serve another"),
        (b"x" * (LONGEST + 2) + b"\n", "longer than"),
    ],
)
def test_what_is_no_request_is_answered_by_a_sentence(server, path, line, words):
    def talk() -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            lines = Lines(connection)
            next(iter(lines))
            with contextlib.suppress(OSError):  # it has hung up before the end
                connection.sendall(line)
            return next(iter(lines), {})

    (answer,) = during(server, talk)
    assert words in answer["error"]


def test_a_folder_that_is_not_there_is_said(server, path):
    (answers,) = during(server, lambda: asked(path, "edit", "x", cwd="/nowhere/at/all"))
    assert "/nowhere/at/all cannot be used" in answers[-1]["error"]


def test_another_user_is_refused(server, path, commands, monkeypatch):
    monkeypatch.setattr(serving, "user_at", lambda connection: os.getuid() + 1)

    def talk() -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            return next(iter(Lines(connection)), {})

    (answer,) = during(server, talk)
    assert "another user" in answer["error"] and not commands.seen


def test_the_socket_is_this_users_alone(server, path, tmp_path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    with pytest.raises(ServeError, match="open to other users"):
        Server(tmp_path / "open" / "s", lambda words: 0)


def test_two_servers_are_one_too_many_and_a_killed_one_leaves_nothing_behind(server, path, commands):
    with pytest.raises(ServeError, match="a server runs already"):
        Server(path, commands)
    server.close()
    path.write_text("")  # as a killed one leaves its socket
    again = Server(path, commands)
    again.close()
    assert not path.exists()


def test_without_a_server_or_with_a_dead_or_another_one_the_command_goes_on_alone(path, monkeypatch):
    assert served(["edit", "x"], path) is None
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert served(["edit", "x"], path) is None  # nobody listens
    path.unlink()
    server = Server(path, lambda words: 0)
    try:
        monkeypatch.setattr(serving, "__version__", __version__ + "9")
        assert served(["edit", "x"], path) is None
        monkeypatch.undo()
        for words in (["serve"], ["bench"], ["edit", "--help"]):
            assert served(words, path) is None
        monkeypatch.setenv(ALONE, "1")
        assert served(["edit", "x"], path) is None
    finally:
        server.close()


def test_a_server_that_ends_in_mid_command_lets_the_client_go_on_alone(path, capfd):
    with socket.socket(socket.AF_UNIX) as listening, ThreadPoolExecutor(1) as pool:
        listening.bind(str(path))
        listening.listen()
        code = pool.submit(served, ["edit", "x"], path)
        connection, _ = listening.accept()
        lines = Lines(connection)
        lines.send({"facedesigner": __version__, "process": 1})
        assert next(iter(lines))["argv"] == ["edit", "x"]
        lines.close()
        assert code.result(10) is None
    assert "goes on by itself" in capfd.readouterr().err


def test_a_server_ends_when_nobody_asks(server):
    server.serve(idle=0.01)


def test_the_shelf_keeps_the_newest():
    made: list[int] = []

    def make(number: int) -> Callable[[], int]:
        def one() -> int:
            made.append(number)
            return number

        return one

    assert shelf.kept(1, make(1)) == shelf.kept(1, make(1)) == 1 and made == [1, 1]  # by itself nothing is kept
    shelf.open_shelf()
    try:
        for number in (1, 1, 2, 3, 1, 4, 1, 2):
            assert shelf.kept(number, make(number)) == number
    finally:
        shelf.close_shelf()
    assert made[2:] == [1, 2, 3, 4, 2]


@pytest.mark.parametrize("runtime", ["/run/user/7", ""])
def test_the_socket_lies_where_only_this_user_is(monkeypatch, tmp_path, recwarn, runtime):
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    place = Places(tmp_path / "settings.toml", tmp_path / "data" / "sessions").socket
    assert place == (Path(runtime) / "facedesigner" if runtime else tmp_path / "data" / "run") / "serve.sock"
    assert not recwarn.list
