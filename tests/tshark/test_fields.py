"""Every field of every packet of every capture, against the expectations next to it."""
import gzip

import pytest

import harness
import oracle
from folders import FOLDERS, MORE, OWN, discover, of_any_version

# Later versions than 4.0, whose tables these are, dissect them differently: headers that are corrupt,
# or a SYN or SYN-ACK that begins a new stream.
DEPENDS_ON_VERSION = {"fuzz-2006-09-29-28586.pcap", "tls_multiple_synack_different_seq.pcapng",
                      "ajp.pcap", "KakaoTalk_chat.pcap", "refused-then-accepted.pcap",
                      "rst-wrong-ack-in-syn-sent.pcap", "same-isn.pcap", "syn-after-rst.pcap",
                      "two-seq-spaces.pcap", "forged-resets.pcap", "closed-windows.pcap"}


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
def test_fields(wireshark, recorded, capture, table):
    want = expected(wireshark, capture, table)
    harness.assert_same(recorded(capture).connmon(), want, "one pass")
    harness.assert_same(recorded(capture, "-2").connmon(), want, "two passes")


@pytest.mark.parametrize("capture", [capture for capture, _ in discover(MORE)],
                         ids=lambda capture: capture.name)
def test_columns_that_its_table_has_not(recorded, capture):
    """Those of further captures need not have all."""
    harness.assert_same(recorded(capture).connmon(), oracle.expectations(capture))


TABLES = [pair for folder in FOLDERS for pair in discover([folder])]


@of_any_version
@pytest.mark.parametrize("capture, table", TABLES, ids=[capture.name for capture, _ in TABLES])
def test_oracle_still_yields_the_table(wireshark, capture, table):
    if not is_as_its_table(wireshark, capture):
        pytest.skip("depends on Wireshark's version")
    own = {own.name: table for own, table in discover(OWN)}
    if capture.parent in MORE and capture.name in own:
        found = read_table(own[capture.name])  # which is what the oracle yields
    else:
        found = oracle.expectations(capture)
    harness.assert_same(found, read_table(table))


def test_tables_have_all_fields():
    assert {"frame", "stream", *(f.column for f in harness.FIELDS)} == set(oracle.COLUMNS)


def test_captures_are_discovered():
    """Each: none is hidden by another of its name."""
    assert len(discover(OWN)) == sum(len(discover([folder])) for folder in OWN)
    assert len(discover(OWN)) >= 80
