"""What is fuzzed: a reader, its valid files and their mutations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from experiments.fuzz.mutations import Mutation


@dataclass(frozen=True)
class Reader:
    """A reader of a kind of file.

    Attributes:
        name: of the kind.
        file: path of the file in a folder of its own; its ending is that of the seed if it has
            none.
        seeds: {name of a file: content}, valid files.
        read: function of the path; raises AssertionError where a value breaks a promise.
        mutate: mutations beside those of bytes.
        beside: {path in the folder: content}, valid files that are read together with it.
        errors: names of errors that are documented beside InputError.
    """

    name: str
    file: str
    seeds: Mapping[str, bytes]
    read: Callable[[str], object]
    mutate: tuple[Mutation, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
