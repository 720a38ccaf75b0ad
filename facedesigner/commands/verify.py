"""`verify`: does a certificate still say what is true of a picture? Exit status 0 if it does, 1 if not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facedesigner.commands.certify import add_comparison, facts_of, load_certifier, recipe_of
from facedesigner.commands.common import CommandError, add_engine_options, say
from facedesigner.resources import default_weights, shipped_weights


def add(commands: Any) -> None:
    verify = commands.add_parser("verify", help="check a certificate against a picture, and say what differs")
    verify.set_defaults(command=verify_command)
    verify.add_argument("certificate", type=Path, help="the .json file that `facedesigner certify` wrote")
    verify.add_argument("file", type=Path, help="the picture that it is about")
    verify.add_argument(
        "--key",
        metavar="FILE|FINGERPRINT",
        help="the key that must have signed it: a .pub.pem file, or its fingerprint (default: any key, or none)",
    )
    add_comparison(verify)
    add_engine_options(verify)


def verify_command(args: argparse.Namespace) -> int:
    from facedesigner.export.certificate import read_certificate
    from facedesigner.export.seals import broken_seals, page_beside
    from facedesigner.export.signing import wanted_fingerprint
    from facedesigner.export.verification import differences, unchecked

    wanted = "" if args.key is None else wanted_fingerprint(args.key)
    stated = read_certificate(args.certificate)
    threshold = threshold_of(stated, args.certificate)
    pdf = page_beside(args.certificate)
    different = broken_seals(stated, pdf, wanted)
    model = stated.get("model")
    digest = str(model.get("hash")) if isinstance(model, dict) else ""
    certifier = load_certifier(args, shipped_weights(digest) or default_weights())
    loaded = certifier.info
    if isinstance(model, dict) and digest != loaded.hash:
        for sentence in different:
            print(f"- {sentence}")
        print(
            f"{args.certificate.name} was made with model {model.get('name')} ({model.get('hash')}), the loaded one "
            f"is {loaded.name} ({loaded.hash}): name the one that it was made with by --weights"
        )
        return 1
    examined = certifier.examine(args.file, recipe_of(args.file))
    found = facts_of(certifier, examined, args.against, threshold)
    different += differences(stated, found)
    if pdf is None:
        say(f"not checked: the PDF; there is no {args.certificate.with_suffix('.pdf').name} beside the certificate")
    for group in unchecked(stated, found):
        say(f"not checked: {group}; photos are compared again with --against FOLDER")
    if different:
        print(f"{args.certificate.name} does not hold for {args.file.name}:")
        for sentence in different:
            print(f"- {sentence}")
        return 1
    print(f"{args.certificate.name} holds for {args.file.name}: {found['headline'].lower()}. {found['verdict']}")
    say_who_signed(stated, found)
    return 0


def threshold_of(stated: dict[str, Any], path: Path) -> float:
    """CommandError when it states none that can be."""
    threshold = stated.get("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold <= 2:
        raise CommandError(f"{path.name} lacks its threshold: it was damaged, make it again")
    return float(threshold)


def say_who_signed(stated: dict[str, Any], found: dict[str, Any]) -> None:
    """And what that proves, and what not."""
    from facedesigner.export.seals import signer_of
    from facedesigner.export.verification import only_stated

    signer, only = signer_of(stated), "; ".join(only_stated(stated, found))
    if signer:
        print(f"It is signed with the key {signer}: it has not changed since whoever holds that key signed it.")
        print("Who that is, the signature does not say: compare the fingerprint with one they gave you another way.")
        print(f"Their word alone says {only}.")
    else:
        print("It is not signed: its checksum fits, but that is no signature, and does not say who made it.")
        print(f"Nothing but the file itself says {only}.")
