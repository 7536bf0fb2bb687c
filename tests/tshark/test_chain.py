"""We stand in front of whoever dissects TCP, and change nothing that anybody else sees."""
import re

import pytest

import encapsulations
import harness
import oracle
from folders import ONCE
from packets import Connection

CAPTURES = harness.ROOT / "captures"
CAPTURE = CAPTURES / "seq-events.pcap"
DECODE_AS = ["data", "udp", "tcp", "gre"]

WRAPPER = """
local wrapper, tcp = Proto("wrapper", "Wrapper"), Dissector.get("tcp")
function wrapper.dissector(buffer, pinfo, tree)
    return tcp:call(buffer, pinfo, tree)
end
DissectorTable.get("ip.proto"):add_for_decode_as(wrapper)
"""


@pytest.fixture(scope="module")
def sessions(wireshark, elsewhere):
    """Of sharkd, with the plugin and without."""
    with harness.Sharkd(wireshark) as ours, harness.Sharkd(wireshark, *elsewhere) as theirs:
        yield ours, theirs


def without_ours(text):
    """Of a PDML file or of details, all but our protocol."""
    text = re.sub(r'^  <proto name="connmon".*?^  </proto>\n', "", text, flags=re.M | re.S)
    text = re.sub(r"^\[?Connection Monitor.*\n(?:    .*\n)*", "", text, flags=re.M)
    return re.sub(r" (?:time|creator|capture_file)=[^>]*|<!--.*-->", "", text)


@pytest.mark.parametrize("words", [["-V"], ["-n"], ["-2nTpdml"]], ids=" ".join)
@pytest.mark.parametrize("handle", DECODE_AS)
def test_decode_as(wireshark, bare, handle, words):
    words = [*words, "-d", f"ip.proto==6,{handle}", "-r", wireshark.share(CAPTURE)]
    done = wireshark.execute("tshark", *words)
    assert done.stdout and without_ours(done.stdout) == without_ours(bare(*words).stdout)


def test_decode_as_tcp_is_measured(wireshark):
    harness.assert_same(wireshark.connmon(CAPTURE, "-d", "ip.proto==6,tcp"), oracle.expectations(CAPTURE))


def test_decode_as_something_else_is_not(wireshark):
    assert not wireshark.connmon(CAPTURE, "-d", "ip.proto==6,data")


def test_decode_as_what_passes_on_to_tcp(wireshark):
    script = wireshark.dir / "wrapper.lua"
    script.write_text(WRAPPER)
    script.chmod(0o644)
    words = ["-X", f"lua_script:{script}", "-d", "ip.proto==6,wrapper"]
    if "wrapper" not in wireshark.run(*words, "-r", wireshark.share(CAPTURE), "-Tfields", "-e",
                                      "frame.protocols").stdout:
        pytest.skip("no Lua")
    harness.assert_same(wireshark.connmon(CAPTURE, *words), oracle.expectations(CAPTURE))


def test_tcp_is_disabled(wireshark):
    assert not wireshark.connmon(CAPTURE, "--disable-protocol", "tcp")


def list_captures():
    files = [p for p in sorted([*([] if ONCE else CAPTURES.glob("*")), *CAPTURES.glob("cases/*")])
             if re.search(r"\.(pcap|pcapng|dmp|cap)(\.gz)?$", p.name)]
    return [p for p in files if p.stat().st_size < 800_000]


@pytest.mark.parametrize("capture", list_captures(), ids=lambda p: p.name)
def test_all_else_is_the_same(wireshark, bare, sessions, capture):
    """Field by field, and in the list. Of many packets, the first."""
    words = ["-nTpdml", "-c5000", "-r", wireshark.share(capture)]
    done = wireshark.execute("tshark", *words)
    assert done.stdout and without_ours(done.stdout) == without_ours(bare(*words).stdout)
    for sharkd in sessions:
        sharkd.load(capture)
    ours, theirs = (sharkd.ask("frames", limit=5000) for sharkd in sessions)
    assert ours and ours == theirs


@pytest.mark.parametrize("words", [["-nqz", "io,phs"], ["-2nqz", "io,phs"], ["-G", "decodes"]], ids=" ".join)
def test_so_are_reports(wireshark, bare, words):
    words = words if "-G" in words else [*words, "-r", wireshark.share(CAPTURE)]
    assert wireshark.execute("tshark", *words).stdout == bare(*words).stdout != ""


def test_samples_are_not_taken(wireshark):
    """OpenFlow's packet-in: the connection to the controller counts, not the packet that it tells of."""
    packets = []
    Connection(packets, server=("198.51.100.2", 80)).open(0)   # so that no stream counts that is 0 by default
    c = Connection(packets, server=("198.51.100.2", 6653))
    c.open(50)
    inner = Connection([], client=("203.0.113.1", 7), server=("203.0.113.2", 8))
    inner.open(0)
    sent = 1
    for i, packet in enumerate(inner.packets):
        message = encapsulations.packet_in(packet.data)
        c.client(100 + 10 * i, sent, 1, payload=message)
        sent += len(message)
        c.server(104 + 10 * i, 1, sent)
    capture = wireshark.write(packets)
    rows = wireshark.fields(capture, ["tcp.stream", "connmon.flow", "connmon.rtt.seqno"])[6:]
    flow = "192.0.2.1:40000+198.51.100.2:6653"
    assert rows == 3 * [["1,2", flow, ""], ["1", "198.51.100.2:6653+192.0.2.1:40000", "0.004000000"]]
    wireshark.check(capture, oracle.expectations(capture))
