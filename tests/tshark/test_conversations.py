"""The statistics of conversations and hosts, against sums over the fields of their packets."""
import bisect
import collections
import decimal
import json
import re
import subprocess

import pytest

import harness
import tabular
from folders import VIEWED, is_further
from packets import FIN, RST, SYN

REAL = harness.ROOT / "captures/6in4tunnel.pcap"
ERROR = decimal.Decimal("0.02")  # of a percentile, relative

# Here `-z conv,tcp` counts a frame once for each TCP header in it, of which connmon takes one ...
HEADERS_IN_HEADERS = {"samples.pcap"}
# ... and here it leaves out headers that are cut or have damaged options, of which connmon takes
# what is whole.
DAMAGED = {"ajp.pcap", "copies-without-id.pcap", "snaplen.pcap", "truncated-header.pcap",
           "fuzz-2006-09-29-28586.pcap"}
# Here what was refused (by a closed window, or with a SYN) comes again, which is a retransmission by
# its seqno alone.
REFUSED_PROBES = {"zwp-then-data.pcap", "closed-windows.pcap"}
# Here a seqno jumps beyond any window, or to what was acknowledged before, which is a hole by its
# field, and no loss.
LOSSLESS_HOLES = {"two-seq-spaces.pcap", "KakaoTalk_chat.pcap", "already-acknowledged.pcap",
                  "snaplen.pcap", "fuzz-2006-09-29-28586.pcap"}

FEWER = {"holes", "retransmissions", "retransmitted_bytes"}

FIELDS = ["frame.number", "frame.len", "tcp.stream", "connmon.flow", "connmon.payload_bytes",
          "connmon.rtt", "connmon.rtt.queueing", "connmon.seq_event", "connmon.seq_gap", "tcp.flags",
          "connmon.dup_ack_num", "connmon.duplicate",
          "connmon.handshake.server", "connmon.handshake.client", "connmon.handshake.rtt"]
Seen = collections.namedtuple("Seen", [name.replace(".", "_") for name in FIELDS])


def rows_of(text):
    """The JSON Lines in a program's output."""
    return [json.loads(line, parse_float=decimal.Decimal)
            for line in text.splitlines() if line.startswith("{")]


def statistics(wireshark, capture, what):
    """The rows of -z connmon,WHAT-json."""
    tap = f"connmon,{what}-json"
    return rows_of(wireshark.run("-r", wireshark.share(capture), "-q", "-z", tap).stdout)


class Run:
    """What one run of tshark tells of a capture: packets, conversations and hosts."""

    def __init__(self, recording):
        seen = [Seen(*row) for row in recording.fields(*FIELDS)]
        self.conv_tcp = recording.text("conv,tcp")
        self.hosts = recording.rows("hosts", parse_float=decimal.Decimal)
        self.conversations = recording.rows("conversations", parse_float=decimal.Decimal)
        self.sent = {(row["stream"], flow): [] for row in self.conversations for flow in flows(row)}
        self.packets = [packet for packet in seen if packet.connmon_flow]
        for packet in self.packets:
            # A frame with several TCP headers has several streams, but one flow.
            keys = [(int(stream), packet.connmon_flow) for stream in packet.tcp_stream.split(",")]
            self.sent[next(key for key in keys if key in self.sent)].append(packet)

    def with_copies(self, row):
        """(packets, bytes) of a conversation as it was captured."""
        copies = [p for flow in {*flows(row)} for p in self.sent[row["stream"], flow]
                  if p.connmon_duplicate]
        return (row["packets"] + len(copies),
                row["bytes"] + sum(int(p.frame_len) for p in copies))

    def sides(self):
        """(row, its prefix, the packets that this host sent)"""
        for row in self.conversations:
            if row["client"] == row["server"]:  # of a fuzzed packet, which says that of both
                continue
            for prefix, flow in zip(("client_", "server_"), flows(row)):
                yield row, prefix, self.sent[row["stream"], flow]


def flows(row):
    return f"{row['client']}+{row['server']}", f"{row['server']}+{row['client']}"


@pytest.fixture(scope="module")
def runs(recorded):
    """Each capture is read once."""
    made = {}

    def run(capture):
        if capture not in made:
            made[capture] = Run(recorded(capture))
        return made[capture]
    return run


