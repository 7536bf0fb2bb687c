"""Expert information: on connections that are troubled in a way that we know."""
import re

import pytest

import harness
import tables
from folders import of_any_version
from packets import SYN, Connection, Dialogue

EXPERTS = {name: (severity, title) for _, name, severity, title in tables.rows("plugin/expert.def", "EXPERT")}
EXPERTS |= {f"stall.{name}": (severity, f"Stall: {title}") for _, name, severity, title, _ in
            tables.rows("src/statistics/stalls.def", "STALL_CAUSE")}


def slow_server(packets):
    """Which acknowledges the request at once, and answers after a second."""
    d = Dialogue(packets)
    d.talk(1)
    d.say(0)
    d.say(1, after=1000)


def slow_server_whose_answer_brings_the_ack(packets):
    d = Dialogue(packets)
    d.say(0, acked=False)
    d.say(1, after=400)


def half_a_message(packets):
    """The server sends a full segment, and the rest after 0.7 s."""
    d = Dialogue(packets)
    d.say(0)
    d.say(1, 1448)
    d.say(1, after=700)


def lost_beyond(packets):
    d = Dialogue(packets)
    d.say(0, acked=False)
    d.connection.client(d.now + 300, d.seqs[0] - 100, d.seqs[1], 100)


def lost_before(packets):
    """The client misses the server's data, which does not reach us either."""
    d = Dialogue(packets)
    d.say(0)
    missing = d.seqs[1]
    d.seqs[1] += 1000
    d.say(1, 1000, acked=False)
    for _ in range(3):
        d.now += 1
        d.connection.client(d.now, d.seqs[0], missing)
    d.connection.server(d.now + 400, missing, d.seqs[0], 1000)


def lost_syn(packets):
    for ms in 0, 1000:
        Connection(packets).client(ms, 0, flags=SYN)


def silent_receiver(packets):
    d = Dialogue(packets)
    d.say(0, acked=False)
    d.now += 900
    d.ack(1)


def needless_resend_brings_the_ack(packets):
    d = Dialogue(packets)
    d.say(0)
    d.say(1, acked=False)
    d.connection.client(d.now + 900, d.seqs[0] - 100, d.seqs[1], 100)


def needless_resend_is_no_answer(packets):
    d = Dialogue(packets)
    d.talk(1)
    d.say(0)
    d.connection.server(d.now + 400, d.seqs[1] - 100, d.seqs[0], 100)
    d.say(1, after=1000)


def closed_window(packets):
    d = Dialogue(packets)
    d.say(0)
    d.say(1, 1000, acked=False)
    d.now += 1
    d.ack(0, window=0)
    for wait in 300, 600:  # probes, and what they are told
        d.connection.server(d.now + wait, d.seqs[1] - 1, d.seqs[0])
        d.connection.client(d.now + wait + 1, d.seqs[0], d.seqs[1], window=0)
    d.now += 2000
    d.ack(0)


def window_too_small_for_a_segment(packets):
    d = Dialogue(packets)
    d.say(0)
    d.say(1, 1000, acked=False)
    d.now += 1
    d.ack(0, window=10)
    d.say(1, 160, after=250)  # the window is scaled by 4


def quick_enough(packets):
    Dialogue(packets).talk(5, server_takes=150)


def thinking_user(packets):
    Dialogue(packets).talk(3, client_takes=10000)


def long_path(packets):
    Dialogue(packets, server_ms=500).talk(3, server_takes=900)


def keep_alives(packets):
    d = Dialogue(packets)
    d.talk(2)
    for minute in range(1, 4):
        d.connection.client(d.now + 60000 * minute, d.seqs[0] - 1, d.seqs[1])
        d.connection.server(d.now + 60000 * minute + 20, d.seqs[1], d.seqs[0])


