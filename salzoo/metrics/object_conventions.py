"""Conventions of the object metrics."""

from dataclasses import dataclass

from salzoo.utils.errors import unknown_name


@dataclass(frozen=True)
class ObjectConvention:
    """How a map is prepared before every metric, MAE included, and how F is averaged.

    Attributes:
        name: as in tables.
        stretched: whether a map that is not constant is first stretched linearly to 0..1.
        note: the same in a sentence.
        f_of_means: whether F of a data set is that of the mean precision and the mean recall
            over its images, not the mean of the F of the images.
        metrics: names of the metrics that it defines; None: all.
    """

    name: str
    stretched: bool
    note: str
    f_of_means: bool = False
    metrics: tuple[str, ...] | None = None


PYSOD = ObjectConvention("pysod", True, "Each map is first stretched linearly to 0..1.")
RAW = ObjectConvention("raw", False, "Maps are taken as they are; they must lie in 0..1.")
# Whatever else is measured, papers before PySODMetrics print the largest F of the averaged
# precision-recall curve (Achanta et al., CVPR 2009; DSS and ASNet among others).
MEAN_PR = ObjectConvention("mean_pr", True, PYSOD.note, f_of_means=True, metrics=("maxF",))
OBJECT_CONVENTIONS = {rule.name: rule for rule in (PYSOD, MEAN_PR, RAW)}

# Parts of the sentences of several metrics.
CURVE = "of the map cut down to 8 bits, at or above each of the 256 thresholds 255 to 0"
ADAPTIVE = "of the map at or above twice its mean (at most 1)"
OVER_IMAGES = "over a data set of the mean curve of all images"


def object_convention(convention: str | ObjectConvention) -> ObjectConvention:
    """Return the `ObjectConvention` of a name, or the one that is given.

    Args:
        convention: "pysod", "mean_pr", "raw", or an `ObjectConvention`.

    Raises:
        ValueError: there is no such convention.
    """
    if isinstance(convention, ObjectConvention):
        return convention
    if convention not in OBJECT_CONVENTIONS:
        raise unknown_name("convention of object metrics", convention, OBJECT_CONVENTIONS)
    return OBJECT_CONVENTIONS[convention]
