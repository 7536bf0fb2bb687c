"""The command line itself: what is asked for, and what is refused."""
import json
import re
import time

import pytest

import tabular
from conftest import ROOT
from packets import Connection, Packet, write_pcap

CHAT = ROOT / "captures/KakaoTalk_chat.pcap"
DNS = ROOT / "captures/simple-dnscrypt.pcap"
# As the original has them: letters, and names with an argument.
ORIGINAL = {"-i": "interface", "-r": "read", "-e": "emulate", "-f": "filter", "-c": "count",
            "-s": "seconds", "-q": "quiet", "-v": "verbose", "-l": "showLocal", "-m": "machine",
            "-Q": "quick", "-h": "help"}
MANUAL = ROOT / "src/program/connmon.1"
COMPLETIONS = [ROOT / "src/program/connmon.bash", ROOT / "src/program/_connmon"]


def table():
    """(letter, name, kebab, argument) of each option in options.def."""
    text = (ROOT / "src/program/options.def").read_text()
    rows = re.findall(r"""^OPTION\(\w+,\s*(?:'(\w)'|0),\s*"([^"]+)",\s*(?:"([^"]+)"|NULL),
                          \s*(?:"([^"]+)"|NULL)""", text, re.M | re.X)
    assert len(rows) == text.count("\nOPTION(")
    return rows


OPTIONS = table()


def test_the_original_s_options_are_there():
    letters = {f"-{letter}": name for letter, name, _, _ in OPTIONS if letter}
    assert letters == ORIGINAL
    assert {"sumInt", "rtdMaxAge", "flowMaxIdle"} <= {name for _, name, _, _ in OPTIONS}


