"""Requests and answers: -z connmon,http and -z connmon,transactions, against Wireshark's own HTTP."""
import decimal
import gzip
import json
import re
import shlex

import pytest

import harness
import packets
import tabular
from folders import CAPTURES

EXCHANGES = {"android.pcap": 4, "ocsp.pcapng": 18, "KakaoTalk_chat.pcap": 2, "6in4tunnel.pcap": 1}
PARTS = """client_time request_time queued_time network_time think_time answer_time
stalled_time""".split()
FIELDS = """frame.number tcp.stream http.request.method http.response.code http.request_in
http.time""".split()


def listed(wireshark, capture, what="http-json", *args):
    text = wireshark.run("-q", "-r", wireshark.share(capture), "-z", f"connmon,{what}", *args).stdout
    return [json.loads(line, parse_float=decimal.Decimal) for line in text.splitlines()]


@pytest.mark.parametrize("name", EXCHANGES)
def test_each_exchange_is_found_and_its_parts_add_up(wireshark, name):
    capture = CAPTURES / name
    answers = [dict(zip(FIELDS, row)) for row in wireshark.fields(capture, FIELDS, "-Y", "http")]
    answers = {r["frame.number"]: r for r in answers if r["http.request_in"]}
    times = dict(wireshark.fields(capture, ["frame.number", "frame.time_epoch"]))
    times = {frame: decimal.Decimal(time) for frame, time in times.items()}
    rows = {str(row["answer_frame"]): row for row in listed(wireshark, capture)
            if row["answer_frame"]}
    fields = wireshark.connmon(capture)
    compared = 0
    for frame, row in rows.items():
        assert sum(row[part] or 0 for part in PARTS) == row["whole_time"]
        assert row["whole_time"] == row["client_time"] + row["total_time"]
    for frame, answer in answers.items():
        row = rows[frame]
        assert str(row["request_frame"]) == answer["http.request_in"]
        assert str(row["status"]) == answer["http.response.code"]
        assert str(row["stream"]) == answer["tcp.stream"]
        sending = times[frame] - times[str(row["answer_first_frame"])]
        network = row["network_time"] + row["queued_time"]
        asked = fields[row["answer_first_frame"]]["request_frame"]  # later, if it was resent
        resending = times[asked] - times[answer["http.request_in"]]
        assert row["think_time"] == \
            decimal.Decimal(answer["http.time"]) - network - sending - resending
        compared += 1
    assert compared == EXCHANGES[name]


class Dialogue:
    """A connection of which each message is given as bytes."""

    def __init__(self, made, **ends):
        self.connection = packets.Connection(made, **ends)
        self.connection.open(0)
        self.sent = [1, 1]

    def say(self, ms, side, payload, **more):
        self.connection.send(ms, side, self.sent[side], self.sent[1 - side], payload=payload, **more)
        self.sent[side] += len(payload)

    def ask(self, ms, payload, **more):
        self.say(ms, packets.CLIENT, payload, **more)

    def answer(self, ms, payload, **more):
        self.say(ms, packets.SERVER, payload, **more)


def get(path, host="example.org", method="GET", more=""):
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()


def ok(body=b"", more="", status="200 OK"):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def ms(value):
    return decimal.Decimal(value) / 1000


def test_a_stepwise_exchange(wireshark):
    made = []
    talk = Dialogue(made)
    request = get("/slow")
    talk.ask(100, request[:20])
    talk.ask(105, request[20:])
    body = ok(b"x" * 3000)
    talk.answer(195, body[:1000])
    talk.answer(200, body[1000:2000])
    talk.answer(900, body[2000:])  # 700 ms after: a stall, since the path takes 21 ms
    talk.ask(950, get("/next"))
    talk.answer(980, ok(b"y", status="404 Not Found"))
    slow, following = listed(wireshark, wireshark.write(made))
    assert [slow[part] for part in PARTS] == [0, ms(5), 0, ms(20), ms(70), ms(5), ms(700)]
    assert slow["path"] == "/slow" and slow["body_bytes"] == 3000 and slow["status"] == 200
    assert [following[part] for part in PARTS] == [ms(50), 0, 0, ms(20), ms(10), 0, 0]
    assert following["transaction"] == 2 and following["status"] == 404


def test_pipelined_requests_are_told_apart(wireshark):
    made = []
    talk = Dialogue(made)
    talk.ask(100, get("/a") + get("/b"))
    talk.ask(101, get("/c"))
    talk.answer(150, ok(b"first"))
    talk.answer(160, ok(b"second") + ok(b"third!!", more="Content-Type: text/plain\r\n"))
    a, b, c = listed(wireshark, wireshark.write(made))
    assert [r["path"] for r in (a, b, c)] == ["/a", "/b", "/c"]
    assert [r["body_bytes"] for r in (a, b, c)] == [5, 6, 7]
    assert [r["request_frame"] for r in (a, b, c)] == [4, 4, 5]
    assert [r["answer_frame"] for r in (a, b, c)] == [6, 7, 7]
    assert [a[part] for part in PARTS] == [0, 0, 0, ms(20), ms(30), 0, 0]
    assert [b[part] for part in PARTS] == [0, 0, ms(50), 0, ms(10), 0, 0]
    assert [c[part] for part in PARTS] == [0, 0, ms(59), 0, 0, 0, 0]
    assert c["content_type"] == "text/plain"


