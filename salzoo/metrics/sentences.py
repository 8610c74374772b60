"""Each metric in one sentence, made from what a convention says."""


def _fixated(rule):
    return "every fixation" if rule.repeats else "fixated pixels, each once"


def _steps(rule):
    end = "up to the largest value" if rule.last_threshold else "below the largest value"
    return f"thresholds 0, {rule.threshold_step}, ... {end} on the map stretched to 0..1"


def _mean_of(rule):
    return f"mean of {rule.splits} draws, " if rule.splits > 1 else ""


def _random_pixels(rule):
    count = f"{rule.negatives:,}" if rule.negatives else "as many"
    return (
        f"Area under the ROC curve, {_mean_of(rule)}of {_fixated(rule)} against {count} pixels "
        f"drawn from the whole image with replacement, {_steps(rule)}."
    )


def _auc(rule):
    if rule.area == "sampled":
        return _random_pixels(rule)
    return (
        f"Exact area under the ROC curve of {_fixated(rule)} against all pixels, fixated ones "
        "included; equal values count half."
    )


def _judd(rule):
    noise = {
        "uniform": f"a jitter drawn evenly from 0 to {rule.jitter_scale:g}",
        "normal": f"normal noise of deviation {rule.jitter_scale:g}",
        None: "nothing",
    }[rule.jitter]
    ties = "one at a time" if rule.judd_ties == "index" else "equal ones together"
    return (
        f"Area under the ROC curve of {_fixated(rule)} against all unfixated pixels, {noise} "
        f"added to the map, thresholds at the fixated values ({ties}), trapezoids."
    )


def _shuffled(rule):
    images = f"{rule.other_images} other images" if rule.other_images else "all other images"
    each = {
        "fixation": "every fixation",
        "image": "fixated pixels, each once an image,",
        None: "fixated pixels, each once,",
    }[rule.other_repeats]
    own = "" if rule.other_own else " but not on this image"
    if rule.area == "ranks":
        how = "exact, equal values count half"
    else:
        drawn = "as many drawn without replacement, " if rule.other_draws else ""
        how = f"{_mean_of(rule) if rule.other_draws else ''}{drawn}{_steps(rule)}"
    return f"Area under the ROC curve of {_fixated(rule)} against {each} on {images}{own}: {how}."


def _nss(rule):
    return (
        f"Mean over {_fixated(rule)} of the map minus its mean over its standard deviation "
        f"(ddof {rule.ddof}); {rule.constant_nss:g} for a constant map."
    )


def _cc(rule):
    return (
        "Pearson's correlation of the map with the density map; "
        f"{rule.constant_cc:g} for a constant map."
    )


def _as_distributions(rule, stretch):
    steps = ["first stretched to 0..1"] if stretch else []
    steps += ["raised to a least value of 0 if any is negative"] if rule.lift else []
    empty = ", a map of zeros made uniform" if rule.empty_is_uniform else ""
    return f"{', '.join([*steps, 'divided by its sum'])}{empty}"


def _similarity(rule):
    return (
        "Sum over pixels of the smaller of map and density map, each "
        f"{_as_distributions(rule, rule.stretch)}."
    )


def _kld(rule):
    return (
        f"Sum over pixels of g ln(e + g / (p + e)), g the density map, p the map, e = "
        f"{rule.epsilon:.5g}, each {_as_distributions(rule, False)}."
    )


def _gain(rule):
    added = f" + {rule.gain_epsilon:.5g}" if rule.gain_epsilon else ""
    return (
        f"Mean over {_fixated(rule)} of log2(p{added}) - log2(b{added}), p the map, b the "
        f"baseline map, each {_as_distributions(rule, rule.stretch)}."
    )


def _emd(rule):
    return (
        f"Least work between map and density map, each shrunk to 1/{rule.downsize} (bicubic, "
        "antialiased), cut off at 0 and divided by its sum; distances in pixels of the shrunk maps."
    )


SENTENCES = {
    "AUC": _auc,
    "AUC-Judd": _judd,
    "AUC-Borji": _random_pixels,
    "sAUC": _shuffled,
    "NSS": _nss,
    "CC": _cc,
    "SIM": _similarity,
    "KLD": _kld,
    "IG": _gain,
    "EMD": _emd,
}
