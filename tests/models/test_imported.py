"""Released weights: imported once, verified whenever they are used."""

import hashlib
import json
import os
import pathlib
from dataclasses import replace

import numpy as np
import pytest
import requests

from salzoo.models.imported import (
    import_released,
    imported_weights,
    is_imported,
    read_import_card,
    released_folder,
    released_model,
)
from salzoo.models.importers import msinet_graphs
from salzoo.models.released import ReleasedFile, released
from salzoo.utils.errors import InputError
from tests.loopback import QUOTA, Hosts, redirect_requests

RECORD = released("msinet:osie")


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


@pytest.fixture
def imported(narrow_msinet, frozen_msinet):
    return import_released(RECORD, frozen_msinet)


def test_the_weights_of_the_file_are_those_of_the_model(imported, frozen_msinet):
    model, path = released_model(RECORD)
    arrays = msinet_graphs.read(frozen_msinet, model)
    for weight in model.weights:
        np.testing.assert_array_equal(weight.numpy(), arrays[weight.path])
    assert imported_weights(RECORD) == path


def test_the_card_names_origin_and_checksums(imported, frozen_msinet, narrow_msinet):
    folder = released_folder(RECORD)
    assert folder == os.path.join(narrow_msinet, "weights", "msinet-osie")
    card = json.loads(pathlib.Path(folder, "card.json").read_text())
    assert card == vars(imported)
    assert card["source"] == "msinet:osie" and card["licence"] == "MIT"
    assert card["file"] == "model_osie_cpu.zip" and card["file_sha256"] == sha256(frozen_msinet)
    assert card["weights_sha256"] == sha256(imported_weights(RECORD))


def test_weights_that_are_not_there_say_what_to_get_and_what_to_do(narrow_msinet, monkeypatch):
    monkeypatch.delenv("SALZOO_YES", raising=False)
    assert not is_imported(RECORD)
    with pytest.raises(InputError) as caught:
        imported_weights(RECORD)
    message = str(caught.value)
    assert "msinet:osie is not here; to fetch it (" in message and "licence: MIT" in message
    assert "add --yes, or set SALZOO_YES=1, or run `salzoo import msinet:osie --yes`" in message
    assert "get model_osie_cpu.zip from https://drive.google.com/" in message
    assert message.endswith("then run `salzoo import msinet:osie model_osie_cpu.zip`.")


def test_what_no_program_can_fetch(narrow_msinet):
    record = released("shallow_convnet:salicon")
    with pytest.raises(
        InputError, match="is not here: download shallow_net.pickle .*`salzoo import"
    ):
        imported_weights(record)


@pytest.fixture
def host(monkeypatch, frozen_msinet):
    with Hosts() as running:
        send = requests.adapters.HTTPAdapter.send
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
        redirect_requests(running.port, [])
        monkeypatch.setattr("random.uniform", lambda low, high: 0)  # pause before a retry
        monkeypatch.setenv("SALZOO_YES", "1")
        running.files[RECORD.file.url] = pathlib.Path(frozen_msinet).read_bytes()
        yield running


def test_weights_are_fetched_once_and_the_file_is_not_kept(host, narrow_msinet, frozen_msinet):
    path = imported_weights(RECORD)
    asked = len(host.requests)
    assert asked and imported_weights(RECORD) == path and len(host.requests) == asked
    weights = pathlib.Path(narrow_msinet, "weights")
    assert {entry.name for entry in weights.iterdir()} == {"msinet-osie", "msinet-osie.lock"}
    assert read_import_card(RECORD).file_sha256 == sha256(frozen_msinet)
    checksums = json.loads(pathlib.Path(narrow_msinet, "checksums.json").read_text())
    assert checksums == {RECORD.file.url: f"sha256:{sha256(frozen_msinet)}"}


def test_an_interrupted_transfer_goes_on_and_a_page_is_no_file(host, narrow_msinet):
    url = RECORD.file.url
    host.pages[url] = QUOTA
    with pytest.raises(InputError, match="Google Drive does not hand out model_osie_cpu.zip"):
        imported_weights(RECORD)
    del host.pages[url]
    host.drops[url] = [3_000_000]
    assert imported_weights(RECORD)
    assert max(host.starts(url), default=0) > 0 or len(host.requests) > 2


def test_a_file_of_another_model_is_not_recorded_and_not_kept(host, narrow_msinet, frozen_msinet):
    host.files[RECORD.file.url] = b"\x0a\x02\x0a\x00"
    with pytest.raises(InputError, match="no frozen graph"):
        imported_weights(RECORD)
    assert not pathlib.Path(narrow_msinet, "checksums.json").exists()
    assert not is_imported(RECORD)
    host.files[RECORD.file.url] = pathlib.Path(frozen_msinet).read_bytes()
    assert imported_weights(RECORD)


def test_damaged_weights_are_refused(imported):
    path = imported_weights(RECORD)
    content = bytearray(pathlib.Path(path).read_bytes())
    content[-100] ^= 1
    pathlib.Path(path).write_bytes(content)
    with pytest.raises(
        InputError,
        match="model.weights.h5 is damaged .*; delete its folder and run",
    ):
        imported_weights(RECORD)


def test_a_card_of_other_weights_is_refused(imported, narrow_msinet):
    other = os.path.join(narrow_msinet, "weights", "msinet-fiwi")
    os.rename(released_folder(RECORD), other)
    with pytest.raises(InputError, match="is of msinet:osie, not of msinet:fiwi"):
        imported_weights(released("msinet:fiwi"))


def test_another_checksum_than_the_published_one(narrow_msinet, frozen_msinet):
    def expecting(checksum):
        return replace(RECORD, file=ReleasedFile("net.zip", "https://host/net.zip", checksum))

    content = pathlib.Path(frozen_msinet).read_bytes()
    import_released(expecting(f"md5:{hashlib.md5(content).hexdigest()}"), frozen_msinet)
    with pytest.raises(InputError, match="is not the published net.zip: its md5 is .*, not 0123"):
        import_released(expecting("md5:0123"), frozen_msinet)


def test_a_file_of_another_model_leaves_nothing(narrow_msinet, tmp_path):
    path = tmp_path / "model_osie_cpu.zip"
    path.write_bytes(b"\x0a\x02\x0a\x00")
    with pytest.raises(InputError, match="no frozen graph"):
        import_released(RECORD, str(path))
    assert not os.path.exists(released_folder(RECORD))


def test_another_import_replaces_the_first(imported, frozen_msinet, tmp_path):
    again = tmp_path / "again.zip"
    again.write_bytes(pathlib.Path(frozen_msinet).read_bytes())
    assert import_released(RECORD, str(again)).file == "again.zip"
    assert imported_weights(RECORD)
