"""The first command on a fresh machine, against hosts on this machine.

    python experiments/first_run.py [--keep FOLDER]

A copy of the committed tree, an empty $SALZOO_HOME, and a server that behaves like the
publishers' hosts (`tests.loopback`), with SALICON in small in its published archives. The command
is `make train MODEL=msinet DATASET=salicon EPOCHS=1`: without consent; with SALZOO_YES=1, killed
in the middle of the download; once more, to the trained, measured and exported run; and again,
with what is there. It prints what happened; the exit status is 1 if anything is not as it should.
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
COMMAND = ["make", "train", "MODEL=msinet", "DATASET=salicon", "EPOCHS=1"]
VGG16 = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--keep", help="folder to work in, kept afterwards")
    arguments = parser.parse_args()
    from tests.loopback import Hosts

    with contextlib.ExitStack() as stack:
        work = arguments.keep or stack.enter_context(tempfile.TemporaryDirectory())
        work = pathlib.Path(work).resolve()
        hosts = stack.enter_context(Hosts())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        environment, archives = prepare(work, hosts, patch)
        sys.exit(0 if walk(work, hosts, environment, archives) else 1)


def prepare(work, hosts, patch):
    """Make the fresh machine; return its environment and {archive name: address}."""
    from tests.loopback.archives import address, publish

    tree = work / "salzoo"
    (tree / ".venv").mkdir(parents=True)
    packed = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", tree], input=packed, check=True)
    (tree / ".venv" / "bin").symlink_to(pathlib.Path(sys.prefix) / "bin")
    (tree / ".venv" / "installed").touch()
    record = publish("salicon", work / "published", hosts, patch)
    urls = {archive.name: address(archive.url) for archive in record.archives}
    # More than gdown's blocks of 512 KB.
    hosts.files[urls["images.zip"]] = padded(hosts.files[urls["images.zip"]], 4 << 20)
    hosts.files[VGG16] = vgg16_file(work / "vgg16.h5")
    small = {
        "images": record.images,
        "counts": {name: rule.counts for name, rule in record.protocols.items()},
        "checksums": [checksum_of(hosts.files[url]) for url in urls.values()],
    }
    settings = {"port": hosts.port, "root": str(tree), "records": {"salicon": small}}
    (work / "loopback.json").write_text(json.dumps(settings))
    environment = {
        **os.environ,
        "SALZOO_HOME": str(work / "home"),
        "KERAS_HOME": str(work / "keras"),
        "LOOPBACK": str(work / "loopback.json"),
        "PYTHONPATH": f"{tree / 'tests' / 'loopback' / 'startup'}{os.pathsep}{tree}",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    environment.pop("SALZOO_YES", None)
    return environment, urls


def checksum_of(content):
    import hashlib

    return f"md5:{hashlib.md5(content).hexdigest()}"


def padded(archive, size):
    """Return a zip archive with a further file of random bytes."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as opened:
        opened.writestr("images/padding.bin", os.urandom(size))
    return buffer.getvalue()


def vgg16_file(path):
    """Return VGG-16 without its top in the form of keras.applications, with random weights."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import h5py
    import keras
    from keras.src.legacy.saving import legacy_h5_format

    network = keras.applications.VGG16(include_top=False, weights=None)
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    return path.read_bytes()


def walk(work, hosts, environment, urls):
    """Run the command four times; return whether everything was as it should."""
    tree, home, images = work / "salzoo", work / "home", urls["images.zip"]
    right = []

    def check(what, holds):
        right.append(bool(holds))
        print(f"  {'as it should' if holds else 'WRONG'}: {what}", flush=True)

    print(f"$ {' '.join(COMMAND)}    # nobody to ask, no consent")
    status, output, _ = run(tree, environment)
    print(indented(output, 3))
    check("one sentence, nothing fetched", status and "--yes" in output and not hosts.requests)
    agreed = {**environment, "SALZOO_YES": "1"}

    print(f"\n$ SALZOO_YES=1 {' '.join(COMMAND)}    # killed in the middle of images.zip")
    hosts.pace[images] = threading.Event()
    killed = start(tree, agreed)
    halfway = hosts.halfway.wait(300)
    time.sleep(2)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    hosts.pace[images].set()
    parts = list((home / "datasets" / ".download-salicon").glob("*.part"))
    kept = sum(part.stat().st_size for part in parts)
    print(f"  kept: {kept:,} of {len(hosts.files[images]):,} bytes of images.zip")
    check(
        "a part is kept, no dataset", halfway and kept and not (home / "datasets/salicon").exists()
    )

    print(f"\n$ SALZOO_YES=1 {' '.join(COMMAND)}    # the same again")
    status, output, seconds = run(tree, agreed)
    print(indented(output, 60))
    starts = hosts.starts(images)
    print(f"  {seconds:.0f} s; first bytes asked for of images.zip: {starts}")
    check("the download went on from there", starts[-1:] == [kept])
    check("trained, measured, exported", status == 0 and finished(tree))
    check("nothing waits any more", not (home / "datasets" / ".download-salicon").exists())

    print(f"\n$ {' '.join(COMMAND)}    # again, without consent")
    asked = len(hosts.requests)
    status, output, seconds = run(tree, environment)
    print(f"  {seconds:.0f} s, {len(hosts.requests) - asked} requests")
    check("what is there is used", status == 0 and len(hosts.requests) == asked)
    return all(right)


def finished(tree):
    """Return whether the first run has its report, picture and export."""
    run_folder = tree / "runs" / "msinet-salicon-001"
    exports = list((tree / "exports").glob("**/saved_model.pb"))
    return (run_folder / "predictions.png").exists() and exports


def start(tree, environment):
    return subprocess.Popen(
        COMMAND,
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(tree, environment):
    """Run the command; return exit status, output and seconds."""
    begun = time.perf_counter()
    process = start(tree, environment)
    output, _ = process.communicate()
    return process.returncode, output, time.perf_counter() - begun


def indented(text, lines):
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-lines:])


if __name__ == "__main__":
    main()
