"""The command line itself: what is asked for, and what is refused."""
import json
import pathlib
import re
import subprocess
import time

import pytest

import tables
import tabular
from conftest import ROOT
from packets import SYN, Connection, Packet, write_pcap

CHAT = ROOT / "captures/KakaoTalk_chat.pcap"
DNS = ROOT / "captures/simple-dnscrypt.pcap"
# As the original has them: letters, and names with an argument.
ORIGINAL = {"-i": "interface", "-r": "read", "-e": "emulate", "-f": "filter", "-c": "count",
            "-s": "seconds", "-q": "quiet", "-v": "verbose", "-l": "showLocal", "-m": "machine",
            "-Q": "quick", "-h": "help"}
VIEWS = ROOT / "src/views"


def table():
    """(letter, name, kebab, argument) of each option in options.def."""
    text = (ROOT / "src/program/options.def").read_text()
    rows = re.findall(r"""^OPTION\(\w+,\s*(?:'(\w)'|0),\s*"([^"]+)",\s*(?:"([^"]+)"|NULL),
                          \s*(?:"([^"]+)"|NULL)""", text, re.M | re.X)
    assert len(rows) == text.count("\nOPTION(")
    return rows


def table_of_views():
    """The same, of views and of their options."""
    views = re.findall(r"^VIEW\(\w+, (\w+), (\w+),", (VIEWS / "views.def").read_text(), re.M)
    text = (VIEWS / "view_options.def").read_text()
    options = re.findall(r"""^VIEW_OPTION\((\w+),\s*\w+,\s*\w+,\s*\w+,\s*(?:'(\w)'|0),
                             \s*(?:"([^"]+)"|NULL),\s*(?:"([^"]+)"|NULL)""", text, re.M | re.X)
    assert len(options) == text.count("\nVIEW_OPTION(") and len(views) > 5
    arguments = {name: argument for name, _, _, argument in options}
    return [("", name, "", arguments.get(argument, "")) for name, argument in views] + [
        (letter, name, "", argument) for _, letter, name, argument in options
        if name and name not in dict(views)]



OPTIONS = table() + table_of_views()


def test_the_original_s_options_are_there():
    letters = {f"-{letter}": name for letter, name, _, _ in OPTIONS if letter}
    assert letters == ORIGINAL | {"-o": "option"}  # tshark's
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


