"""A program that runs: signals, where its output goes, what it shows on a terminal."""
import os
import re
import signal
import subprocess
import time

import pytest

import packets
from conftest import ROOT
from test_files import FORMATS
from terminal import open_terminal, read_all

CHAT = ROOT / "captures/KakaoTalk_chat.pcap"
BIG = ROOT / "captures/fix.pcap"
MODES = [["-m"], ["--json"], ["--csv"], ["--conversations"]]


def wait_until(is_so, seconds=20):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def notes_signals(child):
    """Whether it is so far that a signal does not just kill it."""
    text = open(f"/proc/{child.pid}/status").read()
    return int(re.search(r"SigCgt:\s*(\w+)", text)[1], 16) >> (signal.SIGUSR1 - 1) & 1


def feed(connmon, *args, blob=None, **files):
    """The program on a pipe that stays open, with a capture already in it."""
    child = connmon.start("-r", "-", *args, stdin=subprocess.PIPE, **files)
    child.stdin.write(CHAT.read_bytes() if blob is None else blob)
    child.stdin.flush()
    wait_until(lambda: notes_signals(child))
    return child


def ask_until(child, words):
    """Asks for summaries until one has these words."""
    for _ in range(100):
        child.send_signal(signal.SIGUSR1)
        if words in child.stderr.readline():
            return
    raise AssertionError("never said")


@pytest.mark.parametrize("blob", [CHAT.read_bytes(), FORMATS["pcapng"]], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("mode", MODES[:2])
def test_lines_do_not_wait_for_more(connmon, tmp_path, mode, blob):
    (tmp_path / "capture").write_bytes(blob)
    whole = connmon.run("-r", tmp_path / "capture", *mode).stdout
    with feed(connmon, *mode, blob=blob) as child:
        begin = time.monotonic()
        found = b""
        while len(found) < len(whole):
            found += child.stdout.read1()
        assert time.monotonic() - begin < 10
        child.stdin.close()
        assert found.decode() == whole and not child.stdout.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("mode", MODES)
def test_a_signal_ends_with_all_that_was_found(connmon, tmp_path, number, mode):
    want = connmon.run("-r", CHAT, *mode)
    with feed(connmon, *mode, "--write", tmp_path / "out") as child:
        ask_until(child, b"347 packets")
        child.send_signal(number)
        assert child.wait(timeout=20) == 0
        assert child.stderr.read().decode() == want.stderr
    assert (tmp_path / "out").read_bytes() == want.stdout.encode()


def test_usr1_prints_a_summary_and_goes_on(connmon):
    with feed(connmon, "-q") as child:
        for _ in range(2):
            ask_until(child, b"34 flows, 347 packets, 247 no TS opt, 4 one-way, 37 not TCP\n")
        child.stdin.close()
        assert child.wait(timeout=20) == 0


@pytest.mark.parametrize("mode", ["--json", "--csv"])
def test_hup_begins_the_file_anew(connmon, tmp_path, mode):
    """With a header line, if there is one."""
    log = tmp_path / "log"
    whole = CHAT.read_bytes()
    with connmon.start("-r", "-", mode, "--write", log, stdin=subprocess.PIPE) as child:
        child.stdin.write(whole[:9000])
        child.stdin.flush()
        wait_until(lambda: log.exists() and log.stat().st_size > 1000)
        log.rename(tmp_path / "log.1")
        child.send_signal(signal.SIGHUP)
        wait_until(log.exists)
        child.stdin.write(whole[9000:])
        child.stdin.close()
        assert child.wait(timeout=20) == 0
    wanted = connmon.run("-r", CHAT, mode).stdout.encode()
    header = wanted[:wanted.index(b"\r\n") + 2] if mode == "--csv" else b""
    second = log.read_bytes()
    assert second.startswith(header) and len(second) > 1000
    assert (tmp_path / "log.1").read_bytes() + second[len(header):] == wanted


def test_hup_goes_on_with_a_file_that_is_still_there(connmon, tmp_path):
    log = tmp_path / "log"
    with feed(connmon, "--csv", "-q", "--write", log) as child:
        wait_until(lambda: log.exists() and log.stat().st_size > 1000)
        child.send_signal(signal.SIGHUP)
        child.stdin.close()
        assert child.wait(timeout=20) == 0
    assert log.read_bytes() == connmon.run("-r", CHAT, "--csv").stdout.encode()


def test_hup_without_a_file_ends(connmon):
    with feed(connmon, "-m") as child:
        child.stdout.readline()
        child.send_signal(signal.SIGHUP)
        assert child.wait(timeout=20) == 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("capture", [CHAT, BIG], ids=["small", "big"])
def test_full_disk_is_told(connmon, mode, capture):
    with open("/dev/full", "wb") as full:
        child = connmon.start("-r", capture, *mode, stdout=full)
        text = child.communicate(timeout=60)[1].decode()
    assert child.returncode == 2
    assert text == "connmon: standard output: No space left on device\n"
    done = connmon.refuses("-r", capture, *mode, "--write", "/dev/full", status=2, names="/dev/full")
    assert "No space left" in done.stderr


@pytest.mark.parametrize("mode", MODES)
def test_closed_pipe_ends_quietly(connmon, mode):
    read, write = os.pipe()
    os.close(read)
    child = connmon.start("-r", BIG, *mode, stdout=write)
    os.close(write)
    assert child.communicate(timeout=60)[1] == b"" and child.returncode == 2


# --- The end, whatever the program waits for

ENDS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


def full_pipe(connmon, tmp_path, fifo, *args):
    """The program, waiting for who reads its output, of which the second is the end to read."""
    if fifo:
        os.mkfifo(tmp_path / "fifo")
        reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)
        args = [*args, "--write", tmp_path / "fifo"]
    else:
        reader, writer = os.pipe()
    child = connmon.start("-r", BIG, *args, stdout=subprocess.DEVNULL if fifo else writer)
    if not fifo:
        os.close(writer)
    wait_until(lambda: "pipe" in open(f"/proc/{child.pid}/wchan").read())
    return child, reader


