#!/usr/bin/env python3
"""What the program connmon costs, against the least that a reader of captures must do.

    program_cost.py [--build FOLDER] [--packets N] [--runs N] [--without-tshark] [--kinds KIND...]

Makes three captures of N packets (3,000,000): "bulk" of 16 connections, "many" of N / 15
connections, 2,000 at once, and "crowd" of N / 15 connections, all at once. Runs on each, in turn:
read_floor (libpcap's reading, and the way down to the TCP options), connmon in the modes below, and
`tshark -q -z connmon,conv`. Prints the time and the CPU time (medians: connmon reads a file in a
thread of its own), their ratios to the floor, memory, and for connmon the ratios of its times to
those of the first mode, and of its time to that for a tenth of the packets, which should be near 10.

The first mode is the program's plain work, with a short line per packet that tells a delay. Others
print something else instead, so that is what they add to.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tshark"))

import harness  # noqa: E402

KINDS = ["bulk", "many", "crowd"]
MODES = [["-Q", "-m"], ["--events"], ["--bandwidth", "1"], ["--conversations"], ["--json"],
         ["--csv"]]


def measure(command, **more):
    """(seconds, CPU seconds, megabytes at most)"""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               **more)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command}: exit {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(commands, runs):
    """Of each command, what measure() tells; all run once before any runs twice."""
    measured = [[] for _ in commands]
    for _ in range(runs):
        for results, (command, more) in zip(measured, commands):
            results.append(measure(command, **more))
    return [[statistics.median(values) for values in zip(*results)] for results in measured]


def told(taken, floor):
    return (f"{taken[0]:.2f} s, {taken[0] / floor[0]:.2f} times the floor, CPU {taken[1]:.2f} s, "
            f"{taken[1] / floor[1]:.2f} times, {taken[2]:.0f} MB")


def make(build, folder, kind, packets):
    capture = folder / f"{kind}-{packets}.pcap"
    at_once = {"bulk": 16, "many": 2000, "crowd": packets // 15}[kind]
    with open(capture, "wb") as out:
        subprocess.run([build / "tests/bench/make_capture", kind, str(at_once),
                        str(packets)], stdout=out, check=True)
    capture.chmod(0o644)
    return capture


def compare(given, wireshark, kind):
    whole, tenth = (make(given.build, wireshark.dir, kind, given.packets // part)
                    for part in (1, 10))
    program = given.build / "src/program/connmon"
    commands = [([given.build / "tests/bench/read_floor", whole], {})]
    commands += [([program, "-q", *mode, "-r", capture], {})
                 for mode in MODES for capture in (whole, tenth)]
    if not given.without_tshark:
        tshark = wireshark.command("tshark", "-n", "-r", whole, "-q", "-z", "connmon,conv")
        commands.append((tshark, {"cwd": wireshark.dir, "env": wireshark.environment()}))
    floor, *results = medians(commands, given.runs)
    print(f"{kind}: floor {floor[0]:.2f} s, CPU {floor[1]:.2f} s, {floor[2]:.0f} MB")
    plain = results[0]
    for i, mode in enumerate(MODES):
        taken, of_tenth = results[2 * i:2 * i + 2]
        print(f"{kind}: connmon {' '.join(mode)}: {told(taken, floor)}; "
              f"{taken[0] / plain[0]:.2f} times {' '.join(MODES[0])}, "
              f"CPU {taken[1] / plain[1]:.2f} times; "
              f"{taken[0] / of_tenth[0]:.1f} times that of a tenth")
    for taken in results[2 * len(MODES):]:
        print(f"{kind}: tshark -q -z connmon,conv: {told(taken, floor)}")
    whole.unlink()
    tenth.unlink()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default=harness.ROOT / "build/release", type=pathlib.Path)
    arguments.add_argument("--packets", type=int, default=3_000_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--without-tshark", action="store_true")
    arguments.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    given = arguments.parse_args()
    given.build = given.build.resolve()
    wireshark = harness.Wireshark(given.build / "plugin/connmon.so")
    for kind in given.kinds:
        compare(given, wireshark, kind)
    wireshark.close()


if __name__ == "__main__":
    main()