def test_head_chunked_gzip_and_continue(wireshark):
    made = []
    talk = Dialogue(made)
    text = "größer, as UTF-8. ".encode() * 50
    packed = gzip.compress(text, mtime=0)
    talk.ask(100, get("/head", method="HEAD"))
    talk.answer(130, b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    talk.ask(200, get("/chunked"))
    talk.answer(230, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n")
    talk.answer(235, b"3\r\nghi\r\n0\r\n\r\n")
    talk.ask(300, get("/gzip"))
    talk.answer(330, ok(packed, more="Content-Encoding: gzip\r\n"))
    talk.ask(400, get("/post", method="POST",
                      more="Content-Length: 4\r\nExpect: 100-continue\r\n"))
    talk.answer(425, b"HTTP/1.1 100 Continue\r\n\r\n")
    talk.ask(430, b"\x00\xff\x1b]")
    talk.answer(460, ok(b"done"))
    rows = listed(wireshark, wireshark.write(made), "http-json,body")
    assert [r["path"] for r in rows] == ["/head", "/chunked", "/gzip", "/post"]
    assert [r["status"] for r in rows] == [200] * 4
    head, chunked, zipped, post = rows
    assert head["body_bytes"] is None and head["answer_body"] is None
    assert chunked["answer_body"] == "abcdefghi"
    assert (chunked["coded_bytes"], chunked["body_bytes"]) == (9, 9)
    assert chunked["transfer_coding"] == "chunked" and chunked["answer_time"] == ms(5)
    assert zipped["answer_body"] == text.decode() and zipped["content_coding"] == "gzip"
    assert (zipped["coded_bytes"], zipped["body_bytes"]) == (len(packed), len(text))
    assert post["request_time"] == ms(30) and post["think_time"] == ms(10)
    assert post["request_body"] is None and post["request_body_base64"] == "AP8bXQ=="
    assert post["answer_body"] == "done"


HOSTILE = "/../../etc/passwd\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\"\\"


@pytest.mark.parametrize("what", ["http,body", "http-json,body", "http-csv,body", "transactions",
                                  "transactions-json", "transactions-csv"])
def test_nothing_hostile_is_printed_raw(wireshark, what):
    made = []
    talk = Dialogue(made)
    talk.ask(100, get(HOSTILE, host="ev\x1bil\x7f\u202e"))
    talk.answer(130, ok(b"\x1b[31mred\x9b\n", more="Content-Type: text/\x1bhtml\r\n"))
    done = wireshark.run("-q", "-r", wireshark.write(made), "-z", f"connmon,{what}")
    assert done.stdout.isascii()
    assert all(c == "\n" or c.isprintable() for c in done.stdout.replace("\r\n", "\n"))
    assert "passwd" in done.stdout
    if "json" in what:
        assert json.loads(done.stdout)["path"].startswith("/../../etc/passwd\x1b[2J")


@pytest.mark.parametrize("what, more", [("http", ",body"), ("transactions", "")])
def test_csv_says_the_same_as_json(wireshark, what, more):
    made = []
    talk = Dialogue(made)
    talk.ask(100, get("/a,b/\"c\"\\d", host="name with \"quotes\""))
    talk.answer(130, ok(b"line\nand, \"another\"\n"))
    talk.ask(200, get("/"))
    talk.answer(230, ok(b"\xff\xfe" * 10, status="404 Not Found"))
    capture = wireshark.share(wireshark.write(made))
    text, expected = (wireshark.run("-q", "-r", capture, "-z", f"connmon,{what}-{form}{more}").stdout
                      for form in ("csv", "json"))
    names, cells = tabular.cells_of(text)
    rows = tabular.rows_of(expected)
    assert names == list(rows[0]) and len(rows) == 2
    assert cells == tabular.expected_cells(names, rows)


def test_what_was_not_captured_is_not_known(wireshark):
    made, back, forth = [], [], []
    talk = Dialogue(made)
    talk.ask(100, get("/lost"))
    talk.ask(101, get("/found"))
    talk.answer(130, ok(b"1"))
    for packet in made:
        (forth if packets.TcpView(packet.data).ends[1][1] == 80 else back).append(packet)
    lost, found = listed(wireshark, wireshark.write(made))
    assert lost["status"] == 200 and lost["network_time"] == ms(20)
    assert found["answer_frame"] is None and found["status"] is None
    assert [found[part] for part in PARTS + ["total_time"]] == [None] * 8
    asked = listed(wireshark, wireshark.write(forth))
    assert [(r["path"], r["answer_frame"]) for r in asked] == [("/lost", None), ("/found", None)]
    answered, = listed(wireshark, wireshark.write(back))
    assert answered["transaction"] is None and answered["method"] is None
    assert answered["status"] == 200 and answered["total_time"] is None


def test_a_filter_restricts_what_is_listed_and_not_what_is_measured(wireshark):
    capture = CAPTURES / "ocsp.pcapng"
    everything = listed(wireshark, capture)
    some = listed(wireshark, capture, "http-json,http.response && tcp.stream == 5")
    assert some and some == [r for r in everything if r["stream"] == 5]
    assert listed(wireshark, capture, "http-json,frame.number == 176") == \
        [r for r in everything if r["answer_frame"] == 176]


def test_sums_by_server_and_path(wireshark):
    made = []
    talk = Dialogue(made)
    for i, path in enumerate(["/a?x=1", "/a?x=2", "/b", "/a"]):
        talk.ask(100 * i, get(path))
        talk.answer(100 * i + 30 + i, ok(status="500 No" if path == "/b" else "200 OK"))
    talk.ask(900, get("/a"))
    a, b = sorted(listed(wireshark, wireshark.write(made), "transactions-json"),
                  key=lambda row: row["path"])
    assert (a["protocol"], a["server"], a["host"], a["path"]) == \
        ("HTTP", "198.51.100.2:80", "example.org", "/a")
    assert (a["transactions"], a["errors"], a["unanswered"]) == (4, 0, 1)
    assert (b["transactions"], b["errors"], b["unanswered"]) == (1, 1, 0)
    assert (a["think_max"], a["total_max"]) == (ms(13), ms(33))
    assert abs(a["think_median"] - ms(11)) <= ms(11) / 64
    assert abs(a["total_p95"] - ms(33)) <= ms(33) / 64


def test_other_protocols_have_turns(wireshark):
    made = []
    talk = Dialogue(made, server=("198.51.100.2", 9999))
    talk.answer(50, b"welcome")
    talk.ask(100, b"question")
    talk.answer(150, b"answer")
    talk.ask(200, b"bye")
    row, = listed(wireshark, wireshark.write(made), "transactions-json")
    assert (row["protocol"], row["transactions"], row["unanswered"]) == ("TCP", 2, 1)
    assert row["errors"] is None and row["think_max"] == ms(30)


def test_tls_is_told_by_its_records_and_names(wireshark):
    rows = listed(wireshark, CAPTURES / "android.pcap", "transactions-json")
    names = {row["host"] for row in rows if row["protocol"] == "TLS"}
    assert {"accounts.google.com", "android.clients.google.com"} <= names
    assert any(row["protocol"] == "TLS handshake" for row in rows)
    assert sum(row["transactions"] for row in rows if row["protocol"] == "HTTP") == 4


def test_two_passes_list_the_same(wireshark):
    capture = CAPTURES / "android.pcap"
    assert listed(wireshark, capture, "http-json", "-2") == listed(wireshark, capture)


def walk():
    """[(command, rows)] of the README's section."""
    text = (harness.ROOT / "README.md").read_text()
    section = re.search(r"^## Which connection, which request.*?(?=^## )", text, re.M | re.S)[0]
    lines = re.findall(r"^    (.*\S)", section, re.M)
    commands = []
    for line in lines:
        if line.startswith("tshark "):
            commands.append((line, []))
        else:
            commands[-1][1].append(line.replace("...", " ").split())
    return commands


@pytest.mark.parametrize("command, rows", walk())
def test_the_readme_prints_what_it_says(wireshark, command, rows):
    _, _, capture, *args = shlex.split(command)
    done = wireshark.run("-r", wireshark.share(harness.ROOT / capture), *args)
    printed = [line.split() for line in done.stdout.splitlines()]
    assert rows
    for row in rows:
        assert any(is_part(row, line) for line in printed), row


def is_part(words, line):
    """Whether the line has all of these words, in this order."""
    rest = iter(line)
    return all(word in rest for word in words)


@pytest.mark.parametrize("kind", ["EXCHANGE", "BODY", "SUM"])
def test_all_columns_are_documented(kind):
    table = (harness.ROOT / "src/transactions/columns.def").read_text()
    columns = re.findall(rf'^{kind}_COLUMN\(\w+, \w+, \w+, "(\w+)", *\s*"[^"]*",\s*((?:"[^"]*"\s*)+)',
                         table, re.M)
    documented = (harness.ROOT / "plugin/transactions.md").read_text()
    assert columns
    for name, words in columns:
        meaning = "".join(re.findall(r'"([^"]*)"', words))
        assert re.search(rf"^\| `{name}` \| \w+ \| {re.escape(meaning)} \|$", documented, re.M)
