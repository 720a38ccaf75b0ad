import json
from xml.etree import ElementTree

import pytest
from hypothesis import given

from facedesigner.state.face import FaceState
from facedesigner.state.recipe import (
    GENERATED,
    XMP_KEY,
    RecipeError,
    describe,
    from_json,
    from_text_chunks,
    to_dict,
    to_json,
    to_text_chunks,
)
from tests.unit.state.faces import faces

FACE = FaceState("0123456789abcdef", seed=42, controls=(("pc01", 1.5),))


@given(faces)
def test_round_trip(face):
    assert from_json(to_json(face)) == face
    assert from_text_chunks(to_text_chunks(face, "style")) == face


def changed(**values):
    return json.dumps({**to_dict(FACE), **values})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{", "not JSON"),
        ("3", "not a table"),
        ("[" * 100_000, "not JSON"),
        (changed(version=2), "version 2, this program reads version 1"),
        (changed(version=None), "version None"),
        (changed(style=1), r"unknown keys \(style\)"),
        (changed(seed=-1), "choose a whole number"),
        (changed(seed=2**32), "choose a whole number"),
        (changed(psi="much"), "incomplete or damaged"),
        (changed(psi=9), "psi is 9"),
        (changed(controls=[1]), "incomplete or damaged"),
        (changed(model=7), "incomplete or damaged"),
        (changed(seed=None), "either a seed or a latent"),
        (changed(seed=None, latent={"shape": [1, 2], "float32": "!!"}), "not base64"),
        (changed(seed=None, latent={"shape": [1, 2], "float32": "AAAA"}), "needs 8 bytes"),
        (changed(seed=None, latent={"shape": [1], "float32": "AAAA"}), "cannot be used|incomplete or damaged"),
        (changed(seed=None, latent={"shape": ["a", 2], "float32": "AAAA"}), "incomplete or damaged"),
        (changed(seed=None, latent={"shape": [1, 1.0], "float32": "AAAAAA=="}), "1.0 is not a whole number"),
        (changed(seed=None, latent={"shape": [True, 1], "float32": "AAAAAA=="}), "True is not a whole number"),
        (changed(psi=10**400), "too large"),
        ('{"version": 1, "seed": ' + "1" * 5000 + "}", "not JSON"),
        (json.dumps({"version": 1, "model": "m"}), "incomplete or damaged"),
    ],
)
def test_what_is_wrong_is_named(source, message):
    with pytest.raises(RecipeError, match=message):
        from_json(source)


def test_a_picture_without_a_recipe():
    with pytest.raises(RecipeError, match="carries no FaceDesigner recipe"):
        from_text_chunks({"parameters": "something else"})


def test_the_chunks_can_be_read_by_people_and_machines():
    chunks = to_text_chunks(FACE, "style64")
    words, pairs = chunks["parameters"].split("\n")
    assert words == describe(FACE, "style64")
    assert pairs == (
        "Seed: 42, Truncation: 0.7, Noise seed: 0, Model: style64, Model hash: 0123456789abcdef, Version: FaceDesigner"
    )
    assert 'Model: "a, b: c",' in to_text_chunks(FACE, "a, b: c")["parameters"]  # as one value
    assert describe(FACE, "style64") == "seed 42, psi 0.7, pc01 +1.5, model style64 (0123456789abcdef)"


def test_the_mark_of_a_generated_picture_is_sound_xmp():
    packet = ElementTree.fromstring(to_text_chunks(FACE, "style64")[XMP_KEY])
    assert packet.tag == "{adobe:ns:meta/}xmpmeta"
    description = packet.find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description is not None
    assert description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType") == GENERATED
