"""Consent to what is fetched from the network: one question, or an answer given before."""

import os
import sys
from dataclasses import dataclass

from salzoo.utils.errors import InputError
from salzoo.utils.printable import printable

# --yes of a command sets it.
VARIABLE = "SALZOO_YES"


@dataclass(frozen=True)
class Offer:
    """What would be fetched.

    Attributes:
        name: of it, such as "salicon".
        title: for readers, with its web address.
        licence: as stated.
        size: such as "about 3.0 GB, from drive.google.com".
        destination: folder.
        notes: further lines to print.
    """

    name: str
    title: str
    licence: str
    size: str
    destination: str
    notes: tuple[str, ...] = ()


def require_consent(offer: Offer, command: str, otherwise: str = "") -> None:
    """Print what is fetched, and return if the user wants it.

    SALZOO_YES=1 answers yes; otherwise a person at a terminal is asked.

    Args:
        offer: what would be fetched.
        command: that fetches it, for the message, such as "salzoo download salicon --yes".
        otherwise: end of the message: what else can be done.

    Raises:
        InputError: there is no consent, or nobody to ask.
    """
    agreed = os.environ.get(VARIABLE, "") not in ("", "0")
    if not agreed and not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(
            f"{offer.name} is not here; to fetch it ({offer.size}; licence: {offer.licence}) to "
            f"{offer.destination}, add --yes, or set {VARIABLE}=1, or run `{command}`{otherwise}."
        )
    for line in (
        offer.title,
        f"  licence      {offer.licence}",
        f"  size         {offer.size}",
        f"  destination  {offer.destination}",
        *(f"  {note}" for note in offer.notes),
    ):
        sys.stderr.write(printable(line) + "\n")
    if not agreed:
        sys.stderr.write(f"Fetch {offer.name}? [y/N] ")
    sys.stderr.flush()
    if not agreed and sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError(f"{offer.name} was not fetched; `{command}` does it later.")
