"""The parts of a face that a click takes: plain data."""

from __future__ import annotations

REGIONS = ("nose", "lips", "eyes", "hair", "skin", "background")
