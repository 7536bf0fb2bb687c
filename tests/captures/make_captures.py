#!/usr/bin/env python3
"""Makes the captures that show what no real one at hand shows.

    make_captures.py [FOLDER]

Each function below makes one, of its name; the same bytes every time. captures/README.md says why
each exists. Times are in milliseconds, seqnos and acknos relative to the ISNs.
"""
import pathlib
import random
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from packets import (FIN, RST, SYN, Connection, Packet, cut, ethernet, ip, tcp,  # noqa: E402
                     timestamps, udp, write_pcap)
import copies  # noqa: E402
import delays  # noqa: E402
import encapsulations  # noqa: E402
import formats  # noqa: E402
import lives  # noqa: E402


def seqno_wrap(packets):
    # The client's seqnos wrap 2^32 at 2500, within the segment 2001..3001; the server's at its SYN.
    c = Connection(packets, isn=(2**32 - 2500, 2**32 - 1))
    c.open(0)
    c.client(30, 1, 1, 1000)
    c.client(31, 1001, 1, 1000)
    c.client(33, 3001, 1, 1000)      # 2001 is missing here: a hole across the wrap
    c.server(50, 1, 1001)
    c.server(51, 1, 2001)
    c.server(53, 1, 2001)            # duplicate ACK
    c.client(54, 4001, 1, 1000)
    c.server(74, 1, 2001)            # and another
    c.client(75, 2001, 1, 1000)      # fills the hole
    c.server(95, 1, 5001)            # ambiguous: the last segment's ACK waited for the fill
    c.client(100, 6001, 1, 1000)     # reordered: a hole ...
    c.client(101, 5001, 1, 1000)     # ... and its fill
    c.client(102, 1001, 1, 1000)     # from before the wrap: a retransmission
    c.client(103, 7001, 1, 1000)     # new data: no gap after a retransmission
    c.server(123, 1, 8001, 500)      # clear again
    c.client(124, 8001, 501)


def simultaneous_open(packets):
    c = Connection(packets)
    c.client(0, 0, flags=SYN)
    c.server(1, 0, flags=SYN)            # its own SYN, crossing: the latest that opens
    c.client(20, 0, 1, flags=SYN)        # so this is the answer to it: 19 ms
    c.server(22, 0, 1, flags=SYN)
    c.server(25, 1, 1, 100)              # 5 ms after the SYN-ACK of the other
    c.client(26, 1, 101)


def tsval_1us(packets):
    # Both clocks tick once per microsecond and wrap 2^32 under way; replies take 10 to 20 ms.
    c, chance = Connection(packets), random.Random(1)
    base = (2**32 - 150_000, 2**32 - 40_000)
    now, heard = 0.0, [0, 0]
    c.client(0, 0, flags=SYN, ts=(base[0], 0))
    c.server(12, 0, 1, flags=SYN, ts=(base[1] + 12_000, base[0]))
    c.client(12.1, 1, 1, ts=(base[0] + 12_100, base[1] + 12_000))
    for i in range(50):
        now = 20 + 8 * i
        us = round(now * 1000)
        c.client(now, 1 + 100 * i, 1 + 10 * i, 100, ts=(base[0] + us, heard[1] or base[1] + 12_000))
        answer = us + chance.randrange(3000, 7000)
        c.server(answer / 1000, 1 + 10 * i, 101 + 100 * i, 10, ts=(base[1] + answer, base[0] + us))
        heard[1] = base[1] + answer


def holes_70000(packets):
    # Each second byte of 140,000 arrives. Then the rest: 5,000 bytes one by one, and segments of
    # 1,000 bytes, all in mixed order.
    c, chance = Connection(packets, wrap=ethernet), random.Random(2)
    c.open(0)
    for i in range(70_000):
        c.client(30 + i / 1000, 2 + 2 * i, 1, 1)
    fills = [(1 + 2 * i, 1) for i in chance.sample(range(70_000), 5000)]
    fills += [(1 + 1000 * i, 1000) for i in range(140)]
    chance.shuffle(fills)
    for i, (seq, length) in enumerate(fills):
        c.client(200 + i / 100, seq, 1, length)
    c.server(300, 1, 140_001)
    packets[:] = [cut(packet, 54) for packet in packets]


