"""Packets that lie, break off or come in masses: no crash, no complaint, right values around them.

A connection per lie, all in one capture, since a start of tshark costs more than its packets.
"""
import random
import struct

import pytest

import encapsulations
import harness
import oracle
from packets import (ACK, CLIENT, NS_PER_MS, SERVER, SYN, Connection, Packet, TcpView, cut,
                     ethernet, ip, read_pcap, tcp, timestamps)

PACKETS = 7   # of one talk()
BAD = 3       # the index in it of the packet to spoil, data of the client
RIGHT = ["-", "0.020000000", "0.001000000", "-", "0.030000000", "0.001000000", "0.020000000"]
NOISE = [b"", b"\0" * 13, ethernet(b"\0\1\x08\0\6\4\0\1" + b"\0" * 20, 0x0806),
         ethernet(b"nonsense" * 9, 0x88B5), ethernet(b"", 0x0800), ethernet(b"\x45", 0x0800)]


def talk(packets, ms, port, wrap=ethernet, ends=None):
    """A connection, whose right delays are those above."""
    client, server = ends or (("192.0.2.1", port), ("198.51.100.2", 80))
    c = Connection(packets, client=client, server=server, wrap=wrap)
    c.client(ms, 0, flags=SYN, ts=(10, 0))
    c.server(ms + 20, 0, 1, flags=SYN, ts=(90, 10))
    c.client(ms + 21, 1, 1, ts=(11, 90))
    c.client(ms + 30, 1, 1, 60, ts=(12, 90))
    c.server(ms + 60, 1, 61, 30, ts=(91, 12))
    c.client(ms + 61, 61, 31, 10, ts=(13, 91))
    c.server(ms + 81, 31, 71, ts=(92, 13))
    return packets[-PACKETS:]


def spoiled(spoil, count, wrap=ethernet, ends=None):
    """`count` connections one after the other, with noise; spoil(packet, i) replaces one packet."""
    packets = []
    for i in range(count):
        talk(packets, 100 * i, 1024 + i, wrap, ends and ends(1024 + i))
        packets[-PACKETS + BAD] = spoil(packets[-PACKETS + BAD], i)
        packets.append(Packet((100 * i + 99) * NS_PER_MS, NOISE[i % len(NOISE)]))
    return packets


def check(wireshark, packets):
    """All as the oracle has it, in one pass and in two; and right before the spoiled packets."""
    capture = wireshark.write(packets)
    found = wireshark.check(capture, oracle.expectations(capture))
    for first in range(0, len(packets) - PACKETS, PACKETS + 1):
        rtts = [found[first + 1 + i]["rtt"] for i in range(BAD)]
        assert rtts == RIGHT[:BAD], f"before frame {first + 1 + BAD}"
    return found


def delays(found, i):
    """Those of the i-th connection."""
    first = 1 + i * (PACKETS + 1)
    return [found[n]["rtt"] if n in found else None for n in range(first, first + PACKETS)]


@pytest.mark.parametrize("name", ["ethernet", "vlan", "vxlan", "sixin4", "destination-options"])
def test_cut_at_every_length(wireshark, name):
    whole = len(talk([], 0, 1, encapsulations.ALL[name], encapsulations.ends(name, 1))[BAD].data)
    found = check(wireshark, spoiled(cut, whole + 1, encapsulations.ALL[name],
                                     lambda port: encapsulations.ends(name, port)))
    payload = 60
    for size in range(whole - payload, whole + 1):
        assert delays(found, size) == RIGHT
    assert delays(found, 0)[BAD] is None


def test_lying_ip_lengths(wireshark):
    lies = [0, 1, 19, 20, 21, 39, 40, 51, 52, 53, 111, 113, 1500, 65535]

    def spoil(packet, i):
        return Packet(packet.time, packet.data[:16] + struct.pack("!H", lies[i]) + packet.data[18:])

    check(wireshark, spoiled(spoil, len(lies)))


def test_lying_ip_header(wireshark):
    def spoil(packet, i):
        return Packet(packet.time, packet.data[:14] + bytes([i]) + packet.data[15:])

    check(wireshark, spoiled(spoil, 256))


