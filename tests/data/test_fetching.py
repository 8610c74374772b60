"""Datasets by name, from a server on this machine that behaves like their hosts."""

import importlib
import io
import logging
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace

import pytest
import requests

from salzoo.data import fetching
from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import DATASETS, dataset_record, list_datasets
from salzoo.data.fetching import fetch_dataset
from salzoo.utils import downloads, files
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import layout_of
from tests.loopback import LOGIN, QUOTA, Hosts, redirect_requests
from tests.loopback.archives import address, publish

# gdown keeps whole blocks.
CHUNK = 100
AUTOMATIC = [name for name in list_datasets() if dataset_record(name).archives]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SALZOO_YES", "1")
    monkeypatch.setattr(importlib.import_module("gdown.download"), "CHUNK_SIZE", CHUNK)
    monkeypatch.setattr("random.uniform", lambda low, high: 0)  # gdown's pause before a retry
    return tmp_path / "home"


@pytest.fixture
def verified():
    return []


@pytest.fixture
def hosts(monkeypatch, verified):
    with Hosts() as running:
        monkeypatch.setattr(
            requests.adapters.HTTPAdapter, "send", requests.adapters.HTTPAdapter.send
        )
        redirect_requests(running.port, verified)
        yield running


def tree(folder):
    return sorted(
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in os.walk(folder)
        for name in names
    )


def test_the_automatic_ones():
    assert set(list_datasets()) - set(AUTOMATIC) == {"folder", "hku_is", "sod", "synthetic"}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_every_dataset_from_its_published_archives(name, hosts, home, tmp_path, monkeypatch):
    record = publish(name, tmp_path / "published", hosts, monkeypatch)
    samples = load_dataset(name)
    assert len(samples) == layout_of(name).IMAGES
    assert all(sample.image_path.startswith(str(home / "datasets" / name)) for sample in samples)
    asked = len(hosts.requests)
    assert len(load_dataset(name)) == len(samples) and len(hosts.requests) == asked
    assert sorted(os.listdir(home / "datasets")) == [f".download-{name}.lock", name]
    unverified = [archive.url for archive in record.archives if not archive.checksum]
    assert all(downloads.recorded_checksum(url) for url in unverified)


def test_only_pascal_s_is_fetched_without_a_certificate(hosts, verified, tmp_path, monkeypatch):
    publish("pascal_s", tmp_path / "a", hosts, monkeypatch)
    load_dataset("pascal_s")
    publish("ecssd", tmp_path / "b", hosts, monkeypatch)
    load_dataset("ecssd")
    assert any(sure for _, sure in verified)  # or a path of certificates
    assert {url.split("/")[2] for url, sure in verified if not sure} == {"cbs.ic.gatech.edu"}
    broken = [
        a for name in AUTOMATIC for a in dataset_record(name).archives if a.broken_certificate
    ]
    assert [a.name for a in broken] == ["salObj.zip"] and broken[0].checksum
    with pytest.raises(ValueError, match="checksum"):
        replace(broken[0], checksum=None)


@pytest.fixture
def toronto(hosts, tmp_path, monkeypatch):
    """A dataset of one archive on a plain host: its record, and that archive's address."""
    record = publish("toronto", tmp_path / "published", hosts, monkeypatch)
    return record, record.archives[0].url


def refused(record, match):
    with pytest.raises(InputError, match=match) as caught:
        fetch_dataset(record)
    assert "\n" not in str(caught.value)
    assert not os.path.exists(fetching.place_of(record))
    return str(caught.value)


def at(content, share):
    """Return a number of whole blocks of a content."""
    return int(len(content) * share) // CHUNK * CHUNK


def kept(record):
    """Return the number of bytes that wait for the next try."""
    waiting = f"{os.path.dirname(fetching.place_of(record))}/.download-{record.name}"
    return sum(os.path.getsize(os.path.join(waiting, name)) for name in os.listdir(waiting))


def test_a_connection_that_drops_is_resumed_by_the_same_call(hosts, toronto):
    record, url = toronto
    dropped = at(hosts.files[url], 0.97)
    hosts.drops[url] = [dropped]
    fetch_dataset(record)
    assert hosts.starts(url) == [0, dropped]


def test_and_by_the_next_one_if_it_drops_again_and_again(hosts, toronto):
    record, url = toronto
    drops = [at(hosts.files[url], share) for share in (0.25, 0.5, 0.97)]
    hosts.drops[url] = list(drops)
    refused(record, r"broke off; [\d,]+ bytes of eyetrackingdata.zip are kept")
    assert kept(record) == drops[-1]
    fetch_dataset(record)
    assert hosts.starts(url) == [0, *drops[:-1], 0, drops[-1]]


def test_interrupted_after_the_last_byte(hosts, toronto):
    record, url = toronto
    waiting = os.path.join(os.path.dirname(fetching.place_of(record)), ".download-toronto")
    os.makedirs(waiting)
    with open(f"{waiting}/eyetrackingdata.zip.downloadabcdefgh.part", "wb") as part:
        part.write(hosts.files[url])
    fetch_dataset(record)
    assert hosts.starts(url) == []


