"""Captures read from files and pipes: what is printed, whatever the format they are kept in."""
import json
import socket
import struct

import pytest

import packets
from conftest import ROOT

CAPTURES = ROOT / "captures"
CHAT = CAPTURES / "KakaoTalk_chat.pcap"
DNS = CAPTURES / "simple-dnscrypt.pcap"


def lines(connmon, *args, **more):
    return connmon.run("-m", *args, **more).stdout.splitlines()


# --- The same packets in other formats

def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link_type=1, snaplen=0, options=b"", order="<"):
    return block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + options, order)


def enhanced(packet, ticks, interface=0, order="<"):
    wire = len(packet.data) if packet.wire_len is None else packet.wire_len
    head = struct.pack(order + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF,
                       len(packet.data), wire)
    return block(6, head + packet.data, order)


def old(packet, ticks, interface=0, order="<"):
    wire = len(packet.data) if packet.wire_len is None else packet.wire_len
    head = struct.pack(order + "HHIIII", interface, 7, ticks >> 32, ticks & 0xFFFFFFFF,
                       len(packet.data), wire)
    return block(2, head + packet.data, order)


def simple(packet, order="<"):
    return block(3, struct.pack(order + "I", len(packet.data)) + packet.data, order)


def made(capture=DNS):
    return packets.read_pcap(capture)[0]


BEGIN = made()[0].time // 10**9