def test_lying_tcp_header_length(wireshark):
    """One that is too short says nothing; one beyond the packet may hide the options."""
    def spoil(packet, i):
        data = bytearray(packet.data)
        data[14 + 20 + 12] = i << 4
        return Packet(packet.time, bytes(data))

    packets = spoiled(spoil, 16)
    found = wireshark.connmon(wireshark.write(packets))
    for i in range(5):
        assert delays(found, i)[:BAD + 1] == [*RIGHT[:BAD], None]
    for i in range(8, 16):
        assert delays(found, i)[:BAD] == RIGHT[:BAD]
    assert delays(found, 8) == RIGHT


def test_lying_options(wireshark):
    ts = timestamps(12, 90)[2:]
    lies = [b"\x08\0" + ts[2:], b"\x08\1" + ts[2:], b"\x08\xff" + ts[2:], b"\x08\x09" + ts[2:],
            b"\x08\x0b" + ts[2:], b"\x08", b"\x05\0", b"\x05\1", b"\x05\xff", b"\x05\x02",
            b"\x05\x0b" + b"\0" * 9, ts + b"\x05\x0a" + b"\xff" * 8, ts + ts, b"\xfe\0", b"\xfe\1",
            b"\xfe\xff", b"\x1e\x03\0", b"\x22\xff", b"\x13\x12", b"\0" + ts, b"\1" * 40]

    def spoil(packet, i):
        port = TcpView(packet.data).get(34, 2)
        segment = tcp(port, 80, 1001, 5001, ACK, options=lies[i][:40], payload=b"." * 60)
        return Packet(packet.time, ethernet(ip("192.0.2.1", "198.51.100.2", "tcp", segment)))

    check(wireshark, spoiled(spoil, len(lies)))


def test_seqno_jumps(wireshark):
    jumps = [2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1, 2**30, 3 * 2**30]
    packets = []
    for i, jump in enumerate(jumps):
        c = Connection(packets, client=("192.0.2.1", 5000 + i))
        c.open(100 * i)
        c.client(100 * i + 30, 1, 1, 10)
        c.client(100 * i + 31, 11 + jump, 1, 10)
        c.server(100 * i + 50, 1, 21 + jump, 10)
        c.client(100 * i + 51, 11, 11, 10)
        c.server(100 * i + 71, 11, 21, 10)
    capture = wireshark.write(packets)
    found = wireshark.connmon(capture)
    harness.assert_same(found, oracle.expectations(capture))
    gaps = [int(found[8 * i + 5]["seq_gap"]) for i in range(len(jumps))]
    assert gaps == [2**31 - 1, -2**31, -2**31 + 1, -1, 2**30, -2**30]


def test_times_at_the_ends_of_the_format(wireshark):
    packets = talk([], 0, 1024)
    for packet, s in zip(packets, (2**32 - 1, 0, 2**31, 2**31 - 1, 0, 2**32 - 1, 0)):
        packet.time = s * 10**9 + 999_999_999
    capture = wireshark.write(packets)
    wireshark.check(capture, oracle.expectations(capture))