def test_a_host_without_ranges_begins_anew(hosts, tmp_path, monkeypatch):
    record = publish("eyecrowd", tmp_path / "published", hosts, monkeypatch)
    url = record.archives[0].url
    hosts.drops[url] = [5000]
    fetch_dataset(record)
    assert len(load_dataset("eyecrowd")) == layout_of("eyecrowd").IMAGES


def test_a_wrong_length(hosts, toronto):
    record, url = toronto
    hosts.length[url] = str(len(hosts.files[url]) + 1000)
    refused(record, "sends fewer bytes of eyetrackingdata.zip than it announces, and no rest")
    del hosts.length[url]
    fetch_dataset(record)


def test_a_changed_file(hosts, toronto):
    record, url = toronto
    true, hosts.files[url] = hosts.files[url], hosts.files[url][:-1] + b"x"
    refused(
        record, r"does not have the checksum md5:\w+ .published.: .*changed it or it was damaged"
    )
    assert kept(record) == 0
    hosts.files[url] = true
    fetch_dataset(record)


def test_a_changed_file_without_a_published_checksum(hosts, tmp_path, monkeypatch, home):
    record = publish("fiwi", tmp_path / "published", hosts, monkeypatch)
    folder = fetch_dataset(record)
    os.rename(folder, f"{folder}-moved")
    hosts.files[record.archives[0].url] += b"x"
    refused(record, r"does not have the checksum sha256:\w+ .recorded in .*checksums.json")


@pytest.mark.parametrize("damage", ["an image is missing", "an image is damaged"])
def test_content_without_a_checksum_is_verified(damage, hosts, tmp_path, monkeypatch, caplog):
    record = publish("ecssd", tmp_path / "published", hosts, monkeypatch)
    url = record.archives[0].url
    true, buffer = hosts.files[url], io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(true)) as old, zipfile.ZipFile(buffer, "w") as new:
        for index, name in enumerate(sorted(old.namelist())):
            content = old.read(name)
            if index == 1:
                if damage == "an image is missing":
                    continue
                content = content[: len(content) // 2]
            new.writestr(name, content)
    hosts.files[url] = buffer.getvalue()
    message = refused(record, r"what was fetched has \d problem\(s\), the first: .* Remove .*")
    assert ".part-" not in message and downloads.recorded_checksum(url) is None
    os.remove(os.path.join(message.split("Remove ")[1].split(" to fetch")[0], "images.zip"))
    hosts.files[url] = true
    with caplog.at_level(logging.INFO, "salzoo"):
        fetch_dataset(record)
    assert "all 5 images and their ground truth were read" in caplog.text


def test_googles_quota_page(hosts, tmp_path, monkeypatch):
    record = publish("salicon2015", tmp_path / "published", hosts, monkeypatch)
    url = address(record.archives[0].url)
    hosts.pages[url] = QUOTA
    message = refused(record, r"does not hand out images.zip now .Too many users .* tomorrow, or")
    assert message.endswith(record.archives[0].url)
    del hosts.pages[url]
    fetch_dataset(record)


def test_a_page_in_place_of_the_file(hosts, toronto):
    record, url = toronto
    hosts.pages[url] = LOGIN
    refused(record, "answers with a web page, not with eyetrackingdata.zip")
    assert kept(record) == 0
    hosts.pages.clear()
    fetch_dataset(record)


@pytest.mark.parametrize("status", [403, 404, 429, 503])
def test_an_error_of_the_host(hosts, toronto, status):
    record, url = toronto
    hosts.status[url] = status
    refused(record, rf"answers {status} \(.*try again later, or fetch it by hand and put it at")


def test_a_file_put_there_by_hand_is_verified_too(hosts, toronto):
    record, url = toronto
    waiting = os.path.join(os.path.dirname(fetching.place_of(record)), ".download-toronto")
    os.makedirs(waiting)
    by_hand = os.path.join(waiting, "eyetrackingdata.zip")
    with open(by_hand, "wb") as file:
        file.write(hosts.files[url])
    fetch_dataset(record)
    assert hosts.starts(url) == []
    os.rename(fetching.place_of(record), f"{fetching.place_of(record)}-moved")
    os.makedirs(waiting)
    with open(by_hand, "wb") as file:
        file.write(b"another file")
    fetch_dataset(record)
    assert hosts.starts(url) == [0]


def test_no_room_is_noticed_before_the_start(hosts, toronto, monkeypatch):
    record, url = toronto
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: type("", (), {"free": 1000}))
    large = replace(record, archives=(replace(record.archives[0], size=10**9),))
    refused(large, r"needs 2.00 GB, and .* has 0.00 GB free; free some space, or let SALZOO_HOME")
    assert hosts.starts(url) == []
    refused(record, "needs 0.00 GB, and")  # as the host tells the size


