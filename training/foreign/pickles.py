"""PyTorch's files and pickles, read without running what is in them.

A pickle is a program: it may call any function that it names. Here it may name those of `ALLOWED` alone, each of which
makes a container, a tensor, a number or an inert record; any other name ends the reading. torch.load is not used: its
restricted mode refuses the command-line arguments and NumPy numbers that files of GAN trainings hold, its other mode
refuses nothing, and it would run a TorchScript file of the same format. Tensors are checked against the bytes that are
there before any memory is taken.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from training.errors import UserError

DIMENSIONS = 8  # of a tensor, at the most
TOO_MUCH = "announces more numbers than are in it: it is damaged or made to harm"
MAGIC = 0x1950A86A20F9469CFC6C  # how PyTorch's files began before 1.6, and how a pickled tensor holds its numbers
STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "UntypedStorage": torch.uint8,
}


class ForeignError(UserError):
    """The file cannot be brought in; the message says why and what to do."""


@dataclass
class Persistent:
    """A module of NVIDIA's that was pickled with its source text, which is left alone: its name and its attributes."""

    class_name: str
    state: dict[str, Any]


class Attributes(dict[str, Any]):
    """Stands for argparse.Namespace and dnnlib.EasyDict: a dictionary that takes attributes, and does nothing."""

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.update(state)


