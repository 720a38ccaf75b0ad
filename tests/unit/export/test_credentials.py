"""Content credentials, signed and read back with the C2PA library itself."""

from __future__ import annotations

import io
import socket
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from PIL import Image as Pillow

from facedesigner.export import credential_signer
from facedesigner.export.chunks import text_chunk
from facedesigner.export.credential_signer import SignerError, certificates, given, own_certificates, self_made
from facedesigner.export.credentials import (
    INPUT,
    INVALID,
    TRUSTED,
    VALID,
    CredentialsError,
    Ingredient,
    mark_of,
    read_bytes,
    signed,
)
from facedesigner.export.photo import save_photo
from facedesigner.export.png import read_face, save_png
from facedesigner.export.signing import fingerprint, own_key
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import COMPOSITE, GENERATED

FACE = FaceState("0123456789abcdef", seed=42)
PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("nothing may be looked up")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "key.pem"


@pytest.fixture
def signer(key_file):
    return self_made(own_key(key_file), key_file)


@pytest.fixture
def png(tmp_path):
    return save_png(PIXELS, tmp_path / "face.png", FACE, "tiny").read_bytes()


@pytest.fixture
def photo():
    buffer = io.BytesIO()
    Pillow.new("RGB", (40, 30), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_generated_face_is_said_to_be_so_and_its_recipe_survives(png, signer, key_file, tmp_path):
    content = signed(png, "face.png", signer)
    found = read_bytes(content)
    assert found is not None and found.state == VALID and found.made == (GENERATED,) and not found.problems
    assert found.signer == f"FaceDesigner key {fingerprint(own_key(key_file).public)}"
    assert found.program.startswith("FaceDesigner ") and found.ingredients == ()
    trusted = read_bytes(content, own_certificates(key_file))
    assert trusted is not None and trusted.state == TRUSTED and "with your own certificate" in trusted.sentences[0]
    (tmp_path / "signed.png").write_bytes(content)
    assert read_face(tmp_path / "signed.png") == FACE
    with Pillow.open(io.BytesIO(content)) as image:
        assert np.array_equal(np.asarray(image), PIXELS)


def test_a_photo_with_a_pasted_face_names_the_photo(signer, photo, tmp_path):
    path = save_photo(
        Pillow.fromarray(PIXELS),
        tmp_path / "pasted.png",
        sign=lambda png, name: signed(png, name, signer, [Ingredient("me.jpg", photo)]),
    )
    found = read_bytes(path.read_bytes())
    assert found is not None and found.made == (COMPOSITE,) and found.ingredients == ("me.jpg",) and found.holds
    assert "in part generated" in " ".join(found.sentences) and "Made from me.jpg." in found.sentences


def test_a_face_found_in_a_photo_names_it_as_what_was_looked_at(png, signer, photo):
    found = read_bytes(signed(png, "face.png", signer, [Ingredient("me.jpg", photo, INPUT)]))
    assert found is not None and found.holds and found.made == (GENERATED,) and found.ingredients == ("me.jpg",)


def test_credentials_of_an_ingredient_come_along(png, signer, photo, tmp_path):
    before = signed(png, "face.png", signer)
    again = signed(png, "again.png", signer, [Ingredient("face.png", before)])
    found = read_bytes(again)
    assert found is not None and found.holds and found.ingredients == ("face.png",)
    assert before[before.index(b"jumdc2pa") :][:200] in again or again.count(b"jumdc2pa") > 1


@pytest.mark.parametrize("what", ["a text chunk", "a pixel", "the credentials"])
def test_what_changes_after_signing_reads_as_tampering(what, png, signer):
    content = signed(png, "face.png", signer)
    end = content.index(b"IEND") - 4
    changed = bytearray(content)
    if what == "a text chunk":
        changed = bytearray(content[:end] + text_chunk("Comment", "mine") + content[end:])
    elif what == "a pixel":
        changed[end - 6] ^= 1
    else:
        changed[content.index(b"digitalSourceType") + 40] ^= 1
    found = read_bytes(bytes(changed))
    assert found is not None and found.state == INVALID and found.problems
    assert "do not hold: the file was changed after it was signed" in found.sentences[0]


def test_a_cut_off_file_does_not_hold(png, signer):
    content = signed(png, "face.png", signer)
    found = read_bytes(content[: content.index(b"jumdc2pa") + 300])
    assert found is not None and found.state == INVALID


def test_a_file_without_them_is_none_even_without_the_package(png, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    assert read_bytes(png) is None
    assert read_bytes(b"") is None


def test_without_the_package_it_is_said_what_to_install(png, signer, monkeypatch):
    content = signed(png, "face.png", signer)
    monkeypatch.setitem(sys.modules, "c2pa", None)
    for work in (lambda: read_bytes(content), lambda: signed(png, "face.png", signer)):
        with pytest.raises(ImportError, match=r"pip install 'facedesigner\[credentials\]'"):
            work()


def test_what_nobody_knows_the_origin_of_is_not_signed(signer, photo):
    assert mark_of(photo) == ""
    with pytest.raises(CredentialsError, match="nothing to attest"):
        signed(photo, "a.png", signer)


# -- who signs


def test_the_certificates_are_kept_for_the_user_alone(signer, key_file):
    chain = key_file.with_suffix(".chain.pem")
    assert chain.stat().st_mode & 0o077 == 0 and chain.read_bytes() == signer.chain
    assert self_made(own_key(key_file), key_file).chain == signer.chain
    own, root = certificates(signer.chain)
    own.verify_directly_issued_by(root)
    assert len(list(key_file.parent.iterdir())) == 3  # key, public key, certificates: the root's key is nowhere


@pytest.mark.parametrize("damage", [b"no certificate", b""])
def test_certificates_that_do_not_fit_are_set_aside(damage, signer, key_file):
    chain = key_file.with_suffix(".chain.pem")
    chain.write_bytes(damage)
    again = self_made(own_key(key_file), key_file)
    assert again.chain != signer.chain and "do not fit your key" in again.notes[-1]
    assert len(list(key_file.parent.glob("*damaged*"))) == 1
    key_file.unlink()
    assert "do not fit" in self_made(own_key(key_file), key_file).notes[-1]  # another key


def pem(key, password=None):
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def issued(key, days=10):
    """A certificate for a key, and its root, as an office would issue it."""
    from cryptography import x509

    root = Ed25519PrivateKey.generate()
    issuer, name = credential_signer.named("Office"), credential_signer.named("Anna Muster")
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    usages = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION])
    own = credential_signer.begun(name, issuer, key.public_key(), credential_signer.usage(digital_signature=True), None)
    own = own.add_extension(authority, False).add_extension(usages, False)
    own._not_valid_after = (datetime.now(UTC) + timedelta(days=days)).replace(tzinfo=None)
    top = credential_signer.begun(issuer, issuer, root.public_key(), credential_signer.usage(key_cert_sign=True), 0)
    return [credential_signer.pem_of(one.sign(root, None)) for one in (own, top)]


