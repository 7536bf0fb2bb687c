"""Damaged packets through all taps of the plugin, and past it through the other dissectors.

Many mutants are in one capture, since a start of tshark costs more than their packets. Damage to the
file itself is for Wireshark to read; the program's tests have it (tests/program/test_mutants.py).
"""
import collections
import re

import pytest

import harness
import mutants
from test_chain import without_ours

PER_CAPTURE = 50
NEEDED = {"bandwidth": ",0.1", "bandwidth-json": ",1e-9,hosts", "http": ",body",
          "lines": ",machine", "index": ",worst=3,max-packets=1000"}


def taps():
    """Each view in each of its formats."""
    text = (harness.ROOT / "src/views/views.def").read_text()
    views = re.findall(r"^VIEW\(\w+, (\w+), \w+, ([\w| ]+),", text, re.M)
    return [f"connmon,{view}-{form}{NEEDED.get(f'{view}-{form}', NEEDED.get(view, ''))}"
            for view, formats in views for form in formats.lower().split(" | ")]


@pytest.fixture(scope="module")
def damaged(wireshark, request):
    """Captures of one link type each, with so many mutants."""
    by_link, sources = collections.defaultdict(list), mutants.captures()
    for number in range(request.config.getoption("--mutants")):
        packets, link_type, _ = mutants.mutant(sources, number)
        by_link[link_type].append(packets)
    return [wireshark.write(sum(these[i:i + PER_CAPTURE], []), link_type)
            for link_type, these in by_link.items() for i in range(0, len(these), PER_CAPTURE)]


@pytest.mark.parametrize("passes", ["one pass", "two passes"])
def test_all_taps(wireshark, damaged, passes):
    assert len(taps()) > 20
    words = [word for tap in taps() for word in ("-z", tap)]
    for capture in damaged:
        done = wireshark.run("-q", "-r", capture, *words, *(["-2"] if passes == "two passes" else []))
        assert done.stdout


def test_all_that_is_shown(wireshark, damaged):
    for capture in damaged:
        assert wireshark.run("-V", "-r", capture).stdout


def test_the_other_dissectors_say_the_same(wireshark, bare, damaged):
    for capture in damaged[::4]:
        words = ["-n", "-2", "-T", "pdml", "-r", capture]
        done = wireshark.execute("tshark", *words)
        assert 'name="connmon"' in done.stdout
        assert without_ours(done.stdout) == without_ours(bare(*words).stdout)