STALLS = {  # cause, seconds, who, the frame before it, the frame that ends it
    slow_server: ("application", 1.0, "198.51.100.2:80", -2, -2),
    slow_server_whose_answer_brings_the_ack: ("application", 0.4, "198.51.100.2:80", 4, 5),
    half_a_message: ("application", 0.7, "198.51.100.2:80", 7, 8),
    lost_beyond: ("recovery", 0.3, "192.0.2.1:40000", 4, 5),
    lost_before: ("recovery", 0.403, "198.51.100.2:80", 6, 10),
    lost_syn: ("recovery", 1.0, "192.0.2.1:40000", 1, 2),
    silent_receiver: ("silence", 0.9, "198.51.100.2:80", 4, 5),
    needless_resend_brings_the_ack: ("silence", 0.9, "192.0.2.1:40000", 6, 7),
    needless_resend_is_no_answer: ("application", 1.0, "198.51.100.2:80", 9, 11),
    closed_window: ("window", 2.0, "192.0.2.1:40000", 7, 12),
    window_too_small_for_a_segment: ("window", 0.25, "192.0.2.1:40000", 7, 8),
    quick_enough: None,
    thinking_user: None,
    long_path: None,
    keep_alives: None,
}
STALL_FIELDS = ["frame.number", "connmon.expert.stall", "connmon.expert.stall.frame",
                "_ws.expert.message"]


def write(wireshark, make):
    packets = []
    make(packets)
    return wireshark.write(packets), len(packets)


@of_any_version
@pytest.mark.parametrize("make", STALLS, ids=lambda make: make.__name__)
def test_stall(wireshark, make):
    capture, count = write(wireshark, make)
    args = capture, STALL_FIELDS, "-Y", "connmon.expert.stall", "-E", "occurrence=l"
    rows = wireshark.fields(*args)
    assert rows == wireshark.fields(*args, "-2")
    if STALLS[make] is None:
        assert not rows
        return
    cause, seconds, who, since, frame = STALLS[make]
    (found_frame, found_seconds, found_since, message), = rows
    assert int(found_frame) == frame % (count + 1)
    assert float(found_seconds) == pytest.approx(seconds, abs=1e-6)
    assert int(found_since) == (since if since > 0 else int(found_frame) + since + 1)
    assert who in message and message.startswith("Nothing moved for ")
    assert wireshark.fields(capture, ["frame.number"], "-Y", f"connmon.expert.stall.{cause}") == [
        [found_frame]]


def test_all_causes_are_tested():
    causes = {"stall." + stall[0] for stall in STALLS.values() if stall}
    assert causes == {name for name in EXPERTS if name.startswith("stall.")}


def queueing(packets):
    d = Dialogue(packets)
    d.talk(1)
    d.server_ms = 150
    d.say(0)


def pure_ack(packets):
    """Its TSval comes back after a second, with what the server then had to say."""
    c = Connection(packets)
    c.client(0, 1, 1, ts=(10, 1))
    c.server(1000, 1, 1, 100, ts=(50, 10))


NOTES = {
    "hole": (lost_before, "1000 bytes before this were lost"),
    "retransmission": (lost_beyond, "This has passed the capture point before"),
    "queueing": (queueing, "Round-trip delay 150 ms, 130 ms above"),
    "ambiguous": (lambda packets: (lost_beyond(packets), Connection(packets).server(350, 1, 101)),
                  "resent or late-filled"),
    "slack": (pure_ack, "Delay of 1.00 s is not trusted"),
}


@pytest.mark.parametrize("name", NOTES)
def test_note(wireshark, name):
    make, words = NOTES[name]
    capture, _ = write(wireshark, make)
    severity = {"CHAT": "Chat", "NOTE": "Note", "WARN": "Warning"}[EXPERTS[name][0]]
    shown = wireshark.run("-r", capture, "-Y", f"connmon.expert.{name}", "-O", "connmon").stdout
    assert shown.count(f"[Expert Info ({severity}/Sequence): ") >= 1 and words in shown
    assert wireshark.fields(capture, ["frame.number"], "-2", "-Y", f"connmon.expert.{name}")


def test_a_part_that_was_resent_is_told(wireshark):
    packets = []
    c = Connection(packets)
    c.client(0, 1, 1, 100)
    c.client(10, 51, 1, 150)
    told = wireshark.run("-r", wireshark.write(packets), "-O", "connmon", "-Y",
                         "connmon.expert.retransmission").stdout
    assert "50 of these 150 bytes have passed the capture point before" in told


