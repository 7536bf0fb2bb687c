"""Each preference: what it changes, that it does so in every pass, and what it refuses."""
import re

import pytest

import harness

from packets import SYN, Connection


def column(wireshark, capture, name, *args):
    """{frame: value} of the packets that have it, which must be the same in two passes."""
    names = ["frame.number", name]
    one, two = (wireshark.fields(capture, names, *args, *more) for more in ([], ["-2"]))
    assert one == two
    return {int(frame): value for frame, value in one if value}


def limited(wireshark, capture, name, preference):
    """As column(), where a limit drops something: also what the plugin says of that."""
    done = wireshark.execute("tshark", "-n", "-r", capture, "-T", "fields", "-e", "frame.number",
                             "-e", name, "-o", preference)
    assert done.returncode == 0
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {int(frame): value for frame, value in rows if value}, done.stderr


def made(wireshark, *sends):
    """A capture of (side, milliseconds, arguments of send...)."""
    packets = []
    connection = Connection(packets)
    for side, ms, *args in sends:
        more = args.pop() if args and isinstance(args[-1], dict) else {}
        connection.send(ms, side, *args, **more)
    return wireshark.write(packets)


def test_max_age(wireshark):
    capture = made(wireshark, (0, 0, 1, 1, 100), (1, 3000, 1, 101))
    assert column(wireshark, capture, "connmon.rtt") == {2: "3.000000000"}
    assert column(wireshark, capture, "connmon.rtt", "-o", "connmon.max_age:3")
    assert not column(wireshark, capture, "connmon.rtt", "-o", "connmon.max_age:2")


def test_idle(wireshark):
    capture = made(wireshark, (0, 0, 1, 1, 100), (0, 3000, 101, 1, 100))
    assert column(wireshark, capture, "connmon.flow_bytes") == {1: "154", 2: "308"}
    found, told = limited(wireshark, capture, "connmon.flow_bytes", "connmon.idle:2")
    assert found == {1: "154", 2: "154"} and "1 idle ones" in told


def test_slack_share(wireshark):
    """The server may have waited 40 of the 100 ms before it echoed a pure ACK."""
    capture = made(wireshark, (0, 0, 1, 1, {"ts": (10, 1)}), (1, 60, 1, 1, {"ts": (50, 9)}),
                   (1, 100, 1, 1, {"ts": (60, 10)}))
    assert not column(wireshark, capture, "connmon.rtt")
    assert not column(wireshark, capture, "connmon.rtt", "-o", "connmon.slack_share:3")
    assert column(wireshark, capture, "connmon.rtt", "-o", "connmon.slack_share:2") == {
        3: "0.100000000"}


def syns(ports):
    packets = []
    for i, port in enumerate(ports):
        Connection(packets, client=("192.0.2.1", port)).client(i, 0, flags=SYN)
    return packets


def test_max_connections(wireshark):
    capture = wireshark.write(syns([1001, 1002, 1003, 1001]))
    assert column(wireshark, capture, "connmon.flow_bytes")[4] == "108"
    found, told = limited(wireshark, capture, "connmon.flow_bytes", "connmon.max_connections:2")
    assert found[4] == "54" and "2 connections" in told


def test_max_memory(wireshark):
    capture = wireshark.write(syns([*range(1000, 5000), 1000]))
    assert column(wireshark, capture, "connmon.flow_bytes")[4001] == "108"
    found, told = limited(wireshark, capture, "connmon.flow_bytes", "connmon.max_memory:1")
    assert found[4001] == "54" and re.search(r"[1-9]\d* connections", told)


def test_max_outstanding(wireshark):
    capture = made(wireshark, *[(0, i, 1 + 100 * i, 1, 100) for i in range(100)],
                   (1, 200, 1, 101))
    assert column(wireshark, capture, "connmon.rtt") == {101: "0.200000000"}
    found, told = limited(wireshark, capture, "connmon.rtt", "connmon.max_outstanding:50")
    assert not found and re.search(r"[1-9]\d* values that awaited an answer", told)


def test_max_answered(wireshark):
    """A TSval that comes again after its echo, and the echo after it."""
    def pair(ms, tsval):
        return ((0, ms, 1, 1, {"ts": (tsval, 1)}), (1, ms + 5, 1, 1, {"ts": (tsval, tsval)}))

    sends = [packet for tsval in range(1, 101) for packet in pair(10 * tsval, tsval)]
    capture = made(wireshark, *sends, *pair(2000, 1))
    assert 202 not in column(wireshark, capture, "connmon.rtt.tsval")
    found, told = limited(wireshark, capture, "connmon.rtt.tsval", "connmon.max_answered:50")
    assert found[202] == "0.005000000" and re.search(r"[1-9]\d* answered", told)


