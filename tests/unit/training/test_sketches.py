import pytest
import torch

from training.tasks.translate.contours import clean, outline, regions
from training.tasks.translate.damage import damaged, exaggerated, without_a_part, without_strokes
from training.tasks.translate.hints import colour_hints, recoloured
from training.tasks.translate.sketches import FROM_PIXELS, MIRRORED, STYLES, drawn, mirrored, sketches

SIDE = 64


def landmarks():
    """A schematic face, (68, 2): jaw, brows, nose, eyes and lips about where FFHQ has them."""
    turn = torch.linspace(0, torch.pi, 17)
    jaw = torch.stack([0.5 - 0.3 * torch.cos(turn), 0.5 + 0.4 * torch.sin(turn)], 1)
    brows = [torch.stack([torch.linspace(a, a + 0.16, 5), torch.full((5,), 0.42)], 1) for a in (0.3, 0.54)]
    bridge = torch.stack([torch.full((4,), 0.5), torch.linspace(0.48, 0.62, 4)], 1)
    nostrils = torch.stack([torch.linspace(0.45, 0.55, 5), torch.full((5,), 0.66)], 1)

    def ring(count, x, y, across, down):
        turn = torch.linspace(0, 2 * torch.pi, count + 1)[:count] + torch.pi
        return torch.stack([x + across * torch.cos(turn), y + down * torch.sin(turn)], 1)

    eyes = [ring(6, x, 0.48, 0.06, 0.02) for x in (0.38, 0.62)]
    return torch.cat(
        [jaw, *brows, bridge, nostrils, *eyes, ring(12, 0.5, 0.76, 0.1, 0.04), ring(8, 0.5, 0.76, 0.07, 0.01)]
    )


def photos(count=3):
    """Dark hair, light skin, blue ground, dark eyes, red lips."""
    places = (torch.arange(SIDE) + 0.5) / SIDE
    x, y = places[None, :], places[:, None]
    picture = torch.tensor([-0.6, -0.2, 0.6])[:, None, None].expand(3, SIDE, SIDE).clone()

    def paint(inside, colour):
        picture[:, inside] = torch.tensor(colour)[:, None]

    paint(((x - 0.5) / 0.36) ** 2 + ((y - 0.42) / 0.4) ** 2 < 1, [-0.8, -0.8, -0.8])
    paint(((x - 0.5) / 0.28) ** 2 + ((y - 0.58) / 0.34) ** 2 < 1, [0.7, 0.4, 0.2])
    for eye in (0.38, 0.62):
        paint(((x - eye) / 0.05) ** 2 + ((y - 0.48) / 0.03) ** 2 < 1, [-0.9, -0.9, -0.9])
    paint(((x - 0.5) / 0.1) ** 2 + ((y - 0.76) / 0.03) ** 2 < 1, [0.5, -0.5, -0.4])
    return picture.expand(count, 3, SIDE, SIDE).contiguous()


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("style", STYLES)
def test_each_style_draws_lines_on_white_paper(style):
    ink = drawn(style, photos(), landmarks().expand(3, 68, 2))
    assert ink.shape == (3, 1, SIDE, SIDE)
    assert ink.min() >= 0 and ink.max() <= 1
    assert (ink.amax((1, 2, 3)) > 0.3).all()
    assert (ink < 0.5).float().mean() > 0.5


@pytest.mark.parametrize("style", FROM_PIXELS)
def test_a_plain_picture_has_no_lines(style):
    ink = drawn(style, torch.full((2, 3, SIDE, SIDE), 0.9), None)
    assert ink.mean() < 0.05


def test_without_landmarks_the_other_styles_are_drawn():
    assert sketches(photos(8), None).shape == (8, 1, SIDE, SIDE)


def test_the_same_seed_draws_the_same():
    points = landmarks().expand(6, 68, 2)
    first = sketches(photos(6), points)
    torch.manual_seed(0)
    assert torch.equal(first, sketches(photos(6), points))
    assert not torch.equal(first, sketches(photos(6), points))


def test_contours_draw_the_jaw_where_it_is():
    points = landmarks()
    near = torch.zeros(SIDE, SIDE)
    for x, y in points[3:14]:
        near[max(0, int(y * SIDE) - 6) : int(y * SIDE) + 7, max(0, int(x * SIDE) - 6) : int(x * SIDE) + 7] = 1
    inks = torch.stack([clean(points.numpy(), SIDE) for _ in range(6)]).amax(0)
    assert (inks * near).sum() > 20
    assert inks[:5].sum() == 0  # nothing above the head


def test_hair_and_ground_are_told_apart_by_colour():
    hair, ground = regions(photos(1), landmarks()[None])
    middle = hair.shape[-1] // 2
    assert hair[0, 0, 5, middle] > 0.6 and ground[0, 0, 5, middle] < 0.3
    assert ground[0, 0, 5, 2] > 0.6 and hair[0, 0, 5, 2] < 0.3
    assert hair[0, 0, int(0.6 * hair.shape[-1]), middle] < 0.1  # the inner face is neither