def test_names_in_kebab_case():
    for _, name, kebab, _ in OPTIONS:
        hyphens = re.sub(r"(?<=[a-z])([A-Z])", lambda upper: "-" + upper[1].lower(), name)
        assert kebab == (hyphens if hyphens != name else "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_tells_all_options(connmon, flag):
    text = connmon.run(flag).stdout
    for letter, name, _, argument in OPTIONS:
        start = f"  -{letter}, " if letter else "      "
        assert f"{start}--{name}{' ' * bool(argument)}{argument}" in text
    assert all(len(line) <= 110 for line in text.splitlines())


@pytest.mark.parametrize("path", [MANUAL, *COMPLETIONS], ids=lambda path: path.name)
def test_manual_and_completions_have_all_options(path):
    text = re.sub(r"\bFl -", "--", path.read_text())
    text = re.sub(r"\bFl (?=\w)", "-", text)
    for letter, name, kebab, _ in OPTIONS:
        assert re.search(rf"--{name}\b", text)
        assert not letter or re.search(rf"(?<![\w-])-{letter}\b", text)
        assert not kebab or f"--{kebab}" in text
    told = set(re.findall(r"(?<![\w-])--([a-zA-Z][\w-]*)", text))
    assert told <= {name for _, *names, _ in OPTIONS for name in names}


def test_version(connmon):
    version = re.search(r"project\(connmon VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert connmon.run("--version").stdout == f"connmon {version[1]}\n"


def test_no_argument_tells_the_options(connmon):
    done = connmon.run(status=1)
    assert "--rtdMaxAge" in done.stderr and not done.stdout


REFUSED = [
    (["-x"], "-x"), (["--foo"], "--foo"), (["--m"], "--m"), (["-r"], "-r"), (["-q"], "-i"),
    (["-r", CHAT, "extra"], "extra"), (["-r", CHAT, "-r", DNS], str(DNS)),
    (["-r", CHAT, "-i", "lo"], "-i"), (["-d", "mongodb://"], "--json"),
    (["--database", "mongodb://"], "--json"), (["-r", CHAT, "-c", "-1"], "count"),
    (["-r", CHAT, "-c", "9x"], "9x"), (["-r", CHAT, "-c", "99999999999999999999"], "count"),
    (["-r", CHAT, "-s", "soon"], "soon"), (["-r", CHAT, "-s", "-3"], "-3"),
    (["-r", CHAT, "--sumInt", "nan"], "sumInt"), (["-r", CHAT, "--speed", "2"], "-e"),
    (["-e", CHAT, "--speed", "0"], "speed"),
    (["-r", CHAT, "--split", "x", "--csv"], "--split-format"),
    (["-r", CHAT, "--split", "x", "--json"], "--split-format"),
    (["-r", CHAT, "--hosts", "--csv", "--json"], "--json"),
    (["-r", CHAT, "--transactions", "--hosts"], "--transactions"),
    (["-r", CHAT, "--events", "--csv"], "--csv"), (["-r", CHAT, "--csv", "--json"], "--json"),
    (["-r", CHAT, "--bandwidth", "1", "--csv"], "--csv"),
    (["-r", CHAT, "--index", "json", "--csv"], "--csv"),
    (["-r", CHAT, "--hosts", "--conversations"], "--hosts"),
    (["-r", CHAT, "--maxFlows", "5000000000"], "maxFlows"),
    (["-r", CHAT, "-f", "tcp port"], "-f"), (["-r", CHAT, "-f", "nonsense 5"], "-f"),
]


@pytest.mark.parametrize("args, names", REFUSED, ids=[" ".join(map(str, a)) for a, _ in REFUSED])
def test_refused(connmon, args, names):
    assert not connmon.refuses(*args, status=1, names=names).stdout


# --- What they do

def test_lines(connmon):
    human = connmon.run("-r", CHAT).stdout.splitlines()
    machine = connmon.run("-r", CHAT, "-m").stdout.splitlines()
    assert len(human) == len(machine) == 166
    assert re.match(r"\d\d:\d\d:\d\d\.\d{6} ", human[0]) and "ms " in human[0]
    assert re.match(r"\d{10}\.\d{6} ", machine[0])
    quick = connmon.run("-r", CHAT, "-Qm").stdout.splitlines()
    assert quick == [line for line in machine if line.split()[1:3] != ["*", "*"]] != machine


def test_json(connmon):
    packets = [json.loads(line) for line in connmon.run("-r", CHAT, "--json").stdout.splitlines()]
    assert len(packets) == 310 and packets[0]["stream"] == 0
    quick = [json.loads(line) for line in connmon.run("-r", CHAT, "--json", "-Q").stdout.splitlines()]
    assert quick == [p for p in packets if "connmon.rtt.tsval" in p or "connmon.rtt.seqno" in p]


@pytest.mark.parametrize("mode", [[], ["-Q"], ["-f", "udp"]], ids=" ".join)
@pytest.mark.parametrize("name", ["KakaoTalk_chat.pcap", "ocsp.pcapng", "seq-events.pcap",
                                  "clock-steps-back.pcap", "every-field.pcap"])
def test_csv_is_json(connmon, name, mode):
    """Row by row, each field of the table a column, in its order."""
    fields = re.findall(r'^FIELD\(.*?"(connmon[^"]+)"', (ROOT / "src/output/fields.def").read_text(), re.M)
    rows = tabular.rows_of(connmon.run("-r", ROOT / "captures" / name, *mode, "--json").stdout)
    names, cells = tabular.cells_of(connmon.run("-r", ROOT / "captures" / name, *mode, "--csv").stdout)
    assert names == ["stream", "frame", "time", *fields]
    assert cells == tabular.expected_cells(names, rows)
    assert bool(cells) == (mode != ["-f", "udp"])


@pytest.mark.parametrize("table", ["--conversations", "--hosts", "--transactions"])
def test_tables(connmon, table):
    rows = tabular.rows_of(connmon.run("-r", CHAT, table, "--json").stdout)
    names, cells = tabular.cells_of(connmon.run("-r", CHAT, table, "--csv").stdout)
    assert names == list(rows[0]) and len(rows) > 3
    assert cells == tabular.expected_cells(names, rows)


def test_a_table_for_a_person(connmon):
    text = connmon.run("-r", CHAT, "--conversations").stdout
    assert text.count("\n") == 19 + 2 + 3 and "19 connections" in text


def test_transactions(connmon):
    done = connmon.run("-r", ROOT / "captures/ocsp.pcapng", "--transactions", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(row["transactions"] for row in rows) == 18
    assert all((row["protocol"], row["host"], row["unanswered"]) == ("TCP", None, 0) for row in rows)
    slowest, *_ = rows
    assert (slowest["server"], slowest["think_max"]) == ("92.122.95.235:80", 0.160383)
    text = connmon.run("-r", ROOT / "captures/ocsp.pcapng", "--transactions").stdout
    assert text.count("\n") == len(rows) + 1


def test_count(connmon):
    """Counts what the filter takes; frame numbers stay those of the file."""
    done = connmon.run("-r", CHAT, "-c", "10", "-f", "tcp port 51021", "--json")
    frames = [json.loads(line)["frame"] for line in done.stdout.splitlines()]
    assert len(frames) == 10 and frames[-1] > 10
    assert "2 flows, 10 packets" in done.stderr


def test_seconds(connmon):
    lines = connmon.run("-r", CHAT, "--json").stdout.splitlines()
    times = [json.loads(line, parse_float=float)["time"] for line in lines]
    some = connmon.run("-r", CHAT, "--json", "-s", "2.5").stdout.splitlines()
    assert 0 < len(some) < len(lines) and lines[:len(some)] == some
    assert times[len(some) - 2] < times[0] + 3


def test_max_age(connmon):
    assert "9.9" not in connmon.run("-r", ROOT / "captures/max-age.pcap", "-m", "--rtd-max-age", "1").stdout
    default = connmon.run("-r", ROOT / "captures/max-age.pcap", "-m", "-Q").stdout
    long = connmon.run("-r", ROOT / "captures/max-age.pcap", "-m", "-Q", "--rtdMaxAge", "1000").stdout
    assert default.count("\n") < long.count("\n")


def test_max_flows_is_told(connmon):
    done = connmon.run("-r", CHAT, "--conversations", "--json", "--max-flows", "4")
    assert done.stdout.count("\n") == 2
    assert re.search(r"limits dropped \d+ connections, \d+ rows of the table", done.stderr)


def test_flow_max_idle(connmon):
    """A connection is forgotten, and begun anew by its next packet."""
    streams = {json.loads(line)["stream"] for line in connmon.run(
        "-r", DNS, "--json", "--flow-max-idle", "0.01").stdout.splitlines()}
    assert len(streams) > 4


@pytest.mark.parametrize("args", [["-v", "--sumInt", "1"], ["--sum-int", "1"], ["-v"]])
def test_summaries(connmon, args):
    """At intervals of the capture's time, and at the end."""
    count = len(connmon.run("-r", CHAT, *args).stderr.splitlines())
    assert count > (1 if args == ["-v"] else 5)
    assert not connmon.run("-r", CHAT, *args, "-q").stderr
    assert connmon.run("-r", CHAT).stderr.count("\n") == 1


def test_emulation_keeps_the_pace(connmon):
    """simple-dnscrypt.pcap takes 2.36 s."""
    with connmon.start("-e", DNS, "-m") as child:
        child.stdout.readline()
        begin = time.monotonic()
        rest = child.stdout.read()
        assert 1.5 < time.monotonic() - begin < 10
    assert rest.count(b"\n") == 47
    connmon.run("-e", CHAT, "--speed", "1e9")


def test_pace_follows_a_clock_that_jumps(connmon, tmp_path):
    """Nobody waits for a frame of ten years later; behind a step back the pace is kept."""
    hour = 3600 * 1000
    packets = []
    c = Connection(packets)
    for ms in (hour, hour + 3652 * 24 * hour, hour + 200, hour + 500, 0, 700):
        c.client(ms, 1, 1, 100)
    write_pcap(tmp_path / "jumps.pcap", packets)
    taken = connmon.run("-r", tmp_path / "jumps.pcap", "--json", "-s", "1").stdout.splitlines()
    assert len(taken) == 6
    begin = time.monotonic()
    connmon.run("-e", tmp_path / "jumps.pcap")
    assert 0.9 < time.monotonic() - begin < 5


def test_summaries_at_the_end_of_time(connmon, tmp_path):
    """A clock that goes on by a day, and back, until no 64 bits hold what has passed."""
    packets = [Packet((i % 2) * 86400 * 10**9, b"") for i in range(2 * 106_800)]
    write_pcap(tmp_path / "days.pcap", packets)
    done = connmon.run("-r", tmp_path / "days.pcap", "--sumInt", "1e9")
    assert done.stderr.count("\n") == 9 + 1


def test_copies_are_told_or_kept(connmon):
    """Every second packet of dup-span.pcap is a copy."""
    capture = ROOT / "captures/cases/dup-span.pcap"
    done = connmon.run("-r", capture, "--json")
    packets = len(done.stdout.splitlines())
    assert done.stdout.count('"connmon.duplicate":') == packets // 2
    assert f", {packets // 2} copies\n" in done.stderr
    kept = connmon.run("-r", capture, "--json", "--keep-copies")
    assert len(kept.stdout.splitlines()) == packets
    assert "connmon.duplicate" not in kept.stdout and "copies" not in kept.stderr
