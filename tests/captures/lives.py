"""Captures of how connections begin, end, and begin again."""
from packets import FIN, RST, SYN, Connection


def overtaken_syn(packets):
    c = Connection(packets)
    c.client(0.1, 1, 1, 100, ts=(2, 101))     # has overtaken ...
    c.client(0.2, 0, flags=SYN, ts=(1, 0))    # ... the SYN, which moves nothing;
    c.server(20, 1, 101, 50, ts=(102, 2))     # has overtaken ...
    c.server(20.1, 0, 1, flags=SYN, ts=(101, 1))  # ... the SYN-ACK. Clock and echoes go back, too
    c.client(21, 101, 51, 100, ts=(3, 102))   # no gap,
    c.server(41, 51, 201, ts=(103, 3))        # and a delay
    c.client(42, 201, 51, flags=FIN, ts=(4, 103))
    c.server(62, 51, 202, flags=FIN, ts=(104, 4))
    c.client(63, 202, 52, ts=(5, 104))


def syn_after_rst(packets):
    c = Connection(packets, client=("192.0.2.1", 40001))  # refused, and tried again with the same ISN
    for ms in (0, 500):
        c.client(ms, 0, flags=SYN)
        c.server(ms + 20, 0, 1, flags=RST)
    c.client(1000, 0, flags=SYN)
    c.server(1020, 0, 1, flags=SYN)
    c.client(1021, 1, 1, 100)
    c.server(1041, 1, 101, 50)
    c.client(1042, 101, 51, flags=RST)        # what the server expects: it is over
    c.client(2000, 0, flags=SYN)              # so this begins another, in both directions:
    c.server(2020, 0, 1, flags=SYN)
    c.client(2021, 1, 1, 100)
    c.server(2041, 1, 101, 50)                # seqnos and acknos count as at first sight
    c = Connection(packets, client=("192.0.2.1", 40002))
    c.open(3000)
    c.client(3030, 1, 1, 100)
    c.server(3050, 1, 101, 50)
    c.client(3060, 151, 51, flags=RST)        # in the window, but not next: a host asks again (RFC 5961)
    c.client(4000, 0, flags=SYN)              # so this SYN is but resent,
    c.client(5000, 700, flags=SYN)            # while another ISN always begins another connection
    c = Connection(packets, client=("192.0.2.1", 40003))  # the server resets, and is asked anew
    c.open(6000)
    c.client(6030, 1, 1, 100)
    c.server(6050, 1, flags=RST)              # its seqno is what the client expects
    c.client(7000, 0, flags=SYN)
    c.server(7020, 0, 1, flags=SYN)
    c.client(7021, 1, 1)


def reused_ports(packets):
    # 18 connections one after the other on the same ports, closed by FIN, by RST, or not at all. The
    # SYN-ACK's timestamps are cut short, and the first ACK echoes 0.
    for i in range(18):
        ms = 60_000 * i
        c = Connection(packets, isn=(1000 + 40 * i, 5000 + 3_000_000_000 * i))
        c.client(ms, 0, flags=SYN, ts=(10 + i, 0))
        c.server(ms + 150, 0, 1, flags=SYN, options=b"\x08\x04\x01\x01")
        c.client(ms + 151, 1, 1, ts=(20 + i, 0))
        c.client(ms + 152, 1, 1, 100, ts=(20 + i, 0))
        c.server(ms + 352, 1, 101, 1000, ts=(500 + i, 20 + i), **{"flags": FIN} if i % 3 == 0 else {})
        if i % 3 == 0:
            c.client(ms + 353, 101, 1002, flags=FIN, ts=(30 + i, 500 + i))
            c.server(ms + 553, 1002, 102, ts=(600 + i, 30 + i))
        elif i % 3 == 1:
            c.client(ms + 353, 101, 1001, flags=RST)


