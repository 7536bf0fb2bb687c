"""-z connmon,index: which frames each connection has, and a filter that selects exactly these."""
import json
import plistlib
import re

import pytest

import harness
from folders import VIEWED, discover
from packets import RST, SYN, Connection

SMALL = harness.ROOT / "captures/KakaoTalk_chat.pcap"
BUSY = harness.ROOT / "captures/android.pcap"
FILTERED = {"KakaoTalk_chat.pcap", "6in4tunnel.pcap", "tunnels.pcap", "samples.pcap",
            "rst-and-reuse.pcap"}
LABEL = re.compile(r"[0-9a-f.]+_\d+-[0-9a-f.]+_\d+-\d+\.\d{9}")


def tap(wireshark, capture, words):
    return wireshark.run("-r", wireshark.share(capture), "-q", "-z", f"connmon,{words}").stdout


def index(wireshark, capture, words="index"):
    return [json.loads(line) for line in tap(wireshark, capture, words).splitlines()]


def numbers(frames):
    """The frames of "1,3-9,12"."""
    found = []
    for run in frames.split(",") if frames else []:
        first, _, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


@pytest.mark.parametrize("capture", VIEWED, ids=lambda capture: capture.name)
def test_each_frame_is_in_its_flow(recorded, capture):
    expected = {}
    for frame, flow in recorded(capture).fields("frame.number", "connmon.flow"):
        if flow:
            expected.setdefault(flow, []).append(int(frame))
    found, entries = {}, recorded(capture).rows("index")
    for entry in entries:
        assert len(entry["flows"]) == 2
        assert LABEL.fullmatch(entry["label"]) and entry["file"] is None
        for flow in {flow["flow"]: flow["frames"] for flow in reversed(entry["flows"])}.items():
            found.setdefault(flow[0], []).extend(numbers(flow[1]))
    assert {flow: sorted(frames) for flow, frames in found.items() if frames} == {
        flow: sorted(frames) for flow, frames in expected.items()}
    ends = [entry["end"] - entry["start"] for entry in entries]
    assert all(end >= 0 for end in ends)


@pytest.mark.parametrize("capture", [c for c, _ in discover() if c.name in FILTERED],
                         ids=lambda capture: capture.name)
def test_the_filter_selects_exactly_these_frames(wireshark, recorded, capture):
    with harness.Sharkd(wireshark) as sharkd:
        sharkd.load(capture)
        for entry in recorded(capture).rows("index"):
            found = [row["num"] for row in sharkd.ask("frames", filter=entry["filter"])]
            assert found == sorted(n for flow in entry["flows"] for n in numbers(flow["frames"]))


@pytest.mark.parametrize("capture", [SMALL, BUSY], ids=lambda capture: capture.name)
def test_all_formats_say_the_same(wireshark, capture):
    plist = plistlib.loads(tap(wireshark, capture, "index-plist").encode())
    entries = [json.loads(line, parse_float=str)
               for line in tap(wireshark, capture, "index").splitlines()]
    assert all(entry.pop("file") is None for entry in entries)
    assert plist == entries
    text = tap(wireshark, capture, "index-text")
    assert re.findall(r"^- label: (.*)$", text, re.M) == [e["label"] for e in entries]
    assert re.findall(r"^      frames: ?(.*)$", text, re.M) == [
        flow["frames"] for e in entries for flow in e["flows"]]
    assert re.findall(r"^  filter: (.*)$", text, re.M) == [e["filter"] for e in entries]


def test_an_empty_property_list(wireshark):
    assert plistlib.loads(tap(wireshark, wireshark.write([]), "index-plist").encode()) == []


def conversations(wireshark, capture):
    return [json.loads(line) for line in tap(wireshark, capture, "conv-json").splitlines()]


def test_the_worst(wireshark):
    rows = conversations(wireshark, BUSY)
    assert [e["stream"] for e in index(wireshark, BUSY, "index,worst=7")] == [
        row["stream"] for row in rows[:7]]


@pytest.mark.parametrize("option, keeps", [
    ("min-rtt-p95=0.1", lambda r: max(r["client_rtt_p95"] or 0, r["server_rtt_p95"] or 0) >= 0.1),
    ("min-server-rtt-p95=0.2", lambda r: (r["server_rtt_p95"] or 0) >= 0.2),
    ("max-packets=10", lambda r: r["packets"] <= 10),
    ("min-duration=0.5,min-retransmissions=1",
     lambda r: r["duration"] >= 0.5 and r["client_retransmissions"] + r["server_retransmissions"])])
def test_thresholds(wireshark, option, keeps):
    expected = {row["stream"] for row in conversations(wireshark, BUSY) if keeps(row)}
    found = [entry["stream"] for entry in index(wireshark, BUSY, f"index,{option}")]
    assert found == sorted(expected) and found


def test_ipv6_makes_a_file_name(wireshark):
    packets = []
    c = Connection(packets, client=("2001:db8::1", 40000), server=("::1", 80))
    c.client(1500, 0, flags=SYN)
    c.server(1501, 0, 1, flags=RST)
    assert index(wireshark, wireshark.write(packets))[0]["label"] == (
        "2001.db8..1_40000-..1_80-1.500000000")


@pytest.mark.parametrize("words", ["index,worst=0", "index,worst=x", "index,min-nothing=1",
                                   "index,min-rtt-p95=", "index-text,max-verdict=1",
                                   "index,min-duration=-1", "index-plist,no.such.field",
                                   "index" + ",min-packets=1" * 9])
def test_bad_options(wireshark, words):
    done = wireshark.execute("tshark", "-r", wireshark.share(SMALL), "-q", "-z", f"connmon,{words}")
    assert done.returncode == 1 and not done.stdout
    assert len([line for line in done.stderr.splitlines() if line.startswith("tshark:")]) == 1
