"""-z connmon,lines, -z connmon,json and -z connmon,csv: something for each packet.

What the original connmon printed for a capture stands in CAPTURE.connmon.txt next to it.
"""
import functools
import json
import re
import subprocess
import time

import pytest

import harness
import original
import tabular
from folders import CAPTURES as FOLDER, FOLDERS, VIEWED
from test_fields import is_as_its_table
from test_one_truth import SPOILED

SMALL = FOLDER / "KakaoTalk_chat.pcap"          # with UDP and ICMP in between
OTHERS = FOLDER / "mptcp-v0.pcap"
BIG = FOLDER / "fix.pcap"

# Parses what the original prints and what we print.
LINE = re.compile(r"""(?P<time>-?\d+\.\d{6})
    \ +(?P<tsval>\*|-?\d+\.\d{6}) \ +(?P<seqno>\*|-?\d+\.\d{6}) \ +(?P<gap>-?\d+)
    \ +(?P<dup>-|-?\d+\.\d{6}) \ +(?P<payload>-?\d+) \ +(?P<bytes>\d+)\ (?P<flow>\S+)""", re.X)
UNIT = r"(\d\.\d\d|\d\d\.\d|\d{3,})(us|ms|s)"
HUMAN_LINE = re.compile(rf"""\d\d:\d\d:\d\d\.\d{{6}} \ +(\*|{UNIT}) \ +(\*|{UNIT}) \ +-?\d+
    \ +(-|{UNIT}) \ +\d+ \ +\d+\ \S+""", re.X)

ids = dict(ids=lambda capture: capture.name)


def with_original():
    found = {}
    for folder in FOLDERS:
        for text in sorted(folder.glob("*.connmon.txt")):
            capture = folder / text.name.removesuffix(".connmon.txt")
            found.setdefault(capture.name, (capture, text))
    return [pytest.param(*found[name], id=name) for name in sorted(found)]


ORIGINALS = with_original()


def parsed(text):
    matches = [LINE.fullmatch(line) for line in text.splitlines()]
    assert all(matches)
    return [match.groupdict() for match in matches]


def tap(wireshark, capture, words, *args):
    """What a tap prints."""
    return wireshark.run("-r", wireshark.share(capture), "-q", "-z", f"connmon,{words}", *args)


def machine_lines(wireshark, capture):
    return parsed(tap(wireshark, capture, "lines,machine").stdout)


# --- Against the fields


def all_taps(recording):
    """(machine lines, human lines, JSON lines, summary) of one run."""
    summaries = set(re.findall(r"\d+ flows.*", recording.text("messages")))
    assert len(summaries) == 1
    return (*(recording.text(kind).splitlines() for kind in ("machine", "human", "packets")),
            summaries.pop())


def expected_line(row, when):
    """The machine format of what -T fields says; None where there is nothing to say."""
    if row["duplicate"] != "-" or (row["rtt_tsval"], row["rtt_seqno"], row["seq_gap"], row["dup_ack_age"]) == (
            "-", "-", "0", "-"):
        return None

    def cut(text, absent):
        return absent if text == "-" else text[:-3]

    return {"time": cut(when, ""), "tsval": cut(row["rtt_tsval"], "*"),
            "seqno": cut(row["rtt_seqno"], "*"), "gap": row["seq_gap"],
            "dup": cut(row["dup_ack_age"], "-"), "payload": row["payload_bytes"],
            "bytes": row["flow_bytes"], "flow": row["flow"]}


def json_row(line):
    """(frame, time, stream, what harness.connmon() has of it)"""
    packet = json.loads(line, parse_float=str)
    frame, when, stream = (packet.pop(key) for key in ("frame", "time", "stream"))
    assert packet.keys() <= {field.name for field in harness.FIELDS}
    values = {field.column: packet.get(field.name, "-") for field in harness.FIELDS}
    return frame, when, stream, {column: str(int(value)) if isinstance(value, bool) else str(value)
                                 for column, value in values.items()}


def expected_summary(segments, packets, copies):
    flows = {(s.stream, s.src, s.dst) for s in segments}
    parts = {"no TS opt": sum(s.tsval is None for s in segments),
             "one-way": sum(src == dst or (stream, dst, src) not in flows
                            for stream, src, dst in flows),
             "copies": copies, "not TCP": packets - len(segments)}
    return ", ".join([f"{len(flows)} flows", f"{packets} packets",
                      *(f"{count} {name}" for name, count in parts.items() if count)])


@functools.cache
def segments_of(capture):
    return original.oracle.read_segments(capture)


