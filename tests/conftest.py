import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"

# What a user keeps is not read, and not written to.
_home = tempfile.mkdtemp(prefix="facedesigner-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
for _name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
    os.environ[_name] = f"{_home}/{_name.lower()}"


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning in the log is a fault, unless the test is about one: @pytest.mark.logs."""
    yield
    if request.node.get_closest_marker("logs") is None:
        told = [one for when in ("setup", "call") for one in caplog.get_records(when) if one.levelno >= logging.WARNING]
        assert told == []
