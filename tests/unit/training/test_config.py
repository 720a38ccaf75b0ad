import pytest

from tests.unit.training.helpers import DEBUG
from training.config import load_config, parse_config
from training.events import Metrics, decode, encode


def test_every_config_that_comes_along_is_valid():
    from training import gans
    from training.kinds import described
    from training.options import build
    from training.tasks import TASKS

    for path in DEBUG.parent.glob("*.toml"):
        config = load_config(path)
        options = build(described(config.variant).Options, config.options, path.name)
        if config.variant not in TASKS:
            made = gans.create(config.variant, config.options)
            assert made.generator().resolution == options.resolution == config.options["resolution"]


def test_toml_round_trip(tmp_path):
    config = load_config(DEBUG, ("data.include=['a/*', 'b/*']", "train.flip=false", 'data.terms=say "please"'))
    (tmp_path / "config.toml").write_text(config.to_toml())
    assert load_config(tmp_path / "config.toml") == config
    assert config.data.include == ("a/*", "b/*") and config.train.flip is False


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("train.bach=3", "unknown key 'bach'; did you mean 'batch'"),
        ("train.batch=one", "must be int"),
        ("train.batch=1", "choose 2 to"),
        ("train.batch", "not KEY=VALUE"),
        ("variant.x=1", "not a table"),
        ("trian.batch=4", "unknown key 'trian'; did you mean 'train'"),
        ("train.precision=float64", "choose one of"),
    ],
)
def test_a_mistake_is_named(override, message):
    with pytest.raises(ValueError, match=message):
        load_config(DEBUG, (override,))


def test_missing_and_broken_files(tmp_path):
    with pytest.raises(ValueError, match="there is no config"):
        load_config(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("[train\n")
    with pytest.raises(ValueError, match="is not TOML"):
        load_config(tmp_path / "broken.toml")
    with pytest.raises(ValueError, match="must be a table"):
        parse_config({"train": 3})


def test_events_round_trip_and_refuse_what_is_none():
    event = Metrics(3, 96, 1.5, 64.0, {"d_loss": 0.5})
    assert decode(encode(event)) == event
    for line in ("", "{}", "[]", '{"event": "metrics"}', '{"event": "party", "step": 1}'):
        with pytest.raises(ValueError, match="not an event"):
            decode(line)
