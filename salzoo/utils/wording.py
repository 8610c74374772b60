"""Numbers in messages."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, "1 image" or "1,200 images".

    Args:
        number: how many.
        noun: for one.
        plural: for others; None: the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Return a time as text with its one or two largest units, "50 s", "7 min" or "2 h 5 min".

    Args:
        seconds: 0 or more.
    """
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
