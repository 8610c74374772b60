"""A teacher with ResNet-50's eyes as ImageNet left them: only what reads its features is learned.

    python experiments/resnet_teacher.py --data_dir DATA --out runs/lite/resnet

DATA has the folders osie and nus_scene. A few hundred images are enough to learn where
people look, but not to learn to see: features that are not touched cannot be spoilt
(Kuemmerer et al., DeepGaze II, 2016, arXiv:1610.01563). So they are computed once, of
each image and its mirror image (7 GB in OUT, deleted in the end), and the rest learns
from them in minutes. Only the first four of ResNet-50's five stages are used. Writes
OUT/resnet_teacher.keras, the epoch of the lowest validation loss, for teacher_views.py.
If it is interrupted, the same command goes on after the last finished part.
"""

import argparse
import os
import shutil
import sys

import numpy as np
from tqdm import tqdm

from salzoo.errors import InputError
from salzoo.files import check_folder, whole_file
from salzoo.quiet import load_tensorflow
from salzoo.values import at_least, seed

DATASETS = ("osie", "nus_scene")
SIZE = (352, 480)
# Layers that are read: at an eighth and a 16th of the input's size.
FEATURES = ("conv3_block4_out", "conv4_block6_out")
BLUE_GREEN_RED_MEANS = (103.939, 116.779, 123.68)
BATCH, EPOCHS, RATE, EMA_MOMENTUM = 8, 12, 1e-3, 0.99
NAME = "resnet_teacher"


