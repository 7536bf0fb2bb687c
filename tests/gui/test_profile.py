"""Wireshark with the profile: what a user sees in its windows.

What the packet list and the details show is held against what tshark prints of the same columns.
"""
import pytest

import harness
from desktop import Gui, wait_for

CAPTURE = harness.ROOT / "captures/story.pcap"  # has something for each button
SLOW = 327  # a packet of it, with a delay

COLUMNS = ["No.", "Time", "Source", "Destination", "Protocol", "Side", "RTT", "Queueing", "Gap",
           "Event", "Dup. ACK age", "Info"]
BUTTONS = {
    "slow > 100 ms": "connmon.rtt > 0.1",
    "queueing > 50 ms": "connmon.rtt.queueing > 0.05",
    "lost before here": 'connmon.seq_event == "hole"',
    "lost beyond here": 'connmon.seq_event == "retransmission"',
    "duplicate ACKs": "connmon.dup_ack_age",
}


@pytest.fixture(scope="module")
def gui(desktop):
    with Gui(desktop, CAPTURE, "-g", SLOW) as gui:
        assert gui.titles() == [gui.capture.name]  # and no message about an error
        yield gui
        assert gui.process.poll() is None, "Wireshark ended by itself"
        assert not [line for line in gui.messages().splitlines() if harness.is_complaint(line)]


def test_the_columns_are_filled(gui):
    titles, rows = gui.packet_list()
    out = gui.wireshark.run("-C", "connmon", "-r", gui.capture, "-T", "tabs").stdout
    lines = out.replace("\t→\t", "\t").splitlines()  # between the addresses
    assert titles == COLUMNS or not any(titles)  # which Qt 6 does not tell a screen reader
    assert [list(map(str.strip, row)) for row in rows] == [
        [text.strip() for text in line.split("\t")] for line in lines]
    for title, texts in zip(titles, zip(*rows)):
        assert any(texts), f"the column {title} is empty"


def test_the_details_unfold(gui):
    one = f"frame.number == {SLOW}"
    out = gui.wireshark.run("-r", gui.capture, "-Y", one, "-O", "connmon").stdout
    title, *expected = [line for line in out[out.index("[Connection Monitor"):].splitlines()
                        if not line.startswith(" " * 8)]
    gui.unfold(title)
    found = gui.details()
    assert found[found.index(title) + 1:] == [line.strip() for line in expected if line]
    gui.desktop.picture(gui.capture.name, "packets")


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_filters(gui, button):
    expected = len(gui.wireshark.fields(CAPTURE, ["frame.number"], "-Y", BUTTONS[button]))
    assert expected > 0
    gui.press("button", button)
    wait_for(f"{expected} packets", lambda: f"Displayed: {expected} " in gui.packet_count())


def test_the_statistics_open(gui):
    assert_opens(gui, "TCP Delays (connmon)", "statistics")


def test_the_graphs_open(gui):
    assert_opens(gui, "I/O Graphs", "graphs")


def assert_opens(gui, item, picture):
    """That one window, and no message about an error."""
    before = gui.titles()
    title = f"Wireshark · {item} · {gui.capture.name}"
    gui.press("menu item", item)
    wait_for(title, lambda: gui.find_window(title))
    gui.desktop.picture(title, picture)
    assert gui.titles() == sorted([*before, title])