def forged_resets(packets):
    """RSTs and acknos that say nothing of this connection, or that the next packets refute."""
    c = Connection(packets, client=("192.0.2.1", 40001))
    c.client(0, 0, flags=SYN)
    c.server(10, 0, 50001, flags=RST)         # its ackno is of another connection: ignored
    c.client(1000, 0, flags=SYN)
    c.server(1020, 700, 1, flags=SYN)
    c.client(1021, 1, 701, 100)
    c.client(3021, 1, 701, 100)               # lost for 2 s, whatever that ackno said
    c.server(3041, 701, 101, 50)
    c.client(3042, 101, 751, flags=RST)       # what the server expects: a reset
    c = Connection(packets, client=("192.0.2.1", 40002))
    c.open(4000)
    c.client(4030, 1, 1, 100)
    c.server(4050, 70_000, 90_000, flags=RST)  # neither seqno nor ackno is of this connection
    c.server(4051, 1, 101, 50)
    c.server(4151, 1, 101, 50)
    c.client(4152, 101, 51, flags=RST)
    c = Connection(packets, client=("192.0.2.1", 40003))  # one direction:
    c.client(5000, 0, flags=SYN)
    c.client(5021, 1, 1, 100)
    c.client(5030, 150, 51, flags=RST)        # somebody else's, since
    for i in range(3):
        c.client(5050 + 50 * i, 101 + 100 * i, 51, 100)  # its host goes on
    c.client(5200, 401, 51, flags=FIN)
    c = Connection(packets, client=("192.0.2.1", 40004))
    c.client(6000, 0, flags=SYN)
    c.server(6005, 0, 1, flags=RST)           # somebody else refuses
    c.server(6020, 0, 1, flags=SYN)           # what the server accepts
    c.client(6021, 1, 1, 100)
    c.server(6041, 1, 101, 50)
    c = Connection(packets, client=("192.0.2.1", 40005))  # the other direction:
    c.server(7020, 0, 1, flags=RST)           # it refuses,
    c.server(8020, 500, 1, flags=SYN)         # and accepts what was not captured
    c.server(8040, 501, 101, 50)
    c = Connection(packets, client=("192.0.2.1", 40006))
    c.open(9000)
    c.client(9030, 1, 1, flags=FIN)
    c.server(9050, 1, 2, flags=FIN)           # whose ACK is lost
    d = Connection(packets, client=("192.0.2.1", 40006), isn=(700_000, 900_000))
    d.client(10000, 0, flags=SYN)
    c.server(10010, 1, 2, flags=FIN)          # so it is sent again, and ends nothing:
    d.server(10020, 0, 1, flags=SYN)
    d.client(10021, 1, 1, 100)
    d.client(10030, 101, 1, flags=FIN)
    d.server(10050, 1, 102, flags=RST)        # this server never sent a FIN
    c = Connection(packets, client=("192.0.2.1", 40007))
    c.server(11000, 0, 1, flags=SYN)          # has overtaken
    c.client(11000.1, 0, flags=SYN)           # the SYN: one connection, not two
    c.client(11001, 1, 1, 100)
    c.server(11021, 1, 101, 50)


def closed_windows(packets):
    """Data that a host may refuse is not lost when it comes again."""
    c = Connection(packets, client=("192.0.2.1", 40001))
    c.open(0)
    c.server(30, 1, 1, 1000)
    c.client(31, 1, 1001, window=0)
    for ms in (300, 900, 2100, 4500):
        c.server(ms, 1001, 1, 10)             # a probe of ten bytes,
        c.client(ms + 1, 1, 1001, window=0)   # refused
    c.client(5000, 1, 1001)
    c.server(5020, 1001, 1, 1460)
    c.client(5021, 1, 2461)
    c = Connection(packets, client=("192.0.2.1", 40002))
    c.open(6000)
    c.server(6030, 1, 1, 1000)
    c.server(6030.1, 1001, 1, 1000)
    c.client(6031, 1, 1001, window=0)         # refuses what was in flight,
    for ms in (6300, 6900, 8100, 10500):
        c.server(ms, 1001, 1, 1)              # of which a byte is the probe
        c.client(ms + 1, 1, 1001, window=0)
    c.client(11000, 1, 1001)
    c.server(11020, 1001, 1, 1000)
    c.client(11021, 1, 2001)
    c = Connection(packets, client=("192.0.2.1", 40003))
    c.client(12000, 0, length=100, flags=SYN)  # TCP Fast Open with a cookie that is too old
    c.server(12020, 0, 1, flags=SYN)
    c.client(12021, 1, 1, 100)
    c.server(12041, 1, 101, 50)
    c = Connection(packets, client=("192.0.2.1", 40004))
    c.open(13000)
    c.client(13030, 1, 1, 100)
    c.server(13050, 1, 101, window=0)
    c.client(13060, 101, 1, flags=RST)        # nobody waits for that window any more
    c.client(73000, 0, flags=SYN)
    c.server(73020, 0, 1, flags=SYN)
    c.client(73021, 1, 1, 100)
    c.server(73041, 1, 101, 50)


def already_acknowledged(packets):
    """What comes late or again costs nothing once it was acknowledged, in whatever segments."""
    c = Connection(packets, client=("192.0.2.1", 40001))
    c.open(0)
    c.client(30, 1, 1, 100)
    c.server(50, 1, 101)
    c.client(50000, 51, 1, 150)               # half of it old
    c.server(50020, 1, 201)
    c = Connection(packets, client=("192.0.2.1", 40002))
    c.open(60000)
    c.client(60030, 1, 1, 100)
    c.client(60031, 201, 1, 100)              # what lies between and behind was not captured,
    c.server(60050, 1, 401)                   # but has arrived
    c.client(120000, 101, 1, 100)             # before it comes again
    c.server(120020, 1, 401)
    c = Connection(packets, client=("192.0.2.1", 40003))
    c.open(130000)
    c.server(130050, 1, 1001)
    c.client(135000, 1001, 1, 100)            # not after a loss: all before it has arrived
    c.server(135020, 1, 1101)


def copied_glitch(packets):
    """A packet with a wrong time, captured twice: its copy does not confirm the time."""
    ten_years_ms = 315_360_000_000
    c = Connection(packets, client=("192.0.2.1", 40001))
    d = Connection(packets, client=("192.0.2.1", 40002))
    c.open(0)
    d.open(100)
    for ms in (0, 0.01):
        c.client(ten_years_ms + ms, 1, 1, 100, identification=7)
    c.server(220, 1, 101, 50)
    c.client(230, 101, 51, flags=FIN)
    c.server(250, 51, 102, flags=FIN)
    c.client(251, 102, 52)
    d.client(300, 1, 1, 10)
