"""Every model exported to every target: parity, speed beside TensorFlow, size and memory.

    python -m experiments.export_parity [MODELS] [--targets onnx,litert] [--images 10]
        [--backbones FOLDER] [--out runs/export_parity]

A target is `savedmodel`, `onnx`, `litert`, `openvino`, `web` or `portable`, with a precision after
a colon if it is not the usual one: `openvino:bfloat16`. `msinet_lite` is taken as it comes with
salzoo. The others get random weights (seed 0), their backbones those of `vgg16_imagenet.npz` and
`resnet50_imagenet_partial_float16.npz` in the folder `--backbones`. Flat maps would hide errors:
the last kernel of a network is multiplied until its maps range over half of their maximum.

Each export is made by a process of its own, which compares it with TensorFlow on drawn scenes as
`salzoo export` does. `OUT/table.md` is written after each. The same command goes on after an
interruption: what is in `OUT/results` is not measured again.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from salzoo.cli.parsers import parse_names, whole_number
from salzoo.models import MODELS, PRETRAINED
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json, write_json
from salzoo.utils.table import Table

TARGETS = ("savedmodel", "onnx", "litert", "openvino", "web:float32", "portable")
BACKBONES = {
    "asnet": "vgg16_imagenet.npz",
    "msinet": "vgg16_imagenet.npz",
    "sam_resnet": "resnet50_imagenet_partial_float16.npz",
    "sam_vgg": "vgg16_imagenet.npz",
}
# Share of the maximum that maps must range over, and how often the last kernel may be doubled.
CONTRAST, DOUBLINGS = 0.5, 12
HEADER = ["model", "export", "MB", "max difference", "CC", "contrast", "ms", "TensorFlow", "GB"]


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("models", nargs="*", help="names (default: all)")
    parser.add_argument("--targets", type=parse_names, default=TARGETS)
    parser.add_argument("--images", type=whole_number(1), default=10)
    parser.add_argument("--backbones", metavar="FOLDER", help="of ImageNet weights")
    parser.add_argument("--out", default=os.path.join("runs", "export_parity"))
    parser.add_argument("--one", nargs=2, metavar=("SOURCE", "TARGET"), help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.one:
        print(json.dumps(measure(*arguments.one, arguments.images)))
        return
    for model in arguments.models or sorted(MODELS):
        for target in arguments.targets:
            path = os.path.join(
                arguments.out, "results", f"{model}-{target.replace(':', '-')}.json"
            )
            if not os.path.exists(path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                source = make_source(model, arguments.backbones, arguments.out)
                write_json(path, {"model": model, **run_process(source, target, arguments.images)})
            with open(os.path.join(arguments.out, "table.md"), "w", encoding="utf-8") as file:
                file.write(results_table(arguments.out).markdown())
            print(f"{model} {target}: {read_json(path).get('refused') or 'measured'}", flush=True)
    print(results_table(arguments.out).markdown())


def make_source(model, backbones, out):
    """Return the source of a model: its name if it is pretrained, else a `.keras` file in `out`.

    Args:
        model: name.
        backbones: folder of backbones' weights; None: they are random.
        out: folder.
    """
    path = os.path.join(out, f"{model}.keras")
    if model in PRETRAINED:
        return model
    if os.path.exists(path):
        return path
    import keras

    from salzoo.models import build_model

    keras.utils.set_random_seed(0)
    options = {}
    if backbones and model in BACKBONES:
        options["backbone_weights"] = os.path.join(backbones, BACKBONES[model])
    network = build_model(model, **options)
    sharpen(network)
    network.save(path)
    return path


def sharpen(model):
    """Multiply the last kernel of a network until its maps have contrast.

    Args:
        model: keras.Model.

    Returns:
        The contrast.
    """
    from salzoo.export.parity import draw_scenes
    from salzoo.prediction.opening import open_source

    [scene] = draw_scenes(1)
    kernels = [weight for weight in model.weights if weight.path.endswith("/kernel")]
    for _ in range(DOUBLINGS):
        contrast = contrast_of(open_source(model).maps(scene.image))
        if contrast >= CONTRAST:
            break
        kernels[-1].assign(2 * kernels[-1])
    return contrast


def contrast_of(map_):
    """Return the range of a map relative to its maximum; 0 for a map of zeros."""
    return float((map_.max() - map_.min()) / (map_.max() or 1))


def run_process(source, target, images):
    """Measure an export in a process of its own.

    Args:
        source: of the model.
        target: name, and precision after a colon.
        images: number of scenes.

    Returns:
        What `measure` returns, or why the process failed.
    """
    command = [sys.executable, "-m", "experiments.export_parity", "--images", str(images)]
    result = subprocess.run(
        [*command, "--one", source, target], stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode:
        return {"target": target, "refused": f"the process ended with {result.returncode}"}
    return json.loads(result.stdout.splitlines()[-1])


def measure(source, target, images):
    """Export a model and compare it with TensorFlow.

    Args:
        source: of the model.
        target: name, and precision after a colon.
        images: number of scenes.

    Returns:
        {field: value}: those of `Parity`, contrast and the peak memory; or the reason of a refusal.
    """
    from salzoo.export import export
    from salzoo.export.parity import draw_scenes
    from salzoo.prediction.opening import open_source
    from salzoo.prediction.speed import peak_bytes

    name, _, precision = target.partition(":")
    folder = tempfile.mkdtemp()
    try:
        [one] = export(source, name, folder, precision=precision or None, images=images, force=True)
        peak = peak_bytes()
        contrast = contrast_of(open_source(source).maps(draw_scenes(1)[0].image))
    except InputError as error:
        return {"target": target, "refused": str(error)}
    finally:
        shutil.rmtree(folder)
    return {**vars(one.parity), "contrast": contrast, "peak_gb": peak / 1e9}


def results_table(out):
    """Return what was measured so far as a table.

    Args:
        out: folder.
    """
    folder = os.path.join(out, "results")
    rows = []
    for name in sorted(os.listdir(folder)):
        found = read_json(os.path.join(folder, name))
        if "refused" in found:
            rows.append([found["model"], found["target"], *[""] * 6, found["refused"]])
            continue
        rows.append(
            [
                found["model"],
                f"{found['target']} {found['precision']}" + ("" if found["kept"] else ", refused"),
                f"{found['bytes'] / 1e6:.1f}",
                f"{found['max_difference']:.1e}",
                f"{found['cc']:.5f}",
                f"{found['contrast']:.2f}",
                f"{found['milliseconds']:.0f}",
                f"{found['tensorflow_milliseconds']:.0f}",
                f"{found['peak_gb']:.1f}",
            ]
        )
    return Table("Exports beside TensorFlow", HEADER, rows)


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"export_parity: {error}")
    except KeyboardInterrupt:
        sys.exit("export_parity: interrupted; the same command goes on from here.")
