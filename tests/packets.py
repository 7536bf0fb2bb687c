"""Writes and reads pcap files, and builds the packets in them: as little as the tests need.

Checksums are 0, which Wireshark does not mind by default. All times are integer nanoseconds.
"""
import dataclasses
import gzip
import ipaddress
import struct

NS_PER_MS = 10**6
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
ETHERNET = 1
IPPROTO = {"icmp": 1, "ipip": 4, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47, "icmpv6": 58,
           "etherip": 97}
CLIENT, SERVER = 0, 1


@dataclasses.dataclass
class Packet:
    time: int
    data: bytes
    wire_len: int = None  # on the wire; None: nothing was cut


def open_pcap(path, mode):
    return gzip.GzipFile(path, mode, mtime=0) if str(path).endswith(".gz") else open(path, mode)


def write_pcap(path, packets, link_type=ETHERNET, order="<", unit=1):
    """With times in units of so many nanoseconds: 1, or 1000."""
    magic = {1: 0xA1B23C4D, 1000: 0xA1B2C3D4}[unit]
    with open_pcap(path, "wb") as out:
        out.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link_type))
        for p in packets:
            s, ns = divmod(p.time, 10**9)
            wire_len = len(p.data) if p.wire_len is None else p.wire_len
            out.write(struct.pack(order + "IIII", s, ns // unit, len(p.data), wire_len) + p.data)


def read_pcap(path):
    """(packets, link type) of a pcap file of either byte order and precision."""
    with open_pcap(path, "rb") as source:
        blob = source.read()
    order = "<" if blob[0] in (0xD4, 0x4D) else ">"
    magic, link_type = struct.unpack_from(order + "I16xI", blob)
    unit = 1 if magic == 0xA1B23C4D else 1000
    packets, at = [], 24
    while at < len(blob):
        s, fraction, size, wire_len = struct.unpack_from(order + "IIII", blob, at)
        packets.append(Packet(s * 10**9 + fraction * unit, blob[at + 16:at + 16 + size], wire_len))
        at += 16 + size
    return packets, link_type


def cut(packet, size):
    """As a capture with that snaplen would have it."""
    wire_len = len(packet.data) if packet.wire_len is None else packet.wire_len
    return Packet(packet.time, packet.data[:size], wire_len)


def ethernet(payload, ethertype=None):
    if ethertype is None:
        ethertype = 0x86DD if payload[:1] and payload[0] >> 4 == 6 else 0x0800
    return bytes(range(12)) + struct.pack("!H", ethertype) + payload


def ip(src, dst, protocol, payload, identification=0, fragment=0, ttl=64):
    """IPv4 or IPv6, as the addresses are. The fragment field has the flags, too."""
    src, dst = (ipaddress.ip_address(a) for a in (src, dst))
    number = IPPROTO[protocol]
    if src.version == 6:
        head = struct.pack("!IHBB", 6 << 28, len(payload), number, ttl)
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identification, fragment, ttl,
                           number, 0)
    return head + src.packed + dst.packed + payload


def udp(sport, dport, payload):
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def tcp(sport, dport, seq, ack, flags, window=8192, options=b"", payload=b"", checksum=0):
    options += b"\0" * (-len(options) % 4)
    return struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                       (20 + len(options)) // 4 << 4, flags, window, checksum, 0) + options + payload


def timestamps(tsval, tsecr):
    return struct.pack("!BBBBII", 1, 1, 8, 10, tsval & 0xFFFFFFFF, tsecr & 0xFFFFFFFF)


def sack(left, right):
    return struct.pack("!BBBBII", 1, 1, 5, 10, left & 0xFFFFFFFF, right & 0xFFFFFFFF)


class Connection:
    """Appends the packets of a TCP connection to a list. Numbers are relative to the ISNs."""

    def __init__(self, packets, isn=(1000, 5000), client=("192.0.2.1", 40000),
                 server=("198.51.100.2", 80), wrap=ethernet):
        self.packets, self.isn, self.ends, self.wrap = packets, isn, (client, server), wrap

    def send(self, ms, side, seq, ack=None, length=0, flags=0, ts=None, blocks=None, window=8192,
             payload=None, options=b"", checksum=0, **network):
        """One segment from `side` at a time in milliseconds; it has ACK set if it has an ackno. Its
        payload is given, or so many dots. `network` is what ip() takes."""
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        own, other = self.isn[side], self.isn[1 - side]
        options += timestamps(*ts) if ts else b""
        if blocks:
            options += sack(other + blocks[0], other + blocks[1])
        segment = tcp(sport, dport, own + seq, 0 if ack is None else other + ack,
                      flags | (0 if ack is None else ACK), window, options,
                      b"." * length if payload is None else payload, checksum)
        self.append(ms, self.wrap(ip(src, dst, "tcp", segment, **network)))

    def append(self, ms, data):
        self.packets.append(Packet(round(ms * NS_PER_MS), data))

    def client(self, ms, seq, *args, **more):
        self.send(ms, CLIENT, seq, *args, **more)

    def server(self, ms, seq, *args, **more):
        self.send(ms, SERVER, seq, *args, **more)

    def open(self, ms, server_ms=20, client_ms=1):
        """The three-way handshake, without timestamps."""
        self.client(ms, 0, flags=SYN)
        self.server(ms + server_ms, 0, 1, flags=SYN)
        self.client(ms + server_ms + client_ms, 1, 1)


class Dialogue:
    """Requests and answers, each acknowledged at once by the other host."""

    def __init__(self, packets, ms=0, server_ms=20, client_ms=1, is_open=True):
        self.connection = Connection(packets)
        self.now, self.server_ms, self.client_ms, self.seqs = ms, server_ms, client_ms, [1, 1]
        if is_open:
            self.connection.open(ms, server_ms, client_ms)
            self.now += server_ms + client_ms

    def say(self, side, length=100, after=0.0, acked=True, **more):
        """Data, `after` its sender could have sent it; its ACK takes the way there and back."""
        self.now += after
        self.connection.send(self.now, side, self.seqs[side], self.seqs[1 - side], length, **more)
        self.seqs[side] += length
        if acked:
            self.now += self.client_ms if side else self.server_ms
            self.ack(1 - side)

    def ack(self, side, **more):
        self.connection.send(self.now, side, self.seqs[side], self.seqs[1 - side], **more)

    def talk(self, times, server_takes=2, client_takes=2):
        for _ in range(times):
            self.say(0, after=client_takes)
            self.say(1, after=server_takes)

    def close(self):
        self.say(0, 0, flags=FIN, acked=False)
        self.seqs[0] += 1
        self.now += self.server_ms
        self.say(1, 0, flags=FIN, acked=False)
        self.seqs[1] += 1
        self.now += self.client_ms
        self.ack(0)


class TcpView:
    """An Ethernet/IPv4/TCP frame to be changed in place, if it `is_tcp`."""

    def __init__(self, data):
        self.data = bytearray(data)
        self.tcp = 14 + 4 * (self.data[14] & 15) if len(self.data) > 14 else 0
        self.is_tcp = (self.data[12:14] == b"\x08\0" and len(self.data) >= self.tcp + 20
                       and self.data[23] == 6 and not self.get(20, 2) & 0x1FFF)

    def get(self, at, size=4):
        return int.from_bytes(self.data[at:at + size], "big")

    def put(self, at, value, size=4):
        self.data[at:at + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "big")

    def add(self, at, value):
        self.put(at, self.get(at) + value)

    @property
    def ends(self):
        """(source, destination), each address and port."""
        return ((bytes(self.data[26:30]), self.get(self.tcp, 2)),
                (bytes(self.data[30:34]), self.get(self.tcp + 2, 2)))

    @property
    def flags(self):
        return self.data[self.tcp + 13]

    def options(self):
        """(kind, where its value begins, how long that is) of each option."""
        at, end = self.tcp + 20, self.tcp + 4 * (self.data[self.tcp + 12] >> 4)
        while at + 1 < min(end, len(self.data)) and self.data[at] != 0:
            size = 1 if self.data[at] == 1 else self.data[at + 1]
            if size == 0 or at + size > len(self.data):
                return
            yield self.data[at], at + 2, size - 2
            at += size
