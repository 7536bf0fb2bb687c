"""Captures in which a delay is not what the first look says, or long."""
from packets import FIN, SYN, Connection, cut


def echo_covers(packets):
    # Both segments of a clock tick carry one TSval; the first of them was not captured.
    c = Connection(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0))
    c.server(20, 0, 1, flags=SYN, ts=(101, 1))
    c.client(21, 1, 1, ts=(2, 101))
    c.client(30, 101, 1, 100, ts=(3, 101))    # 1..101 is missing: it had TSval 3, too
    c.server(31, 1, 101, ts=(102, 3))         # which is what this echoes: 1 ms would be too short
    c.server(51, 1, 201, ts=(103, 3))         # nor does a second sight count; the seqno tells 21 ms
    c.client(60, 201, 1, 100, ts=(4, 103))
    c.server(80, 1, 301, ts=(104, 4))         # 20 ms by both
    c.client(90, 301, 1, 100, ts=(5, 104))
    c.server(95, 1, 350, ts=(105, 5))         # covers it in part
    c.server(110, 1, 401, ts=(106, 5))        # 20 ms by seqno


def smaller_bound(packets):
    c = Connection(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0))
    c.server(20, 0, 1, flags=SYN, ts=(101, 1))        # 20 ms by both: by TSval
    c.client(21, 1, 1, 100, ts=(2, 101))
    c.client(30, 101, 1, 100, ts=(3, 101))
    c.server(50, 1, 201, ts=(102, 2))                 # a delayed ACK echoes the earlier: 20 ms by seqno
    c.client(60, 201, 1, ts=(4, 102))                 # a pure ACK,
    c.server(80.5, 1, 201, 10, ts=(103, 3))
    c.server(81, 11, 201, 100, ts=(104, 4))           # echoed after 21 ms, slack 0.5 ms
    c.client(82, 201, 111, 50, ts=(5, 104))
    c.client(82.1, 251, 111, 50, ts=(5, 104))
    c.server(102, 111, 251, ts=(105, 4))              # 20 ms by seqno: TSval 4 is known already
    c.server(112, 111, 301, ts=(106, 5))              # 29.9 ms by seqno; 30 ms by TSval
    c.client(120, 301, 111, 50, ts=(6, 106))
    c.client(125, 301, 111, 50, ts=(7, 106))          # resent: an ACK of it is ambiguous
    c.server(145, 111, 351, ts=(107, 7))              # so it is 20 ms by TSval, not 25


def long_delays(packets):
    # A server behind a satellite and a queue: delays of 0.6 to 6 s, with losses on both sides of the
    # capture point. The SYN-ACK's timestamps are cut short.
    c = Connection(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0))
    c.server(2400, 0, 1, flags=SYN, options=b"\x08\x04\x01\x01")
    c.client(2401, 1, 1, ts=(2, 0))
    c.client(2410, 1, 1, 300, ts=(3, 0))
    c.server(3010, 1, 301, ts=(101, 3))               # 0.6 s: the smallest
    c.server(3100, 1, 301, 1000, ts=(102, 3))
    c.client(3101, 301, 1001, ts=(4, 102))
    c.server(3200, 2001, 301, 1000, ts=(103, 3))      # a hole
    c.client(3201, 301, 1001, ts=(4, 102), blocks=(2001, 3001))
    c.server(3300, 3001, 301, 1000, ts=(104, 3))
    c.client(3301, 301, 1001, ts=(4, 102), blocks=(2001, 4001))
    c.server(5200, 1001, 301, 1000, ts=(105, 4))      # and what was missing: 1.9 s after the first ask
    c.client(5201, 301, 4001, ts=(6, 105))
    c.client(9000, 301, 4001, 400, ts=(7, 105))
    c.server(12500, 4001, 701, 1000, ts=(106, 7))     # 3.5 s
    c.client(12501, 701, 5001, 400, ts=(8, 106))
    c.client(18000, 701, 5001, 400, ts=(9, 106))      # lost beyond this point
    c.server(22000, 5001, 1101, ts=(107, 9))          # 4 s since the second
    c.client(22500, 1101, 5001, 400, ts=(10, 107))
    c.server(28500, 5001, 1501, 1000, ts=(108, 10))   # 6 s
    c.client(28501, 1501, 6001, flags=FIN, ts=(11, 108))
    c.server(32000, 6001, 1502, flags=FIN, ts=(109, 11))
    c.client(32001, 1502, 6002, ts=(12, 109))


def coarse_clocks(packets):
    # Clocks that tick every 500 ms: of some 40 segments each, one has a new TSval. The first segment of
    # the answer is out of order.
    c = Connection(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0))
    c.server(10, 0, 1, flags=SYN, ts=(101, 1))
    c.client(11, 1, 1, 200, ts=(1, 101))
    c.server(30, 1461, 201, 1460, ts=(101, 1))
    c.client(31, 201, 1, ts=(1, 101))
    c.server(32, 1, 201, 1460, ts=(101, 1))
    c.client(33, 201, 2921, ts=(1, 101))
    for i in range(120):
        ms = 60 + 13 * i
        c.server(ms, 2921 + 1460 * i, 201, 1460, ts=(101 + ms // 500, 1 + (ms - 9) // 500))
        c.client(ms + 1, 201, 4381 + 1460 * i, ts=(1 + (ms + 1) // 500, 101 + ms // 500))
    packets[:] = [cut(packet, 96) for packet in packets]
