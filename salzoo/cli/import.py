"""Import weights that the authors of a model released, from the file as they published it.

The file is read as data, never run, and converted once into weights of the model, which are kept in
$SALZOO_HOME/weights. Without FILE it is fetched. `salzoo models` lists the weights and their files.
"""

import argparse

from salzoo.cli.arguments import add_consent
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow

HELP = "import released weights of a model from a file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "weights",
        metavar="MODEL:NAME",
        help="such as msinet:salicon or vgg16_hybrid, see `salzoo models`",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="as it was published, or a folder or archive that holds it (default: fetched)",
    )
    add_consent(parser)


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.models.backbones.pretrained import HYBRID
    from salzoo.models.imported import (
        fetch_released,
        import_released,
        is_imported,
        read_import_card,
        released_folder,
    )
    from salzoo.models.released import list_released, released

    source = arguments.weights
    if source == HYBRID:
        _import_hybrid(arguments.file)
        return
    of_model = [record.source for record in list_released(source)]
    if len(of_model) > 1:
        raise InputError(f"{source} has several released weights: give {' or '.join(of_model)}.")
    record = released(of_model[0] if of_model else source)
    if arguments.file is not None:
        import_released(record, arguments.file)
    elif not is_imported(record):
        fetch_released(record)
    card = read_import_card(record)
    print(f"{record.source}: {record.title}")
    print(f"licence         {record.licence}, see {record.homepage}")
    print(f"{'sha256 of file':<15} {card.file_sha256}")
    print(f"{'weights':<15} {released_folder(record)}")
    print(f"\nTo use them: salzoo predict --model {record.source} photo.jpg")


def _import_hybrid(file: str | None) -> None:
    from salzoo.models.backbones import hybrid

    if file is not None:
        hybrid.import_hybrid(file)
    print(f"{hybrid.TITLE}\n{'weights':<15} {hybrid.hybrid_file()}")
    print("\nTo use them: salzoo train msinet --backbone_weights vgg16_hybrid")
