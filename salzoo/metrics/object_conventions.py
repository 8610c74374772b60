"""Named conventions of the object metrics, and each metric in a sentence."""

from dataclasses import dataclass

from salzoo.utils.errors import unknown_name


@dataclass(frozen=True)
class ObjectConvention:
    """How a map is prepared before every metric, MAE included.

    name: as in tables. stretched: whether each map that is not constant is
    first stretched linearly to 0..1. note: the same in a sentence.
    """

    name: str
    stretched: bool
    note: str


OBJECT_CONVENTIONS = {
    each.name: each
    for each in (
        ObjectConvention("pysod", True, "Each map is first stretched linearly to 0..1."),
        ObjectConvention("raw", False, "Maps are taken as they are; they must lie in 0..1."),
    )
}

_CURVE = "of the map cut down to 8 bits, at or above each of the 256 thresholds 255 to 0"
_ADAPTIVE = "of the map at or above twice its mean (at most 1)"
_OVER_IMAGES = "over a data set of the mean curve of all images"
_DEFINITIONS = {
    "MAE": "Mean absolute difference of map and mask.",
    "maxF": f"F with beta squared 0.3 {_CURVE}; the largest, {_OVER_IMAGES}.",
    "meanF": f"F with beta squared 0.3 {_CURVE}; the mean, {_OVER_IMAGES}.",
    "adpF": f"F with beta squared 0.3 {_ADAPTIVE}.",
    "wF": "Weighted F (Margolin et al. 2014), beta squared 1; an empty mask gives 0.",
    "S": "Structure measure (Fan et al. 2017), alpha 0.5; an empty mask gives 1 - mean of the map, "
    "a full one the mean of the map.",
    "maxE": f"Enhanced alignment (Fan et al. 2018) {_CURVE}, divided by the pixels less one; "
    f"the largest, {_OVER_IMAGES}.",
    "meanE": f"Enhanced alignment (Fan et al. 2018) {_CURVE}, divided by the pixels less one; "
    f"the mean, {_OVER_IMAGES}.",
    "adpE": f"Enhanced alignment (Fan et al. 2018) {_ADAPTIVE}, divided by the pixels less one.",
}
OBJECT_METRICS = tuple(_DEFINITIONS)


def object_convention(convention):
    """Return the `ObjectConvention` of a name, or the one that is given.

    Raises:
        ValueError: there is no such convention.
    """
    if isinstance(convention, ObjectConvention):
        return convention
    if convention not in OBJECT_CONVENTIONS:
        raise unknown_name("convention of object metrics", convention, OBJECT_CONVENTIONS)
    return OBJECT_CONVENTIONS[convention]


def object_definitions(convention="pysod", names=OBJECT_METRICS):
    """Return {short name: how it is computed}, for reports."""
    note = object_convention(convention).note
    return {name: f"{_DEFINITIONS[name]} {note}" for name in names}
