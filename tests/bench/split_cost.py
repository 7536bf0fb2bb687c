#!/usr/bin/env python3
"""What it costs connmon to write a capture to a file per connection instead of to one.

    split_cost.py [--build FOLDER] [--connections N] [--runs N] [--folder FOLDER]

Makes a capture of N connections (200,000) of 15 packets. Runs on it, in turn: editcap, which reads
all packets and writes them to one file; connmon without output, which reads and measures them;
connmon --split, with 1,024 open files at most; and tar, which makes the files that --split has made
from an archive of them, and so takes what so many files cost in that folder at least. Prints time,
CPU time, and the ratio of --split's speed to that of the others. FOLDER is where the files go.
"""
import argparse
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def measure(command):
    """(seconds, CPU seconds)"""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return (seconds,
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    arguments.add_argument("--connections", type=int, default=200_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--folder", type=pathlib.Path)
    given = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = pathlib.Path(name)
        capture, program = folder / "many.pcap", given.build / "src/program/connmon"
        with open(capture, "wb") as out:
            subprocess.run([given.build / "tests/bench/make_capture", "many", "2000",
                            str(15 * given.connections)], stdout=out, check=True)
        split, archive, extracted = folder / "split", folder / "split.tar", folder / "extracted"
        commands = {
            "editcap, to one file": ["editcap", capture, folder / "one"],
            "connmon, to no file": [program, "-q", "--conversations", "-r", capture],
            "connmon --split": [program, "-q", "-r", capture, "--split", split],
            "tar, to as many files": ["tar", "xf", archive, "-C", extracted],
        }
        measured = {what: [] for what in commands}
        for run in range(given.runs):
            for made in split, extracted:
                shutil.rmtree(made, ignore_errors=True)
            extracted.mkdir()
            for what, command in commands.items():
                if command[0] == "tar" and run == 0:
                    subprocess.run(["tar", "cf", archive, "-C", folder, "split"], check=True)
                measured[what].append(measure(command))
        files = [path.stat().st_size for path in split.iterdir()]
        if len(files) < given.connections:
            sys.exit(f"only {len(files)} files")
        print(f"{len(files)} files, {sum(files) / 1e6:.0f} MB, of {capture.stat().st_size / 1e6:.0f}")
    medians = {what: [statistics.median(values) for values in zip(*results)]
               for what, results in measured.items()}
    ours = medians["connmon --split"]
    for what, (seconds, cpu) in medians.items():
        print(f"{what}: {seconds:.2f} s, {cpu:.2f} s of CPU; --split has {seconds / ours[0]:.2f} "
              f"of its speed, by CPU {cpu / ours[1]:.2f}")


if __name__ == "__main__":
    main()
