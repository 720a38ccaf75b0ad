import numpy as np
import pytest

from facedesigner.engine.leakage import Leakage


def test_movements_are_in_standard_deviations_and_the_start_is_measured_once():
    looked = []

    def label(pictures):
        looked.append(len(pictures))
        return {"bright": pictures.mean((1, 2, 3)), "red": pictures[..., 0].mean((1, 2))}

    leakage = Leakage(label)
    before, after = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 20, np.uint8)
    measures = {"bright": (0.0, 10.0), "red": (0.0, 0.0), "unknown": (0.0, 1.0)}
    assert leakage(before, after, measures) == {"bright": 2.0}
    leakage(before, after, measures)
    assert looked == [1, 1, 1]


def test_what_is_missing_is_named(monkeypatch):
    def missing() -> None:
        raise ImportError("pip install 'facedesigner[faces]'")

    monkeypatch.setattr("training.networks.labeller.require_packages", missing)
    with pytest.raises(ImportError, match=r"facedesigner\[faces\]"):
        Leakage()
