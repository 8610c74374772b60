"""Charts of values of any size."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from salzoo.evaluation.report.charts import WIDTH, draw_distributions


@given(st.lists(st.floats(), min_size=1, max_size=5))
@example([1e308, -1e308])
@example([1e300, 1e300])
@example([5e-324, 0.0])
@example([np.inf, np.nan])
def test_any_values_are_drawn_inside_the_chart(values):
    chart = draw_distributions("NSS", {"a": np.array(values), "b": np.array([1.0, 2.0])})
    for element in ElementTree.fromstring(chart).iter():
        path = element.get("d", "")
        assert "nan" not in path and "inf" not in path
        for place in re.findall(r"[MH](-?[\d.]+)", path):
            assert 0 <= float(place) <= WIDTH
