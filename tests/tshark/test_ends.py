"""One truth: packets, events, index and conversations, of the plugin and of the program, tell the
same of each connection: how it ended, who was the client, what was counted."""
import gzip
import json

import pytest

from folders import CAPTURES as FOLDER
from folders import CASES, VIEWED
from packets import FIN, RST, Connection
from test_index import numbers
from test_one_truth import RESTREAMED, SPOILED, only_alike, only_here, program

CAPTURES = [capture for capture in VIEWED
            if capture.name not in RESTREAMED
            and capture.name != "fuzz-2006-09-29-28586.pcap"]  # mixes connections in a tcp.stream
CLOSING = {"fin_wait_1", "fin_wait_2", "closing", "last_ack", "time_wait", "closed"}


class Told:
    """All that one of the two tells of a capture: rows by connection."""

    def __init__(self, text):
        self.conversations, self.index, self.packets, self.events = {}, {}, {}, {}
        for line in text.splitlines():
            row = json.loads(line)
            if "verdict" in row:
                self.conversations[row["stream"]] = row
            elif "ended" in row:
                self.index[row["stream"]] = row
            elif "frame" in row:
                self.packets.setdefault(row["stream"], []).append(row)
            else:
                self.events.setdefault(row["stream"], []).append(row)


def of_plugin(recorded, capture):
    recording = recorded(capture, "-o", "connmon.timeout:0")
    return Told("".join(map(recording.text, ("packets", "events", "conversations", "index"))))


def of_program(wireshark, request, capture):
    blob = wireshark.share(capture).read_bytes()
    blob = gzip.decompress(blob) if blob[:2] == b"\x1f\x8b" else blob
    text = ""
    for table in [], ["--events", "--flowMaxIdle", 0], ["--conversations"], ["--index", "json"]:
        words = table if "--index" in table else [*table, "--json"]
        text += wireshark.execute(program(request), "-q", "-r", "-", *words, stdin=blob).stdout
    return Told(text)


def end_of_events(events):
    """None: no event told one."""
    end = None
    for kind, by in events:
        if kind == "closed":
            end = "FIN"
        elif kind == "reset":
            end = f"reset by {by}"
        elif kind in ("found", "reset_ignored"):
            end = None
    return end


def check_end(told, stream):
    """By the conversation, the index, the events and the packets."""
    row = told.conversations[stream]
    packets = [packet for packet in told.packets[stream] if "connmon.duplicate" not in packet]
    assert row["end"] == told.index[stream]["ended"]
    by_events = end_of_events((event["event"], event.get("by"))
                              for event in told.events.get(stream, ()))
    assert by_events == end_of_events(
        (packet.get("connmon.event", "").replace("reused", "found"), packet["connmon.side"])
        for packet in packets)
    if by_events:
        assert row["end"] == by_events
        return
    states = {packet["connmon.side"]: packet.get("connmon.state") for packet in packets}
    assert row["end"] in ("open", "seen in part", "FIN")
    if row["end"] == "FIN":  # both are sent, but not acknowledged
        assert any("FIN" in found or found in CLOSING for found in map(str, states.values()))


def check_client(told, stream):
    row, latest = told.conversations[stream], told.packets[stream][-1]
    assert (row["client"], row["server"]) == (
        told.index[stream]["client"], told.index[stream]["server"])
    if "connmon.duplicate" not in latest:
        source, target = latest["connmon.flow"].split("+")
        client = source if latest["connmon.side"] == "client" else target
        assert row["client"] == client