def test_the_manual_has_all_options(connmon):
    page = pathlib.Path(connmon.path).with_name("connmon.1").read_text()
    text = re.sub(r"\bFl -", "--", page)
    text = re.sub(r"\bFl (?=\w)", "-", text)
    for letter, name, kebab, _ in OPTIONS:
        assert re.search(rf"--{name}(?![\w-])", text)
        assert not letter or re.search(rf"(?<![\w-])-{letter}\b", text)
        assert not kebab or f"--{kebab}" in text
    told = set(re.findall(r"(?<![\w-])--([a-zA-Z][\w-]*)", text))
    columns = {"min-rtt-p95", "min-server-rtt-p95"}
    assert told <= {name for _, *names, _ in OPTIONS for name in names} | columns
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def complete(connmon, *words):
    """What bash offers for the last of these words."""
    script = ('source "$0"; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_connmon "$1"; echo "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, ROOT / "src/program/connmon.bash", connmon.path, *words],
                          capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_what_help_lists(connmon):
    assert set(complete(connmon, "--")) == {f"--{name}" for _, name, _, _ in OPTIONS}
    assert set(complete(connmon, "-r", "x", "--b")) == {"--bufferSize", "--body", "--bandwidth"}
    assert complete(connmon, "--index", "") == ["text", "json", "plist"]
    assert complete(connmon, "--format", "c") == ["csv"]
    assert "pcapng" in complete(connmon, "--split-format", "p")
    assert "any" in complete(connmon, "-i", "a")
    assert str(CHAT) in complete(connmon, "-r", str(CHAT)[:-2])
    assert "-q" in complete(connmon, "-q", "-")


def test_version(connmon):
    version = re.search(r"project\(connmon VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert re.fullmatch(rf"connmon {version[1]}\nsandbox: (none|seccomp|(seccomp, )?Landlock)\n",
                        connmon.run("--version").stdout)


def test_no_argument_tells_the_options(connmon):
    done = connmon.run(status=1)
    assert "--rtdMaxAge" in done.stderr and not done.stdout


NO_NUMBERS = ["", " 1", "1 ", "+1", "-1", "1x", "0x1", "0x1p3", "inf", "nan", "1e999", "1,5", ".",
              "e1"]
REFUSED = [
    (["-x"], "-x"), (["--foo"], "--foo"), (["--m"], "--m"), (["-r"], "-r"), (["-q"], "-i"),
    (["-r", CHAT, "extra"], "extra"), (["-r", CHAT, "-r", DNS], str(DNS)),
    (["-r", CHAT, "-i", "lo"], "-i"), (["-d", "mongodb://"], "--json"),
    (["--database", "mongodb://"], "--json"), (["-r", CHAT, "-c", "-1"], "count"),
    (["-r", CHAT, "-c", "9x"], "9x"), (["-r", CHAT, "-c", "99999999999999999999"], "count"),
    (["-r", CHAT, "-s", "soon"], "soon"), (["-r", CHAT, "-s", "-3"], "-3"),
    *((["-r", CHAT, "-c", number], "count") for number in NO_NUMBERS),
    *((["-r", CHAT, "-s", number], "seconds") for number in [*NO_NUMBERS, "1e-10", "1.1e9"]),
    *((["-e", CHAT, "--speed", number], "speed") for number in NO_NUMBERS),
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
    (["-r", CHAT, DNS], "mergecap -w -"), ([CHAT, DNS], "mergecap -w -"), ([CHAT, "-i", "lo"], "-i"),
    (["-i", "lo", "-i", "any"], "-i any"), (["nowhere.pcap"], "nowhere.pcap: no such file"),
    (["port 443", "-r", CHAT], "-f 'port 443'"), (["-r", CHAT, "--max-sleep", "1"], "-e"),
    (["-r", CHAT, "-f", "tcp port"], "-f"), (["-r", CHAT, "-f", "nonsense 5"], "-f"),
]


@pytest.mark.parametrize("args, names", REFUSED, ids=[" ".join(map(str, a)) for a, _ in REFUSED])
def test_refused(connmon, args, names):
    assert not connmon.refuses(*args, status=1, names=names).stdout


@pytest.mark.parametrize("text", [
    "tcp.port == 25", "tcp.port==25", "ip.addr eq 192.0.2.1", "!(tcp.port in {25 80})", "port 25 and tcp.len > 0",
    "tcp.analysis.retransmission", "connmon.rtt > 0.1", "http", "tls.handshake.type==1", "not tls && !dns"])
def test_a_display_filter_is_recognized(connmon, text):
    done = connmon.refuses("-r", CHAT, "-f", text, status=1, names="-f takes a capture filter")
    assert "tcp port 25" in done.stderr


@pytest.mark.parametrize("text", ["tcp port", "port 70000", "tcp[13] == ", "tcp and (port 25", "vlan 5000"])
def test_no_display_filter_is_seen_where_none_is(connmon, text):
    done = connmon.run("-r", CHAT, "-f", text, status=1)
    assert "display filter" not in done.stderr


# --- What they do

def test_a_file_is_read_without_an_option(connmon):
    want = connmon.run("-r", CHAT, "--json").stdout
    assert connmon.run(CHAT, "--json").stdout == want
    assert connmon.run("--json", CHAT).stdout == want
    assert connmon.run("--json", "-", stdin=CHAT.read_bytes()).stdout == want


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
    fields = [row[5] for row in tables.rows("src/output/fields.def", "FIELD", "COMPUTED_FIELD")]
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
    assert all((row["protocol"], row["unanswered"]) == ("HTTP", 0) and row["host"] for row in rows)
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
    for number in ("02.500", "25e-1", "2.5E+0"):
        assert connmon.run("-r", CHAT, "--json", "-s", number).stdout.splitlines() == some
    for number in ("0", ".0", "1e9"):
        assert connmon.run("-r", CHAT, "--json", "-s", number).stdout.splitlines() == lines


def test_summaries_until_the_end_of_time(connmon, tmp_path):
    """Of all time that a capture's clock can pass, at most a day from packet to packet."""
    day, made = 86400, []
    Connection(made).client(0, 0, flags=SYN)
    ages = [Packet(s * 10**9, made[0].data) for s in range(0, 2**32, day)]
    write_pcap(tmp_path / "ages.pcap", ages * 3)
    done = connmon.run("-r", tmp_path / "ages.pcap", "--sumInt", "1e9", "--conversations")
    assert done.stderr.count("packets") == 2**63 // 10**18 + 1


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


def test_a_long_pause_is_cut_and_told(connmon, tmp_path):
    """Nobody waits an hour for a clock that was set; as tcpreplay, if a longest pause is given."""
    packets = []
    c = Connection(packets)
    for ms in (0, 3600_000, 3600_100, 10_800_100):
        c.client(ms, 1, 1, 100)
    write_pcap(tmp_path / "pauses.pcap", packets)
    begin = time.monotonic()
    done = connmon.run("-e", tmp_path / "pauses.pcap", "--max-sleep", "0.3", "--json")
    assert 0.7 <= time.monotonic() - begin < 10
    assert done.stdout.count("\n") == 4
    assert "pauses of more than 0.3 s that --max-sleep cut: 2, by 10799.4 s\n" in done.stderr
    begin = time.monotonic()
    assert "pauses" not in connmon.run("-e", tmp_path / "pauses.pcap", "--speed", "36000").stderr
    assert time.monotonic() - begin >= 0.3
    uncut = ["-e", tmp_path / "pauses.pcap", "--speed", "36000", "--max-sleep"]
    assert "pauses" not in connmon.run(*uncut, "0").stderr
    assert "0.05 s that --max-sleep cut: 2" in connmon.run(*uncut, "0.05").stderr


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
