#!/usr/bin/env python3
"""Builds connmon with gcc's coverage, runs its tests, and prints what share of the lines of each file of
src/ and plugin/ they run. Exits with 1 if that is too little of one.

    coverage.py [--least PERCENT] [--skip-tests]
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/coverage"
COUNTS = ROOT / "build/coverage-counts"  # what programs count, by who runs them
UNCONFINED = BUILD / "unconfined.so"
TSHARK = """bandwidth conversations copies events expert index interest lines mutants preferences properties
    sessions transactions verdicts ways windows""".split()
OPTIONS = ["-D", "CMAKE_BUILD_TYPE=Debug", "-D", "CMAKE_C_COMPILER=gcc", "-D", "CMAKE_C_FLAGS=--coverage"]


def run(*words, **environment):
    return subprocess.run([*map(str, words)], cwd=ROOT, env={**os.environ, **environment},
                          umask=0).returncode == 0


def build():
    return (run("cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", *OPTIONS)
            and run("cmake", "--build", BUILD)
            and run("gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", ROOT / "tests/unconfined.c", "-o", UNCONFINED))


def counts(who):
    """Where they go: a folder that any user may write to, since neither Wireshark nor what captures stays
    root."""
    folder = COUNTS / who
    shutil.rmtree(folder, ignore_errors=True)
    for notes in BUILD.rglob("*.gcno"):
        target = folder / notes.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notes, target)
    for path in [folder, *folder.rglob("*/")]:
        path.chmod(0o777)
    return str(folder)


def test():
    pytest = ["/usr/bin/python3", "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider"]
    ours, wiresharks = counts("ours"), counts("wiresharks")
    results = [
        run("ctest", "--test-dir", BUILD, "-R", "unit", "-j", os.cpu_count(), GCOV_PREFIX=ours),
        run(*pytest, "tests/program", "--program", BUILD / "src/program/connmon", "--deselect",
            "tests/program/test_sandbox.py", GCOV_PREFIX=ours, LD_PRELOAD=str(UNCONFINED)),
        run(*pytest, *[f"tests/tshark/test_{noun}.py" for noun in TSHARK], "--plugin",
            BUILD / "plugin/connmon.so", GCOV_PREFIX=wiresharks)]
    return all(results)


def read_counts():
    """{file: {line: how often it was run}}"""
    lines = collections.defaultdict(collections.Counter)
    for notes in COUNTS.rglob("*.gcno"):
        done = subprocess.run(["gcov", "--json-format", "--stdout", notes], capture_output=True, text=True)
        for text in done.stdout.splitlines():
            for source in json.loads(text)["files"]:
                path = pathlib.Path(source["file"])
                if path.is_absolute() and ROOT in path.parents:
                    for line in source["lines"]:
                        lines[path.relative_to(ROOT)][line["line_number"]] += line["count"]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--least", type=float, default=80, help="percent of a file's lines [%(default)s]")
    parser.add_argument("--skip-tests", action="store_true", help="tell of the tests that were run before")
    asked = parser.parse_args()
    if not asked.skip_tests and not build():
        sys.exit(1)
    passed = asked.skip_tests or test()
    poor = 0
    for path, lines in sorted(read_counts().items()):
        if path.parts[0] in ("src", "plugin"):
            share = 100 * sum(count > 0 for count in lines.values()) / len(lines)
            poor += share < asked.least
            missed = ", ".join(str(n) for n, count in sorted(lines.items()) if count == 0)
            print(f"{share:5.1f} % of {len(lines):3} lines  {path}{'  not: ' + missed if share < asked.least else ''}")
    print(f"{poor} files below {asked.least:g} %")
    sys.exit(0 if passed and not poor else 1)


if __name__ == "__main__":
    main()
