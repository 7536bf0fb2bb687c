"""-z connmon,bandwidth: summed over its intervals, it is what the statistics say."""
import collections
import decimal
import itertools
import json

import pytest

import harness
from folders import VIEWED
from packets import Connection

SMALL = harness.ROOT / "captures/KakaoTalk_chat.pcap"


def objects(wireshark, capture, *taps):
    """For each tap, its objects; told apart by a key that no other has."""
    words = [word for tap in taps for word in ("-z", f"connmon,{tap}")]
    out = wireshark.run("-r", wireshark.share(capture), "-q", *words).stdout
    rows = [json.loads(line, parse_float=decimal.Decimal) for line in out.splitlines()]
    return {key: [row for row in rows if key in row]
            for key in ("client_goodput", "sent_goodput", "verdict")}


def intervals(rows):
    """The rows of each: one that ended may come again."""
    return [list(group) for _, group in itertools.groupby(rows, lambda row: row["start"])]


def summed(rows, key, *names):
    sums = collections.Counter()
    for row in rows:
        sums[row[key]] += sum(row[name] for name in names)
    return dict(sums)


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_intervals_sum_up_to_the_statistics(recorded, capture):
    rows, hosts, conversations = (
        recorded(capture).rows(kind, parse_float=decimal.Decimal)
        for kind in ("bandwidth", "host bandwidth", "conversations"))
    whole = {row["stream"]: row["bytes"] for row in conversations}
    assert summed(rows, "stream", "client_bytes", "server_bytes") == whole
    for interval in intervals(rows):
        assert {row["total_bytes"] for row in interval} == {
            sum(row["client_bytes"] + row["server_bytes"] for row in interval)}
        assert {row["active"] for row in interval} == {len(interval)}
    assert sum(row["sent_bytes"] for row in hosts) == sum(whole.values())
    assert sum(row["received_bytes"] for row in hosts) == sum(whole.values())
    for row in rows:
        assert row["client_rate"] == 8 * row["client_bytes"] * 4
        assert row["client_goodput"] <= row["client_rate"]
        part = decimal.Decimal(row["client_bytes"] + row["server_bytes"]) / row["total_bytes"]
        assert abs(row["share"] - part) < decimal.Decimal("0.000002")


def test_the_largest_come_first(wireshark):
    rows = objects(wireshark, SMALL, "bandwidth-json,1000000000,top=0")["client_goodput"]
    sizes = [row["client_bytes"] + row["server_bytes"] for row in rows]
    assert len(sizes) > 3 and sizes == sorted(sizes, reverse=True)
    top = objects(wireshark, SMALL, "bandwidth-json,1000000000,top=3")["client_goodput"]
    assert top == rows[:3]


def test_goodput_and_delay_of_an_interval(wireshark):
    packets = []
    c = Connection(packets)
    c.open(0)
    c.client(1000, 1, 1, 1000)
    c.server(1040, 1, 1001)
    c.client(1500, 1, 1, 1000)   # again
    c.client(1501, 1000, 1, 1)   # a keep-alive
    c.client(4 * 10**12, 1001, 1, 500)  # far in the future: the empty intervals are passed by
    rows = objects(wireshark, wireshark.write(packets), "bandwidth-json,1")["client_goodput"]
    assert [row["client_goodput"] for row in rows] == [0, 8000, 4000]
    assert rows[1]["server_rtt_mean"] == decimal.Decimal("0.04")
    assert rows[1]["client_rtt_mean"] is None
    assert rows[2]["start"] == 4 * 10**9


def test_packets_count_at_their_own_time(wireshark):
    """Also where a capture goes on with an earlier one, or one frame's time is wrong."""
    capture = harness.ROOT / "captures/cases/appended.pcap"
    rows = objects(wireshark, capture, "bandwidth-json,60")["client_goodput"]
    assert [row["stream"] for row in rows] == [0, 1]
    assert rows[0]["start"] - rows[1]["start"] == 3600
    assert rows[0]["total_bytes"] == rows[1]["total_bytes"]
    packets = []
    c = Connection(packets)
    c.client(1000, 1, 1, 100)
    c.client(3652 * 86400 * 1000 + 1250, 101, 1, 200)
    c.client(1500, 301, 1, 300)
    c.client(2500, 601, 1, 400)
    rows = objects(wireshark, wireshark.write(packets), "bandwidth-json,1")["client_goodput"]
    assert [(row["start"], row["client_goodput"]) for row in rows] == [
        (1, 800), (3652 * 86400 + 1, 1600), (1, 2400), (2, 3200)]


def test_goodput_is_what_was_not_sent_before(wireshark):
    """Each of these segments is old in part, or sends again what a closed window refused."""
    packets = []
    c = Connection(packets)
    c.open(0)
    c.client(1000, 1, 1, 1000)
    c.client(1010, 501, 1, 1000)   # 500 of them again
    c.client(1020, 2001, 1, 1000)  # 500 are missing
    c.client(1030, 1401, 1, 1000)  # these, and 500 again
    rows = objects(wireshark, wireshark.write(packets), "bandwidth-json,1")["client_goodput"]
    assert [row["client_goodput"] for row in rows] == [0, 8 * 3000]


def test_a_refused_probe_is_sent_once(wireshark):
    capture = harness.ROOT / "captures/cases/zwp-then-data.pcap"
    found = objects(wireshark, capture, "bandwidth-json,10", "conv-json")
    assert sum(row["server_goodput"] * 10 for row in found["client_goodput"]) == 8 * 4380
    row, = found["verdict"]
    assert (row["server_retransmissions"], row["server_retransmitted_bytes"]) == (0, 0)
    assert row["verdict"] == "receive window"
    assert not wireshark.fields(capture, ["frame.number"], "-Y", "connmon.expert.retransmission")


def test_text(wireshark):
    out = wireshark.run("-r", wireshark.share(SMALL), "-q", "-z",
                        "connmon,bandwidth,20,tcp.port == 51021").stdout
    tables = out.rstrip("\n").split("\n\n")
    assert len(tables) == 3 and "\033" not in out
    head, groups, columns, row = tables[0].splitlines()
    assert head == "17:23:41.959113 + 20.0 s: 0.85 kbit/s, 1 active"
    assert groups.split() == ["client", "server"] and columns.split()[0] == "Stream"
    assert row.split()[:3] == ["0", "10.24.82.188:51021", "103.246.57.251:8080"]
    assert row.endswith("100.0 %")


@pytest.mark.parametrize("options", ["bandwidth", "bandwidth,0", "bandwidth,-1", "bandwidth,nan",
                                     "bandwidth,1e300", "bandwidth,ten", "bandwidth,1,top=-1",
                                     "bandwidth-json,1,top=x", "bandwidth,1,no.such.field"])
def test_bad_options(wireshark, options):
    done = wireshark.execute("tshark", "-r", wireshark.share(SMALL), "-q", "-z", f"connmon,{options}")
    assert done.returncode == 1 and not done.stdout
    assert len([line for line in done.stderr.splitlines() if line.startswith("tshark:")]) == 1
