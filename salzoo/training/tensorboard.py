"""Losses, metrics and maps of each validation for TensorBoard."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from salzoo.data.pipeline import Pipeline
from salzoo.data.sample import Sample, evenly
from salzoo.models import model_record
from salzoo.training.checkpoint import Progress
from salzoo.training.config import RunConfig
from salzoo.training.run import Run
from salzoo.utils.drawing import draw_grid, draw_panel

BOARD_IMAGES = 4


class Board:
    """Writer of the TensorBoard files of a run.

    Args:
        run: its folder.
        config: of the run.
        samples: for validation, at least one; the maps of some of them are shown.
    """

    def __init__(self, run: Run, config: RunConfig, samples: Sequence[Sample]) -> None:
        self.writers = {
            split: tf.summary.create_file_writer(run.path(f"tensorboard/{split}"))
            for split in ("train", "val")
        }
        self.record = model_record(config.model)
        shown = Pipeline(
            evenly(list(samples), BOARD_IMAGES),
            config.geometry,
            targets=config.task,
            cache="nothing",
            target_scale=self.record.target_scale,
        )
        self.examples = [
            (image[0].numpy(), target[0].numpy()) for image, target, *_ in shown.in_order()
        ]

    def write(self, model: keras.Model, progress: Progress, learning_rate: float) -> None:
        """Write the last row of the history and the maps of some images.

        Args:
            model: with the validated weights.
            progress: of the run.
            learning_rate: of the next step.
        """
        row = progress.history[-1]
        step = len(progress.history)
        for name, value in row.items():
            split = "val" if name.startswith("val_") else "train"
            if name not in ("epoch", "step"):
                with self.writers[split].as_default(step=step):
                    tf.summary.scalar(name.removeprefix("val_"), value)
        with self.writers["train"].as_default(step=step):
            tf.summary.scalar("learning_rate", learning_rate)
        with self.writers["val"].as_default(step=step):
            for number, (image, target) in enumerate(self.examples):
                self._write_maps(model, number, image, target)
            for name, maps in self.record.inspect(model).items():
                tf.summary.image(name, np.asarray(draw_grid(maps))[None])
        for writer in self.writers.values():
            writer.flush()

    def _write_maps(
        self, model: keras.Model, number: int, image: np.ndarray, target: np.ndarray
    ) -> None:
        outputs = model(image[None], training=False)
        several = isinstance(outputs, dict)
        for name, maps in (outputs if several else {"": outputs}).items():
            # The channels are density, counts and mask, as far as the task has them.
            channel = -1 if several and name != "fixation" else 0
            predicted = keras.ops.convert_to_numpy(maps[0, ..., 0])
            truth, predicted = _resized(target[..., channel], image), _resized(predicted, image)
            picture = draw_panel([(image, truth, predicted)])
            tag = f"image_truth_prediction/{number}" + (f"/{name}" if name else "")
            tf.summary.image(tag, np.asarray(picture)[None])
        for name, maps in self.record.inspect(model, image[None]).items():
            tf.summary.image(f"{name}/{number}", np.asarray(draw_grid(maps))[None])

    def close(self) -> None:
        """Close the files."""
        for writer in self.writers.values():
            writer.close()


def _resized(map_: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return a map (rows, columns) at the size of the image."""
    return tf.image.resize(map_[..., None], image.shape[:2], "nearest")[..., 0].numpy()
