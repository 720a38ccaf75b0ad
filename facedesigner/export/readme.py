"""The text of a package: what is in it and what is not, with the size and the SHA-256 of each file, signed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facedesigner.export.fabrication import Fabrication
from facedesigner.export.parts import SOURCE
from facedesigner.export.shell import shell_for
from facedesigner.export.signing import ALGORITHM, SigningKey, fingerprint, is_signed
from facedesigner.state.recipe import describe

if TYPE_CHECKING:
    from facedesigner.export.package import Contents

README = "-readme.txt"  # ends its name
SIGNS = b"FaceDesigner package\n"  # before what is signed, so that the signature fits nothing else
HASHES = "Sizes in bytes, and SHA-256"
ENTRY = re.compile(r"^ +(\d{1,15})  ([0-9a-f]{64})  (\S.*)$", re.MULTILINE)
SIGNED = f"Signed with {ALGORITHM}"
SEAL = re.compile(
    rf"\n\n{SIGNED}\n\n  key         ([0-9a-f]{{64}})\n  fingerprint .+\n  signature   ([0-9a-f]{{128}})\n"
)
ABOUT = {
    ".png": "the picture in its real size",
    "-cutout.png": "the same without its background",
    "-credentials.pem": "the certificates that the pictures' content credentials are signed with",
    "-sheet.pdf": "to print at 100%, with measures and crop marks",
    "-cmyk.tif": "what the sheet prints, in one piece and in the colours of a press",
    "-recipe.json": "how the face was made; FaceDesigner opens it",
    "-certificate.pdf": "the comparison with what the model was trained on",
    "-certificate.json": "the same for programs; `facedesigner verify` checks it",
    "-relief.stl": "a solid in millimetres, for a 3D printer or a mill",
    "-head.stl": "the whole head in millimetres, closed, for a 3D printer",
    "-head.glb": "the same in metres with its colours, and with expressions by ARKit's names",
    "-height.png": "the relief as a height map, white nearest",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the text says of a file."""

    size: int
    sha256: str


def readme(
    main: Fabrication, of: Contents, parts: Mapping[str, bytes], left_out: Sequence[str], notes: Sequence[str]
) -> str:
    across, down = main.millimetres
    height, width = main.pixels.shape[:2]
    wide = max(map(len, parts)) + 2
    lines = [f"{of.stem}: a face from FaceDesigner{f', for: {of.robot}' if of.robot else ''}", ""]
    lines += [f"{SOURCE}.", describe(of.face, of.model), ""] if of.face is not None else []
    lines += [f"{width} × {height} pixels, {across:.1f} × {down:.1f} mm at {of.options.size.dpi:g} dpi"]
    lines += [", ".join(map(str, main.measures))]
    lines += [f"Openings: {', '.join(map(str, of.layout.openings))}"] if of.layout.openings else []
    lines += [shell.words] if (shell := shell_for(main, of.layout.cylinder_mm)) else []
    lines += ["", "Files", ""]
    lines += [f"  {name:<{wide}}{ABOUT.get(name.removeprefix(of.stem), '')}".rstrip() for name in parts]
    for title, sentences in (("Not in this package", left_out), ("To know", notes)):
        lines += ["", title, "", *(f"  {sentence}" for sentence in sentences)] if sentences else []
    long = max(len(str(len(content))) for content in parts.values())
    hashes = [f"  {len(one):>{long}}  {hashlib.sha256(one).hexdigest()}  {name}" for name, one in parts.items()]
    return "\n".join([*lines, "", HASHES, "", *hashes])


def sealed_text(text: str, key: SigningKey | None) -> str:
    """With the signature below it."""
    if key is None:
        return f"{text}\n"
    signature = key.sign(SIGNS + text.encode()).hex()
    seal = [f"key         {key.public.hex()}", f"fingerprint {fingerprint(key.public)}", f"signature   {signature}"]
    return "\n".join([text, "", SIGNED, "", *(f"  {line}" for line in seal)]) + "\n"


def entries(text: str) -> dict[str, Entry]:
    """What it says of the files, by name."""
    _, _, table = text.rpartition(f"\n{HASHES}\n")
    return {name: Entry(int(size), digest) for size, digest, name in ENTRY.findall(table)}


def signer(text: str) -> tuple[str, bool]:
    """The fingerprint of the key that signed the text, "" where none did, and whether the signature fits."""
    seal = SEAL.search(text)
    if seal is None:
        return "", SIGNED not in text
    public, signature = bytes.fromhex(seal[1]), bytes.fromhex(seal[2])
    whole = seal.end() == len(text)  # what follows would not be signed
    return fingerprint(public), whole and is_signed(public, signature, SIGNS + text[: seal.start()].encode())
