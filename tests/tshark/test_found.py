"""What Wireshark finds of TCP, the program finds, or there is a reason; see found.py."""
import struct

import pytest

import found
from folders import discover
from packets import ACK, Packet, ethernet, ip, tcp
from test_one_truth import program

CAPTURES = [capture for capture, _ in discover()]
BIG = 70000  # more than a length of 16 bits can tell
CLIENT, SERVER = ("192.0.2.1", "2001:db8::1"), ("198.51.100.2", "2001:db8::2")


def reasons(request, capture, home):
    return [(reason, frame.number, theirs, ours) for frame, theirs, ours, reason
            in found.compare(program(request), capture, str(home))]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_captures(request, tmp_path, capture):
    unexplained = [row for row in reasons(request, capture, tmp_path) if not row[0]]
    assert not unexplained


@pytest.mark.parametrize("missing", [lambda segments: {}, lambda segments: {
    number: segment._replace(payload=segment.payload + 1) for number, segment in segments.items()}],
                         ids=["packet", "payload"])
def test_a_difference_is_told(request, tmp_path, monkeypatch, missing):
    ask = found.ask_program
    monkeypatch.setattr(found, "ask_program", lambda *args: missing(ask(*args)))
    rows = reasons(request, found.ROOT / "captures/http_ipv6.pcap", tmp_path)
    assert len(rows) > 10 and not any(row[0] for row in rows)


# --- Packets that are larger than their length can tell

def in_ipv4(protocol, payload):
    """With a total length of 0."""
    head = ip(CLIENT[0], SERVER[0], protocol, b"")
    return head[:2] + b"\0\0" + head[4:] + payload


def in_ipv6(protocol, payload):
    """With a payload length of 0."""
    return ip(CLIENT[1], SERVER[1], protocol, b"") + payload


def in_jumbogram(protocol, payload):
    """With its length in an option (RFC 2675)."""
    head = ip(CLIENT[1], SERVER[1], protocol, b"")
    option = struct.pack("!BBBBI", head[6], 0, 0xC2, 4, 8 + len(payload))
    return head[:6] + b"\0" + head[7:] + option + payload


def vxlan(packet):
    return struct.pack("!HHHH", 49999, 4789, 0, 0) + struct.pack("!II", 8 << 24, 7) + ethernet(packet)


def geneve(packet):
    return struct.pack("!HHHHII", 49999, 6081, 0, 0, 0x6558, 7) + ethernet(packet)


@pytest.mark.parametrize("network", [in_ipv4, in_ipv6, in_jumbogram])
@pytest.mark.parametrize("tunnel", [None, vxlan, geneve])
@pytest.mark.parametrize("outer", [in_ipv4, in_ipv6, in_jumbogram])
def test_big_packets(wireshark, request, tmp_path, network, tunnel, outer):
    """Wireshark 4.0 takes the length of a jumbogram and of IPv4, but no length of 0 of UDP outside of
    jumbograms, and none of IPv6."""
    if not tunnel and outer is not network:
        pytest.skip("nothing outside")
    packet = network("tcp", tcp(40000, 80, 1, 1, ACK, payload=b"." * BIG))
    if tunnel:
        packet = outer("udp", tunnel(packet))
    capture = wireshark.write([Packet(0, ethernet(packet))])
    assert found.ask_program(program(request), capture) == {1: (40000, 80, BIG)}
    if wireshark.version < (4, 2) and in_ipv6 not in (network, outer) and (
            not tunnel or outer is in_jumbogram):
        assert not reasons(request, capture, tmp_path)
