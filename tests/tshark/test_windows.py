"""The tables behind Wireshark's windows, as sharkd tells them, against those of tshark."""
import decimal
import re

import pytest

import harness
from folders import VIEWED


@pytest.fixture(scope="module")
def sharkd(wireshark):
    with harness.Sharkd(wireshark) as sharkd:
        yield sharkd


def brief_columns():
    """[(name, whether it is a time, whether it counts bytes)] of the columns that a window has."""
    text = (harness.ROOT / "src/statistics/columns.def").read_text()
    rows = re.findall(r'^(\w+)_COLUMN\(\w+, (\w+), (\d+), "(\w+)"', text, re.M)
    kinds = [("CONVERSATION", ""), ("SIDE", "client_"), ("SIDE", "server_"), ("VERDICT", "")]
    return [(prefix + name, kind == "TIME", kind == "BYTES") for group, prefix in kinds
            for macro, kind, rank, name in rows
            if macro.removeprefix("LONE_") == group and rank != "0"]


def test_columns_are_documented():
    """As columns.def has them, in its order, in a table for each macro."""
    text = (harness.ROOT / "src/statistics/columns.def").read_text()
    rows = re.findall(r'^(\w+)_COLUMN\(\w+, \w+, \w+, "(\w+)", "[^"]*",\s*((?:"[^"]*"\s*)+)\)',
                      text, re.M)
    assert len(rows) == len(re.findall(r"^\w+_COLUMN\(\w+, [A-Z]+,", text, re.M))
    order = ["CONVERSATION", "SIDE", "VERDICT", "HOST"]
    expected = sorted(((macro.removeprefix("LONE_"), name, "".join(re.findall('"([^"]*)"', words)))
                       for macro, name, words in rows), key=lambda row: order.index(row[0]))
    documented = (harness.ROOT / "plugin/statistics.md").read_text()
    found = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", documented, re.M)
    assert found == [row[1:] for row in expected]


def conversations(recorded, capture):
    return recorded(capture).rows("conversations", parse_float=decimal.Decimal)


def shown(row):
    """As Wireshark shows it: six digits, bytes in millions, 0 for what is absent."""
    for name, is_time, is_bytes in brief_columns():
        value = row[name] or 0 if not isinstance(row[name], str) else row[name]
        yield f"{value / (10**6 if is_bytes else 1):.6f}" if is_time or is_bytes else value


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_table(recorded, sharkd, capture):
    sharkd.load(capture)
    table, = sharkd.ask("tap", tap0="nstat:connmon,conv")["taps"][0]["tables"]
    found = sorted([f"{cell:.6f}" if isinstance(cell, float) else cell for cell in row]
                   for row in table["i"])
    assert found == sorted(list(shown(row)) for row in conversations(recorded, capture))


def test_two_windows_count_each_packet_once(sharkd):
    """They share one table."""
    sharkd.load(harness.ROOT / "captures/seq-events.pcap")
    one = sharkd.ask("tap", tap0="nstat:connmon,conv")["taps"][0]["tables"]
    two = sharkd.ask("tap", tap0="nstat:connmon,conv", tap1="nstat:connmon,conv")["taps"]
    assert [tap["tables"] for tap in two] == [one, one]


def test_titles_have_units(sharkd):
    sharkd.load(VIEWED[0])
    fields = sharkd.ask("tap", tap0="nstat:connmon,conv")["taps"][0]["fields"]
    assert [(field["c"].endswith(" (s)"), field["c"].endswith(" (MB)")) for field in fields] == [
        (is_time, is_bytes) for _, is_time, is_bytes in brief_columns()]


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_service_response_times(recorded, sharkd, capture):
    sharkd.load(capture)
    tables = sharkd.ask("tap", tap0="srt:connmon")["taps"][0]["tables"]
    rows = conversations(recorded, capture)
    assert {table["f"] for table in tables} <= {"tcp.stream"}
    found = {(table["n"].split()[-1], row["idx"]): row for table in tables for row in table["r"]}
    expected = {(side, row["stream"]): row for row in rows for side in ("server", "client")
                if row[f"{side}_rtt_count"]}
    assert found.keys() == expected.keys()
    for (side, stream), row in found.items():
        want = expected[side, stream]
        assert row["n"] == f"{want['client']} -> {want['server']}"
        assert row["num"] == want[f"{side}_rtt_count"]
        for name in "min", "max":
            assert row[name] == pytest.approx(float(want[f"{side}_rtt_{name}"]), abs=1e-6)