def check_counts(told, stream):
    row = told.conversations[stream]
    for flow, side in zip(told.index[stream]["flows"], ("client", "server")):
        sent = [packet for packet in told.packets[stream]
                if packet["connmon.flow"] == flow["flow"]]
        assert [packet["frame"] for packet in sent] == numbers(flow["frames"])
        packets = [packet for packet in sent if "connmon.duplicate" not in packet]
        events = [packet.get("connmon.seq_event") for packet in packets]
        assert row[f"{side}_packets"] == len(packets)
        assert row[f"{side}_copies"] == len(sent) - len(packets)
        assert row[f"{side}_payload_bytes"] == sum(
            packet["connmon.payload_bytes"] for packet in packets)
        assert row[f"{side}_dup_acks"] == sum("connmon.dup_ack_num" in packet for packet in packets)
        assert row[f"{side}_keep_alives"] == events.count("keep_alive")
        # Less what was neither lost nor needlessly resent.
        assert row[f"{side}_holes"] <= events.count("hole")
        assert row[f"{side}_retransmissions"] <= events.count("retransmission")


def by_frames(told):
    """Rows by what both call a connection alike: its frames."""
    found = {}
    for stream, row in told.conversations.items():
        frames = frozenset(frame for flow in told.index[stream]["flows"]
                           for frame in numbers(flow["frames"]))
        found[frames] = {name: value for name, value in row.items() if name != "stream"}
    return found


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_all_tell_the_same(wireshark, recorded, request, capture):
    only_alike(wireshark, capture)
    both = of_plugin(recorded, capture), of_program(wireshark, request, capture)
    for told in both:
        assert told.conversations.keys() == told.index.keys() == told.packets.keys()
        for stream in told.conversations:
            check_end(told, stream)
            check_client(told, stream)
            check_counts(told, stream)
    plugin, ours = map(by_frames, both)
    for frames in plugin.keys() & ours.keys():  # which they see is tested packet by packet
        assert capture.name in SPOILED or plugin[frames] == ours[frames]


# --- The cases, and what is right


def rows(wireshark, recorded, request, name, folder=CASES):
    """{stream: row of the conversation}, the same of both."""
    capture = folder / f"{name}.pcap"
    plugin = of_plugin(recorded, capture).conversations
    assert plugin == of_program(wireshark, request, capture).conversations
    return plugin


ENDS = {
    "rst-ignored-fin": "FIN",  # its seqno is in no window
    "rst-wrong-ack-in-syn-sent": "FIN",
    "refused-then-accepted": "FIN",
    "same-isn": "reset by client",
    "late-syn": "FIN",
}


@pytest.mark.parametrize("name", ENDS)
def test_end(wireshark, recorded, request, name):
    only_here(wireshark)
    (row,) = rows(wireshark, recorded, request, name).values()
    assert row["end"] == ENDS[name]


# Of each connection, by stream: its end, its verdict, and what was resent by whom.
LOSS, WINDOW, SERVERS, NOTHING = ("loss beyond the capture point", "receive window",
                                  "server side network", "nothing unusual")
MADE = {
    "forged-resets": [("reset by client", LOSS, 2, 0), ("reset by client", LOSS, 0, 1),
                      ("seen in part", NOTHING, 0, 0), ("open", SERVERS, 0, 0),
                      ("seen in part", NOTHING, 0, 0), ("FIN", SERVERS, 0, 0),
                      ("reset by server", SERVERS, 0, 0), ("open", SERVERS, 0, 0)],
    "closed-windows": [("open", WINDOW, 0, 0), ("open", WINDOW, 0, 1), ("open", SERVERS, 0, 0),
                       ("open", NOTHING, 0, 0)],
    "already-acknowledged": [("open", NOTHING, 1, 0), ("open", NOTHING, 0, 0), ("open", NOTHING, 0, 0)],
    "copied-glitch": [("FIN", NOTHING, 0, 0), ("open", NOTHING, 0, 0)],
}


@pytest.mark.parametrize("name", MADE)
def test_what_seqnos_and_acknos_prove(wireshark, recorded, request, name):
    only_here(wireshark)
    told = rows(wireshark, recorded, request, name, FOLDER)
    assert [(row["end"], row["verdict"], row["client_retransmissions"], row["server_retransmissions"])
            for _, row in sorted(told.items())] == MADE[name]


