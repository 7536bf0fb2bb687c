"""What a flood of connections may cost: memory and time have one limit, whatever is shown."""
import struct
import subprocess
import sys

import pytest

FLOOD, FLOWS = 100000, 40000
VIEWS = [["--conversations"], ["--hosts"], ["--transactions"], ["--events"], ["--bandwidth", "1"],
         ["--bandwidth", "1", "--hosts"], ["--index", "json"], ["-m"], ["--json"]]
# A small process between us and the program: what we hold would count as its memory.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def write_flood(path):
    """Connections of one packet with payload, each from another address."""
    frame = bytearray(bytes(12) + b"\x08\0" + struct.pack(
        ">BBHHHBBH4s4sHHIIBBHHH", 0x45, 0, 140, 0, 0, 64, 6, 0, bytes(4), bytes([10, 0, 0, 2]),
        1024, 80, 1000, 1000, 0x50, 0x18, 65535, 0, 0))
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(FLOOD):
            struct.pack_into(">I", frame, 26, 0x0b000000 + i)
            file.write(struct.pack("<IIII", 1700000000 + i // 10**5, i % 10**5 * 10, len(frame),
                                   len(frame) + 100) + frame)


def measure(connmon, *args):
    """Peak memory in KiB and CPU seconds of a run."""
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, connmon.path, *map(str, args)],
                          check=True, capture_output=True, text=True, timeout=300,
                          env={**connmon.environment, "ASAN_OPTIONS": "quarantine_size_mb=1"})
    memory, seconds = done.stdout.split()
    return int(memory), float(seconds)


@pytest.fixture(scope="module")
def flood(tmp_path_factory):
    path = tmp_path_factory.mktemp("flood") / "flood.pcap"
    write_flood(path)
    return path


@pytest.fixture(scope="module")
def lines(connmon, flood):
    return measure(connmon, "-r", flood, "--maxFlows", FLOWS)


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_a_flood_is_bounded_in_every_view(connmon, flood, lines, view):
    memory, seconds = measure(connmon, "-r", flood, "--maxFlows", FLOWS, *view)
    assert memory < 4 * lines[0]
    assert seconds < 8 * lines[1] + 0.5


@pytest.mark.parametrize("view", VIEWS[:7], ids=" ".join)
def test_what_a_view_forgets_is_told(connmon, flood, view):
    told = connmon.run("-r", flood, "--maxFlows", FLOWS, *view).stderr
    assert f"limits dropped {FLOOD - FLOWS // 2} connections" in told
    if view != ["--transactions"]:  # all of one server, in one row
        assert "rows of the table" in told
