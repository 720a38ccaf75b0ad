from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from facedesigner.contract.request import ModelInfo
from facedesigner.gui.design.design_tab import DesignTab
from facedesigner.gui.session import Session
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.settings import Settings
from tests.gui.fake_engine import fake_info


@pytest.fixture
def make_tab(qtbot, thread: RenderThread, tmp_path: Path) -> Callable[..., DesignTab]:
    """Makes a shown tab around a model, once the pictures that it starts with are drawn."""

    def make(info: ModelInfo | None = None) -> DesignTab:
        session = Session()
        session.set_model(info or fake_info())
        tab = DesignTab(session, thread, Settings(), tmp_path / "sliders")
        tab._random.seed(1)
        qtbot.addWidget(tab)
        tab.resize(1280, 700)
        with qtbot.waitSignal(thread.batch_finished, check_params_cb=lambda tag, _: tag == "gallery"):
            tab.show()
        qtbot.waitUntil(lambda: tab.view.picture is not None)
        return tab

    return make


@pytest.fixture
def tab(make_tab: Callable[..., DesignTab]) -> DesignTab:
    return make_tab()


@pytest.fixture
def session(tab: DesignTab) -> Session:
    """The tab's."""
    return tab.session