def main(argv=None):
    """Run the command line; return 0 or 2 (bad input)."""
    arguments = _parser().parse_args(argv)
    try:
        load_tensorflow()
        train(arguments)
        return 0
    except InputError as error:
        sys.stderr.write(f"resnet_teacher: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def train(arguments):
    """Compute the features, learn to read them, and keep both networks as one."""
    import keras

    check_folder("--out", arguments.out)
    keras.utils.set_random_seed(arguments.seed)
    eyes, reader = build_eyes(arguments.backbone_weights), build_reader()
    place = os.path.join(arguments.out, "features")
    training, validation = (
        [write_features(eyes, name, arguments.data_dir, split, place) for name in DATASETS]
        for split in ("train", "val")
    )
    best = os.path.join(arguments.out, "reader.weights.h5")
    learn(reader, training, validation, best, arguments.epochs)
    reader.load_weights(best)
    # One network: RGB 0..255 (batch, 352, 480, 3) to densities (batch, 88, 120, 1).
    network = keras.Model(eyes.input, reader(eyes.output), name=NAME)
    with whole_file(os.path.join(arguments.out, f"{NAME}.keras")) as path:
        network.save(path)
    os.remove(best)
    shutil.rmtree(place)


def build_eyes(backbone_weights):
    """Return ResNet-50's first four stages: images to the two layers of FEATURES."""
    import keras

    from salzoo.layers import BlueGreenRed
    from salzoo.models.backbones import load_backbone_weights
    from salzoo.models.backbones.resnet50 import resnet50

    images = keras.Input((*SIZE, 3))
    means = [-mean for mean in BLUE_GREEN_RED_MEANS]
    maps = keras.layers.Rescaling(1.0, means)(BlueGreenRed()(images))
    whole = keras.Model(images, resnet50(maps))
    load_backbone_weights(whole, "ResNet-50", backbone_weights)
    eyes = keras.Model(images, [whole.get_layer(name).output for name in FEATURES])
    eyes.trainable = False
    return eyes


def build_reader(dropout=0.3):
    """Return what makes densities of the features: msinet_lite's way, on other features."""
    import keras
    from keras import layers

    from salzoo.layers import LearnedGaussianPrior, SpatialSoftmax

    def pointwise(maps, filters):
        options = {"activation": "relu", "kernel_initializer": "he_normal"}
        return layers.Conv2D(filters, 1, **options)(maps)

    def separable(maps, filters, **options):
        options |= {"activation": "relu", "pointwise_initializer": "he_normal"}
        return layers.SeparableConv2D(filters, 3, padding="same", **options)(maps)

    fine = keras.Input((SIZE[0] // 8, SIZE[1] // 8, 512))
    coarse = keras.Input((SIZE[0] // 16, SIZE[1] // 16, 1024))
    seen_fine, seen_coarse = (
        layers.SpatialDropout2D(dropout)(layers.LayerNormalization()(maps))
        for maps in (fine, coarse)
    )
    maps = pointwise(seen_coarse, 256)
    scene = pointwise(layers.GlobalAveragePooling2D(keepdims=True)(maps), 256)
    contexts = [separable(maps, 128, dilation_rate=dilation) for dilation in (1, 2, 4, 8)]
    maps = layers.Conv2D(256, 1)(layers.Concatenate()([maps, *contexts]))
    maps = layers.ReLU()(layers.Add()([maps, scene]))
    maps = layers.UpSampling2D(2, interpolation="bilinear")(maps)
    level = pointwise(seen_fine, 96)
    maps = layers.Concatenate()([maps, level, LearnedGaussianPrior(8)(level)])
    maps = layers.UpSampling2D(2, interpolation="bilinear")(separable(maps, 96))
    maps = layers.Conv2D(1, 3, padding="same")(separable(maps, 48))
    return keras.Model([fine, coarse], SpatialSoftmax()(maps))


def write_features(eyes, name, data_dir, split, place):
    """Write features and truth of a split, and return them as memory maps.

    Returns:
        list of arrays (images, 2, rows, columns, channels): the two layers, float16, and
        density and counts, float32; each of the image and of its mirror image.
    """
    import tensorflow as tf

    from salzoo.data.datasets import load_dataset
    from salzoo.data.geometry import Geometry
    from salzoo.data.pipeline import Pipeline

    paths = [os.path.join(place, f"{name}_{split}_{part}.npy") for part in (*FEATURES, "truth")]
    done = os.path.join(place, f"{name}_{split}.done")
    if not os.path.exists(done):
        os.makedirs(place, exist_ok=True)
        samples = load_dataset(name, os.path.join(data_dir, name), split, protocol="set_aside")
        geometry = Geometry("pad", SIZE, 32, 127.5)
        pipeline = Pipeline(
            samples, geometry, 1, targets="fixations", cache="nothing", target_scale=0.25
        )
        look = tf.function(lambda images: eyes(images, training=False))
        shapes = [tuple(maps.shape[1:]) for maps in eyes.output] + [(SIZE[0] // 4, SIZE[1] // 4, 2)]
        arrays = [
            np.lib.format.open_memmap(path, "w+", kind, (len(samples), 2, *shape))
            for path, kind, shape in zip(paths, ("f2", "f2", "f4"), shapes, strict=True)
        ]
        progress = tqdm(
            pipeline.in_order(), f"{name} {split}", len(samples), unit="image", disable=None
        )
        for number, (image, truth) in enumerate(progress):
            for mirrored, step in ((0, 1), (1, -1)):
                found = [*look(image[:, :, ::step]), truth[:, :, ::step]]
                for array, values in zip(arrays, found, strict=True):
                    array[number, mirrored] = values[0]
        with open(done, "w"):
            pass
    return [np.load(path, mmap_mode="r") for path in paths]


def learn(reader, training, validation, best, epochs):
    """Train the reader as msinet_lite is trained, and keep the best epoch's weights."""
    import keras

    from salzoo.losses import make_loss

    class Batches(keras.utils.PyDataset):
        """Batches of features and truth; mirrored at random, and in any order, in training."""

        def __init__(self, sets, shuffled):
            super().__init__()
            self.items = [(arrays, each) for arrays in sets for each in range(len(arrays[0]))]
            self.random = np.random.default_rng(0) if shuffled else None

        def __len__(self):
            return len(self.items) // BATCH if self.random else -(-len(self.items) // BATCH)

        def __getitem__(self, number):
            chosen = self.items[number * BATCH : (number + 1) * BATCH]
            mirrored = self.random.integers(0, 2, len(chosen)) if self.random else [0] * len(chosen)
            pairs = list(zip(chosen, mirrored, strict=True))
            fine, coarse, truth = (
                np.stack([arrays[part][each, side] for (arrays, each), side in pairs])
                for part in range(3)
            )
            return (np.float32(fine), np.float32(coarse)), truth

        def on_epoch_end(self):
            if self.random:
                self.random.shuffle(self.items)

    batches = Batches(training, shuffled=True)
    batches.on_epoch_end()
    rate = keras.optimizers.schedules.CosineDecay(RATE, len(batches) * epochs)
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=0.01, clipnorm=1.0, use_ema=True, ema_momentum=EMA_MOMENTUM
    )
    loss = make_loss("weighted_sum", kld=1.0, cc=0.3, nss=0.1)
    reader.compile(optimizer, loss, jit_compile=False)
    averages = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    keep = keras.callbacks.ModelCheckpoint(best, save_best_only=True, save_weights_only=True)
    reader.fit(
        batches,
        epochs=epochs,
        validation_data=Batches(validation, shuffled=False),
        callbacks=[averages, keep],
        verbose=2,
    )


def _parser():
    parser = argparse.ArgumentParser(
        prog="resnet_teacher", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("--data_dir", required=True, help="the folder of osie and nus_scene")
    parser.add_argument(
        "--backbone_weights",
        default="imagenet",
        help="imagenet, or a file of ResNet-50's weights (default: imagenet)",
    )
    parser.add_argument("--epochs", type=at_least(1), default=EPOCHS, help=f"default: {EPOCHS}")
    parser.add_argument("--seed", type=seed, default=0, help="default: 0")
    parser.add_argument("--out", required=True, help="folder to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
