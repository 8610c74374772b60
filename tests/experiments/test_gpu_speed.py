"""The measurement for machines with JAX, Keras and a GPU, but no TensorFlow."""

import os
import subprocess
import sys

SCRIPT = """
import sys, time
sys.modules["tensorflow"] = None
from experiments import gpu_speed
options = gpu_speed.parse(["--matrix", "64", "--batch_size", "2"])
assert gpu_speed.matrix_peak("bfloat16", options.matrix) > 0
images, targets = gpu_speed.random_batch((16, 24), 2, (4, 6))
assert images.shape == (2, 16, 24, 3) and targets.shape == (2, 4, 6, 2)
speeds = gpu_speed.alternate({"sleep": lambda steps: time.sleep(0.01 * steps)}, options)
assert 100 < speeds["sleep"] < 210
rows = [{"library": "keras-jax", "images/s": 12.345, "memory GB": None}]
assert "12.3" in gpu_speed.render(rows, options)
"""


def test_it_needs_no_tensorflow():
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
