"""Errors whose message is for the user. No torch here."""

from __future__ import annotations


class UserError(ValueError):
    """Something that the user can mend: the message says what is wrong and what to do, and is all that is shown.

    Every error of that kind is one of this class; any other exception is a mistake of the program and is shown with
    its traceback. A plain ValueError is for callers: a wrong shape or range, which no user can give."""


class WeightsError(UserError):
    """The file is no weights file of ours, or cannot be used; the message says what is wrong and what to do."""


def is_users(error: Exception) -> bool:
    """Whether the message of an error is enough, since the user can mend it: also a file that cannot be had, a package
    that is not installed, and too little memory."""
    out_of_memory = type(error).__name__ == "OutOfMemoryError"  # torch's, of a GPU
    return out_of_memory or isinstance(error, UserError | OSError | ImportError | MemoryError)
