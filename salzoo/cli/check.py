"""Look at a dataset's folder file by file and list everything that is wrong."""

from salzoo.cli.arguments import add_dataset_option, pairs_to_dict

HELP = "verify a dataset's folder"


def add_arguments(parser):
    parser.add_argument("name", help="see `salzoo datasets`")
    parser.add_argument("--data_dir", help="the dataset's folder, or one with a folder for each")
    add_dataset_option(parser)


def run(arguments):
    from salzoo.data.datasets import dataset_record
    from salzoo.data.validation import inspect_dataset, official_parts

    options = pairs_to_dict("--dataset_options", arguments.dataset_options or [])
    samples, checks = inspect_dataset(arguments.name, arguments.data_dir, **options)
    fixations = sum(len(each.fixations) for each in samples if each.fixations is not None)
    print(
        f"{arguments.name}: {len(samples)} usable images, {fixations:,} fixations, "
        f"{checks.dropped} dropped outside their images, {len(checks.problems)} problems"
    )
    parts = official_parts(dataset_record(arguments.name), samples)
    if parts:
        counts = (f"{split} {found} of {count}" for split, (found, count) in parts.items())
        print(f"  official splits: {', '.join(counts)}")
    for path, sentence in sorted(checks.problems):
        print(f"  {path} {sentence}")
    return 1 if checks.problems else 0
