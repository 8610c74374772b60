import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from salzoo.data.geometry import Geometry
from salzoo.data.placement import content_and_canvas
from salzoo.data.tensor_operations import TENSORFLOW
from salzoo.utils.errors import InputError
from salzoo.utils.validators import FIT_MODES, VARYING_FIT_MODES

SIDES = st.integers(1, 90)
GEOMETRIES = st.builds(
    Geometry,
    fit_mode=st.sampled_from(FIT_MODES),
    size=st.tuples(st.integers(1, 8), st.integers(1, 8)).map(lambda s: (s[0] * 8, s[1] * 8)),
    size_multiple=st.just(8),
    padding_value=st.just(126.0),
)


def points_in(size, count=20, seed=0):
    return np.random.default_rng(seed).random((count, 2)) * size[::-1]


@given(GEOMETRIES, st.tuples(SIDES, SIDES))
def test_points_come_back_exactly(geometry, size):
    points = points_in(size)
    there = geometry.fit_points(points, size)
    np.testing.assert_allclose(geometry.unfit_points(there, size), points, atol=1e-9)


@given(GEOMETRIES, st.tuples(SIDES, SIDES))
def test_points_land_on_the_content(geometry, size):
    place = geometry.place(size)
    points = geometry.fit_points(points_in(size), size)
    low = np.array(place.offset[::-1])
    high = low + place.content[::-1]
    assert (points >= low).all() and (points <= high).all()


@given(GEOMETRIES, st.tuples(SIDES, SIDES))
def test_sizes(geometry, size):
    fitted = geometry.fit_map(np.ones((*size, 1)))
    if geometry.fit_mode in VARYING_FIT_MODES:
        assert fitted.shape[0] % 8 == 0 and fitted.shape[1] % 8 == 0
    else:
        assert fitted.shape == (*geometry.size, 1)
    assert geometry.unfit_map(fitted, size).shape == (*size, 1)


def test_what_a_network_is_told_of_images_of_unknown_size():
    """Without the number of channels Keras would take another, slower convolution."""
    geometry = Geometry("pad", (16, 24))
    fit = tf.function(geometry.fit_image, autograph=False)
    images = tf.TensorSpec([None, None, None, 3], tf.float32)
    assert fit.get_concrete_function(images).outputs[0].shape.as_list() == [None, 16, 24, 3]


@given(GEOMETRIES, st.tuples(SIDES, SIDES), st.floats(0, 255))
def test_constant_maps_come_back_exactly(geometry, size, level):
    map_ = np.full((*size, 1), level, "float32")
    np.testing.assert_allclose(
        geometry.unfit_map(geometry.fit_map(map_), size), map_, rtol=1e-5, atol=1e-6
    )


@given(st.tuples(SIDES, SIDES))
def test_maps_of_the_canvas_size_come_back_exactly(size):
    map_ = np.random.default_rng(0).random((*size, 1)).astype("float32")
    for mode in ("pad", "stretch"):
        geometry = Geometry(mode, size)
        np.testing.assert_array_equal(geometry.unfit_map(geometry.fit_map(map_), size), map_)


