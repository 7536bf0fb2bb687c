"""A value is the same whatever way Wireshark's programs reach it."""
import json
import random
import re
import xml.etree.ElementTree as ElementTree

import pytest

import harness
import oracle
from folders import ONCE, of_any_version

CAPTURES = harness.ROOT / "captures"
ALL_FIELDS = CAPTURES / "every-field.pcap"
SMALL = CAPTURES / "KakaoTalk_chat.pcap"    # with UDP and ICMP in between
OLD = CAPTURES / "long-delays.pcap"         # of seconds
# One of each kind, where another version of Wireshark has shown them all.
TRIED = [*{field.kind: field for field in harness.FIELDS}.values()] if ONCE else harness.FIELDS


def number(text):
    """0 if the field is absent."""
    return 0 if text == "-" else int(text)


FILTERS = {
    "connmon": lambda row: True,
    "connmon.rtt > 0.1": lambda row: row["rtt"] != "-" and float(row["rtt"]) > 0.1,
    "connmon.rtt <= 0.1": lambda row: row["rtt"] != "-" and float(row["rtt"]) <= 0.1,
    'connmon.seq_event == "retransmission"': lambda row: row["seq_event"] == "retransmission",
    'connmon.rtt.source == "seqno"': lambda row: row["rtt_source"] == "seqno",
    "connmon.rtt.source == 1": lambda row: row["rtt_source"] == "tsval",
    "connmon.rtt.tsval.pure_ack == 1": lambda row: row["rtt_tsval_pure_ack"] == "1",
    "connmon.seq_gap < 0": lambda row: number(row["seq_gap"]) < 0,
    "connmon.dup_ack_num >= 2": lambda row: row["dup_ack_num"] not in ("-", "1"),
    "connmon.flow_bytes > 5000": lambda row: number(row["flow_bytes"]) > 5000,
    'connmon.flow contains ":80+"': lambda row: ":80+" in row["flow"],
}


@pytest.fixture(scope="module")
def rows():
    """{capture: what its fields should be}"""
    return {capture: oracle.expectations(capture) for capture in (ALL_FIELDS, SMALL)}


@pytest.mark.parametrize("field", TRIED, ids=lambda field: field.name)
def test_each_field_alone(wireshark, rows, field):
    found = wireshark.fields(ALL_FIELDS, ["frame.number", field.name])
    got = {int(number): {field.column: field.canonical(text)} for number, text in found}
    harness.assert_same(got, rows[ALL_FIELDS])
    assert any(row[field.column] != "-" for row in got.values())


@pytest.mark.parametrize("field", TRIED, ids=lambda field: field.name)
def test_each_field_exists_where_it_has_a_value(wireshark, rows, field):
    found = wireshark.fields(ALL_FIELDS, ["frame.number"], "-Y", field.name)
    expected = [n for n, row in rows[ALL_FIELDS].items() if row[field.column] != "-"]
    assert [int(number) for number, in found] == expected


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("text", FILTERS)
def test_filters_by_value(wireshark, rows, text, passes):
    found = wireshark.fields(ALL_FIELDS, ["frame.number"], "-Y", text, *["-2"][:passes - 1])
    expected = [n for n, row in rows[ALL_FIELDS].items() if FILTERS[text](row)]
    assert [int(number) for number, in found] == expected
    assert expected


def column_option(fields):
    columns = [f'"{i}","%Cus:{field.name}:0:R"' for i, field in enumerate(fields)]
    return "gui.column.format:" + ",".join(['"No","%m"'] + columns)


def test_one_column(wireshark, rows):
    out = wireshark.run("-r", wireshark.share(SMALL), "-o", column_option(
        [f for f in harness.FIELDS if f.name == "connmon.rtt"])).stdout
    found = dict(re.findall(r"^\s*(\d+) +([\d.]+) *$", out, re.M))
    expected = {str(n): row["rtt"] for n, row in rows[SMALL].items() if row["rtt"] != "-"}
    assert found == expected


@pytest.mark.parametrize("passes", [1, 2])
def test_all_columns(wireshark, rows, passes):
    out = wireshark.run("-r", wireshark.share(ALL_FIELDS), "-o", column_option(harness.FIELDS),
                        "-T", "psml", *["-2"][:passes - 1]).stdout
    found = {}
    for packet in ElementTree.fromstring(out).findall("packet"):
        number, *texts = [section.text or "" for section in packet]
        found[int(number)] = {f.column: f.canonical(t) for f, t in zip(harness.FIELDS, texts)}
    harness.assert_same(found, rows[ALL_FIELDS])


