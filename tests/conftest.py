import os
import tempfile

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = "pyside6"

_data = tempfile.TemporaryDirectory(prefix="facedesigner-tests-")  # no test leaves a key in the user's own folder
os.environ["XDG_DATA_HOME"] = _data.name