def test_max_holes(wireshark):
    capture = made(wireshark, (0, 0, 1, 1, 100), (0, 1, 201, 1, 100), (0, 2, 401, 1, 100),
                   (0, 3, 101, 1, 100))
    assert column(wireshark, capture, "connmon.seq_event") == {2: "1", 3: "1", 4: "2"}
    found, told = limited(wireshark, capture, "connmon.seq_event", "connmon.max_holes:1")
    assert found[4] == "3" and "1 holes" in told


@pytest.fixture(scope="module")
def both_sides(wireshark):
    packets = []
    Connection(packets).open(0)
    Connection(packets, client=("2001:db8::1", 4000), server=("2001:db8::2", 80)).open(1000)
    return wireshark.write(packets)


@pytest.mark.parametrize("hosts, left", [
    ([], [2, 3, 5, 6]),
    (["192.0.2.1"], [2, 5, 6]),
    (["192.0.2.0/24", "2001:db8::2"], [2, 6]),
    (["0.0.0.0/0", "::/0"], []),
    (["198.51.100.3"], [2, 3, 5, 6]),
])
def test_unmeasured(wireshark, both_sides, hosts, left):
    words = [word for host in hosts for word in ("-o", f'uat:connmon_unmeasured:"{host}"')]
    assert list(column(wireshark, both_sides, "connmon.rtt", *words)) == left
    assert list(column(wireshark, both_sides, "connmon.rtt.min", *words)) == left
    assert len(column(wireshark, both_sides, "connmon.handshake.rtt", *words)) == 2


@pytest.fixture(scope="module")
def two_interfaces(wireshark):
    """Both ends of a link of 10 ms, captured by one program."""
    ends = []
    for delay in 0, 10:
        packets = []
        connection = Connection(packets)
        connection.client(0 + delay, 0, flags=SYN)
        connection.server(50 - delay, 0, 1, flags=SYN)
        ends.append(wireshark.write(packets))
    merged = wireshark.dir / "interfaces.pcapng"
    done = wireshark.execute("mergecap", "-I", "none", "-w", merged, *ends)
    assert done.returncode == 0, done.stderr
    return merged


def test_split_interfaces(wireshark, two_interfaces):
    """Taken for one, the second copy of the SYN resends it, and so spoils the delay."""
    apart = ["-o", "connmon.split_interfaces:TRUE"]
    assert column(wireshark, two_interfaces, "connmon.seq_event") == {2: "3", 4: "3"}
    assert not column(wireshark, two_interfaces, "connmon.rtt")
    assert not column(wireshark, two_interfaces, "connmon.seq_event", *apart)
    assert column(wireshark, two_interfaces, "connmon.rtt", *apart) == {
        3: "0.030000000", 4: "0.050000000"}


def test_split_interfaces_keep_their_stream(wireshark, two_interfaces):
    lines = wireshark.run("-r", two_interfaces, "-q", "-z", "connmon,json",
                          "-o", "connmon.split_interfaces:TRUE").stdout.splitlines()
    assert len(lines) == 4
    assert all(line.startswith('{"stream":0,') for line in lines)


@pytest.mark.parametrize("words", [
    ["-o", "connmon.max_age:-1"],
    ["-o", "connmon.max_age:4294967296"],
    ["-o", "connmon.max_age:ten"],
    ["-o", "connmon.split_interfaces"],
    ["-o", "connmon.no_such:1"],
    ["-o", 'uat:connmon_unmeasured:"localhost"'],
    ["-o", 'uat:connmon_unmeasured:"10.0.0.0/33"'],
], ids=lambda words: words[1])
def test_refused(wireshark, both_sides, words):
    done = wireshark.execute("tshark", "-r", both_sides, *words)
    assert done.returncode == 1 and words[1].split(":")[0] in done.stderr
    assert not done.stdout


def test_a_wrong_host_is_explained(wireshark, both_sides):
    done = wireshark.execute("tshark", "-r", both_sides, "-o", 'uat:connmon_unmeasured:"localhost"')
    assert '"localhost" is neither an address nor a subnet' in done.stderr


@pytest.mark.parametrize("value", ["0", "1", "4294967295"])
def test_no_number_is_too_odd(wireshark, both_sides, value):
    names = re.findall(r"^#connmon\.(\w+): \d+$", wireshark.ask("-G", "currentprefs").stdout, re.M)
    assert "max_age" in names
    words = [word for name in names for word in ("-o", f"connmon.{name}:{value}")]
    done = wireshark.execute("tshark", "-r", both_sides, "-T", "fields", "-e", "connmon.flow",
                             *words)
    assert done.returncode == 0 and len(done.stdout.split()) == 6


def test_readme_names_all(wireshark):
    readme = (harness.ROOT / "README.md").read_text().split("## Preferences")[1].split("\n## ")[0]
    shown = wireshark.ask("-G", "currentprefs").stdout
    registered = set(re.findall(r"^#?connmon\.(\w+):", shown, re.M)) | {"unmeasured"}
    assert set(re.findall(r"^\| `(\w+)`", readme, re.M)) == registered