@pytest.mark.parametrize("text", ["connmon.rtt", "connmon.seq_event", "tcp", "udp", "tcp.len > 0"])
@pytest.mark.parametrize("capture", [SMALL, CAPTURES / "handshake-retries.pcap"],
                         ids=lambda capture: capture.name)
def test_read_filter(wireshark, capture, text):
    """-R numbers the packets that it lets through anew; what was measured does not change."""
    fields = [f for f in harness.FIELDS if not f.kind.startswith("PACKET")]
    names = ["frame.time_epoch"] + [f.name for f in fields]
    whole = [row for row in wireshark.fields(capture, names, "-Y", text)]
    assert wireshark.fields(capture, names, "-2", "-R", text) == whole


def test_statistics(wireshark, rows):
    out = wireshark.run("-q", "-r", wireshark.share(SMALL), "-z",
                        "io,stat,0,AVG(connmon.rtt)connmon.rtt,"
                        "MAX(connmon.rtt.queueing)connmon.rtt.queueing,"
                        "COUNT(connmon.seq_event)connmon.seq_event").stdout
    line = re.search(r"<>.*?\|\s*([\d.]+)\s*\|\s*([\d.]+)\s*\|\s*(\d+)", out)
    delays = [float(row["rtt"]) for row in rows[SMALL].values() if row["rtt"] != "-"]
    queueing = [float(row["rtt_queueing"]) for row in rows[SMALL].values() if row["rtt"] != "-"]
    events = [row for row in rows[SMALL].values() if row["seq_event"] != "-"]
    assert float(line[1]) == pytest.approx(sum(delays) / len(delays), abs=2e-6)
    assert float(line[2]) == pytest.approx(max(queueing), abs=2e-6)
    assert int(line[3]) == len(events)


def test_details(wireshark, rows):
    out = wireshark.run("-r", wireshark.share(SMALL), "-V").stdout
    assert len(re.findall(r"^\[?Connection Monitor\b", out, re.M)) == len(rows[SMALL])
    assert "[Sequence event: retransmission (3)]" in out


# Wireshark shows times in seconds, and since 4.6 in smaller units too.
UNITS = {"seconds": 1, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}


def test_details_are_sentences(wireshark, rows):
    """Of each delay, duplicate ACK and event, in the words of the pane and by the fields."""
    shown = wireshark.run("-r", wireshark.share(SMALL), "-O", "connmon").stdout.split("\nFrame ")
    texts = {int(re.match(r"(?:Frame )?(\d+)", text)[1]): text for text in shown}
    delays = {frame: row for frame, row in rows[SMALL].items() if row["rtt"] != "-"}
    assert len(delays) > 10
    for frame, row in delays.items():
        since = row[f"rtt_{row['rtt_source']}_frame"]
        name = {"tsval": "TSval", "seqno": "seqno"}[row["rtt_source"]]
        above = r"[\d.]+ \w+ above the minimum" if float(row["rtt_queueing"]) else "the smallest so far"
        delay = re.search(rf"^    \[Round-trip delay: ([\d.]+) (\w+), by {name}, since frame "
                          rf"{since}; {above}\]$", texts[frame], re.M)
        assert float(delay[1]) * UNITS[delay[2]] == pytest.approx(float(row["rtt"]), abs=1e-9)
        assert re.search(rf"^\[Connection Monitor, round-trip delay [\d.]+ \w+, by {name}, since "
                         rf"frame {since}; {above}", texts[frame], re.M)
    events = {frame for frame, row in rows[SMALL].items() if row["seq_event"] == "retransmission"}
    assert events
    assert all("bytes: resends data that has passed here before]" in texts[f] for f in events)


def test_pdml(wireshark, rows):
    out = wireshark.run("-r", wireshark.share(ALL_FIELDS), "-T", "pdml").stdout
    found = {}
    for packet in ElementTree.fromstring(out).findall("packet"):
        shown = {f.get("name"): f.get("show") for f in packet.iter("field")}
        found[int(shown["frame.number"])] = {
            f.column: f.canonical(shown.get(f.name, "")) for f in harness.FIELDS}
    harness.assert_same(found, rows[ALL_FIELDS])


def leaves(tree):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield name, value


def test_json(wireshark, rows):
    out = wireshark.run("-r", wireshark.share(ALL_FIELDS), "-T", "json", "-J",
                        "connmon frame").stdout
    found = {}
    for packet in json.loads(out):
        shown = dict(leaves(packet["_source"]["layers"]))
        found[int(shown["frame.number"])] = {
            f.column: f.canonical(shown.get(f.name, "")) for f in harness.FIELDS}
    harness.assert_same(found, rows[ALL_FIELDS])


