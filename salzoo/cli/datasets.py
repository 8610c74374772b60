"""List the datasets, or tell all that is known about one and how to get it."""

import os

HELP = "list the datasets, or describe one"
_FACTS = ("title", "task", "ground_truth", "viewing", "licence", "citation", "homepage", "layout")


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
            (name, str(record.task), _images(record), record.ground_truth, present, record.licence)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[-1]]))


def _images(record):
    from salzoo.data.dataset_record import ANY_NUMBER

    return "your own" if record.images == ANY_NUMBER else f"{record.images:,}"


def _present(record, data_dir):
    if not record.layout:
        return "drawn"
    if data_dir is None:
        return "?"
    folder = os.path.join(os.path.expanduser(data_dir), record.name)
    return "yes" if os.path.isdir(folder) and os.listdir(folder) else "no"


def _describe(record):
    lines = [(name.replace("_", " "), getattr(record, name) or "-") for name in _FACTS]
    lines.insert(2, ("images", _images(record)))
    if record.sigma is not None:
        lines.append(("sigma", f"{record.sigma:g} px: {record.sigma_source}"))
    for name, protocol in record.protocols.items():
        default = " (default)" if name == record.default_protocol else ""
        counts = "".join(f"{split} {count}, " for split, count in protocol.counts.items())
        text = f"{counts.removesuffix(', ')}; {protocol.source}" if counts else protocol.source
        lines.append(("protocol", f"{name}{default}: {text}"))
    lines += [("model_options", f"{name}: {meaning}") for name, meaning in record.options.items()]
    lines += [(f"step {number}", step) for number, step in enumerate(record.steps, start=1)]
    for archive in record.archives:
        lines.append(("archive", f"{archive.url} ({archive.checksum or 'no checksum known'})"))
    for name, text in lines:
        print(f"{name:<14} {text}")
