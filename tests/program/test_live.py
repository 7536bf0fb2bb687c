"""Live capture: on the loopback, and between two network namespaces."""
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import pytest

from test_running import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may capture")
SERVER = """
import socket
server = socket.create_server(("", 5001), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    with server.accept()[0] as peer:
        while peer.recv(100):
            peer.send(bytes(100))
"""
CLIENT = """
import socket, sys
peer = socket.create_connection((sys.argv[1], 5001), timeout=10)
for _ in range(int(sys.argv[2])):
    peer.send(bytes(100))
    assert peer.recv(1000)
"""


def talk(port, times):
    """A connection over the loopback."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        for _ in range(times):
            client.send(bytes(100))
            client.recv(1000)


@pytest.fixture(scope="module")
def echo_port():
    script = SERVER.replace("5001", "0").replace('"ready"', "server.getsockname()[1]")
    with subprocess.Popen(["python3", "-c", script], stdout=subprocess.PIPE) as server:
        yield int(server.stdout.readline())
        server.kill()


def live(connmon, *args, **more):
    child = connmon.start(*args, **more)
    wait_until(lambda: uid(child) != 0)  # the interface is open
    return child


def status_line(child, name):
    text = pathlib.Path(f"/proc/{child.pid}/status").read_text()
    return re.search(rf"^{name}:\s*(.*)", text, re.M)[1].split()


def uid(child):
    return int(status_line(child, "Uid")[1])


def delays_of(line):
    """By TSval and by seqno."""
    return [delay for delay in line.split()[1:3] if delay != "*"]


def end(child):
    child.send_signal(signal.SIGINT)
    out, words = child.communicate(timeout=20)
    assert child.returncode == 0, words
    return out.decode(), words.decode()


def test_loopback(connmon, echo_port):
    child = live(connmon, "-i", "lo", "-m", "-f", f"tcp port {echo_port}")
    talk(echo_port, 5)
    begin = time.monotonic()
    first = os.read(child.stdout.fileno(), 1 << 16).decode()  # though nothing follows
    assert time.monotonic() - begin < 2
    assert re.match(r"\d+\.\d{6} ", first) and f":{echo_port}" in first
    rest, words = end(child)
    delays = [delay for line in (first + rest).splitlines() for delay in delays_of(line)]
    assert len(delays) >= 10 and all(0 <= float(delay) < 1 for delay in delays)
    assert re.match(r"2 flows, \d+ packets", words)


def read_until(child, words, seconds=5):
    """What the program prints while it runs, until it has printed that."""
    end_at, text = time.monotonic() + seconds, ""
    while words not in text:
        ready, _, _ = select.select([child.stdout], [], [], max(0, end_at - time.monotonic()))
        assert ready, f"no {words!r} within {seconds} s: {text!r}"
        text += os.read(child.stdout.fileno(), 1 << 16).decode()
    return text


@pytest.fixture
def client():
    """A socket that is not connected, and its port, which has nobody's packets yet."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        yield made, f"tcp port {made.getsockname()[1]}"


def test_events_appear_as_they_happen(connmon, echo_port, client):
    peer, its_packets = client
    child = live(connmon, "-i", "lo", "--events", "--flowMaxIdle", "1", "-f", its_packets)
    peer.connect(("127.0.0.1", echo_port))
    seen = read_until(child, " established ")
    assert seen.count("\n") == 2 and " found " in seen and seen.endswith(" open 1\n")
    seen = read_until(child, "\n")  # though no packet tells the time
    assert " timed out " in seen and seen.endswith(" open 0\n")
    peer.send(b"?")
    assert peer.recv(1000)
    assert " found in mid-stream " in read_until(child, "\n")
    peer.close()
    assert read_until(child, " closed by FIN ").endswith(" open 0\n")
    assert not end(child)[0]


def test_an_interval_is_printed_when_it_ends(connmon, echo_port, client):
    """Even if nothing comes after it."""
    peer, its_packets = client
    child = live(connmon, "-i", "lo", "--bandwidth", "0.5", "-f", its_packets)
    peer.connect(("127.0.0.1", echo_port))
    table = read_until(child, " 1 active\n")
    table = table[table.rindex(" 1 active"):] + read_until(child, "\n\n")
    assert table.count(f":{echo_port} ") == 1
    end(child)


def test_intervals_pass_on_an_idle_link(connmon, client):
    """One after the other by the clock, before the first packet and after the last."""
    _, its_packets = client
    child = live(connmon, "-i", "lo", "--bandwidth", "0.3", "-f", its_packets)
    begin = time.monotonic()
    text = ""
    while text.count(" 0 active\n") < 5:
        text += read_until(child, " 0 active\n")
    assert 1 < time.monotonic() - begin < 10
    heads = [line for line in (text + end(child)[0]).splitlines() if line.endswith(" 0 active")]
    starts = [int(h) * 3600 + int(m) * 60 + float(s)
              for h, m, s in (line.split()[0].split(":") for line in heads)]
    steps = {round((b - a) % 86400, 3) for a, b in zip(starts, starts[1:])}
    assert steps == {0.3}


def test_root_s_rights_are_given_up(connmon):
    child = live(connmon, "-i", "lo")
    assert set(status_line(child, "Uid")) == {"65534"} and set(status_line(child, "Gid")) == {"65534"}
    assert int(status_line(child, "CapEff")[0], 16) == 0
    assert int(status_line(child, "CapPrm")[0], 16) == 0
    assert "0" not in status_line(child, "Groups")
    end(child)