KEYS = {
    "ed25519": Ed25519PrivateKey.generate,
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ps256": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_ones_own_certificate_signs(algorithm, order, png, tmp_path):
    key = KEYS[algorithm]()
    parts = [*issued(key), pem(key)]
    path = tmp_path / "mine.pem"
    path.write_bytes(b"".join(parts[place] for place in order))
    mine = given(path)
    assert mine.algorithm == algorithm
    found = read_bytes(signed(png, "a.png", mine))
    assert found is not None and found.state == VALID and found.signer == "Anna Muster"


def test_the_older_form_of_a_key_will_do(png, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    old = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    path = tmp_path / "mine.pem"
    path.write_bytes(b"".join([*issued(key), old]))
    assert read_bytes(signed(png, "a.png", given(path))) is not None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda key: b"".join(issued(key)), "holds no private key"),
        (lambda key: pem(key), "holds no certificate"),
        (lambda key: b"\xff\x00", "holds no certificate"),
        (lambda key: b"".join([*issued(key), pem(Ed25519PrivateKey.generate())]), "is not that of its certificate"),
        (lambda key: b"".join([*issued(key), pem(key, b"secret")]), "locked with a password"),
        (lambda key: b"".join([*issued(key, days=-0.5), pem(key)]), "and not today"),
    ],
)
def test_what_cannot_sign_is_said(make, message, tmp_path):
    path = tmp_path / "mine.pem"
    path.write_bytes(make(Ed25519PrivateKey.generate()))
    with pytest.raises(SignerError, match=message):
        given(path)


def test_a_missing_file_and_an_odd_key_are_said(tmp_path):
    with pytest.raises(SignerError, match="cannot be read"):
        given(tmp_path / "none.pem")
    key = ec.generate_private_key(ec.SECP256K1())
    path = tmp_path / "mine.pem"
    path.write_bytes(b"".join([*issued(key), pem(key)]))
    with pytest.raises(SignerError, match="signs no content credentials"):
        given(path)


def test_a_certificate_that_nobody_issued_is_refused_in_words(png, tmp_path):
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "mine.pem"
    alone = credential_signer.begun(
        credential_signer.named("Me"),
        credential_signer.named("Me"),
        key.public_key(),
        credential_signer.usage(digital_signature=True),
        None,
    ).sign(key, None)
    path.write_bytes(credential_signer.pem_of(alone) + pem(key))
    with pytest.raises(CredentialsError, match="must be issued by another one"):
        signed(png, "a.png", given(path))
