#!/usr/bin/env python3
"""What -z connmon,conv costs a tshark that measures anyway.

    statistics_cost.py [--build FOLDER] [--connections N] [--packets N] [--runs N]

Makes a capture of N packets (2,400,000) in N connections (200,000), all open at once. Runs tshark
with `-q -z io,stat,0,connmon.rtt`, so that connmon measures every packet, and the same with `-z
connmon,conv` (and connmon,hosts) added, in turn. Prints the CPU time and memory of each (medians)
and what the statistics add.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tshark"))

import harness  # noqa: E402

ALONE = ["-q", "-z", "io,stat,0,connmon.rtt"]
TAPS = ["connmon,conv", "connmon,conv-json", "connmon,hosts"]


def measure(wireshark, capture, words):
    """(CPU seconds, megabytes at most)"""
    process = subprocess.Popen(wireshark.command("tshark", "-n", "-r", capture, *words),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               cwd=wireshark.dir, env=wireshark.environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"tshark {words}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(measured):
    return [statistics.median(values) for values in zip(*measured)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default=harness.ROOT / "build/release", type=pathlib.Path)
    arguments.add_argument("--connections", type=int, default=200_000)
    arguments.add_argument("--packets", type=int, default=2_400_000)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    wireshark = harness.Wireshark(given.build / "plugin/connmon.so")
    capture = wireshark.dir / "crowd.pcap"
    with open(capture, "wb") as out:
        subprocess.run([given.build / "tests/bench/make_capture", "crowd", str(given.connections),
                        str(given.packets)], stdout=out, check=True)
    capture.chmod(0o644)
    kinds = [ALONE] + [[*ALONE, "-z", tap] for tap in TAPS]
    measured = [[] for _ in kinds]
    for _ in range(given.runs):
        for results, words in zip(measured, kinds):
            results.append(measure(wireshark, capture, words))
    seconds, megabytes = medians(measured[0])
    print(f"without: {seconds:.1f} s, {megabytes:.0f} MB")
    for tap, results in zip(TAPS, measured[1:]):
        more_seconds, more_megabytes = medians(results)
        print(f"{tap}: {more_seconds:.1f} s, {more_megabytes:.0f} MB: "
              f"{100 * (more_seconds / seconds - 1):+.1f} % CPU, "
              f"{more_megabytes - megabytes:+.0f} MB")
    wireshark.close()


if __name__ == "__main__":
    main()
