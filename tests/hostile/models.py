"""Runs, exports and .keras files that are damaged, edited or programs; needs TensorFlow."""

import json
import os
import pathlib
import shutil
import sys
import zipfile

import h5py
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from salzoo.models import shipped_weights
from salzoo.training.config import new_config
from salzoo.training.run import Run
from salzoo.utils.json_files import write_json
from tests.edited_json import edits
from tests.prediction.small_card import small_card
from tests.prediction.test_saved_models import Served, edit, grey, initialized, reads, writes

# Contents of any JSON file.
JSON = {
    "empty": b"",
    "list": b"[]",
    "number": b"9" * 5000,
    "deep": b"[" * 100_000,
    "deep_dict": b'{"model":' * 50_000,
    "nan": b'{"model": NaN}',
    "nul": b"\0" * 100,
    "not_utf8": b'{"model": "\xff"}',
    "utf16": '{"model": "msinet"}'.encode("utf-16"),
    "twice": b'{"model": "msinet", "model": "sam"}',
}


def links(path, victim):
    """Return functions that put something else than a file in the place of one."""
    return {
        "pipe": lambda: os.mkfifo(path),
        "folder": lambda: os.mkdir(path),
        "endless": lambda: os.symlink("/dev/zero", path),
        "secret": lambda: os.symlink(victim / "secret.json", path),
        "loop": lambda: os.symlink(os.path.basename(path), path),
    }


def put_specials(new, name, victim):
    """In new copies of a folder, replace a file by what `links` has."""
    for kind in links("", victim):
        path = new(f"{name.replace('/', '-')}-{kind}") / name
        path.unlink()
        links(path, victim)[kind]()


def make_runs(folder, victim):
    good = folder / "run-good"
    Run(good).write_config(new_config({"model": "msinet_lite", "epochs": 2, "limit_train": 2}))
    for which in ("best", "last"):
        shutil.copy(shipped_weights("msinet_lite"), good / f"{which}.weights.h5")

    def new(kind):
        shutil.copytree(good, folder / f"run-{kind}")
        return folder / f"run-{kind}"

    config = json.loads((good / "config.json").read_text())
    for number, edited in enumerate(edits(config, 12)):
        (new(f"edited-{number}") / "config.json").write_text(json.dumps(edited))
    for kind, content in JSON.items():
        (new(f"config-{kind}") / "config.json").write_bytes(content)
    put_specials(new, "config.json", victim)
    put_specials(new, "best.weights.h5", victim)
    for kind in ("secret", "outside"):
        with h5py.File(new(f"weights-{kind}") / "best.weights.h5", "r+") as file:
            names = []
            file.visititems(lambda name, item, names=names: names.append(name))
            [name, *_] = [name for name in names if isinstance(file[name], h5py.Dataset)]
            del file[name]
            if kind == "secret":
                file[name] = h5py.ExternalLink(str(victim / "secret.txt"), "/")
            else:
                file.create_dataset(name, (16,), "u1", external=[(f"{victim}/secret.txt", 0, 16)])
    whole = (good / "best.weights.h5").read_bytes()
    (new("weights-cut") / "best.weights.h5").write_bytes(whole[: len(whole) // 2])
    (new("weights-text") / "best.weights.h5").write_bytes(b"no weights")
    (new("weights-none") / "best.weights.h5").unlink()
    metrics = new("metrics-link") / "metrics.json"
    metrics.symlink_to(victim / "secret.json")


def make_exports(folder, victim):
    card = folder / "card.json"
    write_json(card, small_card())

    def save(program, kind):
        module = Served(program, str(card))
        signature = module.from_tensor.get_concrete_function()
        tf.saved_model.save(module, str(folder / f"export-{kind}"), {"tensor": signature})
        return folder / f"export-{kind}"

    good = save(grey, "good")
    save(reads, "reads")
    save(writes(str(victim / "written")), "writes")
    card.unlink()

    def new(kind):
        shutil.copytree(good, folder / f"export-{kind}")
        return folder / f"export-{kind}"

    edit(new("initialized"), initialized)
    for number, edited in enumerate(edits(small_card(), 6)):
        (new(f"edited-{number}") / "assets/card.json").write_text(json.dumps(edited))
    for kind, content in JSON.items():
        (new(f"card-{kind}") / "assets/card.json").write_bytes(content)
    for name in ("assets/card.json", "saved_model.pb", "variables/variables.index"):
        put_specials(new, name, victim)
    content = (good / "saved_model.pb").read_bytes()
    (new("cut") / "saved_model.pb").write_bytes(content[: len(content) // 2])
    (new("rubbish") / "saved_model.pb").write_bytes(bytes(range(256)) * 9)
    escaping = new("escaping")
    write_json(escaping / "assets/card.json", {**small_card(), "model": "../../victim/evil"})
    new("moved").rename(folder / "maps-7")
    (folder / "export-maps").mkdir()
    (folder / "maps-7").rename(folder / "export-maps/7")
    np.save(folder / "export-maps/photo.npy", np.ones((12, 16)))


def make_keras_files(folder, victim):
    def network(activation="sigmoid", name="msinet", layer=None):
        image = keras.Input((None, None, 3), name="image")
        maps = layers.Conv2D(1, 1, activation=activation, name="saliency")(image)
        return keras.Model(image, layer(maps) if layer else maps, name=name)

    network().save(folder / "good.keras")
    network(layer=layers.Lambda(lambda maps: maps * 2)).save(folder / "lambda.keras")
    network(name="unknown").save(folder / "unknown.keras")
    model = network()
    model.layers[1].bias.assign([np.nan])
    model.save(folder / "nan.keras")
    model = network(activation="linear")
    model.layers[1].kernel.assign(np.full((1, 1, 3, 1), 3e38))
    model.save(folder / "overflow.keras")
    with zipfile.ZipFile(folder / "good.keras") as file:
        parts = {name: file.read(name) for name in file.namelist()}

    def write(kind, **changed):
        with zipfile.ZipFile(folder / f"{kind}.keras", "w") as file:
            for name, content in {**parts, **changed}.items():
                file.writestr(name, content)

    for kind, content in JSON.items():
        write(f"config-{kind}", **{"config.json": content})
    for number, edited in enumerate(edits(json.loads(parts["config.json"]), 12)):
        write(f"edited-{number}", **{"config.json": json.dumps(edited)})
    write("traversal", **{"../victim/written": b"x", "/tmp/written": b"x"})
    write("weights", **{"model.weights.h5": b"rubbish"})
    with zipfile.ZipFile(folder / "bomb.keras", "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {**parts, "model.weights.h5": bytes(300 << 20)}.items():
            file.writestr(name, content)
    whole = (folder / "good.keras").read_bytes()
    (folder / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.keras").write_bytes(b"")
    (folder / "text.keras").write_bytes(b"no model")
    for kind in links("", victim):
        links(folder / f"{kind}.keras", victim)[kind]()


if __name__ == "__main__":
    target, sandbox = map(pathlib.Path, sys.argv[1:])
    target.mkdir()
    for make in (make_runs, make_exports, make_keras_files):
        make(target, sandbox / "victim")
