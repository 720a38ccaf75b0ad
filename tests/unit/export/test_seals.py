import copy
import json

import pytest

from facedesigner.export.certificate import checksum, read_certificate, sealed, signed_content
from facedesigner.export.certificate_format import PDF, SIGNATURE, SIGNER
from facedesigner.export.seals import broken_seals, page_beside, signer_of, words_of
from facedesigner.export.signing import fingerprint, own_key
from facedesigner.export.verification import differences
from tests.unit.export.test_certificate import PICTURE, WORDS, made

COMPARED = "What was compared is the picture."
OLD_AND_NEW = (f"it was enlarged or edited. {COMPARED}", f"it was enlarged, and shows the same. {COMPARED}")


@pytest.fixture
def key(tmp_path):
    return own_key(tmp_path / "keys" / "key.pem")


@pytest.fixture
def certificate(key):
    pdf, sheet = sealed(made(training_faces=WORDS), PICTURE, {"set/0.webp": PICTURE}, "it.pdf", key)
    return pdf, json.loads(sheet)


def signed_anew(stated, key):
    stated = {**stated, "checksum": checksum(stated)}
    return {**stated, SIGNATURE: key.sign(signed_content(stated)).hex()}


def test_what_was_sealed_fits_and_says_who_signed(certificate, key):
    pdf, stated = certificate
    assert broken_seals(stated, pdf) == broken_seals(stated, pdf, fingerprint(key.public)) == []
    assert differences(stated, made()) == [] and signer_of(stated) == fingerprint(key.public)
    assert fingerprint(key.public).replace(" ", "").encode() in words_of(pdf) and b"doesnotprovewho" in words_of(pdf)
    assert "fingerprint" in stated["limits"][-1] and "no signature" not in " ".join(stated["limits"])


def test_another_key_than_the_wanted_one_is_said(certificate, tmp_path):
    pdf, stated = certificate
    other = own_key(tmp_path / "other.pem")
    (sentence,) = broken_seals(stated, pdf, fingerprint(other.public))
    assert f"was to be signed with {fingerprint(other.public)}" in sentence
    plain = json.loads(sealed(made(), PICTURE, {}, "it.pdf")[1])
    assert broken_seals(plain, None) == [] and signer_of(plain) == ""
    assert "it is not signed" in broken_seals(plain, None, fingerprint(other.public))[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v.update(made="2020-01-01T00:00:00+00:00"), "changed after it was signed"),
        (lambda v: v["picture"].update(file="other.png"), "changed after it was signed"),
        (lambda v: v[PDF].update(file="other.pdf"), "changed after it was signed"),
        (lambda v: v[PDF].update(sha256="0" * 64), "the PDF was changed, or is another one"),
        (lambda v: v[SIGNER].update(fingerprint="0000"), "the fingerprint it states is not that of its key"),
        (lambda v: v[SIGNER].update(algorithm="none"), "in a way that is not known"),
        (lambda v: v.update({SIGNATURE: "00"}), "changed after it was signed"),
        (lambda v: v.pop(SIGNATURE), "signed in part"),
        (lambda v: v.pop(SIGNER), "signed in part"),
    ],
)
def test_a_change_is_seen_though_the_checksum_fits_again(change, said, certificate):
    pdf, stated = certificate
    change(stated)
    stated["checksum"] = checksum(stated)
    assert said in " ".join(broken_seals(stated, pdf))


def test_another_page_is_seen_even_if_all_was_signed_anew(certificate, key):
    pdf, stated = certificate
    assert "the PDF was changed" in broken_seals(stated, pdf + b"\n")[0]
    forged = copy.deepcopy(stated)
    forged["neighbours"] = []
    other, sheet = sealed({k: v for k, v in forged.items() if k not in (PDF, SIGNATURE)}, PICTURE, {}, "it.pdf", key)
    stated = signed_anew({**stated, PDF: json.loads(sheet)[PDF]}, key)
    assert broken_seals(stated, other) == ["the PDF says something else than the JSON file"]
    assert words_of(b"%PDF no page of ours") == b""


def test_a_certificate_of_before_signatures_still_verifies(tmp_path):
    from facedesigner.export.certificate_format import UNSIGNED_FORMAT
    from facedesigner.export.certificate_page import page

    stated = {**made(), "format": UNSIGNED_FORMAT}
    stated["checksum"] = checksum(stated)
    (tmp_path / "it.json").write_text(json.dumps(stated))
    read = read_certificate(tmp_path / "it.json")
    assert page_beside(tmp_path / "it.json") is None and broken_seals(read, None) == differences(read, made()) == []
    pdf = page(stated, PICTURE, {})
    assert broken_seals(read, pdf) == [] and b"Signedwith" not in words_of(pdf) and signer_of(read) == ""
    assert broken_seals(read, page(made(), PICTURE, {})) == ["the PDF says something else than the JSON file"]
    old, new = (f"The picture has 9 × 9 pixels, its recipe draws 4 × 4: {words}" for words in OLD_AND_NEW)
    assert differences({**read, "recipe_and_picture": old}, made(relation=new)) == []
    assert differences({**made(), "recipe_and_picture": old}, made(relation=new))
    assert any("no certificate does: signer" in s for s in differences({**read, SIGNER: {}}, made()))
