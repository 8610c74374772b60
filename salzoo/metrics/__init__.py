"""Benchmark metrics in float64."""

from salzoo.metrics.fixation import auc_judd, cc, kl_divergence, nss, similarity

__all__ = ["auc_judd", "cc", "kl_divergence", "nss", "similarity"]
