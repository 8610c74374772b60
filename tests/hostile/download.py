"""`salzoo download ecssd`: the port of the hosts, address, MD5 and folder are the arguments."""

import dataclasses
import sys

from salzoo.cli import main
from salzoo.data import datasets
from salzoo.data.dataset_record import Archive
from tests.loopback import redirect_requests

if __name__ == "__main__":
    port, url, checksum, folder = sys.argv[1:]
    redirect_requests(int(port))
    archive = Archive(url, "images.zip", f"md5:{checksum}")
    record = dataclasses.replace(datasets.dataset_record("ecssd"), archives=(archive,))
    datasets.dataset_record = lambda _: record
    sys.argv = ["salzoo", "download", "ecssd", "--yes", "--data_dir", folder]
    main()
