"""Options and fixtures of the tests that look at Wireshark's windows.

    pytest tests/gui --plugin build/release/plugin/connmon.so --screenshots FOLDER
"""
import pathlib
import sys

import pytest

FOLDER = pathlib.Path(__file__).parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "tshark")]

import harness  # noqa: E402
from desktop import Desktop  # noqa: E402

CAPTURES = [path for path in (harness.ROOT / "captures").iterdir()
            if path.suffix in (".dmp", ".pcap", ".pcapng")]


def pytest_addoption(parser):
    default = harness.ROOT / "build/release/plugin/connmon.so"
    parser.addoption("--plugin", default=str(default), help="the plugin to test [%(default)s]")
    parser.addoption("--screenshots", help="a folder for pictures of the windows [none]")


@pytest.fixture(scope="session")
def wireshark(request):
    """With the profile that was built next to the plugin."""
    plugin = pathlib.Path(request.config.getoption("--plugin"))
    wireshark = harness.Wireshark(plugin)
    wireshark.install_profile(plugin.parent / "profiles/connmon")
    yield wireshark
    wireshark.close()


@pytest.fixture(scope="session")
def desktop(request, wireshark):
    """From here on these tests are Wireshark's user: a message bus answers no other, nor root."""
    screenshots = request.config.getoption("--screenshots")
    if screenshots:
        screenshots = pathlib.Path(screenshots).absolute()
        screenshots.mkdir(parents=True, exist_ok=True)
        wireshark.own(screenshots)
    for capture in CAPTURES:
        wireshark.share(capture)
    wireshark.become_its_user()
    with Desktop(wireshark, screenshots) as desktop:
        yield desktop
