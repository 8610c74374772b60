"""List the datasets, or tell all that is known about one and how to get it."""

HELP = "list the datasets, or describe one"


def add_arguments(parser):
    parser.add_argument("name", nargs="?", help="describe this one")
    parser.add_argument("--data_dir", help="look here for what is present")


def run(arguments):
    from salzoo.data.datasets import dataset_record, list_datasets

    if arguments.name:
        _describe(dataset_record(arguments.name))
        return
    rows = [("name", "task", "images", "ground truth", "present", "licence")]
    for name in list_datasets():
        record = dataset_record(name)
        present = _present(record, arguments.data_dir)
        rows.append(
            (name, record.task, f"{record.images:,}", record.ground_truth, present, record.licence)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[-1]]))


def _present(record, data_dir):
    import os

    if not record.layout:
        return "drawn"
    if data_dir is None:
        return "?"
    return "yes" if os.path.isdir(os.path.join(os.path.expanduser(data_dir), record.name)) else "no"


def _describe(record):
    for field in (
        "title",
        "task",
        "images",
        "ground_truth",
        "viewing",
        "licence",
        "citation",
        "homepage",
        "layout",
    ):
        print(f"{field.replace('_', ' '):<14} {getattr(record, field) or '-'}")
    if record.sigma is not None:
        print(f"{'sigma':<14} {record.sigma:g} px: {record.sigma_source}")
    for name, protocol in record.protocols.items():
        counts = ", ".join(f"{split} {count}" for split, count in protocol.counts.items())
        default = " (default)" if name == record.default_protocol else ""
        print(f"{'protocol':<14} {name}{default}: {counts}; {protocol.source}")
    for name, meaning in record.options.items():
        print(f"{'option':<14} {name}: {meaning}")
    for number, step in enumerate(record.steps, start=1):
        print(f"{f'step {number}':<14} {step}")
    for archive in record.archives:
        print(f"{'archive':<14} {archive.url} ({archive.checksum or 'no checksum known'})")