def clock_steps_back(packets):
    c = Connection(packets, client=("192.0.2.1", 40001))
    c.client(100, 0, flags=SYN)
    c.server(50, 0, 1, flags=SYN)             # no server delay, no seqno delay
    c.client(60, 1, 1)                        # a client delay of 10 ms, no sum
    c = Connection(packets, client=("192.0.2.1", 40002))
    c.client(200, 0, flags=SYN)
    c.server(230, 0, 1, flags=SYN)            # a server delay of 30 ms
    c.client(220, 1, 1)                       # no client delay, no sum
    c = Connection(packets, client=("192.0.2.1", 40003))
    c.open(300)
    c.client(400, 1, 1, 100, ts=(11, 21))
    c.server(390, 1, 101, ts=(22, 11))        # no delay: the clock stepped back
    c.server(410, 1, 101, ts=(23, 11))        # a second sight of TSecr and ackno: never again
    c.client(420, 101, 1, 100, ts=(12, 23))
    c.client(421, 301, 1, 100, ts=(13, 23))
    c.server(430, 1, 201, ts=(24, 12))        # slack: 20 ms, but the delay is 10 ms
    c.server(425, 1, 201, ts=(25, 12))        # a duplicate ACK of age 0
    c.client(431, 201, 1, 100, ts=(14, 25))
    c.server(441, 1, 401, 10, ts=(26, 14))    # a delay of 10 ms on this clock
    c = Connection(packets, client=("192.0.2.1", 40004))
    c.client(500, 0, flags=SYN)
    c.server(490, 0, 1, flags=SYN)            # the first answer: no server delay,
    c.server(520, 0, 1, flags=SYN)            # and the second gives none either
    c.client(521, 1, 1)                       # a client delay of 1 ms, no sum


def handshake_retries(packets):
    c = Connection(packets, client=("192.0.2.1", 40001))  # the SYN is lost beyond this point
    c.client(0, 0, flags=SYN)
    c.client(1000, 0, flags=SYN)
    c.server(1030, 0, 1, flags=SYN)           # 30 ms, not 1030
    c.client(1031, 1, 1)
    c = Connection(packets, client=("192.0.2.1", 40002))  # the SYN-ACK is lost beyond this point
    c.client(2000, 0, flags=SYN)
    c.server(2030, 0, 1, flags=SYN)           # 30 ms
    c.server(3030, 0, 1, flags=SYN)
    c.client(3040, 1, 1)                      # 10 ms, not 1010
    c = Connection(packets, client=("192.0.2.1", 40003))  # and the client resends its SYN for that
    c.client(4000, 0, flags=SYN)
    c.server(4020, 0, 1, flags=SYN)           # 20 ms
    c.client(5000, 0, flags=SYN)
    c.server(5025, 0, 1, flags=SYN)           # says nothing new
    c.client(5026, 1, 1)                      # 1 ms
    c.client(5050, 1, 1)                      # and never again
    c = Connection(packets, client=("192.0.2.1", 40004))
    c.client(6000, 0, flags=SYN)
    c.server(6010, 0, -100, flags=SYN)        # acknowledges something else
    c.server(6040, 0, 1, flags=SYN)           # 40 ms
    c.client(6041, 1, 0)                      # not beyond the SYN-ACK's ISN
    c.client(6042, 1, 1)                      # 2 ms
    c = Connection(packets, client=("192.0.2.1", 40005))  # refused: the RST completes nothing
    c.client(7000, 0, flags=SYN)
    c.server(7015, 0, 1, flags=RST)


def rst_and_reuse(packets):
    c = Connection(packets)
    c.open(0)
    c.client(30, 1, 1, 100)
    c.server(50, 9001, 101, flags=RST)        # far off: a gap, but no event
    c.server(51, 1, 101, 10)                  # nor did it move what is expected
    c.client(52, 101, 11, 100)
    c.server(53, 11, flags=RST)               # a RST without ACK answers nothing
    # The same ports again, with ISNs so close that old acknos and seqnos recur.
    d = Connection(packets, isn=(1050, 5050))
    d.open(5000, server_ms=25)
    d.client(5030, 1, 1, 100)                 # no gap: a new sequence space
    d.server(5055, 1, 101, 10)
    d.client(5056, 101, 11, flags=FIN)
    d.server(5081, 11, 102, flags=FIN)
    d.client(5082, 102, 12)


