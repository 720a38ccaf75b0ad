"""Colour profiles (ICC, version 2) as small as they can be."""

from __future__ import annotations

import itertools
import struct

ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))  # XYZ of D50
WHITE = (0.9642, 1.0, 0.8249)


def rgb_profile(primaries=ADOBE, gamma: float = 2.2, name: str = "Wide") -> bytes:
    """Of a space with these primaries, each X, Y, Z."""
    tags = {tag: xyz(values) for tag, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    return profile(b"RGB ", tags | {tag: curve(gamma) for tag in (b"rTRC", b"gTRC", b"bTRC")}, name)


def grey_profile(gamma: float) -> bytes:
    return profile(b"GRAY", {b"kTRC": curve(gamma)}, "Grey")


def xyz(values) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def profile(space: bytes, tags: dict[bytes, bytes], name: str) -> bytes:
    text = name.encode() + b"\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {b"desc": described, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz(WHITE)} | tags
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        content += bytes(-len(content) % 4)
        table += tag + struct.pack(">II", start + len(body), len(content))
        body += content
    rest = b"mntr" + space + b"XYZ " + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + xyz(WHITE)[8:]
    size = start + len(body)
    header = (struct.pack(">I4sI", size, b"\0\0\0\0", 0x02400000) + rest).ljust(128, b"\0")
    return header + struct.pack(">I", len(tags)) + table + body


def cmyk_profile(name: str = "Press") -> bytes:
    """Of a press whose black does what is dark, and whose cyan, magenta and yellow do what is green, red and yellow; by
    tables (lut8)."""
    to_press, to_lab = [], []
    for lightness, a, b in itertools.product((0, 128, 255), repeat=3):
        to_press += [max(0, 2 * (128 - a) - 1), max(0, 2 * (a - 128)), max(0, 2 * (b - 128)), 255 - lightness]
    for cyan, magenta, yellow, black in itertools.product((0, 255), repeat=4):
        to_lab += [255 - black, 128 + (magenta - cyan) // 2, 128 + yellow // 2]
    tags = {b"A2B0": table(4, 3, 2, to_lab), b"B2A0": table(3, 4, 3, to_press)}
    content = bytearray(profile(b"CMYK", tags, name))
    content[12:16], content[20:24] = b"prtr", b"Lab "
    return bytes(content)


def table(inputs: int, outputs: int, grid: int, points: list[int]) -> bytes:
    head = b"mft1\0\0\0\0" + bytes([inputs, outputs, grid, 0])
    matrix = b"".join(struct.pack(">i", 65536 * (row == column)) for row in range(3) for column in range(3))
    return head + matrix + bytes(range(256)) * inputs + bytes(points) + bytes(range(256)) * outputs
