"""Charts as inline SVG that takes its colours from the style sheet of the page.

The colour and dashes of a model are the classes `c0`, `c1`, ... of the style sheet,
counted from the last model, which is the evaluated one.
"""

import html
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

COLOURS = 8
WIDTH = 360
_BINS = 36
# Ends of an axis; the distance of two float64 numbers may be infinite.
_LARGEST = 1e300
_ROW = 34
_TEXT = 12


def draw_distributions(
    title: str, values_by_model: Mapping[str, np.ndarray], lower_is_better: bool = False
) -> str:
    """Draw how a metric is distributed over the images, one row per model.

    A row is a histogram (its height scaled to the row), a bar from the first to the third
    quartile, and a tick at the mean. Values beyond the 0.5 % and 99.5 % quantiles of all
    models together, infinite ones included, are counted in the outermost bins.

    Args:
        title: of the chart.
        values_by_model: {model: float64 (images,)}; NaN is left out.
        lower_is_better: whether lower values are better, for the description.

    Returns:
        Text of an <svg>; "" where no model has a finite value.
    """
    defined = {model: values[~np.isnan(values)] for model, values in values_by_model.items()}
    pooled = np.concatenate(list(defined.values()))
    pooled = pooled[np.isfinite(pooled)]
    if not pooled.size:
        return ""
    low, high = _widened(*np.quantile(pooled, [0.005, 0.995]))
    left, right, top = 118, WIDTH - 12, 22
    bottom = top + _ROW * len(defined)

    def place(value: float) -> float:
        return left + (np.clip(value, low, high) - low) / (high - low) * (right - left)

    parts = [_text(0, 12, title, "start", "head")]
    parts += _horizontal_axis(_ticks(low, high), place, top, bottom)
    said = []
    for index, (model, values) in enumerate(defined.items()):
        base = top + _ROW * (index + 1) - 8
        parts.append(_text(left - 8, base - 2, _cut(model, 17), "end"))
        if not values.size:
            continue
        counts, edges = np.histogram(np.clip(values, low, high), _BINS, (low, high))
        heights = base - counts / counts.max() * (_ROW - 12)
        steps = " ".join(
            f"H{place(edge):.1f}V{height:.1f}"
            for edge, height in zip(edges[:-1], heights, strict=True)
        )
        first, third = np.quantile(values, [0.25, 0.75], method="nearest")
        colour = _colour(len(defined) - 1 - index)
        parts.append(
            f'<path class="area {colour}" d="M{left} {base} {steps} H{place(high):.1f}V{base}Z"/>'
            f'<path class="bar {colour}" d="M{place(first):.1f} {base + 3}H{place(third):.1f}"/>'
        )
        with np.errstate(invalid="ignore"):  # infinity minus infinity
            mean = values.mean()
        if not np.isnan(mean):
            parts.append(f'<path class="tick {colour}" d="M{place(mean):.1f} {base - 6}v12"/>')
        said.append(f"{model}: mean {mean:.3f}, half between {first:.3f} and {third:.3f}")
    better = "lower" if lower_is_better else "higher"
    return _svg(f"{title} over images, {better} is better. {'; '.join(said)}.", bottom + 20, parts)


def draw_lines(
    title: str, axes: tuple[str, str], curves: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> str:
    """Draw one line per model, with both axes from 0 to 1.

    Args:
        title: of the chart.
        axes: names of the horizontal and the vertical axis.
        curves: {model: (x, y)}, arrays (points,) of 0..1; points with NaN are left out.

    Returns:
        Text of an <svg>.
    """
    left, right, top, bottom = 40, WIDTH - 12, 48, 290

    def across(value: float) -> float:
        return left + value * (right - left)

    def up(value: float) -> float:
        return bottom - value * (bottom - top)

    ticks = np.linspace(0, 1, 6)
    parts = [_text(0, 12, title, "start", "head")]
    parts += _horizontal_axis(ticks, across, top, bottom)
    for tick in ticks:
        parts.append(f'<path class="grid" d="M{left} {up(tick):.1f}H{right}"/>')
        parts.append(_text(left - 6, up(tick) + 4, f"{tick:.1f}", "end"))
    parts.append(_text((left + right) / 2, bottom + 32, axes[0], "middle"))
    parts.append(_text(0, top - 14, axes[1], "start"))
    for index, (model, (x, y)) in enumerate(curves.items()):
        colour = _colour(len(curves) - 1 - index)
        points = " ".join(
            f"{across(a):.1f},{up(b):.1f}"
            for a, b in zip(x, y, strict=True)
            if not (math.isnan(a) or math.isnan(b))
        )
        parts.append(f'<polyline class="line {colour}" points="{points}"/>')
        base = bottom + 52 + 18 * index
        parts.append(f'<path class="line {colour}" d="M{left} {base - 4}h28"/>')
        parts.append(_text(left + 36, base, _cut(model, 40), "start"))
    height = bottom + 46 + 18 * len(curves)
    return _svg(f"{title}: {axes[1]} over {axes[0]} of {', '.join(curves)}.", height, parts)


def _svg(description: str, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(description)}">'
        f"{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _colour(index: int) -> str:
    return f"c{index % COLOURS}"


def _horizontal_axis(
    ticks: np.ndarray, place: Callable[[float], float], top: float, bottom: float
) -> Iterator[str]:
    digits = _digits(ticks)
    for tick in ticks:
        yield f'<path class="grid" d="M{place(tick):.1f} {top}V{bottom}"/>'
        yield _text(place(tick), bottom + _TEXT + 2, f"{tick:.{digits}f}", "middle")


def _digits(ticks: np.ndarray) -> int:
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    return max(0, int(np.ceil(-np.log10(step) - 1e-9)))


def _ticks(low: float, high: float) -> np.ndarray:
    """Return three to seven round numbers from low to high."""
    step = 10 ** np.floor(np.log10((high - low) / 3))
    step *= max(factor for factor in (1, 2, 5) if step * factor * 3 <= (high - low) * 1.000001)
    return np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step


def _widened(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an interval, moved apart where they are equal, together if infinitely."""
    low, high = (float(np.clip(end, -_LARGEST, _LARGEST)) for end in (low, high))
    least = 1e-9 * max(1.0, abs(low))
    if high - low > least:
        return low, high
    return low - max(0.5, least), high + max(0.5, least)
