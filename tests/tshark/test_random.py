"""Random segments of few distinct values, so that all rules meet in all ways."""
import random

import pytest

import oracle
from folders import of_any_version
from packets import (ACK, FIN, NS_PER_MS, RST, SYN, Packet, ethernet, ip, sack, tcp, timestamps)

FLAGS = [ACK] * 12 + [SYN, SYN | ACK, FIN | ACK, FIN, RST, RST | ACK, 0, SYN | FIN, SYN | RST]
# Not both in one capture: a value that was too old once may be forgotten for good, even if the
# clock then steps back to where it was not.
STEPS = {"long": [0, 0, 1, 1, 1, 5, 5, 20, 100, 1000, 9999, 10_001],
         "back": [0, 0, 1, 1, 1, 5, 5, 20, 100, -1, -3, -50]}
ENDS = ("192.0.2.1", 40000), ("198.51.100.2", 80)


def segment(chance, side, base):
    (src, sport), (dst, dport) = (ENDS[side], ENDS[1 - side])
    own, other = base[side], base[1 - side]
    options = b""
    if chance.random() < 0.7:
        options += timestamps(chance.randrange(12), chance.randrange(12))
    if chance.random() < 0.1:
        options += sack(other, other + 5)
    return ethernet(ip(src, dst, "tcp", tcp(
        sport, dport, own + chance.randrange(-3, 30), other + chance.randrange(-3, 30),
        chance.choice(FLAGS), chance.choice((100, 100, 200)), options,
        b"." * chance.choice((0, 0, 0, 1, 2, 5, 9)))))


@of_any_version
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("seed", range(3))
def test_random_segments(wireshark, seed, steps):
    chance = random.Random(seed)
    ms, packets = 1_000_000, []
    base = [chance.choice((1000, 2**32 - 10, 2**31 - 10)) for _ in ENDS]
    for _ in range(6000):
        ms += chance.choice(STEPS[steps])
        packets.append(Packet(ms * NS_PER_MS, segment(chance, chance.randrange(2), base)))
        if chance.random() < 0.01:
            base = [b + 1000 for b in base]  # much that was said before is forgotten
    capture = wireshark.write(packets)
    wireshark.check(capture, oracle.expectations(capture))