@dataclass
class Array:
    """Stands for a NumPy array, of which nothing is needed but that it may be there."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


@dataclass
class NumberType:
    """Stands for numpy.dtype: such as "f8"."""

    name: str
    state: Any = field(default=None, repr=False)

    def __setstate__(self, state: Any) -> None:
        self.state = state


@dataclass(frozen=True)
class StorageType:
    dtype: torch.dtype


@dataclass(frozen=True)
class Device:
    """Stands for torch.device: everything is read to the CPU."""

    name: str


def read(path: Path) -> Any:
    """What a file of torch.save (both its formats) or a plain pickle holds: containers, numbers, texts, tensors and the
    records of this module. Raises ForeignError, which names what the file would have run, if that is the reason."""
    try:
        with path.open("rb") as file:
            if zipfile.is_zipfile(file):
                return read_zip(path)
            file.seek(0)
            return read_stream(file, path.stat().st_size)
    except FileNotFoundError:
        raise ForeignError(f"there is no file {path}: choose another") from None
    except OSError as error:
        raise ForeignError(f"{path} cannot be read: {error.strerror or error}") from None
    except ForeignError as error:
        raise ForeignError(f"{path.name} {error}") from None
    except (EOFError, zipfile.BadZipFile, struct.error) as error:
        raise ForeignError(f"{path.name} is cut short or damaged ({error}): fetch it again") from None
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError) as error:
        raise ForeignError(f"{path.name} is damaged, or no file of PyTorch's ({error}): fetch it again") from None
    except (MemoryError, OverflowError, RecursionError):
        raise ForeignError(f"{path.name} claims more than can be: it is damaged or made to harm") from None


def read_zip(path: Path) -> Any:
    """The format since PyTorch 1.6: a zip of one pickle and the bytes of each storage."""
    with zipfile.ZipFile(path) as archive:
        names = {name.partition("/")[2]: name for name in archive.namelist()}
        if "constants.pkl" in names:
            raise ForeignError("is a TorchScript program, which would be run: ask for the weights alone")
        if "data.pkl" not in names:
            raise ForeignError("is a zip, but none of PyTorch's: choose another file")
        if "byteorder" in names and stored(archive, names["byteorder"]) != b"little":
            raise ForeignError("was written by a machine of another byte order: save it again on a common one")
        kept: dict[str, Tensor] = {}
        left = path.stat().st_size  # bytes: many names may stand for the same ones

        def load(kind: StorageType, key: str, count: int) -> Tensor:
            nonlocal left
            if key not in kept:
                left -= archive.getinfo(names[f"data/{key}"]).file_size
                if left < 0:
                    raise ForeignError(TOO_MUCH)
                kept[key] = numbers(stored(archive, names[f"data/{key}"]), kind.dtype, count)
            return kept[key]

        return Reader(io.BytesIO(stored(archive, names["data.pkl"])), load).load()


def stored(archive: zipfile.ZipFile, name: str) -> bytes:
    """PyTorch does not compress; a file that does might be a bomb."""
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ForeignError("is compressed, as PyTorch's files are not: choose another file")
    return archive.read(name)


def read_stream(file: BinaryIO, size: int) -> Any:
    """A plain pickle, or the format before PyTorch 1.6: pickles, then the storages one after the other."""
    first = Reader(file).load()
    if first != MAGIC:
        return first
    Reader(file).load()  # version of the format
    if not dict(Reader(file).load()).get("little_endian", True):
        raise ForeignError("was written by a machine of another byte order: save it again on a common one")
    kept: dict[str, Tensor] = {}
    left = size

    def make(kind: StorageType, key: str, count: int) -> Tensor:
        nonlocal left
        if key not in kept:
            if not 0 <= count * kind.dtype.itemsize <= size:
                raise ForeignError(f"is cut short: {count:,} numbers are not in it; fetch it again")
            left -= count * kind.dtype.itemsize
            if left < 0:
                raise ForeignError(TOO_MUCH)
            kept[key] = torch.zeros(count, dtype=kind.dtype)
        return kept[key]  # its numbers come at the end of the file

    found = Reader(file, make).load()
    for key in Reader(file).load():
        storage = kept[str(key)]
        (count,) = struct.unpack("<q", file.read(8))
        if count != len(storage):
            raise ForeignError(f"is damaged: a storage of {len(storage):,} numbers has {count:,}; fetch it again")
        storage.copy_(numbers(file.read(count * storage.itemsize), storage.dtype, count))
    return found


def numbers(data: bytes, dtype: torch.dtype, count: int) -> Tensor:
    if len(data) < count * dtype.itemsize or count < 0:
        raise ForeignError(
            f"is cut short: {count:,} numbers are announced, {len(data):,} bytes are there; fetch it again"
        )
    if not count:
        return torch.zeros(0, dtype=dtype)
    return torch.frombuffer(bytearray(data), dtype=dtype, count=count)


class Reader(pickle.Unpickler):
    """An unpickler that knows the names of ALLOWED alone."""

    def __init__(self, file: Any, storage: Callable[[StorageType, str, int], Tensor] | None = None) -> None:
        super().__init__(file, encoding="latin1")
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        module = {"__builtin__": "builtins", "numpy._core.multiarray": "numpy.core.multiarray"}.get(module, module)
        if module in ("torch", "torch.storage") and name in STORAGES:
            return StorageType(STORAGES[name])
        if module == "torch" and isinstance(dtype := getattr(torch, name, None), torch.dtype):
            return dtype
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        if module.startswith("dnnlib.tflib"):
            raise ForeignError(
                "is a TensorFlow pickle: convert it with legacy.py of stylegan2-ada-pytorch first, and bring that in"
            )
        raise ForeignError(
            f"would run code ({module}.{name}), so it was not opened: ask for the weights as safetensors"
        )

    def persistent_load(self, pid: Any) -> Tensor:
        if self._storage is None or not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            raise pickle.UnpicklingError("it refers to something outside itself")
        kind, key, count = pid[1], str(pid[2]), int(pid[4])
        storage = self._storage(kind, key, count)
        if len(pid) > 5 and pid[5] is not None:  # a part of another storage: (key, first, count)
            storage = storage[int(pid[5][1]) : int(pid[5][1]) + int(pid[5][2])]
        return storage


def rebuild_tensor(storage: Tensor, offset: int, size: Any, stride: Any, *_: Any) -> Tensor:
    """A view of a storage (its numbers, one row). ValueError when it reaches beyond it."""
    if len(size) > DIMENSIONS:
        raise ValueError(f"a tensor has {len(size):,} dimensions")
    last = sum((length - 1) * step for length, step in zip(size, stride, strict=True)) if all(size) else -1
    if min([offset, *size, *stride, 0]) < 0 or offset + last >= storage.numel():
        raise ValueError(f"a tensor of {tuple(size)} does not fit its {storage.numel():,} numbers")
    if math.prod(size) > storage.numel():
        raise ValueError(f"a tensor of {tuple(size)} repeats its numbers")
    return storage.as_strided(tuple(size), tuple(stride), offset)


def rebuild_parameter(data: Tensor, *_: Any) -> Tensor:
    return data


def load_from_bytes(data: bytes) -> Tensor:
    """A storage that was pickled alone: a whole file of the old format within the pickle."""
    storage = read_stream(io.BytesIO(data), len(data))
    if not isinstance(storage, Tensor):
        raise TypeError("there is no storage where one should be")
    return storage


def number(kind: NumberType, data: bytes = b"") -> float:
    """A NumPy number."""
    formats = {"f8": "<d", "f4": "<f", "f2": "<e", "i8": "<q", "i4": "<i", "u8": "<Q", "u1": "<B", "b1": "<?"}
    value: float = struct.unpack(formats[kind.name], data)[0]
    return value


def number_type(name: str, *_: Any) -> NumberType:
    return NumberType(str(name))


def new_array(*_: Any) -> Array:
    return Array()


def encode(text: str, encoding: str = "latin1") -> bytes:
    """How old pickles write bytes."""
    return text.encode("latin1")


def persistent(meta: dict[str, Any]) -> Persistent:
    """`meta` also holds the source text of the class, which NVIDIA's own reader runs."""
    return Persistent(str(meta["class_name"]), dict(meta["state"]))


def device(kind: str, *_: Any) -> Device:
    return Device(str(kind))


ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("_codecs", "encode"): encode,
    ("argparse", "Namespace"): Attributes,
    ("dnnlib", "EasyDict"): Attributes,
    ("dnnlib.util", "EasyDict"): Attributes,
    ("torch", "Size"): tuple,
    ("torch", "device"): device,
    ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): rebuild_parameter,
    ("torch.storage", "_load_from_bytes"): load_from_bytes,
    ("numpy", "dtype"): number_type,
    ("numpy", "ndarray"): Array,
    ("numpy.core.multiarray", "scalar"): number,
    ("numpy.core.multiarray", "_reconstruct"): new_array,
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): persistent,
}
