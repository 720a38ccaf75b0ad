import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from facedesigner.state.settings import THEMES, Settings, SettingsError, load, save


def test_round_trip_and_defaults(tmp_path):
    path = tmp_path / "new" / "settings.toml"
    assert load(path) == Settings()
    settings = Settings(theme="light", save_folder='C:\\faces "new"', psi=1.0)
    save(settings, path)
    assert load(path) == settings
    assert [p.name for p in path.parent.iterdir()] == ["settings.toml"]


@given(
    settings=st.builds(
        Settings,
        theme=st.sampled_from(THEMES),
        save_folder=st.text(),
        psi=st.floats(0, 1.5),
        preview_milliseconds=st.floats(1, 1000),
    )
)
@example(settings=Settings(save_folder="/home/é😀"))
@example(settings=Settings(save_folder="\x7f\n"))
def test_any_settings_round_trip(settings, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    save(settings, path)
    assert load(path) == settings


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("colour = 1", "unknown key 'colour'; known are theme"),
        ("theme = 3", "theme must be str"),
        ("theme = 'pink'", "choose dark or light"),
        ("psi = 4", "choose 0.0 to 1.5"),
        ("preview_milliseconds = 0", "choose 1 to 1000"),
        ("theme = ", "is not TOML"),
        ("psi = nan", "psi is nan"),
        ("psi = " + "1" * 5000, "is not TOML"),
        ("psi = " + "[" * 100_000, "is not TOML"),
    ],
)
def test_a_mistake_names_file_and_key(content, message, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=message) as caught:
        load(path)
    assert "settings.toml" in str(caught.value)
