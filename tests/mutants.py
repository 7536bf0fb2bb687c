"""Packets of good captures, damaged: the same ones everywhere, since each mutant's number is its seed.

Bytes, lengths and TCP options are changed, and times; packets are cut, doubled, left out and put in
another order.
"""
import pathlib
import random
import struct

import packets

MOST_PACKETS = 30
MOST_BYTES = 100_000  # of a capture, so that many can be read
CAPTURES = pathlib.Path(__file__).resolve().parents[1] / "captures"
PCAPNG = b"\n\r\r\n"
WORDS = [0, 1, 5, 19, 20, 40, 255, 256, 0x7FFF, 0x8000, 0xFFFF]
OPTIONS = [b"\x08\x0a", b"\x08\x00", b"\x08\xff", b"\x05\x0a", b"\x05\x02", b"\x05\x22", b"\x03\x03\x0e",
           b"\x02\x04\x00\x00", b"\x01\x01", b"\x00", b"\xfe\x00", b"\x22\x01"]
TIMES = [0, 1, 999_999_999, 10**9, 2**31 * 10**9, (2**32 - 1) * 10**9]


def captures():
    """{path: (packets, link type)} of those that are not large."""
    paths = sorted(CAPTURES.glob("*.pcap")) + sorted(CAPTURES.glob("cases/*.pcap"))
    return {path: packets.read_pcap(path) for path in paths
            if path.stat().st_size <= MOST_BYTES and path.read_bytes()[:4] != PCAPNG}


def change_bytes(chance, packet):
    for _ in range(chance.randrange(1, 4)):
        packet.data[chance.randrange(min(len(packet.data), 100))] = chance.randrange(256)


def change_length(chance, packet):
    at = chance.randrange(min(len(packet.data), 80))
    packet.data[at:at + 2] = struct.pack("!H", chance.choice(WORDS))[:len(packet.data) - at]


def change_options(chance, packet):
    """Where they begin in most packets, and in some others."""
    at, option = chance.choice([54, 56, 58, 66, 74, 76, 86]), chance.choice(OPTIONS)
    packet.data[at:at + len(option)] = option[:max(len(packet.data) - at, 0)]


def cut(chance, packet):
    del packet.data[chance.randrange(len(packet.data)):]


def change_wire_length(chance, packet):
    packet.wire_len = chance.choice([0, len(packet.data), 65_536, 2**31, 2**32 - 1])


def change_time(chance, packet):
    packet.time = chance.choice([*TIMES, packet.time + chance.randrange(10**10)])


DAMAGES = [change_bytes, change_bytes, change_length, change_length, change_options, change_options, cut,
           change_wire_length, change_time]


def reorder(chance, damaged):
    one, other = chance.randrange(len(damaged)), chance.randrange(len(damaged))
    what = chance.randrange(3)
    if what == 0:
        damaged[one], damaged[other] = damaged[other], damaged[one]
    elif what == 1:
        damaged.insert(other, damaged[one])
    elif len(damaged) > 1:
        del damaged[one]


def mutant(sources, number):
    """(packets, link type, the random numbers' source) of the mutant; `sources` as captures() has them."""
    chance = random.Random(number)
    good, link_type = sources[sorted(sources)[number % len(sources)]]
    first = chance.randrange(max(len(good) - MOST_PACKETS, 0) + 1)
    damaged = [packets.Packet(p.time, bytearray(p.data), p.wire_len)
               for p in good[first:first + MOST_PACKETS]]
    for _ in range(chance.randrange(2, 12)):
        packet = chance.choice(damaged)
        if packet.data:
            chance.choice(DAMAGES)(chance, packet)
    for _ in range(chance.randrange(4)):
        reorder(chance, damaged)
    return damaged, link_type, chance
