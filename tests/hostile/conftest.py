"""The corpus of hostile files, in a sandbox of each test module."""

import pytest

from tests.hostile.images import make_images, make_names
from tests.hostile.maps import good_map, make_maps, make_special_maps, npy
from tests.hostile.sandbox import Sandbox, Server
from tests.hostile.tables import make_boxes, make_dataset, make_datasets


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
def sandbox(tmp_path, server):
    """An empty sandbox."""
    return Sandbox(tmp_path, server)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, server):
    """A sandbox with all hostile files."""
    root = tmp_path_factory.mktemp("corpus")
    sandbox = Sandbox(root, server)
    victim = root / "victim"
    make_images(root / "images", victim)
    make_names(root / "names")
    make_maps(root / "maps", victim)
    make_special_maps(root / "special_maps", victim)
    make_boxes(root / "boxes")
    make_dataset(root / "good_data")
    make_datasets(root / "datasets", victim)
    (root / "good_maps").mkdir()
    for name in ("0", "1", "bad"):
        (root / f"good_maps/{name}.npy").write_bytes(npy(good_map()))
    for kind in ("models", "evaluations"):
        made = sandbox.start(root / kind, root, module=f"tests.hostile.{kind}")
        assert made.status == 0, made
    return sandbox
