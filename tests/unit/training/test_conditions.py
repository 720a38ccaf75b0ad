import math

import torch

from training.conditions import Conditions, combinations, shares, title

COLOUR = ("red", "green", "blue")
GLASSES = ("no", "yes")


def test_a_draw_follows_the_data_also_in_what_goes_together():
    prior = (0.5, 0.0, 0.2, 0.0, 0.0, 0.3)  # red no, red yes, green no, ...: only blue ones wear glasses
    conditions = Conditions(("colour", "glasses"), (COLOUR, GLASSES), prior=prior)
    assert conditions.normals == 1 and conditions.dim == 5
    normals = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0))
    drawn = conditions.draw(normals)
    assert torch.equal(drawn, conditions.draw(normals))
    colour, glasses = (block.argmax(1) for block in conditions.split(drawn)[0])
    found = combinations(torch.stack([colour, glasses], 1), conditions.sizes).bincount(minlength=6) / 20_000
    torch.testing.assert_close(found, torch.tensor(prior), atol=0.02, rtol=0)


def test_without_data_classes_are_even_and_codes_uniform():
    conditions = Conditions(("a", "b"), (COLOUR, GLASSES), codes=2)
    assert conditions.normals == 4 and conditions.dim == 7
    assert math.isclose(conditions.entropy, math.log(6) + 2 * math.log(2))
    blocks, codes = conditions.split(
        conditions.draw(torch.randn(20_000, 4, generator=torch.Generator().manual_seed(0)))
    )
    for block, size in zip(blocks, (3, 2), strict=True):
        assert torch.equal(block.sum(1), torch.ones(20_000))
        torch.testing.assert_close(block.mean(0), torch.full((size,), 1 / size), atol=0.02, rtol=0)
    assert codes.min() >= -1 and codes.max() <= 1
    torch.testing.assert_close(codes.var(0), torch.full((2,), 1 / 3), atol=0.02, rtol=0)


def test_a_draw_far_out_is_still_a_class():
    for conditions in (Conditions(("a",), (COLOUR,)), Conditions(("a",), (COLOUR,), prior=(0.2, 0.2, 0.6))):
        drawn = conditions.draw(torch.tensor([[-40.0], [40.0]]))
        assert torch.equal(drawn, torch.tensor([[1.0, 0, 0], [0, 0, 1.0]]))


def test_a_class_takes_its_block_and_leaves_the_rest():
    conditions = Conditions(("colour", "glasses"), (COLOUR, GLASSES), codes=1)
    before = torch.tensor([[0.5, 0.5, 0, 1, 0, -0.3]])
    after = conditions.with_class(before, "glasses", 1)
    assert torch.equal(after, torch.tensor([[0.5, 0.5, 0, 0, 1, -0.3]]))
    assert torch.equal(conditions.one_hot(torch.tensor([[2, 0]])), torch.tensor([[0.0, 0, 1, 1, 0]]))
    assert torch.equal(before[:, 3:4], torch.ones(1, 1))


def test_shares_add_up_and_titles_read_well():
    assert math.isclose(sum(shares(torch.tensor([1, 1, 1]))), 1, abs_tol=1e-5)
    assert (title("hair_colour"), title("age:20:40")) == ("Hair colour", "Age")
