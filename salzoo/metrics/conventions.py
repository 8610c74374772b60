"""Conventions of fixation metrics: the definitions of one benchmark under a name.

Numbers are comparable only within one convention.

mit: the MATLAB code of the MIT saliency benchmark (Judd, Bylinskii et al., 2014 to
2016; Bylinskii et al., TPAMI 2019).
tuebingen: pysaliency as the benchmark at saliency.tuebingen.ai calls it (Kümmerer et
al., ECCV 2018).
salicon: the evaluation code of the SALICON dataset and the LSUN 2017 challenge.
"""

import difflib
from dataclasses import dataclass

NAN = float("nan")


@dataclass(frozen=True)
class Convention:
    """The parameters of a set of metric definitions.

    `dataclasses.replace(MIT, name="mine", threshold_step=0.01)` makes a variant; give it
    another name. Metrics read these fields only, never the name.

    Attributes:
        name: what tables print.
        source: where the definitions come from.
        base: name of the published convention whose metrics it has.
        repeats: every fixation counts, also the second on a pixel; otherwise each
            fixated pixel counts once.
        resize: how a map of another size than the truth is brought to it:
            "imresize" (MATLAB's, bicubic with antialiasing; integers keep their range),
            "zoom" (scipy's cubic spline) or None: ValueError.
        seed: added to the seed of the caller, for all that is drawn at random.
        jitter: of AUC-Judd, added to the map against ties: "uniform" (0 to
            `jitter_scale`), "normal" (that standard deviation) or None.
        jitter_scale: in units of the map.
        judd_ties: "index": true positives are counted one fixation at a time, so
            that equal fixated values make a staircase; "count": all of them at once.
        area: of AUC and sAUC: "ranks" (exact, equal values count half) or "sampled"
            (thresholds in steps, negatives drawn at random).
        threshold_step: of sampled areas, on the map stretched to 0..1.
        last_threshold: thresholds may reach the largest value; otherwise they end below.
        splits: number of draws of negatives, whose areas are averaged.
        negatives: pixels drawn a split, with replacement; None: as many as fixations.
        fewest_fixations: with fewer, sampled areas against random pixels are NaN.
        other_images: how many other images give the negatives of sAUC (the caller
            chooses them); None: all.
        other_repeats: what counts again among the fixations on other images: "fixation"
            (every one), "image" (a pixel once for each image that has it; the caller
            gives no image's pixel twice) or None (each pixel once).
        other_draws: negatives of sAUC are drawn in `splits` draws of as many as there
            are fixations, without replacement; otherwise all are used at once.
        other_own: other images' fixations count where this image is fixated as well.
        ddof: of NSS: 1 divides the variance by n - 1, 0 by n.
        constant_area: sampled areas of a constant map.
        constant_nss: NSS of a constant map.
        constant_cc: CC of a constant map with a truth that is not.
        stretch: maps are stretched to 0..1 before SIM and IG make distributions of
            them; both are NaN for a constant one (SIM of a map of zeros is not).
        lift: a map with negative values is raised until its least value is 0, before
            SIM, KLD and IG make a distribution of it.
        empty_is_uniform: a map of zeros is the uniform distribution; otherwise it
            stays zero.
        epsilon: keeps quotient and logarithm of KLD from 0.
        gain_epsilon: the same of IG; with 0, a fixation on a value of 0 costs
            infinitely much.
        downsize: of EMD, how many pixels become one.
    """

    name: str
    source: str
    base: str
    repeats: bool
    resize: str | None
    seed: int
    jitter: str | None
    jitter_scale: float
    judd_ties: str
    area: str
    threshold_step: float
    last_threshold: bool
    splits: int
    negatives: int | None
    fewest_fixations: int
    other_images: int | None
    other_repeats: str | None
    other_draws: bool
    other_own: bool
    ddof: int
    constant_area: float
    constant_nss: float
    constant_cc: float
    stretch: bool
    lift: bool
    empty_is_uniform: bool
    epsilon: float
    gain_epsilon: float
    downsize: int


MIT = Convention(
    name="mit",
    source="MIT saliency benchmark, code_forMetrics (MATLAB, 2014 to 2016)",
    base="mit",
    repeats=False,
    resize="imresize",
    seed=0,
    jitter="uniform",
    jitter_scale=1e-7,
    judd_ties="index",
    area="sampled",
    threshold_step=0.1,
    last_threshold=True,
    splits=100,
    negatives=None,
    fewest_fixations=2,
    other_images=10,
    other_repeats=None,
    other_draws=True,
    other_own=True,
    ddof=1,
    constant_area=NAN,
    constant_nss=NAN,
    constant_cc=NAN,
    stretch=True,
    lift=False,
    empty_is_uniform=False,
    epsilon=2.0**-52,  # MATLAB's eps
    gain_epsilon=2.0**-52,
    downsize=32,
)

TUEBINGEN = Convention(
    name="tuebingen",
    source="pysaliency 0.2.22 as the benchmark saliency.tuebingen.ai calls it",
    base="tuebingen",
    repeats=True,
    resize=None,
    seed=42,
    jitter="normal",
    jitter_scale=1e-7,
    judd_ties="count",
    area="ranks",
    threshold_step=0.1,
    last_threshold=True,
    splits=1,
    negatives=None,
    fewest_fixations=1,
    other_images=None,
    other_repeats="fixation",
    other_draws=False,
    other_own=True,
    ddof=0,
    constant_area=0.5,
    constant_nss=0.0,
    constant_cc=0.0,
    stretch=False,
    lift=True,
    empty_is_uniform=True,
    epsilon=2.2204e-16,
    gain_epsilon=0.0,
    downsize=32,
)

# The challenge of 2017 published what the baseline of its IG is, not the code; the
# formula is that of mit. KLD is a stub that returns 0 in the published code: left out.
SALICON = Convention(
    name="salicon",
    source="salicon-evaluation (NUS-VIP) and the LSUN 2017 challenge",
    base="salicon",
    repeats=True,
    resize="zoom",
    seed=0,
    jitter=None,
    jitter_scale=0.0,
    judd_ties="count",
    area="sampled",
    threshold_step=0.01,
    last_threshold=False,
    splits=1,
    negatives=100_000,
    fewest_fixations=1,
    other_images=None,
    other_repeats="image",
    other_draws=False,
    other_own=False,
    ddof=0,
    constant_area=0.5,
    constant_nss=0.0,
    constant_cc=NAN,
    stretch=True,
    lift=False,
    empty_is_uniform=False,
    epsilon=2.0**-52,
    gain_epsilon=2.0**-52,
    downsize=32,
)

CONVENTIONS = {item.name: item for item in (MIT, TUEBINGEN, SALICON)}


def convention(name: str | Convention) -> Convention:
    """Return the convention of a name; a `Convention` is returned as it is.

    Args:
        name: "mit", "tuebingen", "salicon", or a `Convention`.

    Raises:
        ValueError: there is no such convention; names those that exist.
    """
    if isinstance(name, Convention):
        return name
    if name in CONVENTIONS:
        return CONVENTIONS[name]
    near = difflib.get_close_matches(str(name), CONVENTIONS, 1)
    raise ValueError(
        f"There is no convention {name!r}{f'; did you mean {near[0]}?' if near else '.'} "
        f"Known are {', '.join(CONVENTIONS)}."
    )
