"""Every field of every packet of every capture, against the expectations next to it."""
import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness
import oracle
from folders import FOLDERS, OWN, discover

# Wireshark versions dissect these differently (corrupt headers; which SYN-ACK begins a new stream).
DEPENDS_ON_VERSION = {"fuzz-2006-09-29-28586.pcap", "tls_multiple_synack_different_seq.pcapng"}


def read_table(table):
    blob = table.read_bytes()
    blob = gzip.decompress(blob) if table.suffix == ".gz" else blob
    columns, *lines = [line.split("\t") for line in blob.decode().splitlines()]
    return {int(line[0]): dict(zip(columns, line)) for line in lines}


def expected(capture, table):
    if capture.name in DEPENDS_ON_VERSION:
        return oracle.expectations(capture)
    return read_table(table)


PAIRS = discover()


@pytest.mark.parametrize("capture, table", PAIRS, ids=[capture.name for capture, _ in PAIRS])
def test_fields(wireshark, capture, table):
    wireshark.check(capture, expected(capture, table))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_oracle_still_yields_the_tables(folder):
    own = {capture.name: table for capture, table in discover(OWN)}

    def check(pair):
        capture, table = pair
        if folder not in OWN and capture.name in own:
            found = read_table(own[capture.name])  # which is what the oracle yields
        else:
            found = oracle.expectations(capture)
        harness.assert_same(found, read_table(table), capture.name)

    pairs = [pair for pair in discover([folder]) if pair[0].name not in DEPENDS_ON_VERSION]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, pairs))


def test_tables_have_all_fields():
    assert {"frame", "stream", *(f.column for f in harness.FIELDS)} == set(oracle.COLUMNS)


def test_captures_are_discovered():
    assert len(discover(OWN)) >= 80
