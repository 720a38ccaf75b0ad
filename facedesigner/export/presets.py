"""Presets: what a robot needs of a face, as a TOML file: its size, openings, colours and resolution."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from facedesigner.export.fabrication import CUT, KEEP, Options
from facedesigner.export.layout import OVERLAP, OVERLAPS, PAGES, SHELLS, Layout
from facedesigner.export.measure import PUPIL_MM, Size
from facedesigner.export.modelled import SOLIDS
from facedesigner.export.openings import Opening
from training.errors import UserError
from training.options import build, option
from training.texts import one_line, quoted

ENDING = ".toml"
MOST_BYTES, MOST_ABOUT = 100_000, 300  # bytes of the file, letters of its sentence


class PresetError(UserError):
    """The preset cannot be used; the message names the file and the line, and says what to do."""


@dataclass(frozen=True, slots=True)
class Preset:
    """The keys of the file. What it asks of the picture is in `options`."""

    title: str = option("", "what the robot is called")
    about: str = option("", "a sentence on it")
    pupil_mm: float | None = option(None, "between the pupils", unit="mm")
    head_mm: float | None = option(None, "from the chin to the crown, instead", unit="mm")
    dpi: float = option(300.0, "dots an inch", unit="dpi")
    background: str = option(KEEP, "keep, or the colour behind the face")
    straighten: bool = option(True, "eyes level, the middle between them in the centre")
    mirror: bool = option(False, "as for a transfer")
    bits: int = option(8, "of a channel", choices=(8, 16))
    paper: str = option("A4", "of the sheet", choices=tuple(PAGES))
    overlap_mm: float = option(OVERLAP, "that neighbouring pages share", low=OVERLAPS[0], high=OVERLAPS[1], unit="mm")
    cylinder_mm: float | None = option(
        None, "radius of the shell that the print is bent around", low=SHELLS[0], high=SHELLS[1], unit="mm"
    )
    profile: str = option("", "of the press (ICC, CMYK): a file, named from the preset's folder")
    solid: str = option("plate", "the shape of the relief, or the whole head", choices=SOLIDS)
    opening: tuple[Opening, ...] = option((), "holes in the cut-out and on the sheet")

    @property
    def options(self) -> Options:
        """SizeError where they make no sense."""
        if self.background == CUT:
            raise PresetError("background is cut: choose keep or a colour; the cut-out is a file of its own anyway")
        pupil = PUPIL_MM if self.pupil_mm is None and self.head_mm is None else self.pupil_mm
        size = Size(pupil, self.head_mm, self.dpi)
        return Options(size, self.background, self.straighten, self.mirror, self.bits)

    @property
    def layout(self) -> Layout:
        return Layout(self.paper, self.opening, self.overlap_mm, self.cylinder_mm)


def presets(folders: Sequence[Path]) -> dict[str, Path]:
    """All that lie in the folders, by name; of two with one name that of the first folder."""
    found: dict[str, Path] = {}
    for folder in reversed(folders):
        found |= {path.stem: path for path in folder.glob(f"*{ENDING}")}
    return dict(sorted(found.items()))


def chosen(name: str, folders: Sequence[Path]) -> Preset:
    """The preset of this name, or in the file of this path. PresetError lists those there are."""
    known = presets(folders)
    path = Path(name) if name.endswith(ENDING) else known.get(name)
    if path is None:
        raise PresetError(
            f"there is no preset {quoted(name)}: choose {', '.join(known) or 'a file'}, or name a {ENDING} file"
        )
    return load(path)


def load(path: Path) -> Preset:
    """PresetError names the line that is wrong."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES).decode()
    except OSError as error:
        raise PresetError(f"{path} cannot be read ({error.strerror or error}): choose another preset") from None
    except UnicodeDecodeError:
        raise PresetError(f"{path.name} is not text in UTF-8: save it so") from None
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # its words end with the line and the column
        raise PresetError(f"{path.name} is not TOML: {one_line(str(error))}; mend that line") from None
    for key, value in values.items():
        try:
            build(Preset, {key: value}, path.name)
        except UserError as error:
            raise PresetError(f"{error} (line {line_of(key, text)})") from None
    preset: Preset = build(Preset, {"title": path.stem, **values}, path.name)
    preset = replace(preset, title=one_line(preset.title), about=one_line(preset.about, MOST_ABOUT))
    try:
        _ = preset.options
    except UserError as error:
        raise PresetError(f"{path.name}: {error}{lines_of(values, text)}") from None
    if not preset.profile:
        return preset
    profile = path.parent / preset.profile
    if not profile.is_file():
        raise PresetError(
            f"{path.name}: there is no profile {profile} (line {line_of('profile', text)}): name a file beside the "
            "preset, or leave the line out"
        )
    return replace(preset, profile=str(profile))


def line_of(key: str, text: str) -> int:
    """Where a key, or the first table of its name, stands."""
    found = re.search(rf"""^\s*(\[\[?\s*)?["']?{re.escape(key)}["']?\s*[=\].]""", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def lines_of(values: dict[str, Any], text: str) -> str:
    """Of what options are made of."""
    known = [key for key in ("pupil_mm", "head_mm", "dpi", "background") if key in values]
    return f" ({', '.join(f'{key} is in line {line_of(key, text)}' for key in known)})" if known else ""
