"""Numbers in messages."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, "1 image" or "1,200 images".

    Args:
        number: how many.
        noun: for one.
        plural: for others; None: the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