def pure_ack_slack(packets):
    # The client's pure ACKs carry new TSvals; the server echoes them when it has something to send.
    c = Connection(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0))
    c.server(40, 0, 1, flags=SYN, ts=(101, 1))
    c.client(41, 1, 1, ts=(2, 101))                    # a pure ACK with TSval 2
    c.server(541, 1, 1, 100, ts=(102, 2))              # 500 ms, 500 of which may be waiting
    c.client(542, 1, 101, ts=(3, 102))                 # TSval 3
    c.server(612, 101, 1, 100, ts=(103, 2))
    c.server(622, 201, 1, 100, ts=(104, 3))            # 80 ms, slack 10 ms = 1/8: trusted
    c.client(623, 1, 301, ts=(4, 104))                 # TSval 4
    c.server(692.999999, 301, 1, 100, ts=(105, 3))
    c.server(703, 401, 1, 100, ts=(106, 4))            # 80 ms, slack 10.000001 ms: not trusted
    c.client(704, 1, 501, 50, ts=(5, 106))             # data with TSval 5
    c.server(904, 501, 51, 100, ts=(107, 5))           # 200 ms, whatever the slack
    c.client(905, 51, 601, ts=(6, 107))                # TSval 6 on a pure ACK,
    c.client(906, 51, 601, 50, ts=(6, 107))            # and on data soon after
    c.server(946, 601, 101, 100, ts=(108, 6))          # so the seqno is trusted: 40 ms


def max_age(packets):
    c = Connection(packets)
    c.client(0, 0, flags=SYN, ts=(1, 0))
    c.server(10_000, 0, 1, flags=SYN, ts=(51, 1))       # exactly 10 s: still a delay
    c.client(20_000.000001, 1, 1, 10, ts=(2, 51))       # 1 ns more: none
    c.client(31_000, 1, 1, 10, ts=(2, 51))              # saved anew, as nobody answered
    c.server(31_040, 1, 11, 10, ts=(52, 2))             # 40 ms; a resent seqno is ambiguous
    c.client(31_041, 11, 11, 10, ts=(3, 52))
    c.server(42_000, 11, 21, ts=(53, 3))                # too late
    c.server(42_001, 11, 21, 10, ts=(53, 3))            # and too late for good
    c.client(42_040, 21, 21, ts=(3, 53))                # a TSval that is too old begins anew,
    c.server(42_080, 21, 21, 10, ts=(54, 3))            # but its echo was seen before


def seq_events(packets):
    c = Connection(packets)
    c.open(0)
    c.client(30, 1, 1, 100)
    c.client(31, 401, 1, 100)              # hole 101..401
    c.client(32, 801, 1, 100)              # hole 501..801
    c.client(33, 201, 1, 100)              # fills the middle of the first: 101..201, 301..401 left
    c.client(34.5, 201, 1, 100)            # again: a retransmission, too late to be a copy
    c.client(35, 101, 1, 50)               # fills from the left: 151..201 left
    c.client(36, 351, 1, 50)               # fills to the right: 301..351 left
    c.client(37, 151, 1, 200)              # fills the rest of both, and what lies between
    c.client(38, 101, 1, 300)              # a retransmission: nothing of it is missing
    c.client(39, 401, 1, 600)              # fills the second, and goes beyond what is expected
    c.client(40, 1000, 1, 1)               # one byte just below: a keep-alive
    c.client(41, 1000, 1)                  # an empty one
    c.client(42, 1000, 1, 2)               # two bytes: a retransmission
    c.client(43, 900, 1)                   # nothing, further below: old
    c.server(60, 1, 1001)
    c.client(61, 1001, 1, flags=FIN)
    c.client(62.5, 1001, 1, flags=FIN)     # not a keep-alive, though just below: it has a FIN
    c.server(82, 1, 1002, flags=FIN)       # ambiguous: the FIN was resent
    c.client(83, 1002, 2)


def dup_acks(packets):
    c = Connection(packets, client=("192.0.2.1", 40001))
    c.open(0)
    c.server(30, 1, 1, 100)
    c.server(31, 201, 1, 100)
    c.client(40, 1, 101)                            # the original
    c.client(41, 1, 101)                            # duplicate 1
    c.client(42, 1, 101, window=9000)               # a window update is none,
    c.client(43, 1, 101, window=9000)               # this is one again: 2
    c.client(44, 1, 101, window=9500, blocks=(201, 301))  # with SACK whatever the window: 3
    c.client(45, 1, 101, 10, window=9500)           # data is none
    c.client(46, 10, 101, window=9500)              # a keep-alive is none
    c.client(47, 11, 1, window=9500)                # an older ackno is none
    c.server(60, 101, 11, 100)                      # the missing data
    c.client(61, 11, 301, window=9500)              # all is acknowledged,
    c.client(62, 11, 301, window=9500)              # so this is none
    d = Connection(packets, client=("192.0.2.1", 40002))  # the other direction is never seen
    d.client(100, 1, 1)
    d.client(101, 1, 1)                             # 1
    d.client(103, 1, 1)                             # 2
    d.client(104, 1, 1, flags=FIN)                  # none