@ENDS
@pytest.mark.parametrize("fifo", [False, True], ids=["pipe", "fifo"])
def test_ends_while_nobody_reads(connmon, tmp_path, number, fifo):
    if fifo and number == signal.SIGHUP:
        pytest.skip("begins the file anew")
    child, reader = full_pipe(connmon, tmp_path, fifo, "--json")
    child.send_signal(number)
    text = child.communicate(timeout=10)[1].decode()
    os.close(reader)
    assert child.returncode == 2
    assert re.fullmatch(r"connmon: .*: nobody reads: \d+ bytes were not written\n", text)


def test_a_slow_reader_gets_all_that_was_found(connmon, tmp_path):
    child, reader = full_pipe(connmon, tmp_path, False, "--json")
    child.send_signal(signal.SIGTERM)
    got = b""
    while part := os.read(reader, 8192):
        got += part
        time.sleep(0.02)
    os.close(reader)
    text = child.communicate(timeout=10)[1].decode()
    assert child.returncode == 0 and "nobody" not in text
    whole = connmon.run("-r", BIG, "--json").stdout.encode()
    assert whole.startswith(got) and got.endswith(b"\n") and len(got) > 65536


@ENDS
def test_ends_while_nothing_comes(connmon, number):
    with connmon.start("-r", "-", stdin=subprocess.PIPE) as child:
        wait_until(lambda: notes_signals(child))
        child.send_signal(number)
        assert child.wait(timeout=10) == 2
    with feed(connmon, "-f", "udp port 9") as child:
        child.send_signal(number)
        assert child.wait(timeout=10) == 0


@ENDS
def test_ends_while_nobody_opens_the_fifo(connmon, tmp_path, number):
    os.mkfifo(tmp_path / "fifo")
    for args in (["-r", tmp_path / "fifo"], ["-r", CHAT, "--write", tmp_path / "fifo"]):
        if number == signal.SIGHUP and "--write" in args:
            continue
        with connmon.start(*args) as child:
            wait_until(lambda: notes_signals(child))
            time.sleep(0.2)
            child.send_signal(number)
            assert child.wait(timeout=10) == 2


@ENDS
def test_ends_in_a_pause(connmon, tmp_path, number):
    made = []
    connection = packets.Connection(made)
    connection.open(0)
    connection.client(3600_000, 1, 1, length=1)
    packets.write_pcap(tmp_path / "in", made)
    with connmon.start("-e", tmp_path / "in", "-m") as child:
        child.stdout.readline()
        child.send_signal(number)
        assert child.wait(timeout=10) == 0


def test_ends_while_the_filter_takes_nothing(connmon):
    """Of what never ends."""
    blob = CHAT.read_bytes()
    with feed(connmon, "-f", "udp port 9") as child:
        os.set_blocking(child.stdin.fileno(), False)
        end = time.monotonic() + 10
        child.send_signal(signal.SIGTERM)
        while child.poll() is None:
            assert time.monotonic() < end
            try:
                os.write(child.stdin.fileno(), blob[24:])
            except (BlockingIOError, BrokenPipeError):
                pass
        assert child.returncode == 0
        child.stdin = None


def test_split_files_are_for_their_owner_alone(connmon, tmp_path):
    connmon.run("-r", CHAT, "--split", tmp_path / "split", "--payload",
                preexec_fn=lambda: os.umask(0))
    for path in (tmp_path / "split").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "split").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("path", ["missing/out", "."])
def test_a_file_that_cannot_be_written(connmon, tmp_path, path):
    connmon.refuses("-r", CHAT, "--write", tmp_path / path, status=2, names=str(tmp_path / path))


# --- On a terminal

def on_terminal(connmon, *args, blob, **files):
    """What a slow pipe makes the program write on a terminal as its standard error."""
    ours, terminal = open_terminal()
    child = connmon.start("-r", "-", *args, stdin=subprocess.PIPE, stderr=terminal,
                          **{"stdout": subprocess.DEVNULL, **files})
    os.close(terminal)
    for part in range(8):
        child.stdin.write(blob[len(blob) * part // 8:len(blob) * (part + 1) // 8])
        child.stdin.flush()
        time.sleep(0.15)
    child.stdin.close()
    text = read_all(ours)
    assert child.wait(timeout=20) == 0
    return text


def test_progress_on_a_terminal(connmon):
    text = on_terminal(connmon, "--conversations", blob=CHAT.read_bytes())
    assert "MB/s" in text and "\r" in text
    assert text.endswith("\x1b[K34 flows, 347 packets, 247 no TS opt, 4 one-way, 37 not TCP\r\n")


def test_no_progress_when_quiet(connmon):
    assert on_terminal(connmon, "--conversations", "-q", blob=CHAT.read_bytes()) == ""


def test_no_progress_without_a_terminal(connmon):
    with feed(connmon, "--conversations") as child:
        time.sleep(1)
        child.stdin.close()
        assert child.stderr.read() == b"34 flows, 347 packets, 247 no TS opt, 4 one-way, 37 not TCP\n"
