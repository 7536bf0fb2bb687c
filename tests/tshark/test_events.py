"""-z connmon,events: connections as they live, against the fields, counts and tcp.completeness."""
import collections
import json
import re

import pytest

import harness
from folders import VIEWED
from packets import FIN, RST, SYN, Connection, Packet, ethernet, ip, udp
from test_fields import is_as_its_table
from test_one_truth import RESTREAMED

ids = dict(ids=lambda capture: capture.name)
FOREVER = ["-o", "connmon.timeout:0"]
FOUND = {"found", "found_midstream"}
ENDS = {"closed", "reset", "timed_out"}
SYN_BIT, ANSWER_BIT, ACK_BIT, DATA_BIT, FIN_BIT, RST_BIT = 1, 2, 4, 8, 16, 32


def events(wireshark, capture, *args, tap="connmon,events-json"):
    done = wireshark.run("-r", wireshark.share(capture), "-q", "-z", tap, *args)
    return [json.loads(line) for line in done.stdout.splitlines()]


def stories(told):
    """{stream: what happened to it, in order}"""
    found = collections.defaultdict(list)
    for event in told:
        found[event["stream"]].append(event["event"])
    return found


def check_counts(told):
    """Each event tells how many connections are open, and nothing ends that has not begun."""
    opened = closed = 0
    is_open = set()
    for event in told:
        kind, stream = event["event"], event["stream"]
        if kind in FOUND:
            assert stream not in is_open
            is_open.add(stream)
            opened += 1
        elif kind == "reset_ignored" and stream not in is_open:  # it was taken for closed
            is_open.add(stream)
            closed -= 1
        elif kind in ENDS or (kind == "reused" and stream in is_open):
            is_open.remove(stream)
            closed += 1
        assert (event["opened"], event["closed"], event["open"]) == (opened, closed, len(is_open))


@pytest.mark.parametrize("capture", VIEWED, **ids)
def test_opened_less_closed_is_open(wireshark, capture):
    told = events(wireshark, capture, "-o", "connmon.timeout:1")
    assert told
    check_counts(told)


@pytest.mark.parametrize("capture", VIEWED, **ids)
def test_events_are_the_fields(recorded, capture):
    """What a packet's field says is told, and, but for reuse, nothing else."""
    if capture.name in RESTREAMED:
        pytest.skip("one connection in two streams")
    expected, is_closed = collections.Counter(), set()
    for number, stream in recorded(capture).fields("connmon.event", "tcp.stream"):
        if not number:
            continue
        event = harness.EVENTS[number]
        # A SYN that may open a connection again, and does not, is nothing to one that is over.
        expected[event] += not (event.startswith("duplicate") and stream in is_closed)
        (is_closed.add if event in ("closed", "reset") else is_closed.discard)(stream)
    happened = recorded(capture, *FOREVER).rows("events")
    check_counts(happened)
    told = collections.Counter(event["event"] for event in happened)
    late = {"found", "found_midstream", "reused"}
    assert {k: n for k, n in told.items() if k not in late} == {
        k: n for k, n in (+expected).items() if k not in late}
    assert told["found"] == expected["found"] + expected["reused"]
    assert told["found_midstream"] >= expected["found_midstream"]


def test_lines_say_the_same(wireshark):
    capture = harness.ROOT / "captures/KakaoTalk_chat.pcap"
    told = events(wireshark, capture)
    out = wireshark.run("-r", wireshark.share(capture), "-q", "-z", "connmon,events").stdout
    lines = [re.fullmatch(r"(\S+) (.{29,30}) +(\d+)  (\S+) > (\S+)  age \S+ \S+(  .*)?  open (\d+)", line)
             for line in out.splitlines()]
    assert all(lines)
    assert [(int(m[3]), m[4], m[5], int(m[7])) for m in lines] == [
        (e["stream"], e["client"], e["server"], e["open"]) for e in told]
    assert "established" in lines[1][2] and lines[1][6] == "  server 114 ms  client 8.36 ms"
    assert lines[3][2].rstrip() == "half-closed by server"


# --- Against Wireshark's own opinion

OTHER_STREAMS = {"fuzz-2006-09-29-28586.pcap", "tls_multiple_synack_different_seq.pcapng",
                 "samples.pcap"}  # several in a frame, or several connections in one


def is_explained(event, bits):
    """Whether we may tell of an event that Wireshark does not. Half of a handshake is enough for us
    once the connection goes on, if with data, and so is a FIN or RST alone."""
    if event != "established":
        return bits == 0
    return bits & (SYN_BIT | ANSWER_BIT) and bits & (ACK_BIT | DATA_BIT)


def completeness(recording):
    """{stream: the bits at its end}"""
    rows = recording.fields("connmon.flow", "tcp.stream", "tcp.completeness")
    return {int(stream): int(bits, 0) for flow, stream, bits in rows
            if flow and stream.isdigit() and bits.isdigit()}


