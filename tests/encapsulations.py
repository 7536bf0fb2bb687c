"""What a packet can be carried in, as functions from an IP packet to a frame."""
import struct

from packets import ethernet, ip, udp

OUTER = "198.18.0.1", "198.18.0.2"
OUTER6 = "2001:db8:ffff::1", "2001:db8:ffff::2"


def vlan(packet):
    return ethernet(struct.pack("!H", 7) + ethernet(packet)[12:], 0x8100)


def ipip(packet):
    return ethernet(ip(*OUTER, "ipip", packet))


def sixin4(packet):
    return ethernet(ip(*OUTER, "ipv6", packet))


def fourin6(packet):
    return ethernet(ip(*OUTER6, "ipip", packet))


def gre(packet):
    return ethernet(ip(*OUTER, "gre", struct.pack("!HH", 0, 0x0800) + packet))


def vxlan(packet):
    return ethernet(ip(*OUTER, "udp", udp(9999, 4789, b"\x08\0\0\0\0\0\x2a\0" + ethernet(packet))))


def destination_options(packet):
    """IPv6 with hop-by-hop and destination options before its payload."""
    length, following = struct.unpack_from("!HB", packet, 4)
    options = bytes([60, 0, 1, 4, 0, 0, 0, 0, following, 0, 1, 4, 0, 0, 0, 0])
    head = packet[:4] + struct.pack("!HB", length + len(options), 0) + packet[7:40]
    return ethernet(head + options + packet[40:])


def mpls(packet):
    return ethernet(struct.pack("!I", 16 << 12 | 1 << 8 | 64) + packet, 0x8847)


ALL = {"ethernet": ethernet, "vlan": vlan, "ipip": ipip, "sixin4": sixin4, "fourin6": fourin6,
       "gre": gre, "vxlan": vxlan, "destination-options": destination_options, "mpls": mpls}


def ends(name, port):
    """Client and server for a connection inside that encapsulation."""
    if name in ("sixin4", "destination-options"):
        return ("2001:db8::1", port), ("2001:db8::2", 80)
    return ("192.0.2.1", port), ("198.51.100.2", 80)


def packet_in(frame):
    """An OpenFlow 1.0 message by which a switch hands over a frame, over TCP."""
    body = struct.pack("!IHHBB", 0xFFFFFFFF, len(frame), 1, 0, 0) + frame
    return struct.pack("!BBHI", 1, 10, 8 + len(body), 1) + body
