"""Captures in which packets were seen more than once, and ones that only look so.

An IPv4 identification tells a copy, by 100 ms; where there is none, 1 ms, the checksum and the other
direction do.
"""
from packets import FIN, RST, SYN, Connection, Packet, cut, ethernet, ip, udp
from encapsulations import vlan


class Mirrored(Connection):
    """Each packet is seen twice: by a mirror port, and 5 us later behind a router with a VLAN."""

    def append(self, ms, data):
        super().append(ms, data)
        super().append(ms + 0.005, vlan(data[14:22] + bytes([data[22] - 1]) + data[23:]))


def ends(port):
    return {"client": ("192.0.2.1", port)}


def ends6(port):
    return {"client": ("2001:db8::1", port), "server": ("2001:db8::2", 80)}


def copies_with_id(packets):
    c = Mirrored(packets, **ends(40001))       # as if there were no copies, but for the bytes
    c.client(0, 0, flags=SYN, ts=(1, 0), identification=11)
    c.server(20, 0, 1, flags=SYN, ts=(101, 1), identification=21)
    c.client(21, 1, 1, ts=(2, 101), identification=12)
    c.client(30, 1, 1, 100, ts=(3, 101), identification=13)
    c.server(50, 1, 101, ts=(102, 3), identification=22)            # 20 ms, not ambiguous
    c.client(60, 101, 1, 100, ts=(4, 102), identification=14)       # is lost beyond this point
    c.client(260, 101, 1, 100, ts=(5, 102), identification=15)      # so this is a retransmission
    c.server(280, 1, 201, 100, ts=(103, 5), identification=23)
    c.client(281, 201, 101, flags=FIN, ts=(6, 103), identification=16)
    c.server(301, 101, 202, flags=FIN, ts=(104, 6), identification=24)
    c.client(302, 202, 102, ts=(7, 104), identification=17)
    c = Connection(packets, **ends(40002))     # before and after the hardware filled in the checksum
    c.client(1000, 1, 1, 100, checksum=0x1111, identification=1)
    c.client(1000.003, 1, 1, 100, checksum=0x2222, identification=1)
    c.server(1020, 1, 101, identification=9)
    c = Connection(packets, **ends(40003))     # up to 100 ms apart, whatever was captured in between
    c.client(2000, 1, 1, 100, identification=1)
    c.server(2020, 1, 101, identification=9)
    c.client(2100, 1, 1, 100, identification=1)
    c.client(2200.000001, 1, 1, 100, identification=1)      # 1 ns more since the first: sent again
    c.client(2300.000001, 1, 1, 100, identification=1)      # but this is a copy of that
    c = Connection(packets, **ends(40004))     # resent at once: all is the same but the identification
    c.client(3000, 1, 1, 100, identification=1)
    c.client(3000.5, 1, 1, 100, identification=2)
    c.client(3000.6, 1, 1, 100, identification=2)           # and this is a copy of the second
    c.client(3001, 101, 1, 100, identification=0)           # one has none
    c.client(3001.5, 101, 1, 100, identification=3)
    c.client(3002, 101, 1, 100, identification=3, fragment=0x4000)        # another DF bit
    c.client(3003, 101, 1, 100, window=8000, identification=3)            # another window
    c = Connection(packets, **ends(40005))     # the copy's clock is behind
    c.client(4000, 1, 1, 100, identification=1)
    c.client(3999.995, 1, 1, 100, identification=1)
    c.server(4020, 1, 101, identification=9)                # 20 ms


