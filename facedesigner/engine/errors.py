"""Errors that the window and the command line show. No torch here."""

from __future__ import annotations


class WeightsError(Exception):
    """The weights file cannot be used; the message says what is wrong with it and what to do."""
