"""Content credentials on the command line: `--sign` and `--sign-with`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.commands.common import say

if TYPE_CHECKING:
    from facedesigner.export.credential_signer import Signer
    from facedesigner.export.credentials import Credentials
    from facedesigner.export.writing import Sign


def add_signing_options(command: argparse.ArgumentParser, by_default: bool = False) -> None:
    which = command.add_mutually_exclusive_group()
    if by_default:
        which.add_argument("--no-sign", dest="sign", action="store_false", help="leave out content credentials (C2PA)")
    else:
        which.add_argument(
            "--sign", action="store_true", help="add content credentials (C2PA), signed with a self-made certificate"
        )
    which.add_argument(
        "--sign-with", type=Path, metavar="PEM", help="sign content credentials with your certificate and its key"
    )


def signer_of(args: argparse.Namespace) -> Signer | None:
    """Who signs, None if nobody is to. Raises as `required_signer`."""
    return required_signer(args) if args.sign or args.sign_with is not None else None


def required_signer(args: argparse.Namespace) -> Signer:
    """ImportError says what to install; SignerError, ExportError."""
    from facedesigner.export.credential_signer import given, self_made
    from facedesigner.export.credentials import library
    from facedesigner.export.signing import own_key
    from facedesigner.gui.places import Places

    library()
    if args.sign_with is not None:
        return given(args.sign_with)
    path = Places.of_user().signing_key
    signer = self_made(own_key(path), path)
    for note in signer.notes:
        say(note)
    return signer


def signing(args: argparse.Namespace) -> Sign | None:
    """What signs a PNG that is about to be written; raises as `signer_of`, before the work."""
    return sign_by(signer_of(args))


def sign_by(signer: Signer | None, parent: Path | None = None, looked_at: Path | None = None) -> Sign | None:
    """`parent`: the file that the picture was made of; `looked_at`: the one that its face was found in."""
    if signer is None:
        return None
    from facedesigner.export.credentials import INPUT, PARENT, Ingredient, signed

    named = [(path, relation) for path, relation in ((parent, PARENT), (looked_at, INPUT)) if path is not None]
    ingredients = [Ingredient(path.name, path.read_bytes(), relation) for path, relation in named]
    return lambda png, name: signed(png, name, signer, ingredients)


def credentials_of(path: Path) -> Credentials | None:
    """Of a file, checked; those that were signed with the user's own certificate are known. None where it has none;
    ImportError says what to install."""
    from facedesigner.export.credential_signer import own_certificates
    from facedesigner.export.credentials import read
    from facedesigner.gui.places import Places

    return read(path, own_certificates(Places.of_user().signing_key))


def say_credentials(path: Path) -> None:
    """What they say, if a file has any. Of one that cannot be read whoever opens it tells."""
    try:
        found = credentials_of(path)
    except OSError:
        return
    except ImportError as error:
        say(f"{path.name} carries content credentials, which were not checked: {error}")
        return
    for sentence in found.sentences if found else ():
        say(f"{path.name}: {sentence}")
