"""The manual page against what the plugin registers, so that neither can be changed alone."""
import pathlib
import re
import subprocess

import pytest

import harness
import tables


@pytest.fixture(scope="module")
def page(request):
    return pathlib.Path(request.config.getoption("--plugin")).parent / "connmon-wireshark.7"


@pytest.fixture(scope="module")
def sections(page):
    """{heading: text}"""
    _, *parts = re.split(r"^\.SH (.+)\n", page.read_text(), flags=re.M)
    return dict(zip(parts[::2], parts[1::2]))


def entries(section):
    """[(name, text)] of the paragraphs whose tag is a name of ours."""
    found = re.findall(r"^\.TP\n\.B (connmon\.\S+)\n((?:[^.\n].*\n)+)", section, re.M)
    return [(name, " ".join(text.split())) for name, text in found]


def test_fields(wireshark, sections):
    listed = [row.split("\t") for row in wireshark.ask("-G", "fields").stdout.splitlines()]
    rows = [row for row in listed if row[0] == "F" and row[4] == "connmon"]
    fields = [(row[2], row[7] + ".") for row in rows if ".expert." not in row[2]]
    experts = [(row[2], (row[7] or row[1]) + ".") for row in rows if ".expert." in row[2]]
    assert fields and experts
    assert entries(sections["FIELDS"]) == fields
    assert entries(sections["EXPERT INFORMATION"]) == experts


def test_values(sections):
    """Each value of each enumerated field, with its meaning."""
    _, text = sections["FIELDS"].split(".SS What do the names of values mean?\n")
    lists = {name: rows for name, rows in re.findall(
        r"^\.PP\n\.B (connmon\.\S+)\n\.RS\n(.*?)^\.RE\n", text, re.M | re.S)}
    enumerated = [field for field in harness.FIELDS if field.kind in
                  ("SIDE", "RTT_SOURCE", "SEQ_EVENT", "STATE", "EVENT", "END")]
    assert list(lists) == [field.name for field in enumerated] and len(lists) == 5
    for field in enumerated:
        rows = tables.rows("src/core/connmon.def", f"CONNMON_{field.kind}_VALUE")
        found = re.findall(r"^\.TP\n\.B (\S+)\n(.+)\.$", lists[field.name], re.M)
        assert found == [(row[1], row[-1]) for row in rows]


def test_events(sections):
    for row in tables.rows("src/connections/events.def", "EVENT"):
        assert f".B {row[1]}\n" in sections["STATISTICS"]


def test_preferences(wireshark, sections):
    listed = wireshark.ask("-G", "currentprefs").stdout
    preferences = re.findall(r"^# (.*)\n# .*\n#?(connmon\.\w+): ", listed, re.M)
    assert preferences
    assert entries(sections["PREFERENCES"]) == [(name, text) for text, name in preferences]


def test_statistics(wireshark, sections):
    wrong = wireshark.execute("tshark", "-z", "connmon,none of them", "-r", "-").stderr
    usages = wrong.partition("one of: ")[2].strip().split(", ")
    assert len(usages) > 5
    section = sections["STATISTICS"].replace(r"\-", "-")
    assert re.findall(r"^\.B (connmon,[a-z]+\S*)$", section, re.M) == usages


def test_page_is_clean(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
