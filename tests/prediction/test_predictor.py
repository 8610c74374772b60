"""Predictors of runs, exports and models."""

import copy
import multiprocessing
import os
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from salzoo.data.images import read_image
from salzoo.prediction.predictor import Predictor, load_model
from salzoo.prediction.saliency import saliency_function
from salzoo.utils.errors import InputError


def test_maps_have_the_size_of_the_image_and_maximum_one(small_run, photos):
    predictor = Predictor(small_run.folder)
    for path in photos:
        image = read_image(path)
        map_ = predictor(image)
        assert map_.shape == image.shape[:2] and map_.dtype == np.float32
        assert map_.min() >= 0 and (map_.max() == pytest.approx(1) or not map_.any())


def test_all_black_is_finite(small_run):
    assert np.isfinite(Predictor(small_run.folder)(np.zeros((30, 50, 3)))).all()


@pytest.mark.parametrize(
    "image",
    [
        np.full((4, 5, 3), np.nan),
        np.pad(np.zeros((4, 5, 2)), ((0, 0), (0, 0), (0, 1)), constant_values=np.inf),
    ],
)
def test_images_that_are_not_finite_are_refused(small_run, image):
    """The network may turn them into maps that look like any other."""
    with pytest.raises(InputError, match="image has values that are NaN or infinite"):
        Predictor(small_run.folder)(image)


@pytest.mark.parametrize(
    "image", [np.full((4, 5, 3), "x"), [[1], [1, 2]], None, np.zeros((0, 5, 3)), np.zeros((4, 5))]
)
def test_what_is_no_image_is_refused(small_run, image):
    with pytest.raises(InputError, match=r"A model takes an array \(rows, columns, 3\), this is"):
        Predictor(small_run.folder)(image)


def test_copies_and_pickles_are_loaded_again(small_run, exported, random, tmp_path):
    image = random.uniform(0, 255, (30, 40, 3))
    copied = shutil.copytree(small_run.folder, tmp_path / "run")
    for source, options in ((copied, {"raw": True}), (exported, {})):
        predictor = load_model(source, **options)
        expected = predictor(image)
        for again in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
            found = again(predictor)
            assert found.card == predictor.card and found is not predictor
            np.testing.assert_array_equal(found(image), expected)
    stored = pickle.dumps(load_model(copied))
    path = copied / "config.json"
    path.write_text(path.read_text().replace('"fit_mode": "pad"', '"fit_mode": "stretch"'))
    with pytest.raises(InputError, match="is another model than the one that was pickled"):
        pickle.loads(stored)


def test_models_in_memory_are_not_copied(small_run):
    predictor = load_model(small_run.load_model())
    for act in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(InputError, match="made from a model in memory and cannot be copied"):
            act(predictor)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_children_say_so_instead_of_hanging(small_run):
    predictor = Predictor(small_run.folder)
    predictor(np.zeros((8, 8, 3)))

    def child(messages):
        for act in (lambda: predictor(np.zeros((8, 8, 3))), lambda: load_model(small_run.folder)):
            try:
                act()
                messages.put("computed")
            except InputError as error:
                messages.put(str(error))

    context = multiprocessing.get_context("fork")
    messages = context.SimpleQueue()
    process = context.Process(target=child, args=(messages,))
    process.start()
    process.join(60)
    if process.is_alive():
        process.kill()
        raise AssertionError("the child hangs")
    for _ in range(2):
        assert "This process was forked after salzoo had loaded or run a model" in messages.get()


def test_eight_threads_get_the_maps_of_one(small_run, random):
    predictor = Predictor(small_run.folder)
    images = [random.uniform(0, 255, (20 + n, 40 - n, 3)) for n in range(12)]
    expected = [predictor(image) for image in images]
    with ThreadPoolExecutor(8) as threads:
        for found, map_ in zip(threads.map(predictor, images), expected, strict=True):
            np.testing.assert_allclose(found, map_, atol=1e-5)


def test_predictor_is_fit_network_unfit(small_run, random):
    """Step by step, with the run's own parts; raw leaves the scaling out."""
    image = random.uniform(0, 255, (60, 90, 3)).astype("float32")
    geometry = small_run.config.geometry
    fitted = geometry.fit_image(image)
    network = small_run.load_model()(fitted[None])[0]
    expected = np.asarray(geometry.unfit_map(network, (60, 90)))[..., 0]
    raw = load_model(small_run.folder, raw=True)(image)
    np.testing.assert_allclose(raw, expected, atol=1e-5)
    scaled = Predictor(small_run.folder)(image)
    np.testing.assert_allclose(scaled, expected / expected.max(), atol=1e-5)