def test_the_outline_of_a_region_is_a_line():
    places = torch.linspace(-1, 1, 64)
    disc = torch.sigmoid((0.6 - (places[None] ** 2 + places[:, None] ** 2).sqrt()) * 12)[None, None]
    line = outline(disc, 64, 8.0)[0, 0]
    assert line[32, 32] == 0 and line[0, 0] == 0
    assert line[32].max() > 0.8
    assert outline(torch.full((1, 1, 64, 64), 0.45), 64, 8.0).sum() == 0


def test_a_share_of_the_strokes_is_removed():
    ink = (torch.rand(4, 1, 128, 128) < 0.3).float()
    left = without_strokes(ink, torch.tensor([0.0, 0.3, 0.3, 0.6])).sum((1, 2, 3)) / ink.sum((1, 2, 3))
    torch.testing.assert_close(left, torch.tensor([1.0, 0.7, 0.7, 0.4]), atol=0.06, rtol=0)


def test_a_part_is_left_out_and_nothing_else_changes():
    ink = torch.ones(5, 1, 32, 32)
    left = without_a_part(ink)
    assert set(left.unique().tolist()) == {0.0, 1.0}
    assert (left.mean((1, 2, 3)) < 1).all() and (left.mean((1, 2, 3)) > 0.6).all()


def test_damage_stays_ink():
    ink = damaged((torch.rand(6, 1, SIDE, SIDE) < 0.1).float())
    assert ink.shape == (6, 1, SIDE, SIDE) and ink.min() >= 0 and ink.max() <= 1


def test_landmarks_move_with_an_exaggerated_photo():
    places = torch.rand(40, 1, 2) * 0.6 + 0.2
    middles = (torch.arange(SIDE) + 0.5) / SIDE
    x, y = middles[None, None, :] - places[..., :1], middles[None, :, None] - places[..., 1:]
    spots = 2 * torch.exp(-(x**2 + y**2) / (2 * 0.025**2))[:, None].expand(-1, 3, -1, -1) - 1
    changed, points = exaggerated(spots, places.expand(-1, 68, 2), 1.0)
    assert points is not None
    weight = ((changed[:, :1] + 1) / 2).clamp_min(0)
    found = torch.stack([(weight * middles[None, :]).sum((1, 2, 3)), (weight * middles[:, None]).sum((1, 2, 3))], 1)
    found = found / weight.sum((1, 2, 3))[:, None]
    moved, missed = (found - places[:, 0]).norm(dim=1).mean(), (found - points[:, 0]).norm(dim=1).mean()
    assert moved > 0.006 and missed < 0.3 * moved


def test_photos_that_are_not_chosen_stay_as_they_are():
    points = landmarks().expand(3, 68, 2)
    changed, where = exaggerated(photos(), points, 0.0)
    assert torch.equal(changed, photos()) and where is not None and torch.equal(where, points)


def test_graphite_shades_hair_and_leaves_skin_and_ground_light():
    ink = torch.cat([drawn("graphite", photos(1), landmarks()[None]) for _ in range(8)]).mean(0)[0]
    hair, cheek, ground = ink[6:10, 28:36].mean(), ink[38:42, 22:26].mean(), ink[:8, :6].mean()
    assert hair > 0.4 and cheek < 0.5 * hair and ground < 0.15


def test_mirroring_twice_changes_nothing():
    points = landmarks()[None]
    torch.testing.assert_close(mirrored(mirrored(points)), points)
    assert sorted(MIRRORED) == list(range(68))
    torch.testing.assert_close(mirrored(points)[0, 36:42].mean(0), points[0, 36:42].mean(0), atol=0.02, rtol=0)


def test_hints_have_the_colours_of_the_photo():
    red = torch.tensor([0.8, -0.6, -0.6])[None, :, None, None].expand(4, 3, SIDE, SIDE)
    hints = colour_hints(red, torch.tensor([True, True, False, True]))
    where = hints[:, 3:] > 0
    assert hints.shape == (4, 4, SIDE, SIDE)
    assert where[[0, 1, 3]].flatten(1).any(1).all() and not where[2].any()
    assert hints[:, :3][~where.expand(-1, 3, -1, -1)].abs().max() == 0
    assert (hints[:, :3] - red).abs()[where.expand(-1, 3, -1, -1)].max() < 0.4


def test_only_hinted_photos_get_another_colour():
    given = torch.arange(20) % 2 == 0
    changed = (recoloured(photos(20), landmarks().expand(20, 68, 2), given) != photos(20)).flatten(1).any(1)
    assert changed.any() and not changed[~given].any()