@given(st.integers(2, 5), st.tuples(st.integers(4, 20), st.integers(4, 20)))
def test_enlarged_maps_keep_their_place(factor, size):
    """Unfit of a map is registered with the points: a bump stays where it is."""
    canvas = np.zeros((*size, 1), "float32")
    canvas[size[0] // 2, size[1] // 2] = 1
    original = (size[0] * factor, size[1] * factor)
    map_ = Geometry("stretch", size).unfit_map(canvas, original)[..., 0]
    rows, columns = np.indices(original) + 0.5
    centre = [(grid * map_).sum() / map_.sum() / factor for grid in (rows, columns)]
    np.testing.assert_allclose(centre, (size[0] // 2 + 0.5, size[1] // 2 + 0.5), atol=0.01)


def test_shrinking_averages_areas(random):
    image = random.random((12, 18, 3)).astype("float32")
    fitted = Geometry("stretch", (4, 6)).fit_image(image)
    expected = image.reshape(4, 3, 6, 3, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(fitted, expected, atol=1e-5)


def test_enlarging_stays_in_range_and_images_do_not_mix():
    images = np.zeros((2, 4, 4, 1), "float32")
    images[0, 1:3, 1:3], images[1, 1:3, 1:3] = 1, 100
    geometry = Geometry("stretch", (16, 16))
    together = geometry.fit_map(images)
    assert together[0].min() == 0 and together[0].max() <= 1
    np.testing.assert_array_equal(together[0], geometry.fit_map(images[0]))


def test_padding_lies_around_with_the_odd_pixel_below_and_right():
    geometry = Geometry("pad", (8, 16), 8, 126.0)
    fitted = geometry.fit_image(np.zeros((8, 9, 3), "float32"))[..., 0]
    beside = (fitted == 126).all(axis=0)
    assert beside.tolist() == [True] * 3 + [False] * 9 + [True] * 4
    assert (geometry.fit_map(np.ones((8, 9, 1)))[:, beside] == 0).all()


@given(GEOMETRIES, st.tuples(SIDES, SIDES), st.integers(0, 30))
def test_every_fixation_is_counted_once_on_its_pixel(geometry, size, count):
    points = points_in(size, count)
    density, counts = geometry.fit_fixations(points, size, 3.0)
    assert counts.shape == density.shape == (*geometry.place(size).canvas, 1)
    assert counts.numpy().sum() == count
    assert density.numpy().sum() == pytest.approx(count, rel=1e-4, abs=1e-4)
    moved = np.floor(geometry.fit_points(points, size)).astype(int)
    assert all(counts[y, x, 0] >= 1 for x, y in moved)


def test_density_is_scipys_at_the_fitted_size():
    points = points_in((60, 80), 30)
    density, _ = Geometry("stretch", (30, 20)).fit_fixations(points, (60, 80), 8.0)
    moved = points * (20 / 80, 30 / 60)
    counts = np.zeros((30, 20))
    np.add.at(counts, tuple(np.floor(moved[:, ::-1]).astype(int).T), 1)
    np.testing.assert_allclose(density[..., 0], gaussian_filter(counts, (4.0, 2.0)), atol=1e-6)


def test_unknown_sizes_in_a_graph(random):
    geometry = Geometry("native", (32, 40), 8)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3])], autograph=False)
    def round_trip(images):
        maps = geometry.fit_image(images)[..., :1]
        return geometry.unfit_map(maps, tf.shape(images)[1:3])

    for size in ((13, 90), (64, 64)):
        images = random.random((2, *size, 3)).astype("float32")
        assert round_trip(images).shape == (2, *size, 1)


def test_native_keeps_the_aspect_and_about_the_area():
    canvas = np.array(Geometry("native", (240, 320), 8).place((3000, 1000)).canvas)
    assert canvas[0] / canvas[1] == pytest.approx(3, rel=0.05)
    assert canvas.prod() == pytest.approx(240 * 320, rel=0.05)


@pytest.mark.parametrize(
    ("size", "canvas"),
    [
        ((480, 640), (240, 320)),
        ((640, 480), (320, 240)),
        ((768, 1024), (240, 320)),
        ((900, 900), (320, 320)),
        ((100, 400), (80, 320)),
        ((200, 300), (200, 300)),  # never larger than it is
    ],
)
def test_within_shrinks_into_a_square_and_keeps_the_aspect(size, canvas):
    placement = Geometry("within", (240, 320)).place(size)
    assert tuple(np.asarray(placement.canvas)) == tuple(np.asarray(placement.content)) == canvas
    assert tuple(np.asarray(placement.offset)) == (0, 0)


def test_unknown_mode():
    with pytest.raises(InputError, match="`fit_mode` crop"):
        Geometry("crop", (8, 8))


@given(GEOMETRIES, st.tuples(SIDES, SIDES), st.sampled_from([2, 3]))
def test_a_scaled_geometry_is_the_same_picture_enlarged(geometry, size, factor):
    small, large = geometry.place(size), geometry.scaled(factor).place(size)
    for name in ("content", "offset", "canvas"):
        np.testing.assert_array_equal(np.array(getattr(small, name)) * factor, getattr(large, name))
    points = points_in(size)
    np.testing.assert_allclose(
        geometry.scaled(factor).fit_points(points, size),
        geometry.fit_points(points, size) * factor,
        atol=1e-9,
    )


def test_half_a_geometry():
    half = Geometry("stretch", (96, 96)).scaled(0.5)
    assert half.canvas_size == (48, 48)
    density, counts = half.fit_fixations([[10.0, 5.0], [639.9, 479.9]], (480, 640), 19.0)
    assert density.shape == counts.shape == (48, 48, 1) and counts[47, 47, 0] == 1


