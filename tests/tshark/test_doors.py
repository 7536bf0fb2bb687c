"""The two doors to the views, -z connmon,VIEW and the options of the program: the same words, and the
same answers. What only one has, docs/DOORS.md names."""
import html
import re

import pytest

from harness import ROOT
from test_one_truth import program

CAPTURE = ROOT / "captures/http_ipv6.pcap"
HTTP = ROOT / "captures/ocsp.pcapng"
FORMATS = ["text", "json", "csv", "plist"]
# Words of -z that have been there since before both doors had the same.
OLD = {"json": "lines-json", "csv": "lines-csv", "conv": "conversations",
       "conv-json": "conversations-json", "conv-csv": "conversations-csv"}
VALUES = {"SECONDS": "1", "N": "3", "S": "5", "VALUE": "0.001", "COLUMN": "server-rtt-p95"}


@pytest.fixture(scope="module")
def usages(wireshark):
    """{view: (argument, {option: its value})} as tshark tells them."""
    wrong = wireshark.execute("tshark", "-z", "connmon,none of them", "-r", "-").stderr
    found = {}
    for view, argument, rest in re.findall(r"connmon,([a-z]+)[^,\s]*?(?:,([A-Z]+))?((?:\[,[^]]+\])+)",
                                           wrong):
        options = re.findall(r"\[,([\w-]+)(?:=([A-Z]+))?\]", rest)
        assert options.pop() == ("filter", "")
        found[view] = (argument, dict(options))
    return found


def by_tshark(wireshark, view, *words):
    done = wireshark.execute("tshark", "-q", "-r", wireshark.share(CAPTURE), "-z",
                             ",".join(["connmon", view, *words]))
    return done.stdout if done.returncode == 0 else None


def by_program(request, wireshark, *words):
    done = wireshark.execute(program(request), "-q", "-r", str(CAPTURE), *words)
    return done.stdout if done.returncode == 0 else None


def option(view, argument, form):
    """The program's words for a view."""
    if view == "index":
        return [f"--{view}", form or "json"]
    return [f"--{view}", *([VALUES[argument]] if argument else []), *(["--format", form] if form else [])]


def same(ours, theirs):
    """Whether both were refused, or both wrote the same but for what only one door knows."""
    def plain(text):
        return re.sub(r"tcp\.stream == \d+|frame\.number >= \d+ && frame\.number <= \d+", "",
                      html.unescape(text))
    return (ours is None) == (theirs is None) and plain(ours or "") == plain(theirs or "")


def test_both_have_the_same_views(request, wireshark, usages):
    help = wireshark.execute(program(request), "--help").stdout
    section = re.search(r"\nWhat is shown.*\n((?: .*\n)+)", help)[1]
    assert re.findall(r"^ +--([a-z]+)", section, re.M) == list(usages)


@pytest.fixture(scope="module")
def shown(request, wireshark, usages):
    """The usages, but for HTTP if the program was built without what reads it."""
    done = wireshark.execute(program(request), "-q", "-r", str(CAPTURE), "--http")
    assert done.returncode == 0 or "built without" in done.stderr
    return {view: usage for view, usage in usages.items() if view != "http" or done.returncode == 0}


def test_both_have_the_same_formats(request, wireshark, shown):
    for view, (argument, _) in shown.items():
        value = [VALUES[argument]] if argument else []
        for form in FORMATS:
            ours = by_tshark(wireshark, f"{view}-{form}", *value)
            assert same(ours, by_program(request, wireshark, *option(view, argument, form))), (view, form)


def test_both_read_http(request, wireshark, shown):
    if "http" not in shown:
        pytest.skip("built without http-parser")
    file = wireshark.share(HTTP)
    for words in (["http"], ["http-json"], ["http-csv"], ["http-json", "body"], ["transactions-csv"]):
        view, _, form = words[0].partition("-")
        ours = wireshark.run("-q", "-r", file, "-z", ",".join(["connmon", *words])).stdout
        theirs = wireshark.execute(program(request), "-q", "-r", str(HTTP),
                                   *option(view, "", form or "text"), *(f"--{word}" for word in words[1:]))
        assert ours.count("\n") > 10 and theirs.stdout == ours


def test_both_have_the_same_options(request, wireshark, usages, shown):
    """Of each view, with the same effect."""
    known = {name: value for _, options in usages.values() for name, value in options.items()}
    assert {"machine", "quick", "body", "hosts", "top", "worst", "timeout"} <= set(known)
    for view, (argument, options) in shown.items():
        for name, value in options.items():
            name = name.replace("COLUMN", VALUES["COLUMN"])
            given = [VALUES[value]] if value else []
            ours = by_tshark(wireshark, view, *([VALUES[argument]] if argument else []),
                             "=".join([name, *given]))
            theirs = by_program(request, wireshark, *option(view, argument, None), f"--{name}", *given)
            assert ours is not None and same(ours, theirs), (view, name)


def test_an_option_of_another_view_is_refused_by_both(request, wireshark):
    assert by_tshark(wireshark, "conversations", "top=3") is None
    assert by_program(request, wireshark, "--conversations", "--top", "3") is None


def test_old_words_go_on(wireshark):
    for old, new in OLD.items():
        assert by_tshark(wireshark, old) == by_tshark(wireshark, new) != ""


def test_what_only_one_door_has_is_listed():
    """Each option of the program that is none of a view, and each preference that is no option."""
    words = re.findall(r'^OPTION\(\w+,[^"]*"([^"]+)"', (ROOT / "src/program/options.def").read_text(), re.M)
    listed = re.findall(r"--([A-Za-z][\w-]*)", (ROOT / "docs/DOORS.md").read_text())
    assert len(words) > 15 and set(words) <= set(listed)
