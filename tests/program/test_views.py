"""Events, bandwidth and the index: of what the taps print, held to the captures' known facts."""
import fcntl
import json
import os
import struct
import subprocess
import termios

import pytest

from conftest import ROOT
from terminal import open_terminal, read_all

CHAT = ROOT / "captures/KakaoTalk_chat.pcap"
DNS = ROOT / "captures/simple-dnscrypt.pcap"
APPENDED = ROOT / "captures/cases/appended.pcap"


def objects(connmon, capture, *args):
    done = connmon.run("-q", "-r", capture, *args)
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("capture", [CHAT, DNS])
def test_events_count_up(connmon, capture):
    events = objects(connmon, capture, "--events", "--json")
    assert all(event["opened"] - event["closed"] == event["open"] for event in events)
    streams = {row["stream"] for row in objects(connmon, capture, "--conversations", "--json")}
    assert streams == {event["stream"] for event in events}
    lines = connmon.run("-q", "-r", capture, "--events").stdout.splitlines()
    assert len(lines) == len(events) > 5


def test_events_time_out(connmon):
    """After the idle time that was asked for."""
    kinds = [[event["event"] for event in objects(connmon, CHAT, "--events", "--json", *args)]
             for args in ([], ["--flowMaxIdle", "0.5"])]
    assert kinds[1].count("timed_out") > kinds[0].count("timed_out")


def test_each_packet_has_its_own_time(connmon):
    """Two captures of which the later one comes first."""
    events = objects(connmon, APPENDED, "--events", "--json")
    assert [event["age"] for event in events[:4]] == [event["age"] for event in events[4:]]
    assert {event["event"] for event in events} == {"found", "established", "half_closed", "closed"}
    rows = objects(connmon, APPENDED, "--bandwidth", "60", "--json")
    for first, second in zip(events[:4] + rows[:1], events[4:] + rows[1:]):
        time = "time" if "time" in first else "start"
        assert first[time] - second[time] == pytest.approx(3600, abs=1e-5)


def test_a_copy_does_not_confirm_a_wrong_time(connmon):
    events = objects(connmon, ROOT / "captures/copied-glitch.pcap", "--events", "--json",
                     "--flowMaxIdle", "300")
    assert [event["event"] for event in events] == [
        "found", "established", "found", "established", "half_closed", "closed"]


@pytest.mark.parametrize("interval", ["0.1", "5", "1000"])
def test_bandwidth_adds_up(connmon, interval):
    """To the bytes of the conversations."""
    sent = {}
    for row in objects(connmon, DNS, "--bandwidth", interval, "--json"):
        both = sent.setdefault(row["stream"], [0, 0])
        both[0] += row["client_bytes"]
        both[1] += row["server_bytes"]
    assert sent == {row["stream"]: [row["client_bytes"], row["server_bytes"]]
                    for row in objects(connmon, DNS, "--conversations", "--json")}


def on_a_terminal(connmon, *args, width=0):
    """What is written to a terminal of that width (0: it does not say), as the program wrote it."""
    ours, terminal = open_terminal()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, width, 0, 0))
    child = connmon.start(*args, stdout=terminal, stderr=subprocess.DEVNULL)
    os.close(terminal)
    written = read_all(ours)
    assert child.wait(timeout=20) == 0
    return written.replace("\r\n", "\n")


def test_bandwidth_redraws_on_a_terminal(connmon, tmp_path):
    """Each table in the place of the one before; and nowhere else an escape."""
    args = ["-q", "-r", DNS, "--bandwidth", "0.1"]
    plain = connmon.run(*args).stdout
    tables = plain.split("\n\n")[:-1]
    assert len(tables) > 3 and "\033" not in plain
    assert on_a_terminal(connmon, *args) == "".join(f"\033[H\033[J{table}\n\n" for table in tables)
    assert on_a_terminal(connmon, *args, "--json") == connmon.run(*args, "--json").stdout
    assert on_a_terminal(connmon, *args, "--write", tmp_path / "out") == ""
    assert (tmp_path / "out").read_text() == plain


@pytest.mark.parametrize("width, table", [(100, ["--conversations"]), (70, ["--hosts"]), (100, ["--transactions"]),
                                          (100, ["--bandwidth", "60"])])
def test_tables_fit_the_terminal(connmon, monkeypatch, width, table):
    """By leaving out columns, never rows; COLUMNS has the last word."""
    args = ["-q", "-r", CHAT, *table]
    whole = on_a_terminal(connmon, *args)
    assert max(map(len, whole.splitlines())) > width
    assert connmon.run(*args).stdout == whole.replace("\033[H\033[J", "")
    narrow = on_a_terminal(connmon, *args, width=width)
    assert max(map(len, narrow.replace("\033[H\033[J", "").splitlines())) <= width
    told = [line for line in narrow.splitlines() if "left out: a wider terminal shows more" in line]
    assert len(told) == whole.count("\033[H") or len(told) == 1
    assert len(narrow.splitlines()) >= len(whole.splitlines())
    monkeypatch.setitem(connmon.environment, "COLUMNS", "500")
    assert on_a_terminal(connmon, *args, width=width) == whole


def test_bandwidth_of_addresses(connmon):
    rows = objects(connmon, CHAT, "--bandwidth", "1000", "--hosts", "--json")
    assert "10.24.82.188" in {row["address"] for row in rows}


def test_index(connmon):
    """Each packet stands in one flow."""
    rows = objects(connmon, CHAT, "--index", "json")
    ranges = [span.split("-") for row in rows for flow in row["flows"]
              for span in flow["frames"].split(",") if span]
    frames = [frame for span in ranges for frame in range(int(span[0]), int(span[-1]) + 1)]
    assert sorted(frames) == [packet["frame"] for packet in objects(connmon, CHAT, "--json")]
    slowest, = objects(connmon, CHAT, "--index", "json", "--worst", "1")
    assert slowest["stream"] == objects(connmon, CHAT, "--conversations", "--json")[0]["stream"]
    assert connmon.run("-q", "-r", CHAT, "--index", "plist").stdout.startswith("<?xml")
    assert connmon.run("-q", "-r", CHAT, "--index", "text").stdout.count("label: ") == len(rows)
