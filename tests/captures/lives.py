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
