"""The user's settings as TOML."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from facedesigner.state.face import PSI_DEFAULT, PSI_MAX, PSI_MIN
from facedesigner.state.files import write_atomically
from training.errors import UserError
from training.texts import quoted

THEMES = ("dark", "light")


class SettingsError(UserError):
    """The settings file cannot be used; the message names the file, the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    theme: str = "dark"
    device: str = "auto"
    psi: float = PSI_DEFAULT  # truncation of new faces
    save_folder: str = ""  # where exports go; empty until the first one
    weights: str = ""  # the weights file last used; empty takes the one that comes along
    runs_folder: str = ""  # of training; empty takes the one in the user's data folder
    sign: bool = False  # exported pictures carry content credentials
    preview_milliseconds: float = 16.0  # what a frame may take while a slider is dragged

    def __post_init__(self) -> None:
        if self.theme not in THEMES:
            raise UserError(f"theme is {quoted(self.theme)}; choose {' or '.join(THEMES)}")
        if not PSI_MIN <= self.psi <= PSI_MAX:
            raise UserError(f"psi is {self.psi}; choose {PSI_MIN} to {PSI_MAX}")
        if not 1 <= self.preview_milliseconds <= 1000:
            raise UserError(f"preview_milliseconds is {self.preview_milliseconds}; choose 1 to 1000")


def load(path: Path) -> Settings:
    """The settings in `path`, the defaults when there is none. SettingsError names a key that is unknown or wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is not TOML ({error}): mend or delete it") from None
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Settings)}
    for key, value in values.items():
        if key not in kinds:
            raise SettingsError(f"{path}: unknown key {quoted(key)}; known are {', '.join(kinds)}")
        if kinds[key] is float and isinstance(value, int) and not isinstance(value, bool):
            values[key] = float(value)
        elif not isinstance(value, kinds[key]):
            raise SettingsError(f"{path}: {key} must be {kinds[key].__name__}, not {quoted(value)}")
    try:
        return Settings(**values)
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None


def save(settings: Settings, path: Path) -> None:
    """Writes atomically; makes the folder. OSError when it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {toml(value)}" for key, value in dataclasses.asdict(settings).items()]
    write_atomically(path, ("\n".join(lines) + "\n").encode())


def toml(value: str | float) -> str:
    """A scalar in JSON's notation, which is TOML's too, but for characters past U+FFFF and DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
