"""Who signs content credentials: a certificate (X.509) and its key, self-made or the user's own.

The self-made one is for the key that signs FaceDesigner's certificates, so that both are known by one fingerprint. C2PA
wants a certificate that somebody issued, so a root is made for it whose key is thrown away at once: nobody can issue
another one in its name, not even the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.export.signing import SigningKey, explained, fingerprint, free, keep
from training.errors import UserError
from training.texts import one_line

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

CHAIN = ".chain.pem"  # ends the name of the certificates' file, beside the key's
YEARS = 10
LONGEST = 65_000  # bytes of a file with a certificate
NEEDED = "give a PEM file that holds your certificate, those that issued it, and its private key, without a password"


class SignerError(UserError):
    """The file cannot sign; the message says what it lacks."""


@dataclass(frozen=True, eq=False)
class Signer:
    algorithm: str  # by C2PA's name: ed25519, es256, es384, es512, ps256
    chain: bytes  # PEM, the signer's own certificate first
    key: bytes  # PEM (PKCS 8)
    notes: tuple[str, ...] = ()  # what the user should know


def self_made(key: SigningKey, path: Path) -> Signer:
    """For the user's key, which lies in `path`; its certificates lie beside it and are made where there are none that
    fit. ExportError when they can neither be read nor written."""
    file, notes = chain_file(path), key.notes
    with explained(file):
        chain = fitting(file, key)
        if chain is None:
            if file.exists():
                aside = free(file)
                file.rename(aside)
                notes += (
                    f"the certificates in {file} do not fit your key any more and were set aside as {aside.name}",
                )
            keep(file, made_for(key))
            chain = fitting(file, key) or made_for(key)  # another process may have made one for another key
    return Signer("ed25519", chain, private_pem(key.private), notes)


def chain_file(path: Path) -> Path:
    """Where the self-made certificates of the key in `path` lie."""
    return path.with_suffix(CHAIN)


def own_certificates(path: Path) -> bytes:
    """The self-made ones of the key in `path`, which are to be trusted; b"" where there are none."""
    try:
        content = chain_file(path).read_bytes()
        return content if certificates(content) else b""
    except (OSError, ValueError):
        return b""


def fitting(file: Path, key: SigningKey) -> bytes | None:
    """The certificates in a file, if they are for this key and not past their time. OSError."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        own = certificates(content)[0]
        fits = own.public_key().public_bytes_raw() == key.public  # type: ignore[union-attr]
    except (ValueError, IndexError, AttributeError):
        return None
    return content if fits and datetime.now(UTC) < own.not_valid_after_utc else None


def certificates(content: bytes) -> Sequence[Certificate]:
    """ValueError when there is none, or a broken one."""
    from cryptography.x509 import load_pem_x509_certificates

    return load_pem_x509_certificates(content)


def made_for(key: SigningKey) -> bytes:
    """A certificate for the key and the root that issued it (RFC 5280; C2PA 2, 14.5), as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.x509.oid import ExtendedKeyUsageOID

    root, public = Ed25519PrivateKey.generate(), key.private.public_key()
    known = fingerprint(key.public)
    issuer, subject = named(f"Root of {known}"), named(f"FaceDesigner key {known}")
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    own = begun(subject, issuer, public, usage(digital_signature=True), None)
    own = own.add_extension(authority, False).add_extension(usages, False)
    top = begun(issuer, issuer, root.public_key(), usage(key_cert_sign=True, crl_sign=True), 0)
    return b"".join(pem_of(builder.sign(root, None)) for builder in (own, top))


def named(common: str) -> Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Self-made with FaceDesigner")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def usage(**allowed: bool) -> Any:
    from cryptography import x509

    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**(dict.fromkeys(names, False) | allowed))


def begun(subject: Name, issuer: Name, public: Any, usage: Any, path_length: int | None) -> Any:
    """A certificate to be signed; `path_length` makes it one that may issue others."""
    from cryptography import x509

    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365 * YEARS))
    builder = builder.add_extension(x509.BasicConstraints(path_length is not None, path_length), True)
    builder = builder.add_extension(usage, True)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)


def pem_of(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def private_pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def given(path: Path) -> Signer:
    """The user's own, of `--sign-with`. SignerError."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        with path.open("rb") as file:
            content = file.read(LONGEST)
    except OSError as error:
        raise SignerError(f"{path} cannot be read ({error.strerror or error}): {NEEDED}") from None
    try:
        chain = certificates(content)
    except ValueError:
        raise SignerError(f"{path.name} holds no certificate: {NEEDED}") from None
    try:
        key: Any = load_pem_private_key(private_part(content), None)
    except TypeError:
        raise SignerError(f"the private key in {path.name} is locked with a password: {NEEDED}") from None
    except Exception:  # what is no key makes the parser raise one of several kinds
        raise SignerError(f"{path.name} holds no private key: {NEEDED}") from None
    own = next((one for one in chain if one.public_key() == key.public_key()), None)
    if own is None:
        raise SignerError(f"the private key in {path.name} is not that of its certificate: {NEEDED}")
    now = datetime.now(UTC)
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        until = f"{own.not_valid_before_utc:%Y-%m-%d} to {own.not_valid_after_utc:%Y-%m-%d}"
        raise SignerError(f"the certificate in {path.name} holds from {until}, and not today: give one that does")
    ordered = [own, *(one for one in chain if one is not own)]
    return Signer(algorithm_of(key, path), b"".join(map(pem_of, ordered)), private_pem(key))


def private_part(content: bytes) -> bytes:
    """From the private key's first line on: certificates may stand before it."""
    before, mark, _ = content.partition(b"PRIVATE KEY-----")
    return content[before.rfind(b"-----BEGIN") :] if mark else b""


def algorithm_of(key: Any, path: Path) -> str:
    """C2PA's name of what such a key signs with (C2PA 2, 13.2). SignerError."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if isinstance(key, Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, RSAPrivateKey):
        return "ps256"
    curves = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name in curves:
        return curves[key.curve.name]
    raise SignerError(
        f"the key in {path.name} is of a kind that signs no content credentials ({one_line(type(key).__name__)}): give "
        "one of Ed25519, of the curves P-256, P-384 or P-521, or of RSA"
    )
