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


def atomic_fragment(packet):
    """IPv6 behind a routing header whose segments are used up, in one fragment (RFC 6946)."""
    length, following = struct.unpack_from("!HB", packet, 4)
    routing = struct.pack("!BBBB4x16s", 44, 2, 253, 0, packet[24:40])
    head = packet[:4] + struct.pack("!HB", length + 32, 43) + packet[7:40]
    return ethernet(head + routing + struct.pack("!BBHI", following, 0, 0, 1) + packet[40:])


def mpls(packet):
    return ethernet(struct.pack("!I", 16 << 12 | 1 << 8 | 64) + packet, 0x8847)


def pppoe(packet):
    body = struct.pack("!H", 0x0021) + packet
    return ethernet(struct.pack("!BBHH", 0x11, 0, 1, len(body)) + body, 0x8864)


def llc_snap(packet):
    body = bytes.fromhex("aaaa03000000") + ethernet(packet)[12:]
    return ethernet(body, len(body))


def pseudowire(packet):
    return ethernet(struct.pack("!II", 16 << 12 | 1 << 8 | 64, 0) + ethernet(packet), 0x8847)


def authentication_header(packet):
    """Transport mode: between the network header and its payload."""
    length, = struct.unpack_from("!H", packet, 2)
    ah = struct.pack("!BBHIII", packet[9], 4, 0, 1, 1, 0) + b"\0" * 8
    head = packet[:2] + struct.pack("!H", length + len(ah)) + packet[4:9] + b"\x33" + packet[10:20]
    return ethernet(head + ah + packet[20:])


def gre_with_all(packet):
    """Checksum, key and sequence number."""
    return ethernet(ip(*OUTER, "gre", struct.pack("!HHIII", 0xB000, 0x0800, 0, 7, 1) + packet))


def nvgre(packet):
    return ethernet(ip(*OUTER, "gre", struct.pack("!HHI", 0x2000, 0x6558, 7) + ethernet(packet)))


def pptp(packet):
    body = bytes.fromhex("ff030021") + packet
    head = struct.pack("!HHHHII", 0x3081, 0x880B, len(body), 1, 1, 0)
    return ethernet(ip(*OUTER, "gre", head + body))


def erspan(packet):
    """Version 1, which has no header."""
    return ethernet(ip(*OUTER, "gre", struct.pack("!HH", 0, 0x88BE) + ethernet(packet)))


def erspan_2(packet):
    head = struct.pack("!HHIII", 0x1000, 0x88BE, 1, 1 << 28, 0)
    return ethernet(ip(*OUTER, "gre", head + ethernet(packet)))


def erspan_3(packet):
    head = struct.pack("!HHIIIHHII", 0x1000, 0x22EB, 1, 2 << 28, 0, 0, 1, 7 << 26, 0)
    return ethernet(ip(*OUTER, "gre", head + ethernet(packet)))


def ether_ip(packet):
    return ethernet(ip(*OUTER, "etherip", b"\x30\0" + ethernet(packet)))


def over_udp(port, body):
    return ethernet(ip(*OUTER, "udp", udp(49999, port, body)))


def vxlan_gpe(packet):
    return over_udp(4790, b"\x0c\0\0\x01\0\0\x2a\0" + packet)


def geneve(packet):
    """With one option."""
    return over_udp(6081, bytes.fromhex("020065580000070000000001000000ff") + ethernet(packet))


def gtp(packet):
    return over_udp(2152, struct.pack("!BBHI", 0x30, 255, len(packet), 7) + packet)


def gtp_with_extension(packet):
    """5G: a sequence number and a PDU session container."""
    more = bytes.fromhex("00010085" "01000900")
    return over_udp(2152, struct.pack("!BBHI", 0x36, 255, len(packet) + 8, 7) + more + packet)


def teredo(packet):
    """With an origin indication."""
    return over_udp(3544, bytes(8) + packet)