@pytest.mark.parametrize("capture", VIEWED, **ids)
def test_all_are_the_fields(recorded, capture):
    rows, segments = recorded(capture).connmon(), segments_of(capture)
    nanoseconds = {s.frame: s.time for s in segments}
    when = {n: "%s%d.%09d" % ("-" * (ns < 0), *divmod(abs(ns), 10**9))
            for n, ns in nanoseconds.items()}
    machine, human, jsons, summary = all_taps(recorded(capture))
    lines = [line for n, row in rows.items() if (line := expected_line(row, when[n]))]
    assert parsed("\n".join(machine)) == lines
    assert all(HUMAN_LINE.fullmatch(line) for line in human)
    assert [(*line.split()[3:7:3], line.split()[7]) for line in human] == [
        (line["gap"], line["bytes"], line["flow"]) for line in lines]
    found = [json_row(line) for line in jsons]
    harness.assert_same({n: row for n, _, _, row in found}, rows)
    if capture.name not in SPOILED:
        assert [(n, time, stream) for n, time, stream, _ in found] == [
            (s.frame, when[s.frame], s.stream) for s in segments]
    packets, _ = harness.capinfos(capture)
    copies = sum(row["duplicate"] != "-" for row in rows.values())
    assert summary == expected_summary(segments, packets, copies)
    assert all_taps(recorded(capture, "-2")) == (machine, human, jsons, summary)


# --- Against the original

def test_columns_are_the_original_s(wireshark):
    """To the last space, where nothing of a line differs."""
    text = (FOLDER / f"{OTHERS.name}.connmon.txt").read_text().splitlines()
    common = set(text) & set(tap(wireshark, OTHERS, "lines,machine").stdout.splitlines())
    assert len(common) > 20


@functools.cache
def model(capture):
    """What the model of the original makes of a capture, quirk by quirk."""
    return list(original.steps(segments_of(capture), original.headers(capture)))


@pytest.mark.parametrize("capture, text", ORIGINALS)
def test_what_differs_from_the_original_is_explained(wireshark, recorded, capture, text):
    """From our lines to the original's, one known quirk at a time."""
    steps = model(capture)
    ours, theirs = steps[0][1], steps[-1][2]
    assert list(ours.values()) == parsed(recorded(capture).text("machine"))
    if is_as_its_table(wireshark, capture):
        assert list(theirs.values()) == parsed(text.read_text())
    for quirk, before, after in steps:
        for frame in before.keys() & after.keys():
            changed = {value for value in original.VALUES
                       if before[frame][value] != after[frame][value]}
            assert changed <= original.QUIRKS[quirk], f"{quirk}, frame {frame}"


def test_each_quirk_is_met():
    """But for those of which no real capture is known, or only one that Wireshark's versions split
    into connections in different ways."""
    met = {quirk for pair in ORIGINALS for quirk, before, after in model(pair.values[0])
           if before != after}
    unknown = {"idle", "zerotime", "seqzero", "dupflags", "synrst"}
    rest = original.QUIRKS.keys() - unknown - met
    if len(ORIGINALS) > 20:
        assert not rest
    assert len(met) > 8


@pytest.mark.parametrize("words", ["quick", "machine,quick", "quick,machine"])
def test_quick(wireshark, words):
    lines = tap(wireshark, SMALL, f"lines,{words}").stdout.splitlines()
    whole = tap(wireshark, SMALL, f"lines{',machine' * ('machine' in words)}").stdout.splitlines()
    assert lines == [line for line in whole if line.split()[1:3] != ["*", "*"]]
    assert 0 < len(lines) < len(whole)


@pytest.mark.parametrize("display_filter, wanted", [
    ("tcp.srcport == 80", lambda row: ":80+" in row["flow"]),
    ("connmon.rtt > 0.1", lambda row: row["rtt"] != "-" and float(row["rtt"]) > 0.1),
    ('tcp.port in {5223, 80} && !frame contains "a,b"',
     lambda row: re.search(r":(5223|80)(\+|$)", row["flow"])),
])
@pytest.mark.parametrize("args", [[], ["-2"]], ids=["one pass", "two passes"])
def test_filter(wireshark, display_filter, wanted, args):
    """Restricts what is printed, not what is measured."""
    rows = wireshark.connmon(SMALL)
    want = sorted(frame for frame, row in rows.items() if wanted(row))
    done = tap(wireshark, SMALL, f"json,{display_filter}", *args)
    assert [json.loads(line)["frame"] for line in done.stdout.splitlines()] == want
    flow_bytes = {(rows[n]["flow"], rows[n]["flow_bytes"]) for n in want}
    lines = parsed(tap(wireshark, SMALL, f"lines,machine,{display_filter}", *args).stdout)
    assert lines == [line for line in machine_lines(wireshark, SMALL)
                     if (line["flow"], line["bytes"]) in flow_bytes]


@pytest.mark.parametrize("words", ["", ",tcp.port == 80", ",udp"])
def test_csv_is_json(wireshark, words):
    text = tap(wireshark, SMALL, f"csv{words}").stdout
    rows = tabular.rows_of(tap(wireshark, SMALL, f"json{words}").stdout)
    names, cells = tabular.cells_of(text)
    assert cells == tabular.expected_cells(names, rows)
    assert bool(cells) == (words != ",udp")


