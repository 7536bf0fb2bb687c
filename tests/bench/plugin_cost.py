#!/usr/bin/env python3
"""What the installed plugin costs a tshark that does something else.

    plugin_cost.py [--plugin PATH] [--packets N] [--runs N]

Makes a capture of N packets (1,000,000), runs tshark on it with the plugin and without, in turn,
and prints the CPU time of both and their ratio: the least of several runs, since whatever else the
machine does only adds to it.
"""
import argparse
import os
import pathlib
import resource
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tshark"))

import harness  # noqa: E402

OTHER_FIELD = ["-T", "fields", "-e", "frame.number", "-e", "tcp.options.timestamp.tsval"]
# What is compared, the words with the plugin, those without it.
PAIRS = [
    ("installed, another field", OTHER_FIELD, OTHER_FIELD),
    ("installed, a tap without a tree", ["-q", "-z", "conv,tcp"], ["-q", "-z", "conv,tcp"]),
    ("our tap beside another, without a tree", ["-q", "-z", "conv,tcp", "-z", "connmon,conv"],
     ["-q", "-z", "conv,tcp"]),
    ("asked for one field more", [*OTHER_FIELD, "-e", "connmon.rtt"], OTHER_FIELD),
]
SEGMENT = 1448


def write_bulk(path, count):
    """16 connections; two segments of data, then an ACK; timestamps of 1 ms."""
    ends = [1000] * 16
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 128, 1))
        for i in range(count):
            n, is_ack = i // 3 % 16, i % 3 == 2
            us, tick = i * 10, i // 100 + 1
            ports = (80, 5000 + n) if is_ack else (5000 + n, 80)
            size = 0 if is_ack else SEGMENT
            seq, ack = (777, ends[n]) if is_ack else (ends[n], 777)
            ends[n] = (ends[n] + size) % 2**32
            tcp = struct.pack(">HHIIHHHHHHII", *ports, seq, ack, 0x8010, 500, 0, 0, 0x0101, 0x080A,
                              tick + is_ack * 5000, tick + (not is_ack) * 4999)
            hosts = b"\x0a\0\0\2\x0a\0\0\1" if is_ack else b"\x0a\0\0\1\x0a\0\0\2"
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 52 + size, i % 65536, 0, 64, 6, 0) + hosts
            frame = bytes(12) + b"\x08\0" + ip + tcp
            out.write(struct.pack("<IIII", 1700000000 + us // 10**6, us % 10**6,
                                  len(frame), len(frame) + size) + frame)


def cpu_seconds(wireshark, home, capture, words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(wireshark.command("tshark", "-n", "-r", capture, *words), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=wireshark.dir,
                   env={**wireshark.environment(), "HOME": str(home)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    default = os.environ.get("CONNMON_PLUGIN", harness.ROOT / "build/release/plugin/connmon.so")
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plugin", default=str(default))
    arguments.add_argument("--packets", type=int, default=1000000)
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    wireshark = harness.Wireshark(given.plugin)
    bare = wireshark.dir / "bare"
    bare.mkdir()
    wireshark.own(bare)
    capture = wireshark.dir / "bulk.pcap"
    write_bulk(capture, given.packets)
    capture.chmod(0o644)
    for name, words, words_without in PAIRS:
        with_it, without = [], []
        for _ in range(given.runs):
            with_it.append(cpu_seconds(wireshark, wireshark.home, capture, words))
            without.append(cpu_seconds(wireshark, bare, capture, words_without))
        print(f"{name}: {min(with_it):.2f} s with the plugin, {min(without):.2f} s without, "
              f"ratio {min(with_it) / min(without):.3f}", flush=True)
    wireshark.close()


if __name__ == "__main__":
    main()
