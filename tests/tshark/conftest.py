"""Options and fixtures of the tests that run Wireshark's own programs.

    pytest tests/tshark --plugin build/release/plugin/connmon.so
"""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import harness  # noqa: E402


def pytest_addoption(parser):
    default = os.environ.get("CONNMON_PLUGIN", harness.ROOT / "build/release/plugin/connmon.so")
    parser.addoption("--plugin", default=str(default), help="the plugin to test [%(default)s]")
    parser.addoption("--mutants", type=int, default=50, help="damaged captures to read [%(default)s]")


@pytest.fixture(scope="session")
def wireshark(request):
    try:
        wireshark = harness.Wireshark(request.config.getoption("--plugin"))
    except harness.Failure as failure:
        pytest.exit(str(failure), returncode=2)
    yield wireshark
    wireshark.close()


@pytest.fixture(scope="session")
def bare(wireshark):
    """The same Wireshark without the plugin."""
    home = wireshark.dir / "bare"
    home.mkdir()
    wireshark.own(home)
    return lambda *words: wireshark.execute("env", f"HOME={home}", "tshark", *words)