def pcapng(blocks, resolution=9):
    """A file of blocks (type, body), below a header and an Ethernet interface."""
    section = (0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = (1, struct.pack("<HHIHHBxxxHH", 1, 0, 0, 9, 1, resolution, 0, 0))
    out = b""
    for kind, body in [section, interface, *blocks]:
        body += b"\0" * (-len(body) % 4)
        out += struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    return out


def write_pcapng(wireshark, blocks, resolution=9):
    path = wireshark.dir / f"made-{resolution}-{len(blocks)}.pcapng"
    path.write_bytes(pcapng(blocks, resolution))
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("resolution", [0, 3, 9, 19])
def test_absurd_times(wireshark, resolution):
    """Seconds that no 64 bits of nanoseconds hold."""
    times = [0, 2**64 - 1, 2**63, 2**63 - 1, 5, 2**62, 2**33]
    blocks = [(6, struct.pack("<IIIII", 0, t >> 32, t & 0xFFFFFFFF, len(p.data), len(p.data))
               + p.data) for t, p in zip(times, talk([], 0, 1024))]
    found = wireshark.connmon(write_pcapng(wireshark, blocks, resolution))
    assert len(found) == PACKETS
    assert not any(value.startswith("-") and len(value) > 1
                   for row in found.values() for column, value in row.items()
                   if column in oracle.TIMES)


def test_packets_without_time(wireshark):
    """No delay begins or ends at them; all else is told."""
    blocks = [(3, struct.pack("<I", len(p.data)) + p.data) for p in talk([], 0, 1024)]
    found = wireshark.connmon(write_pcapng(wireshark, blocks))
    sizes = [row["payload_bytes"] for row in found.values()]
    assert sizes == ["0", "0", "0", "60", "30", "10", "0"]
    assert {row["rtt_tsval"] + row["rtt_seqno"] + row["rtt"] for row in found.values()} == {"---"}
    assert {row["handshake_rtt"] for row in found.values()} == {"-"}


def test_100000_syns(wireshark):
    packets = []
    for i in range(100_000):
        src = f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"
        segment = tcp(1024 + i % 60_000, 80, i * 7919, 0, SYN, options=timestamps(i + 1, 0))
        packets.append(Packet(i * 1000, ethernet(ip(src, "192.0.2.80", "tcp", segment))))
    talk(packets, 1000, 1024)
    names = ["connmon.rtt", "connmon.seq_gap", "connmon.flow_bytes"]
    rows = wireshark.fields(wireshark.write(packets), names)
    assert rows[:-PACKETS] == [["", "0", "66"]] * 100_000
    assert [rtt or "-" for rtt, _, _ in rows[-PACKETS:]] == RIGHT


def test_tunnels_do_not_matter(wireshark):
    """Nor do the ICMP errors in them, the fourth packet of each connection."""
    found = wireshark.connmon(harness.ROOT / "captures/tunnels.pcap")
    for i in range(len(encapsulations.ALL)):
        frames = [7 * i + n for n in range(1, 8)]
        rtts = [found[n]["rtt"] if n in found else "quoted" for n in frames]
        assert rtts == ["-", "0.030000000", "0.001000000", "quoted", "-", "0.030000000",
                        "0.040000000"]


def test_sample_that_spans_segments(wireshark):
    """The inner headers lie in what Wireshark reassembled, not in the frame; they are not taken."""
    packets, position = [], 1
    outer = Connection(packets, client=("192.0.2.1", 40000), server=("192.0.2.9", 6653))
    outer.open(0)
    ends = "203.0.113.1", "203.0.113.2"
    for i, side in enumerate((CLIENT, SERVER, CLIENT)):
        options = timestamps(70 + i, 69 + i if i else 0)
        flags = (SYN, SYN | ACK, ACK)[i]
        inner = tcp(7 + side, 8 - side, 100 + (i == 2), 101 if i else 0, flags, options=options)
        message = encapsulations.packet_in(
            ethernet(ip(ends[side], ends[1 - side], "tcp", inner)))
        for part in (message[:70], message[70:]):
            segment = tcp(40000, 6653, 1000 + position, 5001, ACK, options=timestamps(1, 2),
                          payload=part)
            packets.append(Packet((30 + 20 * i) * NS_PER_MS,
                                  ethernet(ip("192.0.2.1", "192.0.2.9", "tcp", segment))))
            position += len(part)
    capture = wireshark.write(packets)
    expected = oracle.expectations(capture)
    assert expected[7]["flow"] == "192.0.2.1:40000+192.0.2.9:6653"
    wireshark.check(capture, expected)
    assert [layers.count("tcp") for layers, in wireshark.fields(capture, ["frame.protocols"])[4::2]] == [2] * 3


@pytest.mark.parametrize("name", ["KakaoTalk_chat.pcap", "6in4tunnel.pcap", "mptcp-v0.pcap", "tunnels.pcap",
                                  "samples.pcap"])
def test_random_damage(wireshark, name):
    """What is left means nothing, but nothing may break."""
    chance = random.Random(name)
    packets, link_type = read_pcap(harness.ROOT / "captures" / name)
    damaged = []
    for _ in range(1 + 1000 // len(packets)):
        for p in packets:
            data = bytearray(p.data)
            for _ in range(chance.randrange(4)):
                data[chance.randrange(min(len(data), 100))] = chance.randrange(256)
            damaged.append(Packet(p.time, bytes(data), p.wire_len))
    capture = wireshark.write(damaged, link_type)
    assert wireshark.connmon(capture)
    assert wireshark.connmon(capture, "-2")
