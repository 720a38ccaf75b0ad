import numpy as np
import pytest

from training.curation import duplicates
from training.curation.duplicates import find_duplicates, unpack
from training.curation.inspector import pack


@pytest.fixture
def prints():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(6, 40))
    vectors[4] = vectors[1] + 0.05 * rng.normal(size=40)
    vectors[5] = vectors[1] - 0.05 * rng.normal(size=40)
    return [pack(vector / np.linalg.norm(vector)) for vector in vectors]


def test_packing_keeps_the_direction():
    vector = np.random.default_rng(1).normal(size=576)
    vector /= np.linalg.norm(vector)
    assert unpack(pack(vector)) @ vector > 0.999


@pytest.mark.parametrize("block", [1, 2, 4, 256])
def test_the_first_stays(prints, block, monkeypatch):
    monkeypatch.setattr(duplicates, "BLOCK", block)
    assert find_duplicates(prints, [False] * 6, 0.96) == {4: 1, 5: 1}


def test_a_protected_one_stays_and_counts(prints):
    protected = [False, False, False, False, True, False]
    found = find_duplicates(prints, protected, 0.96)
    assert set(found) == {5} and found[5] in (1, 4)


def test_one_keeps_all(prints):
    assert find_duplicates(prints, [False] * 6, 1.0) == {}
    assert find_duplicates([], [], 0.9) == {}
