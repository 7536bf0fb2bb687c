"""Every field of every packet of every capture, against the expectations next to it.

A capture is tested once CAPTURE and CAPTURE.oracle.tsv (or that with .gz) lie in captures/.
"""
import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness
import oracle

FOLDERS = [harness.ROOT / "captures", harness.ROOT.parent / "shared/golden"]

# Wireshark versions dissect these differently (corrupt headers; which SYN-ACK begins a new stream).
DEPENDS_ON_VERSION = {"fuzz-2006-09-29-28586.pcap", "tls_multiple_synack_different_seq.pcapng"}


def discover(folders):
    """{capture: its table} by name; an earlier folder wins."""
    found = {}
    for folder in folders:
        for table in sorted(folder.glob("*.oracle.tsv*")):
            capture = folder / table.name.partition(".oracle.tsv")[0]
            found.setdefault(capture.name, (capture, table))
    return [found[name] for name in sorted(found)]


def read_table(table):
    blob = table.read_bytes()
    blob = gzip.decompress(blob) if table.suffix == ".gz" else blob
    columns, *lines = [line.split("\t") for line in blob.decode().splitlines()]
    return {int(line[0]): dict(zip(columns, line)) for line in lines}


def expected(capture, table):
    if capture.name in DEPENDS_ON_VERSION:
        return oracle.expectations(capture)
    return read_table(table)


PAIRS = discover(FOLDERS)


@pytest.mark.parametrize("capture, table", PAIRS, ids=[capture.name for capture, _ in PAIRS])
def test_fields(wireshark, capture, table):
    wireshark.check(capture, expected(capture, table))


@pytest.mark.parametrize("folder", FOLDERS, ids=["captures", "golden"])
def test_oracle_still_yields_the_tables(folder):
    own = {capture.name: table for capture, table in discover(FOLDERS[:1])}

    def check(pair):
        capture, table = pair
        if folder != FOLDERS[0] and capture.name in own:
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
    assert len(discover(FOLDERS[:1])) >= 25