@pytest.mark.parametrize("mode", ["stretch", "native", "within"])
def test_other_modes(small_run, mode):
    assert load_model(small_run.folder, fit_mode=mode)(np.ones((50, 20, 3))).shape == (50, 20)


def test_post_processing_blurs_in_original_pixels(random):
    from scipy.ndimage import gaussian_filter

    from salzoo.data.geometry import Geometry

    def red_channel(images, training):
        return images[..., :1]

    image = random.uniform(0, 1, (24, 32, 3)).astype("float32")
    function = saliency_function(red_channel, Geometry("pad", (24, 32)), blur=2.5)
    expected = gaussian_filter(image[..., 0], 2.5)
    np.testing.assert_allclose(
        function(image[None])[0, ..., 0], expected / expected.max(), atol=1e-5
    )


def test_a_card_tells_no_path_of_the_machine(small_run, tmp_path, vgg16_file):
    from dataclasses import replace

    from salzoo.training.run import Run

    run = Run(shutil.copytree(small_run.folder, tmp_path / "run"))
    recipe = run.config.recipe.override(backbone_weights=str(vgg16_file))
    run.write_config(replace(run.config, recipe=recipe), resume=True)
    assert Predictor(run.folder).card["recipe"]["backbone_weights"] == vgg16_file.name


def test_what_is_no_model(exported, small_run, tmp_path):
    for path, match in (
        (tmp_path / "none", "does not exist; give a run folder or an exported model"),
        (tmp_path, "is not a run: it has no config.json"),
    ):
        with pytest.raises(InputError, match=match):
            Predictor(path)
    with pytest.raises(InputError, match="`raw` cannot change the exported model"):
        load_model(exported, raw=True)
    with pytest.raises(InputError, match="`fit_mode` cannot change the exported model"):
        load_model(exported, fit_mode="native")
    with pytest.raises(InputError, match="`tta` cannot change the exported model"):
        load_model(exported, tta=True)
    shutil.copytree(exported, tmp_path / "damaged")
    (tmp_path / "damaged" / "saved_model.pb").write_bytes(b"no graph")
    with pytest.raises(InputError, match="is damaged .*export it again"):
        Predictor(tmp_path / "damaged")
    shutil.copytree(exported, tmp_path / "foreign")
    os.remove(tmp_path / "foreign" / "assets" / "card.json")
    with pytest.raises(InputError, match="not one that `salzoo export` wrote"):
        Predictor(tmp_path / "foreign")


def test_released_weights_are_surrounded_as_by_their_authors(
    narrow_msinet, frozen_msinet, tmp_path, monkeypatch
):
    """The map of the card: nearest of three canvases, black beside the image, no blur."""
    from salzoo.data.geometry import Geometry
    from salzoo.export import export_model
    from salzoo.models.imported import import_released, released_model
    from salzoo.models.importers import msinet_graphs
    from salzoo.models.released import released

    record = replace(released("msinet:salicon"), sizes=((24, 32), (32, 24), (32, 32)))
    monkeypatch.setattr(msinet_graphs, "RECORDS", (record,))
    import_released(record, frozen_msinet)
    predictor = load_model("msinet", weights="salicon")
    assert predictor.card["released"]["source"] == "msinet:salicon"
    network, _ = released_model(record)
    exported = load_model(export_model("msinet:salicon", tmp_path))
    assert exported.card["released"]["licence"] == "MIT"
    for size, canvas in (((30, 41), (24, 32)), ((50, 47), (32, 32)), ((40, 30), (32, 24))):
        image = np.random.default_rng(0).uniform(0, 255, (*size, 3)).astype("float32")
        geometry = Geometry("pad", canvas, padding_value=0)
        expected = geometry.unfit_map(network(geometry.fit_image(image)[None])[0], size)[..., 0]
        expected /= np.max(expected)
        np.testing.assert_allclose(predictor(image), expected, atol=1e-5)
        np.testing.assert_allclose(exported(image), expected, atol=1e-5)


def test_unknown_released_weights():
    with pytest.raises(InputError, match="no released weights 'msinet:salcon'; did you mean"):
        load_model("msinet", weights="salcon")