def quoting_error(c, ms, quoted, src, dst):
    """An ICMP error from a router, which quotes a packet of the connection."""
    v6 = ":" in src
    head = b"\3\0" if v6 else b"\x0b\0"  # time exceeded
    error = head + b"\0" * 6 + quoted
    c.append(ms, c.wrap(ip(src, dst, "icmpv6" if v6 else "icmp", error)))


def tunnels(packets):
    # One connection after the other, each in another encapsulation, each with an ICMP error that
    # quotes the client's segment with a TSval of the future and its answer's TSecr.
    for i, (name, wrap) in enumerate(encapsulations.ALL.items()):
        ms = 1000 * i
        ends = encapsulations.ends(name, 40000 + i)
        c = Connection(packets, isn=(1000 * i, 7000 * i), wrap=wrap, client=ends[0], server=ends[1])
        c.client(ms, 0, flags=SYN, ts=(10, 0))
        c.server(ms + 30, 0, 1, flags=SYN, ts=(90, 10))
        c.client(ms + 31, 1, 1, 100, ts=(11, 90))
        (src, sport), (dst, dport) = ends
        quoted = ip(src, dst, "tcp", tcp(sport, dport, c.isn[0] + 101, c.isn[1] + 1, 0x10, 8192,
                                         timestamps(12, 90), b"." * 8))
        quoting_error(c, ms + 40, quoted, dst, src)
        c.client(ms + 45, 101, 1, 100, ts=(12, 90))   # no retransmission, the TSval's first sight
        c.server(ms + 61, 1, 101, ts=(91, 11))        # 30 ms
        c.server(ms + 85, 1, 201, 10, ts=(92, 12))    # 40 ms, not 45


def samples(packets):
    # An OpenFlow connection whose PACKET_IN messages carry packets, and sFlow: samples of what passed
    # elsewhere. So the OpenFlow segments count, and of sFlow's datagrams nothing.
    outer = Connection(packets, client=("192.0.2.1", 40000), server=("192.0.2.9", 6653))
    outer.open(0)
    position = 1

    def carry(ms, inner, ts=None):
        nonlocal position
        message = encapsulations.packet_in(inner)
        outer.client(ms, position, 1, ts=ts, payload=message)
        position += len(message)

    def inner(sport, dport, seq, ack, flags, options, src, dst):
        return ethernet(ip(src, dst, "tcp", tcp(sport, dport, seq, ack, flags, 100, options)))

    a, b = "203.0.113.1", "203.0.113.2"
    carry(30, inner(7, 8, 100, 0, 2, timestamps(70, 0), a, b), (1, 2))
    carry(50, inner(8, 7, 900, 101, 18, timestamps(80, 70), b, a))
    outer.server(51, 1, position, ts=(8, 1))                      # 21 ms by TSval, 1 ms by seqno
    carry(52, ethernet(ip(a, b, "udp", udp(53, 5353, b"x"))), (3, 8))
    quoted = ip(b, a, "tcp", tcp(8, 7, 901, 101, 16, 100, timestamps(81, 70)))
    carry(61, ethernet(ip("203.0.113.9", b, "icmp", b"\x0b\0" + b"\0" * 6 + quoted)))
    outer.server(75, 1, position)                                 # 14 ms
    sampled = encapsulations.flow_sample(inner(7, 8, 101, 901, 24, timestamps(81, 80), a, b))
    packets.append(Packet(80 * 10**6, ethernet(ip("192.0.2.7", "192.0.2.9", "udp",
                                                  udp(6343, 6343, sampled)))))


MADE = [seqno_wrap, simultaneous_open, tsval_1us, holes_70000, clock_steps_back, handshake_retries,
        rst_and_reuse, pure_ack_slack, max_age, seq_events, dup_acks, tunnels, samples,
        lives.overtaken_syn, lives.syn_after_rst, lives.reused_ports, lives.forged_resets,
        lives.closed_windows, lives.already_acknowledged, lives.copied_glitch,
        delays.echo_covers, delays.smaller_bound, delays.long_delays, delays.coarse_clocks,
        copies.copies_with_id, copies.copies_without_id, copies.every_field,
        formats.nflog, formats.null_families, formats.raw_ip, formats.snaplen, formats.gtp_fragments]
GZIPPED = {"holes-70000"}


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else TESTS.parent / "captures"
    for make in MADE:
        packets = []
        how = make(packets) or {}
        name = make.__name__.replace("_", "-")
        write_pcap(folder / f"{name}.pcap{'.gz' if name in GZIPPED else ''}", packets, **how)


if __name__ == "__main__":
    main()