@pytest.mark.parametrize("order", ["forward", "reverse", "random"])
def test_clicks_in_any_order(wireshark, rows, order):
    numbers = sorted(rows[ALL_FIELDS])
    if order != "forward":
        numbers.reverse()
    if order == "random":
        random.Random(3).shuffle(numbers)
    found = {}
    with harness.Sharkd(wireshark) as sharkd:
        sharkd.load(ALL_FIELDS)
        for number in numbers:
            before = {"skip": number - 1} if number > 1 else {}
            found.update(sharkd.frames(limit=1, **before))
    harness.assert_same(found, rows[ALL_FIELDS])


def test_whole_list_filter_and_reload(wireshark, rows):
    with harness.Sharkd(wireshark) as sharkd:
        for _ in range(2):
            sharkd.load(ALL_FIELDS)
            harness.assert_same(sharkd.frames(), rows[ALL_FIELDS])
            found = sharkd.frames(filter="connmon.dup_ack_num")
            harness.assert_same(found, {n: row for n, row in rows[ALL_FIELDS].items()
                                        if row["dup_ack_num"] != "-"})
            harness.assert_same(sharkd.frames(), rows[ALL_FIELDS])


def test_another_capture_in_the_same_session(wireshark, rows):
    with harness.Sharkd(wireshark) as sharkd:
        for capture in (ALL_FIELDS, SMALL, ALL_FIELDS):
            sharkd.load(capture)
            harness.assert_same(sharkd.frames(), rows[capture])


def test_preference_change_in_a_session(wireshark):
    with harness.Sharkd(wireshark) as sharkd:
        for max_age in (10, 1, 10):
            sharkd.ask("setconf", name="connmon.max_age", value=str(max_age))
            sharkd.load(OLD)
            harness.assert_same(sharkd.frames(), oracle.expectations(OLD, max_age))


def test_disabled(wireshark):
    names = [f.name for f in harness.FIELDS]
    rows = wireshark.fields(SMALL, names, "--disable-protocol", "connmon")
    assert rows and not any(any(row) for row in rows)


@of_any_version
@pytest.mark.parametrize("max_age", [0, 1, 2, 11, 4_294_967_295])
@pytest.mark.parametrize("capture", [OLD, CAPTURES / "max-age.pcap",
                                     SMALL], ids=lambda c: c.name)
def test_max_age(wireshark, capture, max_age):
    expected = oracle.expectations(capture, max_age)
    harness.assert_same(wireshark.connmon(capture, "-o", f"connmon.max_age:{max_age}"), expected)


def test_max_age_matters():
    for capture, ages in ((OLD, (0, 1)), (CAPTURES / "max-age.pcap", (10, 11))):
        assert oracle.expectations(capture, ages[0]) != oracle.expectations(capture, ages[1])


@pytest.mark.parametrize("value", ["abc", "-1", "99999999999", "1.5", ""])
def test_bad_preference_is_refused(wireshark, value):
    done = wireshark.execute("tshark", "-r", wireshark.share(SMALL), "-o",
                             f"connmon.max_age:{value}")
    assert done.returncode != 0 and not done.stdout
    assert f'Invalid -o flag "connmon.max_age:{value}"' in done.stderr


@pytest.mark.parametrize("source", ["-r", "-i"])
def test_pipe(wireshark, rows, source):
    names = ["frame.number"] + [f.name for f in harness.FIELDS]
    more = [word for name in names for word in ("-e", name)]
    done = wireshark.execute("tshark", "-n", source, "-", "-T", "fields", *more,
                             stdin=SMALL.read_bytes())
    if "dumpcap" in done.stderr:
        pytest.skip("this user may not run dumpcap")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    found = {int(n): {f.column: f.canonical(text) for f, text in zip(harness.FIELDS, texts)}
             for n, *texts in lines if any(texts)}
    harness.assert_same(found, rows[SMALL])


def test_names_of_enumerated_values(wireshark):
    out = wireshark.ask("-G", "values").stdout
    found = re.findall(r"^V\tconnmon\.(\S+)\t(\d+|0x[0-9a-f]+)\t(\S+)$", out, re.M)
    names = {(field, str(int(number, 0))): name for field, number, name in found}
    assert names == {**{("side", n): name for n, name in harness.SIDES.items()},
                     **{("rtt.source", n): name for n, name in harness.RTT_SOURCES.items()},
                     **{("seq_event", n): name for n, name in harness.SEQ_EVENTS.items()},
                     **{("state", n): name for n, name in harness.STATES.items()},
                     **{("event", n): name for n, name in harness.EVENTS.items()}}