def test_all_are_tested():
    assert set(NOTES) | {"stall." + s[0] for s in STALLS.values() if s} == set(EXPERTS)


@pytest.fixture(scope="module")
def troubled(wireshark):
    packets = []
    lost_before(packets)
    return wireshark.write(packets)


@pytest.mark.parametrize("words", [
    ["-q", "-z", "expert"], ["-qz", "expert"], ["-q", "-zexpert,note"], ["-2q", "-z", "expert"],
], ids=" ".join)
def test_list_of_experts(wireshark, troubled, words):
    shown = wireshark.run("-r", troubled, *words).stdout
    assert re.search(r" 1 +Sequence +connmon +1000 bytes before this were lost", shown)
    assert re.search(r" 1 +Sequence +connmon +Nothing moved for 403 ms", shown)


@pytest.mark.parametrize("words", [
    ["-Y", '_ws.expert.message contains "Nothing moved"'],
    ["-2", "-R", '_ws.expert.message contains "Nothing moved"'],
    ["-Y", "connmon.expert.stall > 0.4"],
    ["-2", "-Y", "connmon.expert.stall.recovery"],
], ids=" ".join)
def test_filters(wireshark, troubled, words):
    assert len(wireshark.run("-r", troubled, *words).stdout.splitlines()) == 1


def test_sharkd_lists_them(wireshark, troubled):
    with harness.Sharkd(wireshark) as sharkd:
        sharkd.load(troubled)
        found = sharkd.ask("tap", tap0="expert")["taps"][0]["details"]
    assert [e["f"] for e in found if e["p"] == "connmon" and e["s"] == "Warning"] == [10]


def test_column_shows_the_gravest(wireshark):
    """Wireshark warns of a window of 0; we only chat of that packet's delay."""
    packets = []
    d = Dialogue(packets)
    d.say(0, acked=False)
    d.connection.client(d.now + 100, d.seqs[0] - 100, d.seqs[1], 100)
    d.now += 130
    d.ack(1, window=0)
    columns = 'gui.column.format:"No.","%m","Expert","%a"'
    shown = wireshark.run("-r", wireshark.write(packets), "-o", columns, "-Y",
                          "connmon.expert.ambiguous").stdout
    assert shown.split() == ["6", "Warning"]


def test_thresholds(wireshark, troubled):
    def frames(name, capture, *preferences):
        words = [word for p in preferences for word in ("-o", f"connmon.{p}")]
        names = [f"connmon.expert.{name}", "-e", "frame.number", "-T", "fields", *words]
        return wireshark.run("-r", capture, "-Y", *names).stdout.split()

    assert frames("stall", troubled, "stall:403") == ["10"]
    assert not frames("stall", troubled, "stall:404")
    assert not frames("stall", troubled, "stall_rtts:20")  # of 21 ms
    assert frames("stall", troubled, "stall_rtts:19") == ["10"]
    capture, _ = write(wireshark, queueing)
    assert frames("queueing", capture, "queueing:129")
    assert not frames("queueing", capture, "queueing:130")


def test_registered(wireshark):
    rows = [line.split("\t") for line in wireshark.ask("-G", "fields").stdout.splitlines()]
    found = {row[2]: row[1] for row in rows if row[2].startswith("connmon.expert.")}
    expected = {f"connmon.expert.{name}": title for name, (_, title) in EXPERTS.items()}
    assert found == {**expected, "connmon.expert.stall": "Stall", "connmon.expert.stall.frame": "Since"}


def test_documented():
    text = (harness.ROOT / "plugin/expert.md").read_text()
    rows = re.findall(r"^\| `connmon\.expert\.([\w.]+)` \| (\w+) \| (.+?) \|$", text, re.M)
    assert [(name, severity.upper()) for name, severity, _ in rows] == [
        (name, severity) for name, (severity, _) in EXPERTS.items()]
