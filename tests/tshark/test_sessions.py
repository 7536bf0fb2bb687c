"""tshark -M begins frames and streams anew, and its statistics know connections apart all the same."""
import pytest

import harness

CAPTURE = harness.ROOT / "captures/cases/session-reset.pcap"   # two connections of six packets


@pytest.mark.parametrize("what", ["conv", "hosts-json", "events", "index-text", "transactions", "bandwidth,1",
                                  "json"])
def test_two_connections(wireshark, what):
    words = ["-q", "-r", wireshark.share(CAPTURE), "-z", f"connmon,{what}"]
    whole = wireshark.run(*words).stdout
    assert whole and wireshark.run("-M", "6", *words).stdout == whole


def test_fields_are_of_their_session(wireshark):
    """As tshark's own: the frames are those that it prints beside them."""
    names = ["frame.number", "tcp.stream", "connmon.rtt.seqno.frame"]
    rows = wireshark.fields(CAPTURE, names, "-M", "6")
    assert rows[:6] == rows[6:]
    assert rows[1] == ["2", "0", "1"]
