"""docs/dependencies.md names what the lock file brings, with licences; none is the GPL's, but for what it says."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LGPL = {"pyside6-essentials", "shiboken6"}  # they may be had under the GPL too
WITH_GPL_PARTS = {"av", "pillow-heif"}  # of extras
ENCODERS = re.compile(r"x26[45]|xvid|fdk|rubberband", re.IGNORECASE)  # GPL's, or worse


def brought() -> dict[str, set[str]]:
    """Each package that a user can install, and the extras that bring it, "" for none."""
    packages = {package["name"]: [one for one in LOCK if one["name"] == package["name"]] for package in LOCK}
    (ours,) = packages["facedesigner"]
    found: dict[str, set[str]] = {}
    for extra, wanted in (("", ours["dependencies"]), *ours["optional-dependencies"].items()):
        left = list(wanted)
        while left:
            need = left.pop()
            if extra in found.setdefault(need["name"], set()) and not need.get("extra"):
                continue
            found[need["name"]].add(extra)
            for package in packages[need["name"]]:
                left += package.get("dependencies", [])
                for name in need.get("extra", []):
                    left += package.get("optional-dependencies", {}).get(name, [])
    return {name: {""} if "" in extras else extras for name, extras in found.items()}


BROUGHT = brought()


def installed() -> list[str]:
    there = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower() for one in metadata.distributions()}
    return sorted(there & set(BROUGHT))


def test_the_table_names_every_package_once():
    listed: dict[str, set[str]] = {}
    for _, of, names in re.findall(r"^\| ([^|]+) \| (the program|`[^|]+) \| ([^|]+) \|$", DOC, re.MULTILINE):
        for name in names.split(", "):
            assert name not in listed, name
            listed[name] = {""} if of == "the program" else set(re.findall("`([^`]+)`", of))
    assert listed == BROUGHT


@pytest.mark.parametrize("name", installed())
def test_none_is_under_the_gpl(name):
    about = metadata.metadata(name)
    kinds = [kind for kind in about.get_all("Classifier") or [] if kind.startswith("License")]
    stated = [*about.get_all("License-Expression", []), *about.get_all("License", [])]
    said = " ".join([*(words[:200] for words in stated), *kinds])  # some state a whole file, with what they bundle
    if name in LGPL:
        assert "LGPL-3.0" in said
    else:
        assert not re.search(r"GPL|General Public|Affero", said), said
    bundled = {str(file) for file in metadata.files(name) or [] if ENCODERS.search(Path(file).name)}
    libraries = {file for file in bundled if re.search(r"\.(so|dll|dylib|pyd)\b", file)}
    assert not libraries or name in WITH_GPL_PARTS


def test_what_has_gpl_parts_comes_only_where_it_is_asked_for():
    assert all("" not in BROUGHT[name] for name in WITH_GPL_PARTS)
    assert all(f"**`{name}`**" in DOC for name in WITH_GPL_PARTS)


def test_each_dependency_is_bounded_from_above_or_said_not_to_be():
    unbounded = DOC.split("Not bounded:")[1].split("\n\n")[0]
    bounds = DOC.split("Not bounded:")[0]
    extras = PROJECT["optional-dependencies"].values()
    for need in [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]:
        name, upper = re.split("[<>=]", need)[0], re.search("<[0-9.]+", need)
        assert (f"`{name}{upper[0]}`" in bounds) if upper else (f"`{name}`" in unbounded or "efficientnet" in name), (
            need
        )