@pytest.mark.parametrize("capture", VIEWED, **ids)
def test_completeness(wireshark, recorded, capture):
    if capture.name in {*OTHER_STREAMS, *RESTREAMED} or not is_as_its_table(wireshark, capture):
        pytest.skip("streams are counted otherwise")
    told = stories(recorded(capture, *FOREVER).rows("events"))
    wrong = []
    for stream, bits in completeness(recorded(capture, "-2")).items():
        story = set(told.get(stream, ()))
        is_shaken = all(bits & bit for bit in (SYN_BIT, ANSWER_BIT, ACK_BIT))
        checks = [("established", is_shaken), ("half_closed", bits & FIN_BIT),
                  # Behind both FINs a RST resets nothing; before the ports are reused it does.
                  ("reset", bits & RST_BIT and not ("closed" in story and "reset" not in story))]
        wrong += [(stream, bits, kind) for kind, theirs in checks if bool(theirs) != (kind in story)
                  and not (kind in story and is_explained(kind, bits))]
    assert not wrong


# --- Constructed ones

def kinds(wireshark, packets, *args):
    told = events(wireshark, wireshark.write(packets), *args)
    check_counts(told)
    return [event["event"] for event in told], told


def test_a_timeout_is_told_when_its_time_has_come(wireshark):
    packets = []
    a, b = (Connection(packets, client=("192.0.2.1", port)) for port in (40001, 40002))
    a.open(0)
    b.open(200_000)
    packets.append(Packet(301_000 * 10**6, ethernet(ip("192.0.2.9", "192.0.2.8", "udp",
                                                       udp(1, 2, b"")))))
    b.client(400_000, 1, 1, 10)
    told_kinds, told = kinds(wireshark, packets)
    assert told_kinds == ["found", "established", "found", "established", "timed_out"]
    assert (told[4]["stream"], told[4]["time"], told[4]["open"]) == (0, 300.021, 1)
    a.client(500_000, 1, 1, 10)
    assert kinds(wireshark, packets)[0][5:] == ["found_midstream"]


def test_the_wrong_packets_close_nothing(wireshark):
    packets = []
    c = Connection(packets)
    c.open(0)
    c.client(30, 100_000, 1, flags=RST)
    for i in range(500):
        c.client(31 + i / 100, 1, 1, flags=FIN)
    c.server(40, 1, 1)
    c.server(41, 1, 2, flags=FIN)
    c.client(42, 2, 1)
    assert kinds(wireshark, packets)[0] == ["found", "established", "reset_ignored", "half_closed"]
    c.client(43, 2, 2)
    c.client(44, 2, 2)
    c.server(45, 1, 2, flags=FIN)
    assert kinds(wireshark, packets)[0][4:] == ["closed"]


APPENDED = harness.ROOT / "captures/cases/appended.pcap"
TEN_YEARS_MS = 3652 * 86400 * 1000


def test_an_event_has_the_time_of_its_packet(wireshark):
    """Two captures of which the later one comes first."""
    told = events(wireshark, APPENDED)
    check_counts(told)
    hour = 3600
    assert [(e["stream"], e["event"]) for e in told] == [
        (stream, event) for stream in (0, 1)
        for event in ("found", "established", "half_closed", "closed")]
    for first, second in zip(told[:4], told[4:]):
        assert first["time"] - second["time"] == pytest.approx(hour, abs=1e-6)
        assert first["age"] == second["age"]
    assert told[7]["age"] == pytest.approx(0.250999)


def test_one_wrong_time_ends_nothing(wireshark):
    packets = []
    a, b = (Connection(packets, client=("192.0.2.1", port)) for port in (40001, 40002))
    a.open(0)
    b.open(1000)
    a.client(TEN_YEARS_MS, 1, 1, 10)
    a.client(2000, 11, 1, flags=FIN)
    b.client(3000, 1, 1, flags=RST)
    told_kinds, told = kinds(wireshark, packets)
    assert told_kinds == ["found", "established", "found", "established", "half_closed", "reset"]
    assert [e["time"] for e in told[4:]] == [2, 3]
    assert [e["age"] for e in told[4:]] == [2, 2]


def test_a_copy_does_not_confirm_a_wrong_time(wireshark):
    told = events(wireshark, harness.ROOT / "captures/copied-glitch.pcap")
    assert [event["event"] for event in told] == [
        "found", "established", "found", "established", "half_closed", "closed"]


def test_one_direction(wireshark):
    for side in (Connection.client, Connection.server):
        packets = []
        c = Connection(packets)
        side(c, 0, 0, *([1] if side == Connection.server else []), flags=SYN)
        side(c, 10, 1, 1, 10)
        side(c, 20, 11, 1, flags=FIN)
        told_kinds, told = kinds(wireshark, packets)
        assert told_kinds == ["found", "established", "half_closed"]
        assert told[0]["client"] == "192.0.2.1:40000"
        assert told[2]["by"] == ("client" if side == Connection.client else "server")


def test_a_filter_restricts_what_is_told(wireshark):
    capture = harness.ROOT / "captures/KakaoTalk_chat.pcap"
    told = events(wireshark, capture, tap="connmon,events-json,tcp.port == 80")
    frames = wireshark.fields(capture, ["tcp.stream"], "-Y", "tcp.port == 80 && connmon.flow")
    assert {event["stream"] for event in told} == {int(stream) for stream, in frames}
    check_counts(told)


def test_bad_filter(wireshark):
    done = wireshark.execute("tshark", "-r", wireshark.share(harness.ROOT / "captures/KakaoTalk_chat.pcap"),
                             "-q", "-z", "connmon,events,no.such.field")
    assert done.returncode == 1 and "no.such.field" in done.stderr and not done.stdout