def copies_without_id(packets):
    c = Mirrored(packets, **ends(40001))       # IPv4 with an identification of 0
    c.open(0)
    c.client(30, 1, 1, 100)
    c.server(50, 1, 101)
    c = Connection(packets, **ends6(40002))    # up to 1 ms apart
    c.client(1000, 1, 1, 100)
    c.client(1001, 1, 1, 100)
    c.client(1001.000001, 1, 1, 100)           # 1 ns more: sent again
    c.client(1010, 101, 1, 100, checksum=1)
    c.client(1010.001, 101, 1, 100, checksum=2)             # another checksum: sent again
    c = Connection(packets, **ends(40003))     # what was captured of the other direction may have
    c.client(2000, 1, 1, 100)                  # asked for it again,
    c.server(2000.2, 1, 101, 50, identification=1)
    c.client(2000.4, 1, 1, 100)                # so this is sent again;
    c.client(2010, 101, 51, 100)
    c.server(2010.2, 1, 101, 50, identification=1)
    c.client(2010.4, 101, 51, 100)             # but that was a copy of what came before, and so is this
    c = Connection(packets, **ends6(40004))    # hosts do repeat bare ACKs, FINs and RSTs at once
    c.server(3000, 1, 1, 100)
    c.server(3001, 201, 1, 100)
    c.client(3010, 1, 101)
    c.client(3010.5, 1, 101)                   # so this is a duplicate ACK,
    c.server(3011, 101, 1, 100)
    c.server(3011.01, 101, 1, 100)             # but once a copy was seen,
    c.client(3020, 1, 101)                     # a duplicate ACK, too
    c.client(3020.5, 1, 101)                   # this is none
    c.client(3030, 1, 301, flags=FIN)
    c.client(3030.5, 1, 301, flags=FIN)
    c = Connection(packets, **ends6(40005))    # and none was seen before these
    c.client(4000, 1, 1, flags=FIN)
    c.client(4000.5, 1, 1, flags=FIN)
    c.server(4010, 1, flags=RST)
    c.server(4010.5, 1, flags=RST)
    c = Connection(packets, **ends(40006))     # a checksum that was cut off equals only another such
    for ms, size in ((5000, 50), (5000.2, 50), (5000.4, 500), (5000.6, 50)):
        c.client(ms, 1, 1, 100)
        packets[-1] = cut(packets[-1], size)


def every_field(packets):
    # Each field has a value somewhere, and UDP and an ICMP error are in between.
    c = Mirrored(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0), identification=1)
    c.server(120, 0, 1, flags=SYN, ts=(101, 1), identification=1)
    c.client(121, 1, 1, ts=(2, 101), identification=2)
    c.client(130, 1, 1, 300, ts=(3, 101), identification=3)
    packets.append(Packet(131 * 10**6, ethernet(ip("192.0.2.1", "192.0.2.9", "udp",
                                                   udp(53, 53, b"?")))))
    c.server(250, 1, 301, 1000, ts=(102, 3), identification=2)
    c.server(252, 2001, 301, 1000, ts=(102, 3), identification=4)    # a hole
    c.client(253, 301, 1001, ts=(4, 102), identification=4)
    c.server(254, 3001, 301, 1000, ts=(102, 3), identification=5)
    c.client(255, 301, 1001, ts=(5, 102), blocks=(2001, 4001), identification=5)
    c.server(256, 4001, 301, 1000, ts=(102, 3), identification=6)
    c.client(257, 301, 1001, ts=(5, 102), blocks=(2001, 5001), identification=6)
    c.server(372, 1001, 301, 1000, ts=(103, 4), identification=7)    # and its fill
    c.client(373, 301, 5001, ts=(6, 103), identification=7)
    c.server(380, 4001, 301, 1000, ts=(104, 4), identification=8)    # a retransmission
    c.client(400, 301, 5001, 100, ts=(7, 104), identification=8)
    packets.append(Packet(401 * 10**6, ethernet(ip("192.0.2.9", "198.51.100.2", "icmp",
                                                   b"\x0b\0" + b"\0" * 6 + packets[-1].data[18:]))))
    c.client(410, 401, 5001, 50, ts=(7, 104), identification=9)
    c.server(540, 5001, 451, 500, ts=(105, 7), identification=9)     # 130 ms by seqno, 140 by TSval
    c.client(541, 451, 5501, flags=FIN, ts=(8, 105), identification=10)
    c.server(661, 5501, 452, flags=FIN, ts=(106, 8), identification=10)
    c.client(662, 452, 5502, ts=(9, 106), identification=11)