def l2tp(packet):
    return over_udp(1701, struct.pack("!HHH", 2, 7, 1) + b"\xff\x03\0\x21" + packet)


def l2tp_with_all(packet):
    """Length, sequence numbers and an offset."""
    body = struct.pack("!HHHHH2x", 7, 1, 0, 0, 2) + b"\0\x21" + packet
    return over_udp(1701, struct.pack("!HH", 0x4A02, 4 + len(body)) + body)


def fabricpath(packet):
    """A whole frame, with its FCS, in one of Cisco's."""
    return ethernet(b"\x40\x20" + ethernet(packet) + b"\0" * 4, 0x8903)


def mpls_over_udp(packet):
    return over_udp(6635, struct.pack("!I", 16 << 12 | 1 << 8 | 64) + packet)


def gre_over_udp(packet):
    return over_udp(4754, struct.pack("!HH", 0, 0x0800) + packet)


ALL = {"ethernet": ethernet, "vlan": vlan, "ipip": ipip, "sixin4": sixin4, "fourin6": fourin6,
       "gre": gre, "vxlan": vxlan, "destination-options": destination_options, "mpls": mpls,
       "atomic-fragment": atomic_fragment}


# Not in captures/: they tell what the native program decodes.
MORE = {"pppoe": pppoe, "llc-snap": llc_snap, "pseudowire": pseudowire,
        "authentication-header": authentication_header, "gre-with-all": gre_with_all,
        "nvgre": nvgre, "pptp": pptp, "erspan": erspan, "erspan-2": erspan_2,
        "erspan-3": erspan_3, "ether-ip": ether_ip, "vxlan-gpe": vxlan_gpe, "geneve": geneve,
        "gtp": gtp, "gtp-with-extension": gtp_with_extension, "teredo": teredo, "l2tp": l2tp,
        "l2tp-with-all": l2tp_with_all, "fabricpath": fabricpath,
        "mpls-over-udp": mpls_over_udp, "gre-over-udp": gre_over_udp}

# Frames of other link types than Ethernet: {name: (link type, what stands before the IP packet)}.
LINKS = {"null": (0, b"\x02\0\0\0"), "ppp": (9, b"\xff\x03\0\x21"), "raw": (101, b""),
         "cisco-hdlc": (104, b"\x0f\0\x08\0"), "cisco-hdlc-as-ppp": (9, b"\x0f\0\x08\0"),
         "loop": (108, b"\0\0\0\x02"),
         "linux-cooked": (113, struct.pack("!HHH8sH", 4, 1, 6, b"", 0x0800)), "ipv4": (228, b""),
         "linux-cooked-2": (276, struct.pack("!HHIHBB8s", 0x0800, 0, 2, 1, 4, 6, b""))}


def ends(name, port):
    """Client and server for a connection inside that encapsulation."""
    if name in ("sixin4", "destination-options", "atomic-fragment", "teredo"):
        return ("2001:db8::1", port), ("2001:db8::2", 80)
    return ("192.0.2.1", port), ("198.51.100.2", 80)


def packet_in(frame):
    """An OpenFlow 1.0 message by which a switch hands over a frame, over TCP."""
    body = struct.pack("!IHHBB", 0xFFFFFFFF, len(frame), 1, 0, 0) + frame
    return struct.pack("!BBHI", 1, 10, 8 + len(body), 1) + body


def flow_sample(frame):
    """An sFlow 5 datagram with the beginning of one frame that passed a switch."""
    header = struct.pack("!IIII", 1, len(frame) + 4, 4, len(frame)) + frame + b"\0" * (-len(frame) % 4)
    record = struct.pack("!II", 1, len(header)) + header
    sample = struct.pack("!IIIIIIII", 1, 1, 100, 100, 0, 1, 2, 1) + record
    return struct.pack("!II4sIIIIII", 5, 1, b"\xc0\0\2\7", 0, 1, 1000, 1, 1, len(sample)) + sample
