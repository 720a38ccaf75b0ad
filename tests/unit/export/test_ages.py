import sys

import numpy as np
import pytest
from PIL import Image

from facedesigner.export.animation import check_animation, save_animation
from facedesigner.export.strip import LEAST, sheet
from facedesigner.export.writing import ExportError


@pytest.fixture
def pictures():
    """Twelve that get brighter, with a mark that moves."""
    made = [np.full((32, 32, 3), 20 * index, np.uint8) for index in range(12)]
    for index, picture in enumerate(made):
        picture[8:24, index : index + 8] = (250, 40, 40)
    return made


def test_a_sheet_shows_each_picture_with_its_years(pictures):
    made = sheet(pictures[:7], range(7))
    assert made.dtype == np.uint8 and made.shape[0] > LEAST and made.shape[1] > 7 * LEAST
    gap = LEAST // 16
    for index in range(7):
        left = gap + index * (LEAST + gap)
        assert abs(int(made[gap + 10, left + LEAST - 10, 0]) - 20 * index) < 6
        below = made[LEAST + gap + 4 :, left : left + LEAST]
        assert below.min() < 100 and below.max() == 255  # ink on paper
    assert not np.array_equal(made[LEAST + gap + 4 :, :LEAST], made[LEAST + gap + 4 :, LEAST + gap : 2 * LEAST + gap])


def test_a_gif_repeats_at_its_speed(pictures, tmp_path):
    path = save_animation(pictures, tmp_path / "face.gif", 20)
    with Image.open(path) as image:
        assert (getattr(image, "n_frames", 1), image.info["duration"], image.info["loop"]) == (12, 50, 0)
        assert image.size == (256, 256) and b"generator" in image.info["comment"]
        image.seek(11)
        assert abs(int(np.asarray(image.convert("RGB"))[5, 250, 0]) - 220) < 12


def test_an_mp4_has_its_pictures_and_its_speed(pictures, tmp_path):
    av = pytest.importorskip("av")
    path = save_animation(pictures, tmp_path / "face.mp4", 20)
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert stream.average_rate == 20 and (stream.width, stream.height) == (256, 256)
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(stream)]
    assert len(frames) == 12 and abs(int(frames[11][5, 250, 0]) - 220) < 12


def test_nothing_is_lost_and_messages_say_what_to_do(pictures, tmp_path, monkeypatch):
    there = tmp_path / "there.gif"
    there.write_bytes(b"mine")
    with pytest.raises(ExportError, match="exists already"):
        save_animation(pictures, there, 20)
    assert there.read_bytes() == b"mine"
    with pytest.raises(ExportError, match=r"ends in \.gif or \.mp4"):
        check_animation(tmp_path / "face.avi")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ExportError, match=r"facedesigner\[video\]"):
        check_animation(tmp_path / "face.mp4")
    check_animation(tmp_path / "face.gif")
