from __future__ import annotations

from unittest.mock import Mock

from PIL import Image

from training.events import Measured, Metrics, Samples, Started
from training.tensorboard import TensorBoard


def test_events_become_scalars_and_pictures(tmp_path):
    Image.new("RGB", (8, 4)).save(tmp_path / "fakes000001.png")
    writer = Mock()
    board = TensorBoard(tmp_path, writer)
    board.take(Metrics(1, 8, 1.0, 20.0, {"d_loss": 0.25}))  # before the run has started: nowhere to write
    board.take(Started("x", "style", 64, 128, 24, "cpu"))
    board.take(Metrics(9, 72, 1.0, 20.0, {"d_loss": 0.5, "d_r1": 0.1}))
    board.take(Measured(9, 72, "f", 500, 90.0, 0.1))
    board.take(Samples(9, 72, str(tmp_path / "fakes000001.png")))
    board.close()
    writer.assert_called_once_with(log_dir=str(tmp_path), purge_step=65)
    written = writer.return_value
    distances = [("distance/Fréchet", 90.0, 72), ("distance/kernel", 0.1, 72)]
    scalars = [call.args for call in written.add_scalar.call_args_list]
    assert scalars == [("loss/D", 0.5, 72), ("other/d_r1", 0.1, 72), ("pictures a second", 20.0, 72), *distances]
    assert written.add_image.call_args.args[1].shape == (4, 8, 3)
    written.close.assert_called_once()


def test_without_the_package_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("training.tensorboard.find_spec", lambda _name: None)
    board = TensorBoard(tmp_path)
    board.take(Started("x", "style", 0, 128, 24, "cpu"))
    board.close()
    assert list(tmp_path.iterdir()) == []
