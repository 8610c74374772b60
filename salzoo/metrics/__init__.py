"""Benchmark metrics in float64, under named conventions."""

from salzoo.metrics.absolute_error import mae
from salzoo.metrics.areas import auc, auc_borji, auc_judd, shuffled_auc
from salzoo.metrics.conventions import (
    CONVENTIONS,
    MIT,
    SALICON,
    TUEBINGEN,
    Convention,
    convention,
)
from salzoo.metrics.correlation import cc
from salzoo.metrics.distributions import information_gain, kl_divergence, similarity
from salzoo.metrics.e_measures import e_measure
from salzoo.metrics.earth_movers import emd
from salzoo.metrics.f_measures import f_measure, precision_recall_curve
from salzoo.metrics.fixation_metrics import definitions, fixation_scores
from salzoo.metrics.metric import Metric
from salzoo.metrics.metric_registry import FIXATION_METRICS, OBJECT_METRICS, metrics_of
from salzoo.metrics.object_conventions import (
    OBJECT_CONVENTIONS,
    ObjectConvention,
    object_convention,
)
from salzoo.metrics.object_metrics import object_definitions, object_metrics_of, object_scores
from salzoo.metrics.object_structure import s_measure
from salzoo.metrics.scanpath_saliency import nss
from salzoo.metrics.weighted_f import weighted_f_measure

__all__ = [
    "CONVENTIONS",
    "FIXATION_METRICS",
    "MIT",
    "OBJECT_CONVENTIONS",
    "OBJECT_METRICS",
    "SALICON",
    "TUEBINGEN",
    "Convention",
    "Metric",
    "ObjectConvention",
    "auc",
    "auc_borji",
    "auc_judd",
    "cc",
    "convention",
    "definitions",
    "e_measure",
    "emd",
    "f_measure",
    "fixation_scores",
    "information_gain",
    "kl_divergence",
    "mae",
    "metrics_of",
    "nss",
    "object_convention",
    "object_definitions",
    "object_metrics_of",
    "object_scores",
    "precision_recall_curve",
    "s_measure",
    "shuffled_auc",
    "similarity",
    "weighted_f_measure",
]