def test_a_full_disk(hosts, toronto, monkeypatch):
    record, _ = toronto

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gdown.download", full)
    refused(record, "the disk is full; free some space, and the next try goes on from here")


def test_no_network_and_a_proxy_that_is_not_there(toronto, monkeypatch):
    record, _ = toronto

    def fails(error):
        def send(*_, **__):
            raise error

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)

    fails(requests.exceptions.ConnectionError("Name or service not known"))
    refused(record, "cannot be reached: no network, or the host is down")
    fails(requests.exceptions.ProxyError("refused"))
    refused(record, "through the proxy; check the environment variables HTTPS_PROXY")
    fails(requests.exceptions.SSLError("expired"))
    refused(record, "certificate of .* cannot be verified")


def test_a_real_proxy_that_is_not_there(toronto, monkeypatch, tmp_path):
    record, _ = toronto
    monkeypatch.undo()
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SALZOO_YES", "1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    refused(record, "through the proxy")


def test_two_at_once(hosts, toronto, caplog):
    record, url = toronto
    hosts.pace[url] = threading.Event()
    folders = []
    threads = [
        threading.Thread(target=lambda: folders.append(fetch_dataset(record))) for _ in range(2)
    ]
    with caplog.at_level(logging.INFO, "salzoo"):
        threads[0].start()
        assert hosts.halfway.wait(20)
        threads[1].start()
        while "waiting for it" not in caplog.text and threads[1].is_alive():
            threads[1].join(0.05)
        hosts.pace[url].set()
        for thread in threads:
            thread.join(30)
    assert "Another process is fetching the same" in caplog.text
    assert folders == [fetching.place_of(record)] * 2 and hosts.starts(url) == [0]


def test_links_in_the_way_are_not_followed(hosts, toronto, tmp_path):
    record, _ = toronto
    waiting = os.path.join(os.path.dirname(fetching.place_of(record)), ".download-toronto")
    os.makedirs(waiting)
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    part = os.path.join(waiting, "eyetrackingdata.zip.downloadabcdefgh.part")
    os.symlink(victim, part)
    refused(record, "is no regular file")
    os.remove(part)
    os.rmdir(waiting)
    os.symlink(tmp_path, waiting)
    refused(record, "is a link; remove it")
    assert victim.read_bytes() == b""


# ---- consent ----


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_without_consent_nothing_is_fetched(hosts, toronto, monkeypatch, capsys):
    record, _ = toronto
    monkeypatch.delenv("SALZOO_YES")
    told = refused(record, "add --yes, or set SALZOO_YES=1, or run `salzoo download toronto --yes`")
    assert record.licence in told and fetching.place_of(record) in told and "size" in told
    assert capsys.readouterr().err == "" and not hosts.requests


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_a_person_who_does_not_agree(answer, hosts, toronto, monkeypatch):
    monkeypatch.delenv("SALZOO_YES")
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", Terminal())
    refused(toronto[0], "was not fetched")
    assert not hosts.requests


def test_a_person_who_agrees(hosts, toronto, monkeypatch):
    monkeypatch.delenv("SALZOO_YES")
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    monkeypatch.setattr(sys, "stderr", Terminal())
    fetch_dataset(toronto[0])
    assert sys.stderr.getvalue().count("Fetch toronto? [y/N]") == 1


def test_by_hand():
    refused(dataset_record("sod"), "cannot be fetched by a program: The authors' .*`data_dir`")


# ---- commands ----


def test_the_commands(hosts, toronto, home, inside, monkeypatch):
    monkeypatch.delenv("SALZOO_YES")
    status, out, _ = inside("datasets")
    assert status == 0 and "on first use" in line(out, "toronto") and "by hand" in line(out, "sod")
    assert "drawn" in line(out, "synthetic")
    status, _, err = inside("download", "toronto")
    assert status == 2 and "--yes" in err.splitlines()[-1]
    monkeypatch.setenv("SALZOO_YES", "")  # so that what --yes sets is undone
    status, out, err = inside("download", "toronto", "--yes")
    assert (status, out) == (0, f"{home / 'datasets' / 'toronto'}\n")
    assert "present" in line(inside("datasets")[1], "toronto")
    status, out, _ = inside("check", "toronto")
    assert status == 0 and f"{layout_of('toronto').IMAGES} usable images" in out


def test_the_network_is_imported_only_to_fetch():
    code = """
import sys, salzoo
from salzoo import cli
cli._run(cli._parse(["salzoo", "datasets"]))
print(sorted({"pooch", "gdown", "requests", "filelock", "tensorflow"} & {*sys.modules}))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


def line(table, name):
    return next(row for row in table.splitlines() if row.startswith(f"{name} "))


def test_another_folder(hosts, toronto, tmp_path):
    record, _ = toronto
    assert fetch_dataset(record, tmp_path / "data") == str(tmp_path / "data" / "toronto")
    assert len(load_dataset("toronto", tmp_path / "data")) == layout_of("toronto").IMAGES
    assert "toronto" in DATASETS
