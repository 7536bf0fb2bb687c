"""What the program can still do while it parses what strangers sent."""
import os
import signal
import socket
import subprocess

import pytest

from test_live import status_line
from test_running import CHAT, feed, wait_until

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
FILES = [["-m"], ["--json"], ["--conversations"], ["--transactions"], ["--events"],
         ["--bandwidth", "1"], ["--index", "text"], ["--write", "out"], ["--split", "out"]]


@pytest.fixture
def sandbox(connmon):
    """Its words for the sandbox; a build with sanitizers has none."""
    return connmon.run("--version").stdout.splitlines()[1].removeprefix("sandbox: ")


def has_given_up(child, sandbox):
    """Waits for it, since it happens when all is open."""
    filtered = "2" if "seccomp" in sandbox else "0"
    wait_until(lambda: status_line(child, "NoNewPrivs") + status_line(child, "Seccomp") ==
               ["1", filtered])
    for held in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        assert int(status_line(child, held)[0], 16) == 0


@pytest.mark.parametrize("mode", FILES, ids=lambda mode: mode[0])
def test_reading(connmon, tmp_path, sandbox, mode):
    with feed(connmon, *mode, cwd=tmp_path, stdout=subprocess.DEVNULL) as child:
        has_given_up(child, sandbox)
        assert int(status_line(child, "CapBnd")[0], 16) == 0 or os.geteuid() != 0
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 0


@root
@pytest.mark.parametrize("user", [[], ["--user", "root"]], ids=["nobody", "root"])
@pytest.mark.parametrize("mode", FILES[:6], ids=lambda mode: mode[0])
def test_live(connmon, sandbox, mode, user):
    with connmon.start("-i", "lo", *mode, *user) as child:
        has_given_up(child, sandbox)
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
        child.send_signal(signal.SIGINT)
        words = child.communicate(timeout=20)[1].decode()
        assert child.returncode == 0 and " packets" in words and "connmon:" not in words


def test_a_log_is_begun_anew_in_its_folder_alone(connmon, tmp_path, sandbox):
    if "Landlock" not in sandbox:
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "outside").mkdir()
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs/log"
    with feed(connmon, "--json", "--write", log) as child:
        wait_until(lambda: log.exists() and log.stat().st_size > 1000)
        log.rename(tmp_path / "logs/log.1")
        log.symlink_to(tmp_path / "outside/log")
        child.send_signal(signal.SIGHUP)
        assert child.wait(timeout=20) == 2
        assert b"Permission denied" in child.stderr.read()
    assert not list((tmp_path / "outside").iterdir())


@root
@pytest.mark.parametrize("args", [["--split", "out"], ["--split", "out", "--worst", "2"],
                                  ["--conversations", "--write", "out/table"]],
                         ids=["split", "worst", "write"])
def test_root_reads_and_writes_what_is_another_s(connmon, tmp_path, args):
    """A capture that only its owner may read, and a folder that only its owner may write to."""
    capture, folder = tmp_path / "capture", tmp_path / "out"
    capture.write_bytes(CHAT.read_bytes())
    folder.mkdir(0o755)
    capture.chmod(0o600)
    os.chown(capture, 65534, 65534)
    os.chown(folder, 65534, 65534)
    connmon.run("-r", capture, *args, cwd=tmp_path)
    assert list(folder.iterdir())