@given(GEOMETRIES, st.tuples(SIDES, SIDES), st.sampled_from([2, 3]))
def test_a_map_larger_than_the_canvas_comes_back(geometry, size, factor):
    """Each pixel repeated, as a network with a larger output would give it."""
    map_ = geometry.fit_map(np.random.default_rng(0).random((*size, 1)))
    larger = np.repeat(np.repeat(map_, factor, axis=0), factor, axis=1)
    plain, back = geometry.unfit_map(map_, size), geometry.unfit_map(larger, size)
    assert back.shape == plain.shape
    # Repetition and bicubic enlargement differ, their coarse averages do not.
    assert abs(np.mean(back) - np.mean(plain)) < 0.1


@pytest.mark.parametrize("mode", FIT_MODES)
def test_a_map_smaller_than_the_canvas_stands_for_all_of_it(mode):
    geometry = Geometry(mode, (32, 64), 8)
    map_ = np.zeros((4, 8, 1), "float32")
    map_[2, 5] = 1.0
    back = geometry.unfit_map(map_, (50, 100))[..., 0]
    row, column = np.unravel_index(back.argmax(), back.shape)
    # The peak's pixel covers 1/4 of the rows and 1/8 of the columns.
    assert abs(row + 0.5 - 2.5 / 4 * 50) < 2 and abs(column + 0.5 - 5.5 / 8 * 100) < 2


def test_sizes_that_become_known_in_the_graph():
    geometry = Geometry("pad", (32, 64), 8)

    @tf.function(input_signature=[tf.TensorSpec([None, None, 1])], autograph=False)
    def back(map_):
        return geometry.unfit_map(map_, (50, 50))

    map_ = np.random.default_rng(0).random((64, 128, 1)).astype("float32")
    np.testing.assert_allclose(back(map_), geometry.unfit_map(map_, (50, 50)), atol=1e-6)


@pytest.mark.parametrize("in_graph", [False, True])
def test_of_several_canvases_the_nearest_aspect_is_used(in_graph):
    geometry = Geometry("pad", (240, 320), padding_value=7, other_sizes=((320, 240), (320, 320)))

    def round_trip(image):
        fitted = geometry.fit_image(image)
        size = tf.shape(image)[1:3] if in_graph else image.shape[1:3]
        return fitted, geometry.unfit_map(fitted[..., :1], size)

    if in_graph:
        signature = [tf.TensorSpec((1, None, None, 3), tf.float32)]
        round_trip = tf.function(round_trip, input_signature=signature, autograph=False)
    for size, canvas in (
        ((480, 640), (240, 320)),
        ((640, 480), (320, 240)),
        ((500, 500), (320, 320)),
        ((100, 1000), (240, 320)),
        ((1000, 100), (320, 240)),
        ((874, 1000), (240, 320)),  # 0.874 is nearer to 0.75 than to 1
        ((876, 1000), (320, 320)),
    ):
        image = np.full((1, *size, 3), 100, "float32")
        fitted, map_ = round_trip(image)
        assert fitted.shape == (1, *canvas, 3)
        alone = Geometry("pad", canvas, padding_value=7)
        np.testing.assert_allclose(fitted, alone.fit_image(image), atol=1e-4)
        assert map_.shape == (1, *size, 1)
        np.testing.assert_allclose(map_, 100, atol=0.02)
        twice = np.repeat(np.repeat(np.asarray(fitted)[..., :1], 2, 1), 2, 2)
        np.testing.assert_allclose(geometry.unfit_map(twice, size), 100, atol=0.02)


@settings(max_examples=15)
@given(GEOMETRIES, st.tuples(st.integers(1, 3000), st.integers(1, 3000)))
def test_a_graph_finds_the_same_sizes(geometry, size):
    """Numbers and tensors, which every exported runtime computes with."""
    now, later = geometry.place(size), geometry.place(tf.constant(size))
    assert later == now
    rows, columns = tf.unstack(tf.Variable(size))  # not known before it runs
    content, canvas = content_and_canvas(geometry, (rows, columns), TENSORFLOW)
    assert tuple(map(int, content)) == now.content and tuple(map(int, canvas)) == now.canvas
