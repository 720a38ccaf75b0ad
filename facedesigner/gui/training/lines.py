"""Bytes as a pipe hands them over -> whole lines, and lines -> events."""

from __future__ import annotations

from training.events import Event, decode


class LineBuffer:
    """Keeps the piece of a line whose end has not come yet."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes | bytearray | memoryview) -> list[str]:
        *whole, self._rest = (self._rest + bytes(data)).split(b"\n")
        return [line.decode("utf-8", "replace").rstrip("\r") for line in whole]

    def flush(self) -> list[str]:
        """What is left once nothing more will come."""
        rest, self._rest = self._rest, b""
        return [rest.decode("utf-8", "replace")] if rest else []


def event_of(line: str) -> Event | None:
    """None for a line that is no event, such as what a library prints."""
    try:
        return decode(line)
    except ValueError:
        return None
