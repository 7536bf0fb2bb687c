"""Damaged captures through all that the program can do with a file: it ends, says nothing that it does
not say of others, and what it prints for programs can be read. Under sanitizers that is
said of more of them: --mutants 500.
"""
import csv
import io
import json
import plistlib
import re

import pytest

import mutants
from packets import write_pcap
from test_files import block, enhanced, interface, old, option, section, simple

# Lines and tables, each with a kind of files beside it, which read the capture once for both.
LINES = [["-m"], ["-Q"], ["--json"], ["--csv"]]
TABLES = [["--conversations"], ["--conversations", "--json"], ["--hosts", "--csv"], ["--transactions"],
          ["--transactions", "--json"], ["--events"], ["--events", "--json", "--flowMaxIdle", "1"],
          ["--bandwidth", "0.1"], ["--bandwidth", "1e-9", "--hosts", "--json"], ["--index", "json"],
          ["--index", "plist"], ["--index", "text", "--worst", "2"], ["--hosts", "--keep-copies"]]
FILES = [["--split-format", "pcapng"], ["--split-format", "pcap"], ["--split-format", "json"],
         ["--split-format", "txt"], ["--split-format", "plist"], ["--payload"], ["--flows"]]
SAID = re.compile(r"(connmon: (mutant: |lost: |\d+ packets are in no file)|\d+ flows, |\d+ files with |limits dropped )")


def pcapng(chance, packets, link_type):
    """Of sections and interfaces of many kinds."""
    order = chance.choice("<>")
    names = option(1, b"\xc0\0\2\1client\0", order) + option(0, b"")
    blocks = [section(order), interface(link_type, options=option(9, bytes([chance.choice([0, 6, 9, 0x8A])]), order),
                                        order=order)]
    for packet in packets:
        kind = chance.choice([enhanced, enhanced, enhanced, old, simple])
        blocks.append(simple(packet, order) if kind is simple else
                      kind(packet, packet.time, chance.choice([0, 0, 0, 1]), order))
        if chance.random() < 0.1:
            blocks.append(chance.choice([block(4, names, order), interface(1, 96, order=order),
                                         block(10, b"secrets!", order), block(5, b"\0" * 12, order)]))
    for _ in range(chance.randrange(3)):  # behind the section
        blocks.insert(chance.randrange(1, len(blocks)), blocks.pop(chance.randrange(1, len(blocks))))
    return b"".join(blocks)


def write(path, number, sources):
    """One mutant as a file, of which some are damaged, too."""
    packets, link_type, chance = mutants.mutant(sources, number)
    for packet in packets:
        packet.data = bytes(packet.data)
    if chance.random() < 0.5:
        path.write_bytes(pcapng(chance, packets, link_type))
    else:
        write_pcap(path, packets, link_type, chance.choice("<>"), chance.choice([1, 1000]))
    blob = bytearray(path.read_bytes())
    if chance.random() < 0.2:
        del blob[chance.randrange(len(blob)):]
    for _ in range(chance.choice([0, 0, 0, 1, 4])):
        if blob:
            blob[chance.randrange(len(blob))] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
    path.write_bytes(blob)


def check_output(args, text):
    if "--json" in args or args == ["--index", "json"]:
        for line in text.splitlines():
            json.loads(line)
    if "--csv" in args and text:
        assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1
    if "plist" in args and text:
        plistlib.loads(text.encode())


def check(connmon, path, args, split):
    """It may say that the file is damaged, and what it could not make of it; no more than that."""
    child = connmon.start("-r", path.name, *args, *split, cwd=path.parent)
    printed, said = (text.decode() for text in child.communicate(timeout=60))
    assert child.returncode in (0, 2), said
    assert all(SAID.match(line) for line in said.splitlines()), said
    check_output(args, printed)


@pytest.fixture(scope="module")
def sources():
    return mutants.captures()


def test_a_damaged_capture(connmon, tmp_path, sources, mutant):
    path = tmp_path / "mutant"
    write(path, mutant, sources)
    for args in LINES:
        check(connmon, path, args, [])
    for i, args in enumerate(TABLES):
        files = FILES[i % len(FILES)]
        check(connmon, path, args, ["--split", f"split-{i % len(FILES)}", "--overwrite", *files])
