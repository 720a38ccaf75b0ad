import runpy
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from facedesigner.serving.server import Server

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "blender_face.py"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets")
def test_the_example_speaks_to_the_server(tmp_path_factory):
    folder = Path(tmp_path_factory.mktemp("s"))
    folder.chmod(0o700)
    asked: list[list[str]] = []

    def run(words):
        asked.append(list(words))
        print(words[words.index("--out") + 1])
        return 0

    server = Server(folder / "serve.sock", run)
    try:
        new_face = runpy.run_path(str(EXAMPLE))["new_face"]
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(new_face, 5, str(server.path))
            future.add_done_callback(lambda _: server.end())
            server.serve(idle=20)
            assert Path(future.result()).name == "face5.png"
    finally:
        server.close()
    assert asked[0][:3] == ["generate", "--seed", "5"]