def nearest_rank(values, percent):
    values = sorted(values)
    return values[-(-len(values) * percent // 100) - 1]


def is_near(found, exact):
    return abs(found - exact) <= exact * ERROR


def delays_of(packets):
    return [decimal.Decimal(p.connmon_rtt) for p in packets if p.connmon_rtt]


class Carried:
    """What a flow has carried: ranges of its sequence space, placed by the gaps. What came before
    the capture has passed, too."""

    def __init__(self):
        self.ranges, self.high = [(-2**40, 0)], 0

    def take(self, seen):
        """How much of the payload was carried before."""
        payload, event = int(seen.connmon_payload_bytes), harness.SEQ_EVENTS.get(seen.connmon_seq_event)
        flags = int(seen.tcp_flags.split(",")[-1] or "0", 0)
        if flags & RST or event in ("keep_alive", "old"):
            return 0
        if flags & SYN and not event:
            self.ranges = [(-2**40, self.high)]
        begin = self.high + int(seen.connmon_seq_gap) + bool(flags & SYN)
        end = begin + payload
        self.high = max(self.high, end + bool(flags & FIN))
        return self.add(begin, end)

    def add(self, begin, end):
        """Returns how much of it was there."""
        first = bisect.bisect_left(self.ranges, begin, key=lambda r: r[1])
        last = bisect.bisect_right(self.ranges, end, key=lambda r: r[0])
        touched = self.ranges[first:last]
        self.ranges[first:last] = [(min([begin] + [r[0] for r in touched]),
                                    max([end] + [r[1] for r in touched]))]
        return sum(min(end, r[1]) - max(begin, r[0]) for r in touched)


def resent_bytes(packets):
    carried = Carried()
    return sum(carried.take(packet) for packet in packets)


def expected_side(packets):
    """The exact figures of the packets that one host sent."""
    copies = sum(bool(p.connmon_duplicate) for p in packets)
    packets = [p for p in packets if not p.connmon_duplicate]
    events = collections.Counter(harness.SEQ_EVENTS.get(p.connmon_seq_event) for p in packets)
    payload = [int(p.connmon_payload_bytes) for p in packets]
    return {
        "packets": len(packets),
        "copies": copies,
        "bytes": sum(int(p.frame_len) for p in packets),
        "payload_bytes": sum(payload),
        "rtt_count": len(delays_of(packets)),
        "rtt_min": min(delays_of(packets), default=None),
        "rtt_max": max(delays_of(packets), default=None),
        "holes": events["hole"],
        "retransmissions": events["retransmission"],
        "retransmitted_bytes": resent_bytes(packets),
        "keep_alives": events["keep_alive"],
        "dup_acks": sum(bool(p.connmon_dup_ack_num) for p in packets),
    }


def check_percentiles(row, prefix, packets):
    for name, values in (
            ("rtt", delays_of(packets)),
            ("queueing", [decimal.Decimal(p.connmon_rtt_queueing) for p in packets
                          if p.connmon_rtt_queueing])):
        for word, percent in (("median", 50), ("p95", 95)):
            found = row[f"{prefix}{name}_{word}"]
            assert (found is None) == (not values)
            assert not values or is_near(found, nearest_rank(values, percent)), (row, name, word)


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_conversations_sum_up_their_packets(runs, capture):
    for row, prefix, packets in runs(capture).sides():
        for name, value in expected_side(packets).items():
            if capture.name in REFUSED_PROBES and name.startswith("retransmi") or \
                    capture.name in LOSSLESS_HOLES and name == "holes":
                continue
            if is_further(capture) and name in FEWER:  # for such reasons, as it may be
                value = min(value, row[prefix + name])
            assert row[prefix + name] == value, (row["stream"], prefix + name)
        check_percentiles(row, prefix, packets)
    for row in runs(capture).conversations:
        for name in "packets", "bytes":
            assert row[name] == row[f"client_{name}"] + row[f"server_{name}"]


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_handshakes(runs, capture):
    for row, prefix, packets in runs(capture).sides():
        delays = [p.connmon_handshake_client for p in packets if p.connmon_handshake_client]
        delays += [p.connmon_handshake_server for p in packets
                   if p.connmon_handshake_server and not p.connmon_handshake_rtt]
        expected = [decimal.Decimal(delay) for delay in delays[-1:]] or [None]
        assert [row[prefix + "handshake"]] == expected, (row["stream"], prefix)


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_hosts_sum_up_their_conversations(runs, capture):
    run = runs(capture)
    added = [name for name in (run.hosts or [{}])[0] if name in (
        "packets", "bytes", "payload_bytes", "rtt_count", "holes", "missing_bytes",
        "retransmissions", "retransmitted_bytes", "copies", "dup_acks", "keep_alives", "zero_window",
        "response_count")]
    expected, delays = {}, collections.defaultdict(list)
    for row in run.conversations:
        for role in "client", "server":
            address = row[role].rpartition(":")[0]
            host = expected.setdefault((role, address), collections.Counter())
            host["connections"] += 1
            host.update({name: row[f"{role}_{name}"] for name in added})
            delays[role, address] += [row[f"{role}_rtt_{word}"] for word in ("min", "max")
                                      if row[f"{role}_rtt_{word}"] is not None]
    found = {(row["role"], row["address"]): row for row in run.hosts}
    assert len(found) == len(run.hosts) and found.keys() == expected.keys()
    for key, row in found.items():
        assert {name: row[name] for name in ["connections", *added]} == dict(expected[key]), key
        assert row["rtt_min"] == min(delays[key], default=None)
        assert row["rtt_max"] == max(delays[key], default=None)


def conv_tcp(text):
    """[(ends, packets, bytes as printed)] of tshark's own table."""
    line = r"^(\S+)\s+<->\s+(\S+)((?:\s+\d+\s+\d+ \w+){3})"
    for one, other, numbers in re.findall(line, text, re.M):
        packets, size, unit = re.findall(r"(\d+)\s+(\d+) (\w+)", numbers)[-1]
        yield tuple(sorted((one, other))), int(packets), f"{size} {unit}"


def as_printed(size):
    """By Wireshark's format_size()."""
    for unit, factor in ("MB", 10**6), ("kB", 10**3):
        if size >= 10 * factor:
            return f"{size // factor} {unit}"
    return f"{size} bytes"


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_totals_are_those_of_tshark(runs, capture):
    run = runs(capture)
    found = []
    for row in run.conversations:
        packets, size = run.with_copies(row)
        found.append((tuple(sorted((row["client"], row["server"]))), packets, as_printed(size)))
    found.sort()
    theirs = sorted(conv_tcp(run.conv_tcp))
    if capture.name in HEADERS_IN_HEADERS:
        assert sum(packets for _, packets, _ in found) < sum(packets for _, packets, _ in theirs)
    elif capture.name in DAMAGED:
        ours = dict((ends, packets) for ends, packets, _ in found)
        assert all(ours[ends] >= packets for ends, packets, _ in theirs)
    else:
        assert found == theirs


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_totals_are_those_of_capinfos(runs, capture):
    run = runs(capture)
    packets, size = harness.capinfos(capture)
    if len(run.packets) < packets:
        pytest.skip("has packets that are not TCP")
    captured = [run.with_copies(row) for row in run.conversations]
    assert sum(row[0] for row in captured) == packets
    assert sum(row[1] for row in captured) == size


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_two_passes(recorded, runs, capture):
    run = Run(recorded(capture, "-2"))
    assert run.conversations == runs(capture).conversations
    assert run.hosts == runs(capture).hosts


@pytest.mark.parametrize("what", ["conv", "hosts"])
def test_csv_says_the_same_as_json(wireshark, what):
    text = wireshark.run("-r", wireshark.share(REAL), "-q", "-z", f"connmon,{what}-csv").stdout
    rows = tabular.rows_of(
        wireshark.run("-r", wireshark.share(REAL), "-q", "-z", f"connmon,{what}-json").stdout)
    names, cells = tabular.cells_of(text)
    assert names == list(rows[0])
    assert cells == tabular.expected_cells(names, rows)


def says(cell, seconds):
    """Whether that is the time, rounded to as many digits as the cell has."""
    number, unit = re.fullmatch(r"(?:<?([\d.]+) (us|ms|s))?.*", cell).groups()
    exact = decimal.Decimal(seconds).scaleb({"us": 6, "ms": 3, "s": 0, None: 0}[unit])
    return unit and exact.quantize(decimal.Decimal(number), decimal.ROUND_HALF_UP) == decimal.Decimal(number)


def test_text_says_the_same_as_json(wireshark):
    text = wireshark.run("-r", wireshark.share(REAL), "-q", "-z", "connmon,conv").stdout
    table, totals = text.rstrip("\n").split("\n\n")
    groups, header, *lines = table.splitlines()
    assert groups.split() == ["client", "server"] and header.split()[0] == "Stream"
    rows = statistics(wireshark, REAL, "conv")
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows):
        cells = re.split(r"\s{2,}", line.strip())
        delays = [row[name] for name in ("client_rtt_p95", "server_rtt_p95") if row[name] is not None]
        assert cells[:3] == [str(row["stream"]), row["client"], row["server"]]
        assert cells[-1] == row["verdict"]
        assert all(any(says(cell, delay) for cell in cells) for delay in delays), (line, delays)
    count, size = (sum(row[name] for row in rows) for name in ("packets", "bytes"))
    assert totals.startswith(f"{len(rows)} connections, 0 of them one-way\n{count} packets, ")
    assert f"; {size} bytes" in totals


def test_rows_are_sorted_by_their_slowest_side(runs):
    for capture in VIEWED:
        keys = [max((row[f"{side}_rtt_p95"] for side in ("client", "server")
                     if row[f"{side}_rtt_p95"] is not None), default=-1)
                for row in runs(capture).conversations]
        # The key is a bucket, a 32nd wide; what is shown is its middle, cut to the extremes.
        assert all(b <= a or 32 * b <= 33 * a for a, b in zip(keys, keys[1:])), capture


@pytest.mark.parametrize("text, keeps", [
    ("tcp.stream == 1", lambda p: p.tcp_stream == "1"),
    ("connmon.rtt > 0.1", lambda p: p.connmon_rtt and float(p.connmon_rtt) > 0.1),
    ("frame.len in {100, 152}", lambda p: p.frame_len in ("100", "152")),
    ("udp", lambda p: False)])
@pytest.mark.parametrize("more", [[], ["-2"]], ids=["one pass", "two passes"])
def test_filter(wireshark, runs, text, keeps, more):
    out = wireshark.run("-r", wireshark.share(REAL), "-q", "-z", f"connmon,conv-json,{text}",
                        *more).stdout
    kept = [p for p in runs(REAL).packets if keeps(p)]
    rows = rows_of(out)
    assert sum(row["packets"] for row in rows) == len(kept)
    assert sum(row["bytes"] for row in rows) == sum(int(p.frame_len) for p in kept)
    assert {str(row["stream"]) for row in rows} == {p.tcp_stream for p in kept}
    delays = [row[f"{side}_rtt_count"] for row in rows for side in ("client", "server")]
    assert sum(delays) == sum(bool(p.connmon_rtt) for p in kept)


@pytest.mark.parametrize("argument, words", [
    ("connmon,conv-xml", "connmon,conversations[-json|csv][,filter]"),
    ("connmon,convoy", "connmon,conversations[-json|csv][,filter]"),
    ("connmon,conv,tcp.port ==", "Filter"),
    ("connmon,hosts-json,no.such.field", "no.such.field")])
def test_bad_argument(wireshark, argument, words):
    done = wireshark.execute("tshark", "-r", wireshark.share(REAL), "-q", "-z", argument)
    assert done.returncode == 1 and not done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith("tshark:")]
    assert len(lines) == 1 and words in lines[0]


def test_closed_pipe_and_full_disk(wireshark):
    command = wireshark.command("tshark", "-n", "-r", wireshark.share(REAL), "-q",
                                "-z", "connmon,conv-json")
    options = {"env": wireshark.environment(), "cwd": wireshark.dir, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, **options) as process:
        process.stdout.close()
        assert "cannot be written" not in process.stderr.read().decode()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, **options)
    assert done.returncode == 2 and b"No space left on device" in done.stderr


def test_no_packets(wireshark):
    capture = wireshark.write([])
    out = wireshark.run("-r", capture, "-q", "-z", "connmon,conv", "-z", "connmon,hosts").stdout
    assert out.count("0 connections") == 2
