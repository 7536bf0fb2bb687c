"""Every field of every packet of every capture, against the expectations next to it."""
import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness
import oracle
from folders import FOLDERS, OWN, discover

# Later versions than 4.0, whose tables these are, dissect them differently: headers that are corrupt,
# or a SYN or SYN-ACK that begins a new stream.
DEPENDS_ON_VERSION = {"fuzz-2006-09-29-28586.pcap", "tls_multiple_synack_different_seq.pcapng",
                      "ajp.pcap", "KakaoTalk_chat.pcap", "refused-then-accepted.pcap",
                      "rst-wrong-ack-in-syn-sent.pcap", "same-isn.pcap", "syn-after-rst.pcap",
                      "two-seq-spaces.pcap"}


def is_as_its_table(wireshark, capture):
    return wireshark.version < (4, 2) or capture.name not in DEPENDS_ON_VERSION


def read_table(table):
    blob = table.read_bytes()
    blob = gzip.decompress(blob) if table.suffix == ".gz" else blob
    columns, *lines = [line.split("\t") for line in blob.decode().splitlines()]
    return {int(line[0]): dict(zip(columns, line)) for line in lines}


def expected(wireshark, capture, table):
    return (read_table(table) if is_as_its_table(wireshark, capture)
            else oracle.expectations(capture))


PAIRS = discover()


@pytest.mark.parametrize("capture, table", PAIRS, ids=[capture.name for capture, _ in PAIRS])
def test_fields(wireshark, capture, table):
    wireshark.check(capture, expected(wireshark, capture, table))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_oracle_still_yields_the_tables(wireshark, folder):
    own = {capture.name: table for capture, table in discover(OWN)}

    def check(pair):
        capture, table = pair
        if folder not in OWN and capture.name in own:
            found = read_table(own[capture.name])  # which is what the oracle yields
        else:
            found = oracle.expectations(capture)
        harness.assert_same(found, read_table(table), capture.name)

    pairs = [pair for pair in discover([folder]) if is_as_its_table(wireshark, pair[0])]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, pairs))


def test_tables_have_all_fields():
    assert {"frame", "stream", *(f.column for f in harness.FIELDS)} == set(oracle.COLUMNS)


def test_captures_are_discovered():
    assert len(discover(OWN)) >= 80
