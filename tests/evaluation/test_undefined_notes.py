"""Reports say why a metric has no value, on some images and on all."""

import json

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from salzoo.data.sample import Sample
from salzoo.evaluation import Evaluation, measure, report
from salzoo.evaluation.map_folder import MapFolder

SIZE = (24, 32)


@pytest.fixture
def samples(tmp_path):
    random = np.random.default_rng(0)
    made = []
    for number in range(3):
        path = tmp_path / f"images/{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", SIZE[::-1]).save(path)
        points = random.random((6, 2)) * SIZE[::-1]
        made.append(Sample(str(path), SIZE, points, sigma=2.0))
    return made


def half_maps(samples, tmp_path, as_picture):
    """Bright spots at half the size of the images."""
    folder = tmp_path / "half"
    folder.mkdir(exist_ok=True)
    for number in range(len(samples)):
        map_ = np.zeros((12, 16))
        map_[3 + number, 4] = map_[8, 12 - number] = 1
        map_ = gaussian_filter(map_, 0.7)
        if as_picture:
            Image.fromarray(np.uint8(255 * map_ / map_.max())).save(folder / f"{number}.png")
        else:
            np.save(folder / f"{number}.npy", map_)
    return MapFolder(folder, samples, [f"{number}.png" for number in range(len(samples))])


def measured(models, samples, **options):
    options = {"metrics": ["CC", "KLD"], "baselines": "none", "jobs": 1, **options}
    return measure(models, samples, quiet=True, **options)


def every_report(evaluation):
    return evaluation.table(), report.render_markdown(evaluation), report.render_html(evaluation)


def test_divergence_of_half_size_floats_is_explained_everywhere(samples, tmp_path):
    maps = half_maps(samples, tmp_path, as_picture=False)
    evaluation = measured({"half": maps}, samples, conventions=["mit", "tuebingen"])
    assert np.isnan(evaluation.means()["mit"]["half"]["KLD"])
    assert evaluation.means()["tuebingen"]["half"]["KLD"] > 0
    for text in every_report(evaluation):
        assert "Undefined on all 3 images: KLD of half (mit): resizing gives values below 0" in text
        assert text.count("Undefined") == 1


def test_divergence_of_half_size_pictures(samples, tmp_path):
    """Enlarged as MATLAB does: Keys' cubic, then rounded to 0..255, then the formula of mit."""
    maps = half_maps(samples, tmp_path, as_picture=True)
    evaluation = measured({"half": maps}, samples)

    def axis(values, wanted):
        places = (np.arange(wanted) + 0.5) * len(values) / wanted - 0.5
        result = 0
        for shift in range(-1, 3):
            taps = np.floor(places) + shift
            x = np.abs(places - taps)
            near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
            weights = np.where(x <= 1, near, np.where(x < 2, far, 0))
            mirrored = np.where(taps < 0, -taps - 1, taps).astype(int)
            mirrored = np.where(mirrored >= len(values), 2 * len(values) - 1 - mirrored, mirrored)
            result = result + weights[:, None] * values[mirrored]
        return result

    expected = []
    for number, sample in enumerate(samples):
        map_ = np.asarray(Image.open(tmp_path / f"half/{number}.png"), "float64")
        large = axis(axis(map_, SIZE[0]).T, SIZE[1]).T
        assert large.min() < 0
        large = np.clip(np.round(large), 0, 255)
        truth = sample.density / sample.density.sum()
        epsilon = 2.0**-52
        expected.append((truth * np.log(epsilon + truth / (large / large.sum() + epsilon))).sum())
    np.testing.assert_allclose(evaluation.scores["mit"]["half"]["KLD"], expected, rtol=1e-5)
    assert "Undefined" not in evaluation.table()


def test_one_fixation_an_image_and_constant_maps(samples, tmp_path):
    alone = [Sample(s.image_path, s.size, s.fixations[:1], sigma=2.0) for s in samples]
    noise = np.random.default_rng(0).random(SIZE)
    models = {
        "noise": lambda sample: noise,
        "more": lambda sample: 2 * noise,
        "flat": lambda sample: np.ones(SIZE),
    }
    evaluation = measured(models, alone, metrics=["AUC-Borji", "NSS", "SIM"])
    notes = evaluation.table().splitlines()
    fewer = "Undefined on all 3 images: AUC-Borji of noise, more (mit): fewer than 2 pixels"
    equal = (
        "Undefined on all 3 images: AUC-Borji, NSS, SIM of flat (mit): all values of the map are"
    )
    assert any(line.startswith(fewer) for line in notes)
    assert any(line.startswith(equal) for line in notes)


def test_some_images_with_their_reasons(samples):
    mixed = [Sample(samples[0].image_path, SIZE, samples[0].fixations[:1], sigma=2.0), *samples[1:]]
    noise = np.random.default_rng(0).random(SIZE)
    evaluation = measured({"noise": lambda sample: noise}, mixed, metrics=["AUC-Borji"])
    assert (
        "Undefined and left out of the mean: AUC-Borji of noise on 1 of 3 images, since fewer than "
        "2 pixels of the image are fixated." in evaluation.table()
    )


def test_reasons_are_kept_on_disk_and_in_processes(samples, tmp_path):
    maps = half_maps(samples, tmp_path, as_picture=False)
    evaluation = measured({"half": maps}, samples * 8, jobs=2, images=[str(n) for n in range(24)])
    out = tmp_path / "out"
    out.mkdir()
    evaluation.write(out)
    [reason] = json.loads((out / "evaluation.json").read_text())["reasons"]["mit"]["half"]["KLD"]
    assert reason.startswith("resizing gives values below 0")
    assert Evaluation.read(out).table() == evaluation.table()
    summary = json.loads((out / "evaluation.json").read_text())
    del summary["reasons"]
    (out / "evaluation.json").write_text(json.dumps(summary))
    assert "Undefined on all 24 images: KLD of half (mit)." in Evaluation.read(out).table()