def test_summary_of_a_filter(wireshark):
    done = tap(wireshark, SMALL, "lines,icmp || tcp.port == 80")
    assert "1 not TCP" in done.stderr


# --- Bad input

@pytest.mark.parametrize("words", ["connmon,", "connmon,foo", "connmon,linesmachine",
                                   "connmon,jsonl", "connmonlines", "connmon,,lines"])
def test_unknown_word(wireshark, words):
    done = wireshark.execute("tshark", "-r", wireshark.share(SMALL), "-q", "-z", words)
    (line,) = [line for line in done.stderr.splitlines() if words in line]
    assert "connmon,lines[-json|csv][,machine][,quick][,filter]" in line
    assert "connmon,bandwidth[-json],SECONDS[,hosts][,top=N][,filter]" in line
    assert not done.stdout and done.returncode == refusal(wireshark)


@pytest.mark.parametrize("words", ["lines,machine,quik", "lines,tcp.port ==", "json,nonsense",
                                   "lines,machine,quick,a\nb", "json,top=3"])
def test_bad_filter(wireshark, words):
    done = wireshark.execute("tshark", "-r", wireshark.share(SMALL), "-q", "-z", f"connmon,{words}")
    (line,) = [line for line in done.stderr.splitlines() if "connmon," in line]
    assert "[,filter]" in line and words.split(",")[-1].split("\n")[0] in line
    assert not done.stdout and done.returncode == refusal(wireshark)


def refusal(wireshark):
    """The exit status of tshark's own taps when they refuse a filter."""
    done = wireshark.execute("tshark", "-r", wireshark.share(SMALL), "-q", "-z", "conv,tcp,x y")
    assert done.returncode != 0
    return done.returncode


def test_help_lists_them(wireshark):
    listed = wireshark.execute("tshark", "-z", "help").stderr.split()
    assert {"connmon", "connmon,lines", "connmon,conversations", "connmon,index"} <= set(listed)


def test_our_name_alone_prints_lines(wireshark):
    """As the program does; it is listed, so it is accepted."""
    alone = wireshark.run("-r", wireshark.share(SMALL), "-q", "-z", "connmon")
    assert alone.stdout == tap(wireshark, SMALL, "lines").stdout != ""


def test_empty_filter(wireshark):
    assert tap(wireshark, SMALL, "lines,machine,").stdout == \
        tap(wireshark, SMALL, "lines,machine").stdout


# --- Where the output goes

def open_tshark(wireshark, *args, **files):
    files = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
             **files}
    return subprocess.Popen(wireshark.command("tshark", "-n", *args), cwd=wireshark.dir,
                            env=wireshark.environment(), **files)


@pytest.mark.parametrize("words", ["lines,machine", "json", "csv"])
def test_closed_pipe_ends_quietly(wireshark, words):
    capture = wireshark.share(BIG)
    with open_tshark(wireshark, "-r", capture, "-q", "-z", f"connmon,{words}") as child:
        child.stdout.readline()
        child.stdout.close()
        text = child.stderr.read().decode()
    assert "connmon" not in text and "flows" not in text


@pytest.mark.parametrize("words", ["lines,machine", "json"])
@pytest.mark.parametrize("capture", [SMALL, BIG], **ids)
def test_full_disk_is_reported(wireshark, words, capture):
    with open("/dev/full", "wb") as full:
        child = open_tshark(wireshark, "-r", wireshark.share(capture), "-q", "-z",
                            f"connmon,{words}", stdout=full)
        text = child.communicate()[1].decode()
    (line,) = [line for line in text.splitlines() if "connmon" in line]
    assert "No space left" in line and child.returncode != 0 and "flows" not in text


@pytest.mark.parametrize("source", ["-r", "-i"])
@pytest.mark.parametrize("words", ["lines,machine", "json"])
def test_live(wireshark, source, words):
    """What was captured is shown though nothing follows, within a second or so."""
    packets = SMALL.read_bytes()
    whole = tap(wireshark, SMALL, words).stdout
    with open_tshark(wireshark, source, "-", "-q", "-z", f"connmon,{words}",
                     stdin=subprocess.PIPE) as child:
        child.stdin.write(packets)
        child.stdin.flush()
        begin, found = time.monotonic(), b""
        while len(found) < len(whole) * 9 // 10 and time.monotonic() - begin < 20:
            more = child.stdout.read1()
            if not more:
                break
            found += more
        waited = time.monotonic() - begin
        child.stdin.close()
        rest, complaint = child.stdout.read(), child.stderr.read().decode()
    if "dumpcap" in complaint:
        pytest.skip("this user may not run dumpcap")
    assert waited < 10
    assert (found + rest).decode() == whole
