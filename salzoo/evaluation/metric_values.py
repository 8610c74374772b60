"""What a person in Python asks a result for by name."""

from salzoo.utils.errors import unknown_name


class Named(dict):
    """A dict whose names may be given in any case; a mistyped one names the nearest.

    Args:
        kind: of the names, for the sentence. items: {name: value}.
    """

    def __init__(self, kind, items):
        super().__init__(items)
        self.kind = kind

    def __missing__(self, name):
        return self[self.spelled(name)]

    def spelled(self, name):
        """Return a name as it is written here."""
        for known in self:
            if known.lower() == str(name).lower():
                return known
        raise unknown_name(self.kind, name, self)


class Mean(float):
    """The mean of a metric over images, a float that knows where it comes from.

    Attributes:
        interval: (low, high), 95 % by bootstrap over images.
        values: float64 (images,), in the order of the evaluation's `images`; NaN where
            undefined.
    """

    def __new__(cls, mean, *_):
        return super().__new__(cls, mean)

    def __init__(self, _, evaluation, *names):
        self._evaluation, self._names = evaluation, names

    @property
    def interval(self):
        return self._of(self._evaluation.intervals())

    @property
    def values(self):
        return self._of(self._evaluation.scores)

    def _of(self, by_names):
        for name in self._names:
            by_names = by_names[name]
        return by_names

    def __reduce__(self):
        return float, (float(self),)
