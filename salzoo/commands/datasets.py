"""List the datasets, or tell all that is known about one."""

HELP = "list the datasets, or describe one"


def add_arguments(parser):
    parser.add_argument("name", nargs="?", help="describe this one")


def run(arguments):
    from dataclasses import asdict

    from salzoo.data.datasets import dataset_record, list_datasets

    if arguments.name:
        for field, value in asdict(dataset_record(arguments.name)).items():
            print(f"{field:<13} {value or '-'}")
        return
    for name in list_datasets():
        record = dataset_record(name)
        splits = ", ".join(f"{split} {count}" for split, count in record.splits.items())
        print(f"{name:<12} {record.images:>6} images ({splits})  {record.task}  {record.licence}")
