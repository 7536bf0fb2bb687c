#!/usr/bin/env python3
"""Writes frames of captures/, and one of each encapsulation, as seeds of fuzz_decode.

    make_seeds.py FOLDER
"""
import pathlib
import shutil
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import encapsulations  # noqa: E402
from packets import Connection, cut, read_pcap  # noqa: E402

LINK_TYPES = [1, 0, 9, 12, 14, 50, 51, 100, 101, 104, 108, 113, 228, 229, 239, 276]
FRAMES_PER_CAPTURE, SNAPLEN = 25, 300
PCAPNG = b"\n\r\r\n"


def units(captured, link_type):
    """As fuzz_decode.c reads them."""
    for packet in captured:
        packet = cut(packet, SNAPLEN)
        more = min(packet.wire_len - len(packet.data), 0xFFFF)
        if more >= 0 and link_type in LINK_TYPES:
            yield struct.pack("!BH", LINK_TYPES.index(link_type), more) + packet.data


def from_captures():
    for capture in sorted((ROOT / "captures").glob("**/*.pcap")):
        if capture.read_bytes()[:4] != PCAPNG:  # some are named so
            captured, link_type = read_pcap(capture)
            yield from units(captured[:FRAMES_PER_CAPTURE], link_type)


def talk(name, wrap):
    made = []
    client, server = encapsulations.ends(name, 40000)
    connection = Connection(made, client=client, server=server, wrap=wrap)
    connection.client(0, 1, 1, length=20, ts=(5, 6), blocks=(7, 8))
    return made


def from_encapsulations():
    for name, wrap in {**encapsulations.ALL, **encapsulations.MORE}.items():
        yield from units(talk(name, wrap), 1)
    for name, (link_type, head) in encapsulations.LINKS.items():
        yield from units(talk(name, lambda packet, head=head: head + packet), link_type)


def main():
    folder = pathlib.Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for i, unit in enumerate([*from_captures(), *from_encapsulations()]):
        (folder / f"{i:04}").write_bytes(unit)


if __name__ == "__main__":
    main()
