"""Speed of training and inference on a GPU, by Keras on JAX, beside PyTorch.

    KERAS_BACKEND=jax python -m experiments.gpu_speed [--models msinet,msinet_lite,sam_vgg]
        [--precisions float32,bfloat16] [--batch_size 32] [--input_size 240x320] [--steps 20]
        [--rounds 3] [--json FILE]

Needs jax and keras; torch for the comparison. TensorFlow is not imported. Weights and images are
random.

Training: `keras.Model.fit` on images in memory, Adam and the recipe's loss, without augmentation.
Inference: a compiled function of a batch that is on the device already. PyTorch: MSI-Net as a plain
network of the same layers, channels last, with torch.compile and autocast. Rounds alternate
between the libraries; medians are printed.

Columns: images/s, share of the peak of matrix products that is measured in the same run in the
same precision (the multiply-adds of the convolutions, three times as many for training), and peak
memory of the device in GB where JAX knows it.
"""

import argparse
import json
import os
import statistics
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import keras
import numpy as np

from salzoo.losses import make_loss
from salzoo.models import build_model, model_record
from salzoo.models.complexity import complexity
from salzoo.utils.table import Table

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def main(arguments=None):
    options = parse(arguments)
    rows = measure(options)
    print(render(rows, options))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default="msinet,msinet_lite,sam_vgg")
    parser.add_argument("--precisions", default="float32,bfloat16")
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--input_size", default="240x320")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--matrix", type=int, default=8192, help="side of the matrices of the peak")
    parser.add_argument("--json")
    return parser.parse_args(arguments)


def measure(options):
    """Return a row for each library, model, precision and task."""
    size = tuple(map(int, options.input_size.split("x")))
    rows = []
    for precision in options.precisions.split(","):
        peak = matrix_peak(precision, options.matrix)
        for name in options.models.split(","):
            calls, work = keras_calls(name, precision, size, options)
            contenders = {"keras-jax": calls}
            if name == "msinet" and importable("torch"):
                contenders["torch"] = torch_calls(precision, size, options)
            for task in ("inference", "training"):
                speeds = alternate({who: found[task] for who, found in contenders.items()}, options)
                for who, speed in speeds.items():
                    operations = work * (3 if task == "training" else 1)
                    rows.append(
                        {
                            "library": who,
                            "model": name,
                            "precision": precision,
                            "task": task,
                            "images/s": speed,
                            "share of peak": speed * operations / peak,
                            "peak TFLOP/s": peak / 1e12,
                            "memory GB": memory() if who == "keras-jax" else None,
                        }
                    )
                    print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def alternate(calls, options):
    """Return {name: images/s}, medians of rounds that alternate, after one to compile."""
    for call in calls.values():
        call(1)
    seconds = {name: [] for name in calls}
    for _ in range(options.rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call(options.steps)
            seconds[name].append(time.perf_counter() - start)
    images = options.steps * options.batch_size
    return {name: images / statistics.median(taken) for name, taken in seconds.items()}


def matrix_peak(precision, side):
    """Return the operations per second of a large matrix product; a multiply-add counts as two."""
    kind = jnp.bfloat16 if precision == "bfloat16" else jnp.float32
    left, right = (
        jax.random.normal(jax.random.key(number), (side, side), kind) for number in range(2)
    )
    product = jax.jit(jnp.matmul)
    product(left, right).block_until_ready()
    times = []
    for _ in range(10):
        start = time.perf_counter()
        product(left, right).block_until_ready()
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times)


def memory():
    """Return the peak memory of the device in GB, None where it is unknown."""
    statistics_of_device = jax.devices()[0].memory_stats() or {}
    peak = statistics_of_device.get("peak_bytes_in_use")
    return peak and peak / 1e9


def keras_calls(name, precision, size, options):
    """Return {task: function of a number of steps}, and the operations of a forward pass."""
    keras.config.set_dtype_policy(POLICIES[precision])
    model = build_model(name, backbone_weights=None, input_shape=(*size, 3))
    keras.config.set_dtype_policy("float32")
    work = 2 * complexity(model).multiply_adds
    recipe = model_record(name).recipe
    model.compile(
        keras.optimizers.Adam(recipe.learning_rate),
        make_loss(recipe.loss, None, **recipe.loss_options),
        jit_compile=True,
    )
    images, targets = random_batch(size, options.batch_size, model.output_shape[1:3])

    @jax.jit
    def predict(trainable, others, batch):
        return model.stateless_call(trainable, others, batch, training=False)[0]

    on_device = jax.device_put(images)

    def infer(steps):
        parts = (model.trainable_variables, model.non_trainable_variables)
        weights = [[each.value for each in part] for part in parts]  # `fit` replaces them
        for _ in range(steps):
            maps = predict(*weights, on_device)
        jax.block_until_ready(maps)

    def train(steps):
        batches = ((images, targets) for _ in range(steps))
        model.fit(batches, steps_per_epoch=steps, verbose=0)
        jax.block_until_ready(model.trainable_variables[0].value)

    return {"inference": infer, "training": train}, work


def random_batch(size, count, map_size):
    """Return images (count, rows, columns, 3) and densities with fixation counts."""
    random = np.random.default_rng(0)
    images = random.uniform(0, 255, (count, *size, 3)).astype("float32")
    maps = random.uniform(0, 1, (count, *map_size, 1)).astype("float32")
    return images, np.concatenate([maps, (maps > 0.999).astype("float32")], axis=-1)


def torch_calls(precision, size, options):
    """Return {task: function of a number of steps} of PyTorch's MSI-Net."""
    import torch

    from experiments.torch_msinet import MSINet, divergence

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    network = MSINet().to(device, memory_format=torch.channels_last)
    compiled = torch.compile(network) if device == "cuda" else network
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-5, fused=device == "cuda")
    images, targets = random_batch(size, options.batch_size, size)
    images = torch.from_numpy(images.transpose(0, 3, 1, 2)).contiguous(
        memory_format=torch.channels_last
    )
    truth = torch.from_numpy(targets[..., :1].transpose(0, 3, 1, 2))
    on_device = images.to(device)
    casting = {"device_type": device, "dtype": torch.bfloat16, "enabled": precision == "bfloat16"}

    def finish():
        if device == "cuda":
            torch.cuda.synchronize()

    def infer(steps):
        with torch.inference_mode(), torch.autocast(**casting):
            for _ in range(steps):
                compiled(on_device)
        finish()

    def train(steps):
        for _ in range(steps):
            batch, maps = images.to(device), truth.to(device)  # as `fit` takes them from memory
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(**casting):
                predicted = compiled(batch)
            divergence(maps, predicted.float()).backward()
            optimizer.step()
        finish()

    return {"inference": infer, "training": train}


def render(rows, options):
    """Return the rows as a table."""
    title = f"{jax.devices()[0].device_kind}, batch {options.batch_size}, {options.input_size}"
    cells = [
        [value if isinstance(value, str) else shorten(value) for value in row.values()]
        for row in rows
    ]
    return Table(title, list(rows[0]), cells).text()


def shorten(value):
    return "-" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    main()
