"""Options and fixtures of the tests that run Wireshark's own programs.

    pytest tests/tshark --plugin build/release/plugin/connmon.so
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import harness  # noqa: E402
from recording import Recorder  # noqa: E402

SHARED = "CONNMON_TESTS_SHARED"  # the folder of all workers of a session


def pytest_addoption(parser):
    default = os.environ.get("CONNMON_PLUGIN", harness.ROOT / "build/release/plugin/connmon.so")
    parser.addoption("--plugin", default=str(default), help="the plugin to test [%(default)s]")
    parser.addoption("--mutants", type=int, default=50, help="damaged captures to read [%(default)s]")


def pytest_configure(config):
    """Before there are workers, which inherit this environment."""
    if hasattr(config, "workerinput"):
        return
    shared = tempfile.TemporaryDirectory(prefix="tshark-tests-")
    config.add_cleanup(shared.cleanup)
    os.environ[SHARED] = shared.name
    quicken_starts(pathlib.Path(shared.name))


def quicken_starts(shared):
    """Half of what Wireshark 4.0 does when it starts is to read lists of manufacturers, services and
    attributes, of which connmon needs none; and half of its page faults are those of a growing heap.
    Later ones have most lists built in."""
    shared.chmod(0o755)
    version = subprocess.run(["tshark", "--version"], capture_output=True, text=True).stdout
    if " 4.0." not in version.split("\n", maxsplit=1)[0]:
        return
    empty = shared / "no-lists"
    empty.mkdir()
    empty.chmod(0o755)
    os.environ["WIRESHARK_DATA_DIR"] = str(empty)
    os.environ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864"


@pytest.fixture(scope="session")
def wireshark(request):
    try:
        wireshark = harness.Wireshark(request.config.getoption("--plugin"))
    except harness.Failure as failure:
        pytest.exit(str(failure), returncode=2)
    yield wireshark
    wireshark.close()


@pytest.fixture(scope="session")
def recorded(wireshark):
    """recorded(capture, *args): the Recording of a run."""
    return Recorder(pathlib.Path(os.environ[SHARED]), wireshark)


@pytest.fixture(scope="session")
def elsewhere(wireshark):
    """What runs a program where the plugin is not."""
    home = wireshark.dir / "bare"
    home.mkdir()
    wireshark.own(home)
    return "env", f"HOME={home}"


@pytest.fixture(scope="session")
def bare(wireshark, elsewhere):
    """The same Wireshark without the plugin."""
    return lambda *words: wireshark.execute(*elsewhere, "tshark", *words)
