"""Views of an image in test-time augmentation."""

from salzoo.data.geometry import Geometry
from salzoo.prediction.views import views


def test_every_canvas_has_three_scales():
    geometry = Geometry("pad", (240, 320), 8, other_sizes=((320, 320),))
    found = views(geometry, tta=True, fixed_size=False)
    assert [mirrored for _, mirrored in found] == [False, True] * 3
    assert [(scaled.size, scaled.other_sizes) for scaled, _ in found[::2]] == [
        ((240, 320), ((320, 320),)),
        ((192, 256), ((256, 256),)),
        ((288, 384), ((384, 384),)),
    ]
    assert views(geometry, tta=True, fixed_size=True) == [(geometry, False), (geometry, True)]
    assert views(geometry, tta=False, fixed_size=False) == [(geometry, False)]