@pytest.mark.parametrize("name", ["refused-then-accepted", "same-isn"])
def test_who_is_refused_loses_nothing(wireshark, recorded, request, name):
    only_here(wireshark)
    (row,) = rows(wireshark, recorded, request, name).values()
    assert row["client_retransmissions"] == row["server_holes"] == 0
    assert "loss" not in row["verdict"]


def test_what_was_acknowledged_long_ago_costs_nothing(wireshark, recorded, request):
    (row,) = rows(wireshark, recorded, request, "spurious-after-idle").values()
    assert row["client_retransmissions"] == 1 and "loss" not in row["verdict"]
    capture = CASES / "spurious-after-idle.pcap"
    assert not wireshark.fields(capture, ["frame.number"], "-Y", "connmon.expert.stall.recovery")
    told = wireshark.run("-r", wireshark.share(capture), "-O", "connmon").stdout
    assert "This was acknowledged before, so it was resent without need" in told


def test_what_no_window_allows_is_no_loss(wireshark, recorded, request):
    only_here(wireshark)
    for row in rows(wireshark, recorded, request, "two-seq-spaces").values():
        assert row["client_holes"] == row["server_holes"] == 0
        assert row["client_missing_bytes"] == row["server_missing_bytes"] == 0
        assert row["verdict"] == "nothing unusual"
    assert not wireshark.fields(CASES / "two-seq-spaces.pcap", ["frame.number"], "-Y",
                                "connmon.expert.hole")


# --- Who ignores a RST that looks right (RFC 5961)


def challenged():
    """The server's RST is 50 bytes ahead, the client answers it and goes on."""
    packets = []
    c = Connection(packets)
    c.open(0)
    c.client(30, 1, 1, 100)
    c.server(50, 1, 101)
    c.server(60, 51, flags=RST)
    c.client(61, 101, 1)
    return packets, c


def told_of(wireshark, recorded, request, packets):
    capture = wireshark.write(packets)
    both = of_plugin(recorded, capture), of_program(wireshark, request, capture)
    for told in both:
        check_end(told, 0)
        yield [event["event"] for event in told.events[0]], told.conversations[0]["end"]


def test_who_goes_on_was_not_reset(wireshark, recorded, request):
    packets, c = challenged()
    for kinds, end in told_of(wireshark, recorded, request, packets):
        assert (kinds, end) == (["found", "established", "reset"], "reset by server")
    c.server(80, 1, 101, 10)
    c.client(81, 101, 11)
    for kinds, end in told_of(wireshark, recorded, request, packets):
        assert (kinds, end) == (["found", "established", "reset", "reset_ignored"], "open")
    c.client(90, 101, 11, flags=FIN)
    c.server(110, 11, 102, flags=FIN)
    c.client(111, 102, 12)
    for kinds, end in told_of(wireshark, recorded, request, packets):
        assert kinds[3:] == ["reset_ignored", "half_closed", "closed"] and end == "FIN"


def test_it_may_be_closed_already_when_that_is_seen(wireshark, recorded, request):
    packets, c = challenged()
    c.client(90, 101, 1, flags=FIN)
    c.server(110, 1, 101, flags=FIN)
    c.client(111, 102, 1)
    for kinds, end in told_of(wireshark, recorded, request, packets):
        assert kinds[2:] == ["reset"] and end == "reset by server"
    c.server(112, 2, 102)
    c.client(113, 102, 2)
    for kinds, end in told_of(wireshark, recorded, request, packets):
        assert kinds[2:] == ["reset", "reset_ignored", "closed"] and end == "FIN"


def test_a_reset_behind_both_fins_resets_nothing(wireshark, recorded, request):
    packets = []
    c = Connection(packets)
    c.open(0)
    c.client(30, 1, 1, flags=FIN)
    c.server(50, 1, 2, flags=FIN)
    c.client(51, 2, flags=RST)
    for kinds, end in told_of(wireshark, recorded, request, packets):
        assert kinds[2:] == ["half_closed", "closed"] and end == "FIN"
