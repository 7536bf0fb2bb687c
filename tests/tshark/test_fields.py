"""Every field of every packet of every capture, against the expectations next to it.

A capture is tested once CAPTURE and CAPTURE.oracle.tsv lie in captures/.
"""
import pytest

import harness
import oracle

FOLDERS = [harness.ROOT / "captures", harness.ROOT.parent / "shared/golden"]

# Wireshark versions dissect these differently (corrupt headers; which SYN-ACK begins a new stream).
DEPENDS_ON_VERSION = {"fuzz-2006-09-29-28586.pcap", "tls_multiple_synack_different_seq.pcapng"}


def discover(folders):
    tables = {t.name: t for folder in reversed(folders) for t in folder.glob("*.oracle.tsv")}
    captures = [t.with_name(t.name.removesuffix(".oracle.tsv")) for t in tables.values()]
    return sorted(captures, key=lambda capture: capture.name)


def read_table(capture):
    table = capture.with_name(capture.name + ".oracle.tsv").read_text().splitlines()
    columns = table[0].split("\t")
    rows = [dict(zip(columns, line.split("\t"))) for line in table[1:]]
    return {int(row["frame"]): row for row in rows}


def expected(capture):
    if capture.name in DEPENDS_ON_VERSION:
        return oracle.expectations(capture)
    return read_table(capture)


def name(capture):
    return capture.name


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("capture", discover(FOLDERS), ids=name)
def test_fields(wireshark, capture, passes):
    found = wireshark.connmon(capture, *["-2"][:passes - 1])
    harness.assert_same(found, expected(capture))


@pytest.mark.parametrize("folder", FOLDERS, ids=["captures", "golden"])
def test_oracle_still_yields_the_tables(folder):
    for capture in discover([folder]):
        if capture.name not in DEPENDS_ON_VERSION:
            harness.assert_same(oracle.expectations(capture), read_table(capture), capture.name)


def test_tables_have_all_fields():
    assert {"frame", "stream", *(f.column for f in harness.FIELDS)} == set(oracle.COLUMNS)


def test_captures_are_discovered():
    assert len(discover(FOLDERS[:1])) >= 25