def as_pcap(order, magic, unit):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, 1)
    for p in made():
        s, ns = divmod(p.time, 10**9)
        out += struct.pack(order + "IIII", s, ns // unit, len(p.data), p.wire_len) + p.data
    return out


FORMATS = {
    "pcap, other byte order": as_pcap(">", 0xA1B2C3D4, 1000),
    "pcap, nanoseconds": as_pcap("<", 0xA1B23C4D, 1),
    "pcapng": section() + interface() + b"".join(enhanced(p, p.time // 1000) for p in made()),
    "pcapng, other byte order": section(">") + interface(order=">") + b"".join(
        enhanced(p, p.time // 1000, order=">") for p in made()),
    "pcapng, nanoseconds": section() + interface(options=option(9, b"\x09")) + b"".join(
        enhanced(p, p.time) for p in made()),
    "pcapng, picoseconds": section()
    + interface(options=option(9, b"\x0c") + option(14, struct.pack("<q", BEGIN)))
    + b"".join(enhanced(p, (p.time - BEGIN * 10**9) * 1000) for p in made()),
    "pcapng, old blocks": section() + interface() + b"".join(
        old(p, p.time // 1000) for p in made()),
    "pcapng, time offset": section() + interface(options=option(14, struct.pack("<q", -BEGIN)))
    + b"".join(enhanced(p, p.time // 1000 + BEGIN * 10**6) for p in made()),
    "pcapng, other blocks": section() + interface() + block(0xFFF, b"?" * 5001) + b"".join(
        enhanced(p, p.time // 1000) + block(5, b"statistics") for p in made()),
    "pcapng, a section for each packet": b"".join(
        section(order) + interface(order=order) + enhanced(p, p.time // 1000, order=order)
        for p, order in zip(made(), "<>" * len(made()))),
}


@pytest.mark.parametrize("blob", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_format(connmon, tmp_path, blob, source):
    (tmp_path / "capture").write_bytes(blob)
    want = connmon.run("--json", "-r", DNS)
    if source == "file":
        done = connmon.run("--json", "-r", tmp_path / "capture")
    else:
        done = connmon.run("--json", "-r", "-", stdin=blob)
    assert done.stdout == want.stdout and done.stderr == want.stderr
    assert want.stdout.count("\n") == 111


def test_blocks_that_wireshark_numbers(connmon):
    """As packets, though they are none: a journal's entries, custom blocks and sysdig's events."""
    numbered = [9, 0xBAD, 0x40000BAD, 0x204, 0x216, 0x221]
    others = [4, 5, 7, 8, *range(10, 14), 0x101, 0x203, 0x217, 0x222, 0x80000001]
    blob = section() + interface() + b"".join(
        block(kind, bytes(64)) + enhanced(p, p.time // 1000)
        for kind, p in zip([*others, *numbered], made()))
    shown = connmon.run("--json", "-r", "-", stdin=blob).stdout
    plain = connmon.run("--json", "-r", DNS, "-c", len(others) + len(numbered)).stdout
    frames, expected = ([json.loads(line)["frame"] for line in text.splitlines()]
                        for text in (shown, plain))
    assert frames == [n + max(0, n - len(others)) for n in expected]
    assert frames[-1] > len(others) + len(numbered)


def test_seconds_of_pcap_have_no_sign(connmon, tmp_path):
    """They last from 1970 to 2106, past 2038."""
    times = [0, 2**31 * 10**9 - 10**7, 2**31 * 10**9 + 10**7, 2**32 * 10**9 - 1]
    connection = []
    for time in times:
        packets.Connection(connection).client(time / 10**6, 0, flags=packets.SYN)
        connection[-1].time = time
    for unit in (1, 1000):
        packets.write_pcap(tmp_path / "long.pcap", connection, unit=unit)
        shown = [json.loads(line, parse_float=str)["time"]
                 for line in connmon.run("--json", "-r", tmp_path / "long.pcap").stdout.splitlines()]
        assert shown == [f"{time // 10**9}.{time // unit * unit % 10**9:09}" for time in times]


def linked(packet, link_type):
    """The packet of an Ethernet as another link has it."""
    head = {1: packet.data[:14], 101: b"", 113: bytes(14) + packet.data[12:14]}[link_type]
    data = head + packet.data[14:]
    return packets.Packet(packet.time, data, packet.wire_len - 14 + len(head))


def without_bytes(text):
    return [line.split()[:6] + line.split()[7:] for line in text]


@pytest.mark.parametrize("filter", [[], ["-f", "tcp port 50233"]], ids=["all", "filter"])
def test_interfaces_of_several_link_types(connmon, tmp_path, filter):
    """Of which libpcap would only read the first; all see the same connections."""
    kinds = [1, 101, 113]
    blob = section() + b"".join(interface(kind, 96 + kind) for kind in kinds)
    for i, p in enumerate(made()):
        blob += enhanced(linked(p, kinds[i % 3]), p.time // 1000, i % 3)
    (tmp_path / "capture").write_bytes(blob)
    assert without_bytes(lines(connmon, "-r", tmp_path / "capture", *filter)) == \
        without_bytes(lines(connmon, "-r", DNS, *filter))


def test_filter_without_meaning_for_a_link_type(connmon):
    """Ethernet's addresses are none of raw IP's: such packets do not match, and are counted."""
    other = packets.Packet(0, made()[0].data[14:])
    filter = ["-f", "ether src " + made()[0].data[6:12].hex(":")]
    blob = section() + interface(101) + interface()
    for p in made():
        blob += enhanced(other, p.time // 1000) + enhanced(p, p.time // 1000, 1)
    done = connmon.run("--json", "-r", "-", *filter, stdin=blob)
    want = connmon.run("--json", "-r", DNS, *filter)
    frames, expected = ([json.loads(line)["frame"] for line in run.stdout.splitlines()]
                        for run in (done, want))
    assert frames == [2 * n for n in expected] and frames
    assert done.stderr == want.stderr.replace(
        "\n", f", {len(made())} of link types that the filter cannot judge\n")


def test_filter_without_meaning_for_all_packets(connmon):
    """It is not the one that was meant."""
    filter = "ether host 1:2:3:4:5:6"
    blob = section() + interface(101) + enhanced(made()[0], 0)
    connmon.refuses("-r", "-", "-f", filter, status=1, names="-f ", stdin=blob)
    connmon.run("-r", "-", "-f", filter, stdin=section() + interface(101))


@pytest.mark.parametrize("filter", ["tcp port", "wlan type mgt"])
def test_filter_without_meaning_at_all(connmon, filter):
    """Is told before a packet is read."""
    connmon.refuses("-r", "-", "-f", filter, status=1, names=f"-f {filter}: ",
                    stdin=section() + interface())


@pytest.mark.parametrize("name, number", [("port https", "port 443"),
                                          ("host localhost", "host 127.0.0.1 or ip6 host ::1")])
def test_filter_with_names(connmon, name, number):
    """Which are looked up before the sandbox is entered."""
    try:
        socket.getservbyname("https"), socket.gethostbyname("localhost")
    except OSError:
        pytest.skip("this system knows no names")
    named, numbered = (connmon.run("-r", CHAT, "-f", words) for words in (name, number))
    assert named.stdout == numbered.stdout and named.stderr == numbered.stderr


def test_packets_without_time(connmon):
    """Simple packets have none, so nothing can be timed; the rest is there."""
    blob = section() + interface() + b"".join(simple(p) for p in made())
    done = connmon.run("--json", "-r", "-", stdin=blob)
    assert done.stdout.count("\n") == 111
    assert '"time"' not in done.stdout and '"connmon.rtt"' not in done.stdout


# --- What is wrong with a file

BROKEN = {
    "empty": (b"", "is empty"),
    "foreign": (b"#!/bin/sh\necho this is no capture at all, but text\n", "unknown file format"),
    "compressed": (b"\x1f\x8b\x08\0", "zcat"),
    "header cut": (CHAT.read_bytes()[:13], "truncated"),
    "packet cut": (CHAT.read_bytes()[:-5], "truncated"),
    "record cut": (CHAT.read_bytes()[:24 + 7], "truncated"),
    "pcapng cut": (FORMATS["pcapng"][:-5], "cut short"),
    "pcapng head cut": (FORMATS["pcapng"] + b"\6\0\0", "cut short"),
    "byte order": (section().replace(struct.pack("<I", 0x1A2B3C4D), b"abcd"), "byte order"),
    "no section": (b"\n" + b"\r" * 30, "section"),
    "no interface": (section() + enhanced(made()[0], 0), "interface 0"),
    "short block": (section() + struct.pack("<III", 6, 11, 11), "11 bytes"),
    "packet in short block": (section() + interface() + block(6, b"?" * 16), "short"),
    "huge block": (section() + interface() + struct.pack("<II", 6, 0x7FFFFFF0), "more than"),
    "packet longer than block": (section() + interface() + block(6, struct.pack(
        "<IIIII", 0, 0, 0, 64, 64) + b"?" * 60), "ends before"),
}


@pytest.mark.parametrize("blob, words", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_broken_file(connmon, tmp_path, blob, words, source):
    (tmp_path / "broken").write_bytes(blob)
    if source == "file":
        done = connmon.refuses("-r", tmp_path / "broken", status=2, names=str(tmp_path / "broken"))
    else:
        done = connmon.refuses("-r", "-", stdin=blob, status=2, names="standard input")
    assert words in done.stderr


@pytest.mark.parametrize("capture", [CHAT, "pcapng"], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("mode", [[], ["--json"], ["--conversations"], ["--hosts", "--csv"]])
def test_what_was_read_before_the_damage_is_printed(connmon, tmp_path, capture, mode):
    blob = FORMATS[capture] if capture == "pcapng" else capture.read_bytes()
    (tmp_path / "whole").write_bytes(blob)
    (tmp_path / "cut").write_bytes(blob[:-5])
    done = connmon.run("-r", tmp_path / "cut", *mode, status=2)
    count = connmon.run("-r", tmp_path / "whole", "--json").stdout.count("\n")
    packets = 111 if capture == "pcapng" else 347
    want = connmon.run("-r", tmp_path / "whole", *mode, "-c", packets - 1)
    assert done.stdout == want.stdout and count > 100
    assert f"{packets - 1} packets" in done.stderr


def test_missing_file(connmon, tmp_path):
    connmon.refuses("-r", tmp_path / "missing", status=2, names="missing: No such file")
    connmon.refuses("-r", tmp_path, status=2, names=f"{tmp_path}: Is a directory")


def test_runts_and_noise_do_not_end_the_run(connmon, tmp_path):
    """Not even of a link type that nobody knows."""
    noise = [packets.Packet(p.time, b"\xff" * size, 60) for size, p in enumerate(made()[:20])]
    some = [packet for pair in zip(noise, made()) for packet in pair]
    packets.write_pcap(tmp_path / "noise.pcap", some)
    assert len(lines(connmon, "-r", tmp_path / "noise.pcap")) == \
        len(lines(connmon, "-r", DNS, "-c", 20)) > 5
    blob = section() + interface(147) + interface() + b"".join(
        enhanced(p, p.time // 1000, i % 2) for i, p in enumerate(some))
    done = connmon.run("-m", "-r", "-", stdin=blob)
    assert done.stdout.splitlines() == lines(connmon, "-r", DNS, "-c", 20)
    assert "20 of unknown link types" in done.stderr
