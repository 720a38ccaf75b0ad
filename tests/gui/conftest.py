from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from facedesigner.gui import theme
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from tests.gui.fake_engine import FakeEngine, fake_info
from tests.gui.fitting import clipped
from tests.gui.leaks import Leaks

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine


@pytest.fixture(autouse=True, scope="session")
def themed(qapp) -> None:
    """Windows are tried as they are seen."""
    theme.apply("dark")


@pytest.fixture(autouse=True)
def nothing_left(themed: None) -> Iterator[None]:
    """No window, thread or process outlives its test, and no part of a window is seen without it."""
    leaks = Leaks()
    with leaks.watching():
        yield
        flashes = leaks.flashes()
    assert leaks.found() == []
    assert flashes == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Whatever a test has put on the screen must fit its text."""
    result = yield
    assert clipped() == []
    return result


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def session(qapp) -> Session:
    """A session with the fake model in it."""
    session = Session()
    session.set_model(fake_info())
    return session


@pytest.fixture
def make_thread(qapp, engine: FakeEngine) -> Iterator[Callable[..., RenderThread]]:
    """Makes threads around `engine`, not started; those that were are closed at the end."""
    threads: list[RenderThread] = []

    def make(weights: Path = Path("fake.safetensors"), device: str = "auto") -> RenderThread:
        threads.append(RenderThread(lambda: cast("FaceEngine", engine), weights, device))
        return threads[-1]

    yield make
    engine.gate.set()
    for thread in threads:
        thread.close()


@pytest.fixture
def thread(qtbot, make_thread: Callable[..., RenderThread]) -> RenderThread:
    """A running thread with the fake model loaded."""
    thread = make_thread()
    with qtbot.waitSignal(thread.loaded):
        thread.start()
    return thread
