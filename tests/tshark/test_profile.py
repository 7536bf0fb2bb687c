"""The profile "connmon" in this Wireshark: its columns fill, and its filters are valid.

tests/gui looks at the rest of it.
"""
import pathlib
import re

import pytest

import harness

CAPTURE = harness.ROOT / "captures/long-delays.pcap"
SOURCE = harness.ROOT / "plugin/profile"
FIELDS = ["connmon.side", "connmon.rtt", "connmon.rtt.queueing", "connmon.seq_gap",
          "connmon.seq_event", "connmon.dup_ack_age"]


def filters():
    """Of the colouring rules, the buttons and the graphs."""
    rules = re.findall(r"^@[^@]*@([^@]*)@", (SOURCE / "colorfilters").read_text(), re.M)
    buttons, graphs = (re.findall(r'^"[^"]*","[^"]*","([^"]+)"', (SOURCE / name).read_text(), re.M)
                       for name in ("dfilter_buttons", "io_graphs"))
    assert rules and buttons and graphs
    return sorted({text.replace("\\x22", '"') for text in [*rules, *buttons, *graphs]})


@pytest.fixture(scope="module")
def profile(request, wireshark):
    plugin = pathlib.Path(request.config.getoption("--plugin"))
    wireshark.install_profile(plugin.parent / "profiles/connmon")


def test_columns(wireshark, profile):
    out = wireshark.run("-C", "connmon", "-r", wireshark.share(CAPTURE), "-T", "tabs").stdout
    found = [[text.strip() for text in line.split("\t")][6:12] for line in out.splitlines()]
    expected = wireshark.fields(CAPTURE, FIELDS)
    kinds = {field.name: field for field in harness.FIELDS}
    assert [[text or "-" for text in row] for row in found] == [
        [kinds[name].canonical(text) for name, text in zip(FIELDS, row)] for row in expected]


@pytest.mark.parametrize("text", filters())
def test_filters(wireshark, text):
    assert wireshark.fields(CAPTURE, ["frame.number"], "-Y", text), "finds nothing"


def test_wiresharks_own_rules_follow(request):
    plugin = pathlib.Path(request.config.getoption("--plugin"))
    built = (plugin.parent / "profiles/connmon/colorfilters").read_text()
    ours = (SOURCE / "colorfilters").read_text()
    assert built.startswith(ours)
    assert "@Bad TCP@tcp.analysis.flags" in built[len(ours):]
