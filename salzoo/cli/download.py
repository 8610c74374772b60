"""Fetch a dataset that has a plain address and a checksum; resumes where it stopped."""

HELP = "fetch a dataset"


def add_arguments(parser):
    parser.add_argument("name", help="see `salzoo datasets`")
    parser.add_argument("--data_dir", required=True, help="the folder of all datasets")


def run(arguments):
    from salzoo.data.archives import download
    from salzoo.data.datasets import dataset_record

    record = dataset_record(arguments.name)
    print(f"{record.title}: {record.licence}")
    print(download(record, arguments.data_dir))
    left = [archive for archive in record.archives if not archive.checksum]
    if left:
        print("Without a published checksum, so for you to fetch:")
        for archive in left:
            print(f"  {archive.url}")
        print("\n".join(record.steps))
