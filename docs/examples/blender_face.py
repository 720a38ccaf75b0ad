"""A face in Blender: File > Open this text in the Scripting workspace and run it; "Add a face" is in the Add menu then.

`facedesigner serve` has to run. Nothing but Python's own library is needed: the protocol is in docs/serve.md.
"""

import json
import os
import pathlib
import socket
import tempfile


def socket_path():
    """Where `facedesigner serve` says that it listens, on Linux."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    data = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local" / "share")) / "facedesigner"
    return str((pathlib.Path(runtime) / "facedesigner" if runtime else data / "run") / "serve.sock")


def facedesigner(*words, path=None):
    """Has a command done by the server; returns what it printed. RuntimeError with what went wrong."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path or socket_path())
        lines = connection.makefile("rw", encoding="utf-8")
        json.loads(lines.readline())  # the greeting
        lines.write(json.dumps({"id": 1, "argv": list(words), "cwd": str(pathlib.Path.cwd())}) + "\n")
        lines.flush()
        said = {"out": "", "err": ""}
        for line in lines:
            answer = json.loads(line)
            if "stream" in answer:
                said[answer["stream"]] += answer["text"]
            elif answer.get("exit") == 0:
                return said["out"].strip()
            else:
                raise RuntimeError(said["err"].strip() or answer.get("error") or "the server is busy: try again")
    raise RuntimeError("the server has ended")


def new_face(seed, path=None):
    """The PNG of a new face, as a path."""
    out = pathlib.Path(tempfile.gettempdir()) / f"face{seed}.png"
    return facedesigner("generate", "--seed", str(seed), "--out", str(out), "--overwrite", path=path)


try:
    import bpy
except ImportError:  # not in Blender
    bpy = None

if bpy is not None:

    class AddFace(bpy.types.Operator):
        bl_idname, bl_label, bl_options = "image.add_face", "Add a face", {"REGISTER", "UNDO"}
        seed: bpy.props.IntProperty(name="Seed", default=1, min=0)

        def execute(self, context):
            try:
                picture = bpy.data.images.load(new_face(self.seed))
            except (OSError, RuntimeError) as error:
                self.report({"ERROR"}, f"{error}. Is `facedesigner serve` running?")
                return {"CANCELLED"}
            bpy.ops.object.empty_add(type="IMAGE", rotation=(1.5708, 0, 0))
            context.object.data = picture
            return {"FINISHED"}

    bpy.utils.register_class(AddFace)
    bpy.types.VIEW3D_MT_add.append(lambda menu, _: menu.layout.operator(AddFace.bl_idname))
