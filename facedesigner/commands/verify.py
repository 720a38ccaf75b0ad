"""`verify`: does a certificate still say what is true of a picture? Exit status 0 if it does, 1 if not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facedesigner.commands.certify import add_comparison, facts_of, load_certifier, recipe_of
from facedesigner.commands.common import CommandError, add_engine_options, say


def add(commands: Any) -> None:
    verify = commands.add_parser("verify", help="check a certificate against a picture, and say what differs")
    verify.set_defaults(command=verify_command)
    verify.add_argument("certificate", type=Path, help="the .json file that `facedesigner certify` wrote")
    verify.add_argument("file", type=Path, help="the picture that it is about")
    add_comparison(verify)
    add_engine_options(verify)


def verify_command(args: argparse.Namespace) -> int:
    from facedesigner.export.certificate import read_certificate
    from facedesigner.export.verification import differences, unchecked

    stated = read_certificate(args.certificate)
    threshold = stated.get("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise CommandError(f"{args.certificate.name} lacks its threshold: it was damaged, make it again")
    certifier = load_certifier(args)
    model, loaded = stated.get("model"), certifier.info
    if isinstance(model, dict) and model.get("hash") != loaded.hash:
        print(
            f"{args.certificate.name} was made with model {model.get('name')} ({model.get('hash')}), the loaded one "
            f"is {loaded.name} ({loaded.hash}): name the one that it was made with by --weights"
        )
        return 1
    examined = certifier.examine(args.file, recipe_of(args.file))
    found = facts_of(certifier, examined, args.against, float(threshold))
    different = differences(stated, found)
    for group in unchecked(stated, found):
        say(f"not checked: {group}; photos are compared again with --against FOLDER")
    if different:
        print(f"{args.certificate.name} does not hold for {args.file.name}:")
        for sentence in different:
            print(f"- {sentence}")
        return 1
    print(f"{args.certificate.name} holds for {args.file.name}: {found['headline'].lower()}. {found['verdict']}")
    print("Its checksum fits; it is no signature, and does not say who made the certificate.")
    return 0
