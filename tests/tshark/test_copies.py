"""Packets that a capture shows more than once: they are told as copies and change nothing."""
import json
import subprocess

import pytest

import harness

CAPTURES = [harness.ROOT / "captures/cases" / name for name in ("dup-span.pcap", "dup-vlan.pcap")]
FRAMES = ("rtt_tsval_frame", "rtt_seqno_frame", "dup_ack_frame", "request_frame")
pytestmark = pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)


def rows_of(wireshark, capture, what):
    out = wireshark.run("-r", wireshark.share(capture), "-q", "-z", f"connmon,{what}").stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def without_copies(wireshark, capture, originals):
    path = wireshark.dir / f"first-sights-{capture.name}"
    subprocess.run(["editcap", "-r", capture, path, *map(str, originals)], check=True)
    path.chmod(0o644)
    return path


def test_nothing_else_is_different(wireshark, capture):
    """As in the capture without them, but for the frames' numbers, and what the frame has of bytes."""
    found = wireshark.connmon(capture)
    originals = [n for n, row in found.items() if row["duplicate"] == "-"]
    assert len(originals) == len(found) / 2
    for n, row in found.items():
        assert {c for c, value in row.items() if value != "-"} == {"flow", "duplicate"} or \
            n in originals
        assert row["duplicate"] in ("-", str(n - 1))
    alone = wireshark.connmon(without_copies(wireshark, capture, originals))
    assert len(alone) == len(originals)
    for n, row in alone.items():
        for column in FRAMES:
            if row[column] != "-":
                row[column] = str(originals[int(row[column]) - 1])
        assert row == found[originals[n - 1]]


def test_tables_count_them(wireshark, capture):
    count = len(wireshark.connmon(capture)) // 2
    row, = rows_of(wireshark, capture, "conv-json")
    assert row["client_copies"] + row["server_copies"] == count == row["packets"]
    assert row["client_retransmissions"] + row["server_retransmissions"] == 0
    assert row["server_rtt_count"] > 0
    assert sum(host["copies"] for host in rows_of(wireshark, capture, "hosts-json")) == count
    out = wireshark.run("-r", wireshark.share(capture), "-q", "-z", "connmon,conv").stdout
    assert f"\n{count} copies of packets, counted nowhere else\n" in out


def test_json_has_a_row_and_lines_have_none(wireshark, capture):
    packets = rows_of(wireshark, capture, "json")
    copies = [packet for packet in packets if "connmon.duplicate" in packet]
    assert len(copies) == len(packets) / 2
    assert all(packet.keys() == {"stream", "frame", "time", "connmon.flow", "connmon.duplicate"}
               for packet in copies)
    done = wireshark.run("-r", wireshark.share(capture), "-q", "-z", "connmon,lines")
    delays = [packet for packet in packets if {"connmon.rtt.tsval", "connmon.rtt.seqno",
              "connmon.dup_ack_num"} & packet.keys() or packet.get("connmon.seq_gap")]
    assert len(done.stdout.splitlines()) == len(delays)
    assert f", {len(copies)} copies" in done.stderr


def test_they_can_be_kept(wireshark, capture):
    rows = wireshark.connmon(capture, "-o", "connmon.keep_copies:TRUE").values()
    assert {row["duplicate"] for row in rows} == {"-"}
    assert sum(row["seq_event"] == "retransmission" for row in rows) > 5
