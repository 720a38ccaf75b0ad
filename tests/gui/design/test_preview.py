from __future__ import annotations

import pytest

from facedesigner.gui.design.preview import FORGET_AFTER, PreviewPolicy, exit_for

EXITS = (32, 64, 128, 256)


def measured(budget: float = 16.0, **milliseconds: float) -> PreviewPolicy:
    policy = PreviewPolicy(EXITS, budget)
    for name, value in milliseconds.items():
        for _ in range(3):
            policy.record(int(name[1:]), value)
    return policy


def test_largest_that_fits():
    assert measured(r32=2, r64=5, r128=14, r256=50).choose() == 128


def test_smallest_if_none_fits():
    assert measured(r32=40, r64=50, r128=60, r256=90).choose() == 32


def test_full_resolution_on_a_fast_machine():
    assert measured(r32=1, r256=9).choose() == 256


def test_starts_small_and_climbs_while_there_is_room():
    policy = PreviewPolicy(EXITS, 16.0)
    costs = {32: 3.0, 64: 6.0, 128: 15.0, 256: 60.0}
    chosen = []
    for _ in range(12):
        chosen.append(policy.choose())
        policy.record(chosen[-1], costs[chosen[-1]])
    assert chosen[0] == 32
    assert chosen[-4:] == [128] * 4
    assert chosen.count(256) == 2


def test_one_slow_frame_changes_nothing():
    policy = measured(r32=2, r64=8, r128=30, r256=60)
    policy.record(64, 400)
    assert policy.choose() == 64


def test_recent_frames_count():
    policy = measured(r32=2, r64=8, r128=30, r256=60)
    for _ in range(9):
        policy.record(64, 25)
    assert policy.choose() == 32


def test_an_old_verdict_is_tried_again():
    policy = measured(r32=2, r64=30, r128=60, r256=99)
    chosen = set()
    for _ in range(FORGET_AFTER + 2):
        chosen.add(policy.choose())
        policy.record(32, 2)
    assert chosen == {32, 64}


def test_needs_a_resolution():
    with pytest.raises(ValueError, match="at least one"):
        PreviewPolicy((), 16.0)


@pytest.mark.parametrize(("pixels", "expected"), [(20, 32), (64, 64), (85, 64), (86, 128), (9999, 256)])
def test_exit_for(pixels, expected):
    assert exit_for(EXITS, pixels) == expected
