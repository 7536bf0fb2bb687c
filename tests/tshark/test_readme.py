"""What the README and the demo show on shipped captures."""
import json
import re
import shlex

import pytest

import harness

STORY = harness.ROOT / "captures/story.pcap"


def shown():
    """The commands of the README that read a capture of this folder and print, without a shell."""
    text = (harness.ROOT / "README.md").read_text()
    return [line for line in re.findall(r"^    (tshark .*captures/.*)", text, re.M)
            if not re.search(r" [|>] | -w ", line)]


@pytest.mark.parametrize("command", shown())
def test_the_readme_shows_something(wireshark, command):
    _, *words = shlex.split(command)
    words = [wireshark.share(harness.ROOT / word) if word.startswith("captures/") else word for word in words]
    assert wireshark.run(*words).stdout


def test_verdicts_of_the_story(wireshark):
    rows = re.findall(r"^\| ([\d.]+) \|.*\| (.*) \|$", STORY.with_suffix(".md").read_text(), re.M)
    table = wireshark.run("-r", wireshark.share(STORY), "-q", "-z", "connmon,conv-json").stdout
    found = {row["server"].removesuffix(":80"): row["verdict"] for row in map(json.loads, table.splitlines())}
    assert found == dict(rows) and len(found) == 8
