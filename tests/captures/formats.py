"""Captures of other link types, cut ones, and fragments. Each function returns what write_pcap() is
to be told besides.
"""
import struct

from packets import FIN, SYN, Connection, Packet, cut, ethernet, ip, udp

NULL, RAW, NFLOG = 0, 101, 239


def exchange(packets, ms, **more):
    """A connection with a delay of 20 ms on the server's side and of 1 ms on the client's."""
    c = Connection(packets, **more)
    c.client(ms, 0, flags=SYN, ts=(10, 0))
    c.server(ms + 20, 0, 1, flags=SYN, ts=(90, 10))
    c.client(ms + 21, 1, 1, 100, ts=(11, 90))
    c.server(ms + 41, 1, 101, 1000, ts=(91, 11))
    c.client(ms + 42, 101, 1001, ts=(12, 91))
    c.client(ms + 43, 101, 1001, flags=FIN, ts=(13, 91))
    c.server(ms + 63, 1001, 102, flags=FIN, ts=(92, 13))
    c.client(ms + 64, 102, 1002, ts=(14, 92))


def attribute(kind, value):
    return struct.pack("<HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def nflog(packets):
    # A hook and a prefix before the payload, a time stamp and a packet of UDP between.
    def wrap(packet):
        return (struct.pack("!BBH", 2, 0, 1) + attribute(1, b"\x08\0\x03\0") + attribute(10, b"in: \0")
                + attribute(9, packet))

    exchange(packets, 0, wrap=wrap)
    packets.insert(3, Packet(22 * 10**6, wrap(ip("192.0.2.1", "198.51.100.2", "udp",
                                                 udp(53, 53, b"?")))))
    exchange(packets, 1000, wrap=wrap, client=("2001:db8::1", 40000), server=("2001:db8::2", 80))
    return {"link_type": NFLOG}


def null_families(packets):
    # BSD's loopback tells the family in the byte order of the host, and IPv6 has three numbers.
    for i, order in enumerate("<>"):
        head = struct.pack(order + "I", 2)
        exchange(packets, 1000 * i, client=("192.0.2.1", 40000 + i), wrap=lambda p, h=head: h + p)
    for i, family in enumerate((24, 28, 30)):
        head = struct.pack("<I", family)
        exchange(packets, 2000 + 1000 * i, client=("2001:db8::1", 40000 + i),
                 server=("2001:db8::2", 80), wrap=lambda p, h=head: h + p)
    return {"link_type": NULL}


def raw_ip(packets):
    # No link layer: the version tells.
    def wrap(packet):
        return packet

    exchange(packets, 0, wrap=wrap)
    exchange(packets, 1000, wrap=wrap, client=("2001:db8::1", 40000), server=("2001:db8::2", 80))
    return {"link_type": RAW}


def snaplen(packets):
    # Each packet is cut, one of them within its TCP header, ever closer to the flags that count. The
    # lengths on the wire are too small in one connection, and IP's is 0 in another, as offloading
    # leaves it. Big-endian, in microseconds.
    exchange(packets, 0)
    for i, size in enumerate((54, 66, 60, 74, 64, 54, 50, 47)):
        packets[i] = cut(packets[i], size)
    exchange(packets, 1000, client=("192.0.2.1", 40001))
    for packet in packets[8:]:
        packet.data = packet.data[:80]
        packet.wire_len = len(packet.data)
    exchange(packets, 2000, client=("192.0.2.1", 40002))
    for packet in packets[16:]:
        packet.data = packet.data[:16] + b"\0\0" + packet.data[18:]
    exchange(packets, 3000, client=("2001:db8::1", 40003), server=("2001:db8::2", 80))
    for packet in packets[24:]:
        packet.wire_len, packet.data = len(packet.data), packet.data[:96]
    return {"order": ">", "unit": 1000}


def gtp_fragments(packets):
    # GTP-U whose outer IP packet was too large for the path: two fragments, each with its own frame.
    def wrap(packet):
        gtp = struct.pack("!BBHI", 0x30, 255, len(packet), 7) + packet
        return udp(2152, 2152, gtp)

    made = []
    exchange(made, 0, wrap=wrap)
    for i, packet in enumerate(made):
        outer = ("198.18.0.1", "198.18.0.2")[::1 if i in (0, 2, 4, 5, 7) else -1]
        for at in range(0, len(packet.data), 800):
            part = packet.data[at:at + 800]
            more = 0x2000 if at + 800 < len(packet.data) else 0
            packets.append(Packet(packet.time + at, ethernet(ip(
                *outer, "udp", part, identification=i + 1, fragment=more | at // 8))))
