"""Images to saliency maps at their original size."""

import glob
import os
from dataclasses import replace

import numpy as np
import tensorflow as tf

from salzoo.data.geometry import gaussian_blur
from salzoo.data.images import EXTENSIONS
from salzoo.errors import InputError
from salzoo.files import digest, read_json, whole_file
from salzoo.models import choose_output, model_record, output_task
from salzoo.pictures import grey_picture, overlay
from salzoo.runs import Run


def saliency_function(model, geometry, blur=0.0, raw=False, output=None):
    """Wrap a network into a function from images of any size to their maps.

    fit, network, unfit, then the model's post-processing: Gaussian blur and
    division by the maximum. Maps of objects are probabilities and stay as they
    are. Prediction, evaluation and every export use this one function.

    Args:
        model: keras.Model of fitted images.
        geometry: `Geometry`.
        blur: sigma in pixels of the original image.
        raw: leave the post-processing out.
        output: name of the map of a model that makes several; None: of its only one.

    Returns:
        tf.function. Images float32 RGB 0..255 (batch, rows, columns, 3) to maps
        float32 (batch, rows, columns, 1), at most 1 unless raw.
    """

    is_object = output is not None and output_task(output) == "objects"

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "images")])
    def saliency(images):
        maps = model(geometry.fit_image(images), training=False)
        maps = maps if output is None else maps[output]
        maps = geometry.unfit_map(maps, tf.shape(images)[1:3])
        if raw or is_object:
            return maps
        if blur:
            maps = gaussian_blur(maps[..., 0], blur)[..., None]
        return tf.math.divide_no_nan(maps, tf.reduce_max(maps, axis=[1, 2, 3], keepdims=True))

    return saliency


class Predictor:
    """A trained model that gives maps at the size of the image.

    Args:
        path: a run folder, or an exported SavedModel (`exports/msinet/1`, or
            `exports/msinet` for its highest version).
        raw: without post-processing.
        fit_mode: for a run, another mode than it was trained with.
        output: for a run of a model that makes several maps, which; None: the one
            of the object.

    Attributes:
        card: dict, what is known of the model.
        fingerprint: of the weights and of what goes around them.

    Raises:
        InputError: the path is neither, or an export is asked for what was
            decided when it was made.
    """

    def __init__(self, path, raw=False, fit_mode=None, output=None):
        path = os.path.normpath(str(path))
        if not os.path.isdir(path):
            raise InputError(f"{path} does not exist; give a run folder or an exported model.")
        export = _export_folder(path)
        if export is None:
            run = Run(path)
            self.card, self._saliency = open_run(run, raw, fit_mode, output)
            keys = ("model", "options", "output", "geometry", "post_processing")
            around = {key: self.card[key] for key in keys}
            self.fingerprint = [digest(run.weights()), around]
        else:
            if raw or fit_mode or output:
                flag = "--raw" if raw else "--fit" if fit_mode else "--output"
                raise InputError(
                    f"{flag} cannot change the exported model {export}: it was decided at "
                    "export; give the run folder instead."
                )
            try:
                self.card = read_json(os.path.join(export, "assets", "card.json"))
                self._loaded = tf.saved_model.load(export)  # keeps the variables alive
                signature = self._loaded.signatures["tensor"]
                self.fingerprint = digest(export)
            except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
                reason = str(error).splitlines()[0]
                raise InputError(f"{export} is damaged ({reason}); export it again.") from error
            self._saliency = lambda images: signature(images=images)["saliency"]

    def __call__(self, image):
        """Return the map (rows, columns), float32, of an image (rows, columns, 3)."""
        images = tf.constant(np.asarray(image, "float32")[None])
        return self._saliency(images)[0, ..., 0].numpy()


def open_run(run, raw=False, fit_mode=None, output=None):
    """Return the card and the `saliency_function` of a run's best weights.

    The card is what is known of the model, as plain values for json.
    """
    config = run.config
    geometry, blur = _wrapping(run, fit_mode)
    record = model_record(config.model)
    model = run.load_model()
    output = choose_output(model, output)
    task = record.task if output is None else output_task(output)
    metrics = (
        read_json(run.path("metrics.json")) if os.path.exists(run.path("metrics.json")) else {}
    )
    plain = raw or task == "objects"
    card = {
        "model": config.model,
        "options": config.options,
        "output": output,
        "paper": record.paper,
        "task": task,
        "trained_on": config.dataset,
        # A card travels; the place of a weights file on this machine does not.
        "recipe": {
            **vars(config.recipe),
            "backbone_weights": os.path.basename(config.recipe.backbone_weights),
        },
        "seed": config.seed,
        "geometry": vars(geometry),
        "post_processing": {"blur": 0.0 if plain else blur, "divide_by_maximum": not plain},
        "metrics": metrics,
    }
    return card, saliency_function(model, geometry, blur, raw, output)


def _wrapping(run, fit_mode):
    """Return the geometry and blur that go around a run's network."""
    config = run.config
    if fit_mode is not None:
        config = replace(config, fit_mode=fit_mode)
    return config.geometry, model_record(config.model).blur


def _export_folder(path):
    """Return the folder with the SavedModel, or None if the path is no export."""
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        if not os.path.exists(os.path.join(path, "assets", "card.json")):
            raise InputError(f"{path} is a SavedModel, but not one that `salzoo export` wrote.")
        return path
    versions = [name for name in os.listdir(path) if name.isdigit()]
    return _export_folder(os.path.join(path, max(versions, key=int))) if versions else None


def find_images(patterns):
    """Expand files, folders and globs to image paths, in order, each once.

    Returns:
        list of paths, list of sentences about patterns that gave none.
    """
    found, problems = [], []
    for pattern in patterns:
        pattern = os.path.expanduser(pattern)
        if os.path.isdir(pattern):
            names = sorted(
                os.path.join(pattern, name)
                for name in os.listdir(pattern)
                if name.lower().endswith(EXTENSIONS) and not name.startswith(".")
            )
            problem = f"The folder {pattern} holds no image ({', '.join(EXTENSIONS)})."
        else:
            names = (
                [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern, recursive=True))
            )
            problem = f"{pattern} does not exist and matches no file."
        found.extend(names)
        if not names:
            problems.append(problem)
    return list(dict.fromkeys(found)), problems


def output_stems(paths, out):
    """Return a path without ending for each image's files; equal names get a number."""
    stems, taken = [], set()
    for path in paths:
        stem = name = os.path.splitext(os.path.basename(path))[0]
        number = 2
        while stem in taken:
            stem, number = f"{name}-{number}", number + 1
        taken.add(stem)
        stems.append(os.path.join(out, stem))
    return stems


def write_prediction(stem, image, map_):
    """Write `<stem>_saliency.npy`, `<stem>_saliency.png` and `<stem>_overlay.png`."""
    with whole_file(f"{stem}_saliency.npy") as path:
        np.save(path, map_)
    for picture, ending in ((grey_picture(map_), "saliency"), (overlay(image, map_), "overlay")):
        with whole_file(f"{stem}_{ending}.png") as path:
            picture.save(path)