def test_who_called_sudo(connmon, monkeypatch):
    monkeypatch.setitem(connmon.environment, "SUDO_UID", "1")
    child = live(connmon, "-i", "lo")
    assert uid(child) == 1
    end(child)
    child = live(connmon, "-i", "lo", "--user", "nobody")
    assert uid(child) == 65534
    end(child)


def test_write_is_opened_without_root_s_rights(connmon, tmp_path):
    tmp_path.chmod(0o755)
    done = connmon.refuses("-i", "lo", "--write", tmp_path / "out", status=2, names="--write")
    assert "Permission denied" in done.stderr


def test_refusals(connmon):
    connmon.refuses("-i", "nope0", status=2, names="nope0")
    connmon.refuses("-i", "lo", "-f", "tcp port", status=1, names="-f tcp port")
    connmon.refuses("-i", "lo", "-f", "tcp.port == 25", status=1, names="-f takes a capture filter")
    connmon.refuses("-i", "lo", "--user", "no such user", status=2, names="--user")


@pytest.mark.parametrize("mode", [["-m"], ["--json"], ["--conversations", "--json"]])
def test_any(connmon, echo_port, mode):
    child = live(connmon, "-i", "any", "-f", f"tcp port {echo_port}", *mode)
    talk(echo_port, 3)
    time.sleep(0.5)
    assert str(echo_port) in end(child)[0]


def test_seconds_end_without_packets(connmon):
    begin = time.monotonic()
    done = connmon.run("-i", "lo", "-s", "0.5", "-f", "udp port 1")
    assert 0.4 < time.monotonic() - begin < 10
    assert done.stderr == "0 flows, 0 packets\n"


def test_summaries_at_intervals(connmon):
    done = connmon.run("-i", "lo", "-s", "1", "--sumInt", "0.25", "-f", "udp port 1")
    assert done.stderr.count("0 flows, 0 packets\n") in (3, 4, 5)


# --- Between two network namespaces

NET = f"198.18.{os.getpid() % 256}"  # of this worker; others run the same tests


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


@pytest.fixture
def network():
    """The name of an interface of ours, at whose other end a server listens."""
    names = f"cm{os.getpid()}a", f"cm{os.getpid()}b"
    if ip("netns", "add", names[1]).returncode:
        pytest.skip("no network namespaces here")
    try:
        if ip("netns", "exec", names[1], "true").returncode:
            pytest.skip("no network namespaces here")  # as in a chroot
        made = ip("link", "add", names[0], "type", "veth", "peer", "name", "far", "netns", names[1])
        if made.returncode:
            pytest.skip("no virtual Ethernet here")
        ip("addr", "add", f"{NET}.1/24", "dev", names[0])
        ip("link", "set", names[0], "up")
        ip("-n", names[1], "addr", "add", f"{NET}.2/24", "dev", "far")
        ip("-n", names[1], "link", "set", "far", "up")
        with subprocess.Popen(["ip", "netns", "exec", names[1], "python3", "-c", SERVER],
                              stdout=subprocess.PIPE) as server:
            server.stdout.readline()
            yield names[0]
            server.kill()
    finally:
        ip("link", "del", names[0])
        ip("netns", "del", names[1])


def call_server(times):
    subprocess.run(["python3", "-c", CLIENT, f"{NET}.2", str(times)], check=True, timeout=30)


@pytest.mark.parametrize("local", [[], ["-l"]], ids=["remote side", "both sides"])
def test_between_namespaces(connmon, network, local):
    """Only the far host's side is measured, unless -l asks for ours, too."""
    child = live(connmon, "-i", network, "-m", *local)
    call_server(20)
    time.sleep(0.5)
    out, words = end(child)
    from_us, from_far = ([delay for line in out.splitlines() if f" {NET}.{host}:" in line
                          for delay in delays_of(line)] for host in (1, 2))
    assert len(from_far) >= 20
    assert len(from_us) >= 20 if local else not from_us
    assert "2 flows" in words


def test_interface_goes_away(connmon, network):
    """What was measured until then is printed all the same."""
    child = live(connmon, "-i", network, "--conversations")
    call_server(5)
    time.sleep(0.5)
    ip("link", "del", network)
    out, words = (text.decode() for text in child.communicate(timeout=20))
    assert child.returncode == 2 and f"{NET}.2:5001" in out
    (line,) = [line for line in words.splitlines() if line.startswith("connmon: ")]
    assert network in line


# --- What was captured and not looked at

@pytest.mark.parametrize("args", [[], ["-c", "200"]], ids=["all", "count"])
def test_what_is_left_unread_is_told(connmon, args):
    """While the program does not run, the kernel collects packets. With -c, these are not missed."""
    sent = 3000
    with socket.socket(type=socket.SOCK_DGRAM) as sink, socket.socket(type=socket.SOCK_DGRAM) as us:
        sink.bind(("127.0.0.1", 0))
        child = live(connmon, "-i", "lo", "-f", f"udp port {sink.getsockname()[1]}", *args)
        child.send_signal(signal.SIGSTOP)
        wait_until(lambda: status_line(child, "State")[0] == "T")
        for _ in range(sent):
            us.sendto(b"", sink.getsockname())
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGCONT)
        words = child.communicate(timeout=20)[1].decode()
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (packets|left unread)", words)}
    assert child.returncode == 0 and counts["packets"] < sent
    assert counts["packets"] + counts.get("left unread", 0) == sent or args
    assert ("left unread" in counts) != (counts["packets"] == 200)
