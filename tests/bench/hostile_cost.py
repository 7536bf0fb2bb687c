#!/usr/bin/env python3
"""What captures that are made to cost much cost the program connmon, for N packets and for 4 N.

    hostile_cost.py [--build FOLDER] [--packets N] [--runs N] [--bound RATIO] [--kinds KIND...]
                    [--modes MODE...]

Makes captures of N packets (50,000) and of 4 N, of each kind that make_hostile knows, and two with
as many names or interfaces. Prints for each kind and each mode of the program the CPU time of both
(user and system, the least of several runs) and their ratio, less what the program takes for an
empty capture. What is flat has a ratio of 4; exits with 1 if one exceeds the bound (6). Times below
50 ms for 4 N say nothing and count as flat.
"""
import argparse
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMES, LEAST = 4, 0.05
LIMIT = ["--maxFlows", "1000"]
MODES = {
    "lines": [], "quick": ["-Q"], "machine": ["-m"], "json": ["--json"],
    "conversations": ["--conversations"], "hosts": ["--hosts"],
    "transactions": ["--transactions"], "events": ["--events"], "bandwidth": ["--bandwidth", "1"],
    "index": ["--index", "json"],
    "split": ["--split"],
    "limit": ["-Q", *LIMIT], "limit-conversations": ["--conversations", *LIMIT],
    "limit-hosts": ["--hosts", *LIMIT], "limit-transactions": ["--transactions", *LIMIT],
    "limit-events": ["--events", *LIMIT],
}


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def frame(client):
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40, 0, 0, 64, 6, 0, 0x0b000000 + client, 0x0a000002)
    tcp = struct.pack(">HHIIBBHHH", 1000 + client % 60000, 80, client, 0, 0x50, 2, 65535, 0, 0)
    return bytes(12) + b"\x08\0" + ip + tcp


def packet(interface, client):
    data = frame(client)
    return block(6, struct.pack("<IIIII", interface, 0, client, len(data), len(data)) + data)


SECTION = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
INTERFACE = block(1, struct.pack("<HHI", 1, 0, 262144))


def names(count):
    """A name for as many addresses as there are packets, all in one block."""
    records = b"".join(struct.pack("<HH", 1, 12) + struct.pack(">I", 0x0b000000 + i) + b"%07x\0" % i
                       for i in range(count))
    return SECTION + INTERFACE + block(4, records + bytes(4)) + b"".join(
        packet(0, i % 100) for i in range(count))


def interfaces(count):
    """As many as the program takes at most, or fewer."""
    numbers = min(count, 1 << 16)
    return SECTION + INTERFACE * numbers + b"".join(packet(i % numbers, i) for i in range(count))


OURS = {"names": names, "interfaces": interfaces}


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make(build, kind, packets, path):
    if kind in OURS:
        path.write_bytes(OURS[kind](packets))
        return
    with open(path, "wb") as out:
        subprocess.run([build / "tests/bench/make_hostile", kind, str(packets)], stdout=out,
                       check=True)


def measure(build, mode, captures, runs):
    """The least CPU time of each capture, all run once before any runs twice."""
    least = [float("inf")] * len(captures)
    for _ in range(runs):
        for i, capture in enumerate(captures):
            with tempfile.TemporaryDirectory(dir=capture.parent) as folder:
                words = [*MODES[mode], f"{folder}/split"] if mode == "split" else MODES[mode]
                command = [build / "src/program/connmon", "-q", "-r", capture, *words]
                least[i] = min(least[i], cpu_seconds(command))
    return least


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    arguments.add_argument("--packets", type=int, default=50_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--bound", type=float, default=6)
    arguments.add_argument("--kinds", nargs="+")
    arguments.add_argument("--modes", nargs="+", choices=MODES,
                           help="all, split only of names")
    given = arguments.parse_args()
    known = subprocess.run([given.build / "tests/bench/make_hostile"], check=True,
                           capture_output=True, text=True).stdout.split()
    exceeding = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make(given.build, "syn", 0, folder / "none")
        for kind in given.kinds or [*known, *OURS]:
            few, many = folder / "few", folder / "many"
            make(given.build, kind, given.packets, few)
            make(given.build, kind, TIMES * given.packets, many)
            for mode in given.modes or [mode for mode in MODES
                                        if mode != "split" or kind == "names"]:
                none, one, four = measure(given.build, mode, [folder / "none", few, many],
                                          given.runs)
                ratio = (four - none) / max(one - none, 0.001)
                is_high = four - none >= LEAST and ratio > given.bound
                exceeding += is_high
                print(f"{kind:17} {mode:20} {one:7.2f} s {four:7.2f} s, ratio {ratio:5.1f}"
                      f"{'  exceeds the bound' if is_high else ''}", flush=True)
    sys.exit(1 if exceeding else 0)


if __name__ == "__main__":
    main()
