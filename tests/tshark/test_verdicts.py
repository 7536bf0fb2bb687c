"""What dominates a connection's time, on connections that are slow for a reason that we know.

Times are in milliseconds. In a healthy connection the server is 20 ms away and the client 1 ms, and
both answer within 2 ms.
"""
import json

import pytest

from folders import of_any_version
from packets import FIN, RST, SYN, Connection, Dialogue

pytestmark = of_any_version


def server_side_network(packets):
    Dialogue(packets, server_ms=300).talk(5)


def client_side_network(packets):
    Dialogue(packets, client_ms=300).talk(5)


def server(packets):
    Dialogue(packets).talk(5, server_takes=400)


def client(packets):
    Dialogue(packets).talk(5, client_takes=400)


def receive_window_of_the_client(packets):
    d = Dialogue(packets)
    d.talk(2)
    d.say(0)
    d.say(1, 1000, acked=False)
    d.now += 1
    d.ack(0, window=0)
    d.connection.server(d.now + 500, d.seqs[1] - 1, d.seqs[0])  # a probe
    d.connection.client(d.now + 501, d.seqs[0], d.seqs[1], window=0)
    d.now += 1000
    d.ack(0)
    d.say(1, 1000)
    d.close()


def receive_window_of_the_server(packets):
    d = Dialogue(packets)
    d.say(0, 1000, acked=False)
    d.now += 20
    d.ack(1, window=0)
    d.now += 1000
    d.ack(1)
    d.talk(2)


def loss_before_the_capture_point(packets):
    """Of the server's data, which is resent after a second."""
    d = Dialogue(packets)
    d.talk(2)
    d.say(0)
    start = d.seqs[1]
    d.seqs[1] += 1000  # never gets here
    d.say(1, 1000, acked=False)
    for _ in range(3):
        d.now += 1
        d.connection.client(d.now, d.seqs[0], start)  # duplicate ACKs
    d.now += 1000
    d.connection.server(d.now, start, d.seqs[0], 1000)
    d.now += 1
    d.ack(0)
    d.close()


def loss_beyond_the_capture_point(packets):
    """Of the client's request, which is resent after a second and again after two."""
    d = Dialogue(packets)
    d.talk(2)
    d.say(0, acked=False)
    for wait in 1000, 2000:
        d.now += wait
        d.connection.client(d.now, d.seqs[0] - 100, d.seqs[1], 100)
    d.now += 20
    d.say(1)
    d.close()


def lost_syns_are_loss_beyond_the_capture_point(packets):
    c = Connection(packets)
    for ms in 0, 1000, 3000:
        c.client(ms, 0, flags=SYN)


def nothing_unusual(packets):
    """A stream at a steady rate: nobody waits for anybody."""
    d = Dialogue(packets)
    d.say(0)
    for _ in range(100):
        d.say(1, 1000, after=9)
    d.close()


def nothing_unusual_where_the_capture_lacks_packets(packets):
    """The client acknowledges what was not captured: it got it."""
    d = Dialogue(packets)
    d.say(0)
    d.seqs[1] += 1000
    for _ in range(100):
        d.say(1, 1000, after=9)
    d.close()


def a_single_packet_is_nothing_unusual(packets):
    Connection(packets).client(0, 0, flags=SYN)


VERDICTS = {
    server_side_network: ("server side network", 1.5 + 0.3),
    client_side_network: ("client side network", 1.2 + 0.3),
    server: ("server", 5 * 0.4),
    client: ("client", 4 * 0.4),
    receive_window_of_the_client: ("receive window", 1.0),
    receive_window_of_the_server: ("receive window", 1.0),
    loss_before_the_capture_point: ("loss before the capture point", 1.003),
    loss_beyond_the_capture_point: ("loss beyond the capture point", 3.0),
    lost_syns_are_loss_beyond_the_capture_point: ("loss beyond the capture point", 3.0),
    nothing_unusual: ("nothing unusual", None),
    nothing_unusual_where_the_capture_lacks_packets: ("nothing unusual", None),
    a_single_packet_is_nothing_unusual: ("nothing unusual", None),
}


def row_of(wireshark, packets):
    out = wireshark.run("-r", wireshark.write(packets), "-q", "-z", "connmon,conv-json").stdout
    row, = map(json.loads, out.splitlines())
    return row


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_verdict(wireshark, make):
    packets = []
    make(packets)
    row = row_of(wireshark, packets)
    word, seconds = VERDICTS[make]
    assert row["verdict"] == word
    assert row["verdict_time"] == (None if seconds is None else pytest.approx(seconds, abs=0.02))


def test_all_verdicts_are_tested():
    assert len({word for word, _ in VERDICTS.values()}) == 8


def test_response_times(wireshark):
    packets = []
    Dialogue(packets).talk(20, server_takes=50, client_takes=200)
    row = row_of(wireshark, packets)
    assert (row["server_response_count"], row["client_response_count"]) == (20, 19)
    for side, seconds in ("server", 0.05), ("client", 0.2):
        for word in "median", "p95":
            assert row[f"{side}_response_{word}"] == pytest.approx(seconds, rel=0.02)


@pytest.mark.parametrize("first", [0, 1], ids=["client", "server"])
def test_client_without_handshake_is_a_guess(wireshark, first):
    packets = []
    Dialogue(packets, is_open=False).say(first)
    row = row_of(wireshark, packets)
    assert row["client_is_guess"] and row["client"] == "192.0.2.1:40000"
    assert row["end"] == "seen in part"


def ends():
    yield "open", lambda d: None
    yield "FIN", lambda d: d.close()
    yield "reset by client", lambda d: d.say(0, 0, flags=RST, acked=False)
    yield "reset by server", lambda d: d.say(1, 0, flags=RST, acked=False)
    yield "FIN", lambda d: (d.close(), d.say(0, 0, flags=RST, acked=False))
    yield "open", lambda d: d.say(0, 0, flags=FIN, acked=False)


@pytest.mark.parametrize("word, end", ends())
def test_end(wireshark, word, end):
    packets = []
    dialogue = Dialogue(packets)
    dialogue.talk(1)
    end(dialogue)
    assert row_of(wireshark, packets)["end"] == word
