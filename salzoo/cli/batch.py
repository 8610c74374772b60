"""The flags of `salzoo predict --cluster`, and what it does."""

import argparse

from salzoo.cli.arguments import inference_options
from salzoo.cli.parsers import parse_map_size, parse_positive, whole_number
from salzoo.utils.errors import InputError

# Flags of `salzoo predict` that a batch does not have.
_NOT_HERE = ("write", "crop", "report", "pair", "submission", "data_dir")
_FLAGS = ("workers", "format", "map", "map_size", "column", "shard_size", "timeout", "retry_failed")


def add_cluster(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the flags that select a Dask cluster.

    Args:
        parser: of the command.
        what: is done there, for the help.
    """
    parser.add_argument(
        "--cluster",
        metavar="local|ADDRESS",
        help=f"{what} on a Dask cluster: local for processes of this machine, or the address of a "
        "scheduler, such as tcp://10.0.0.1:8786",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1),
        metavar="N",
        help="processes of --cluster local (default: one a core); of another cluster the number of "
        "workers to wait for (default: 1)",
    )


def add_batch_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of batches."""
    group = parser.add_argument_group(
        "batches",
        "Millions of images on a Dask cluster; IMAGES may also be addresses (s3://, gs://, "
        "https://) and lists (.txt, .csv, .parquet). Each image gets one row; the same command "
        "does what is missing.",
    )
    add_cluster(group, "predict")  # type: ignore[arg-type]
    group.add_argument(
        "--format",
        choices=("parquet", "files", "zarr"),
        help="where maps are stored: in the rows, in a file each, in one array (default: parquet)",
    )
    group.add_argument(
        "--map",
        choices=("png8", "png16", "float16", "none"),
        help="how maps are stored (default: png8)",
    )
    group.add_argument(
        "--map_size",
        type=parse_map_size,
        metavar="SIZE",
        help="size of stored maps: ROWSxCOLUMNS, or the length of the longer side (default: that "
        "of the image)",
    )
    group.add_argument(
        "--column", help="of lists that are tables (default: image, path or url, or the only one)"
    )
    group.add_argument(
        "--shard_size",
        type=whole_number(1, 100_000),
        metavar="N",
        help="images of a task and of a Parquet file (default: 500)",
    )
    group.add_argument(
        "--timeout",
        type=parse_positive,
        metavar="SECONDS",
        help="that an image may take before its worker is ended (default: 300)",
    )
    group.add_argument(
        "--retry_failed",
        action="store_true",
        default=None,
        help="compute images again that an earlier command gave an error for",
    )


def refuse_batch_flags(arguments: argparse.Namespace) -> None:
    """Raise InputError for flags of batches where there is no --cluster."""
    for name in _FLAGS:
        if getattr(arguments, name) is not None:
            raise InputError(f"`{name}` is for batches; add `cluster` local.")


def predict_on_cluster(arguments: argparse.Namespace) -> int:
    """Run `salzoo predict --cluster`; return the exit status."""
    for name in _NOT_HERE:
        if getattr(arguments, name):
            raise InputError(f"`{name}` is not for batches; leave it or `cluster` out.")
    if not arguments.out:
        raise InputError("`cluster`: give `out`, the folder of the results.")
    from salzoo.prediction.batch import predict_batch

    given = {name: getattr(arguments, name) for name in _FLAGS}
    try:
        result = predict_batch(
            arguments.images,
            arguments.out,
            arguments.model,
            cluster=arguments.cluster,
            top=arguments.top or 0,
            regions=arguments.regions,
            command=arguments.command_line,
            **{name: value for name, value in given.items() if value is not None},
            **vars(inference_options(arguments)),
        )
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from here.")
        raise
    print(result)
    return 1 if result.failed else 0
