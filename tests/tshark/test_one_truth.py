"""The program connmon and the plugin, packet by packet: the same fields, or a reason why not."""
import gzip
import json
import pathlib
import random
import struct

import pytest

import encapsulations
from folders import discover
from packets import Connection, Packet, cut
from test_fields import DEPENDS_ON_VERSION
from test_random import STEPS, segment

# Where a payload dissector began a conversation of its own, Wireshark's next packets have another
# tcp.stream.
RESTREAMED = {"dissector-begins-conversation.pcap"}
# With fractions of a second that are none, of which each makes its own time.
SPOILED = {"bug8.pcap", "kday4.pcap", "kday7.pcap"}
# In Cisco FabricPath without an FCS, for which Wireshark before 4.6 takes the last bytes all the same.
WITHOUT_FCS = {"ajp.pcap"}
CAPTURES = [capture for capture, _ in discover() if capture.name not in RESTREAMED]
# Why only one of the two sees a packet, or each sees another TCP header of it.
REASSEMBLED = "Wireshark puts fragments together; the program counts and skips them"
NEEDS_WINDOW = "Wireshark before 4.6 takes no TCP header that was cut before its window"


def reason(frame):
    """Why that frame may differ, of what Wireshark tells of it; None: it may not."""
    is_fragment, lacks_window = frame
    if is_fragment:
        return REASSEMBLED
    return NEEDS_WINDOW if lacks_window else None


def frames(recording):
    """{frame: what reason() wants to know}."""
    found = {}
    for number, port, window, *flags in recording.fields(
            "frame.number", "tcp.srcport", "tcp.window_size_value",
            "ip.flags.mf", "ip.frag_offset", "ipv6.fraghdr.more", "ipv6.fraghdr.offset"):
        is_fragment = any(set(flag.split(",")) - {"", "0", "False"} for flag in flags)
        found[int(number)] = is_fragment, bool(port and not window)
    return found


def packets_of(text):
    """{frame: its JSON object}, with numbers as they were written."""
    found = [json.loads(line, parse_float=str) for line in text.splitlines()]
    return {packet["frame"]: packet for packet in found}


def program(request):
    """As built beside the plugin."""
    plugin = pathlib.Path(request.config.getoption("--plugin"))
    return plugin.resolve().parents[1] / "src/program/connmon"


def run(wireshark, request, capture):
    """What the program prints. It leaves decompression to others."""
    blob = capture.read_bytes()
    name, stdin = (capture, b"") if blob[:2] != b"\x1f\x8b" else ("-", gzip.decompress(blob))
    done = wireshark.execute(program(request), "-q", "--json", "-r", name, stdin=stdin)
    assert done.returncode == 0 and not done.stderr
    return done.stdout


def ends(packet):
    """Of either direction the same."""
    return frozenset(packet["connmon.flow"].split("+"))


def differing(plugin, ours):
    """Frames that only one saw, or in which each saw another segment."""
    return {frame for frame in plugin.keys() | ours.keys()
            if frame not in plugin or frame not in ours
            or plugin[frame]["connmon.flow"] != ours[frame]["connmon.flow"]}


def compare(wireshark, recorded, request, capture):
    """Checks all packets of a capture; returns the reasons that were needed."""
    plugin = packets_of(recorded(capture).text("packets"))
    ours = packets_of(run(wireshark, request, wireshark.share(capture)))
    about = frames(recorded(capture))
    reasons = {frame: reason(about[frame]) for frame in differing(plugin, ours)}
    assert None not in reasons.values(), [
        (frame, plugin.get(frame), ours.get(frame)) for frame in reasons if not reasons[frame]]
    # What else these connections' packets tell builds on the packets that differ.
    apart = {ends(packets[frame]) for packets in (plugin, ours) for frame in reasons
             if frame in packets}
    streams = set()
    for frame in plugin.keys() - reasons.keys():
        expected, found = dict(plugin[frame]), dict(ours[frame])
        streams.add((expected.pop("stream"), found.pop("stream")))
        if ends(expected) not in apart and capture.name not in SPOILED:
            assert found == expected
    assert len({a for a, _ in streams}) == len({b for _, b in streams}) == len(streams)
    return set(reasons.values())


def only_here(wireshark):
    """Later versions begin new streams in more cases. The program keeps to 4.0's."""
    if wireshark.version >= (4, 2):
        pytest.skip("depends on Wireshark's version")


def only_alike(wireshark, capture):
    """Where Wireshark dissects it as the program does."""
    if capture.name in WITHOUT_FCS:
        if wireshark.version < (4, 6):
            pytest.skip("is cut by Wireshark")
    elif capture.name in DEPENDS_ON_VERSION:
        only_here(wireshark)


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_captures(wireshark, recorded, request, capture):
    only_alike(wireshark, capture)
    needed = compare(wireshark, recorded, request, capture)
    expected = {"gtp-fragments.pcap": {REASSEMBLED}, "gtp2_different_udp_port.pcap": {REASSEMBLED},
                "fuzz-2006-09-29-28586.pcap": {NEEDS_WINDOW}}
    assert needed == expected.get(capture.name, set())


def talk(name, wrap, port=40000):
    made = []
    client, server = encapsulations.ends(name, port)
    connection = Connection(made, client=client, server=server, wrap=wrap)
    connection.open(1)
    connection.client(40, 1, 1, length=100, ts=(5, 6))
    connection.server(50, 1, 101, length=50, ts=(7, 5))
    connection.client(60, 101, 1, blocks=(60, 70))
    return made


@pytest.mark.parametrize("name", [*encapsulations.ALL, *encapsulations.MORE])
def test_encapsulations(wireshark, recorded, request, name):
    """Whole, and, as another connection, cut after each byte."""
    wrap = {**encapsulations.ALL, **encapsulations.MORE}[name]
    spoiled = talk(name, wrap, 40001)[3:5]
    made = talk(name, wrap) + [cut(packet, size) for packet in spoiled
                               for size in range(len(packet.data))]
    made = [Packet(i * 10**6, packet.data, packet.wire_len) for i, packet in enumerate(made)]
    needed = compare(wireshark, recorded, request, wireshark.write(made))
    assert needed == ({NEEDS_WINDOW} if wireshark.version < (4, 6) else set())


@pytest.mark.parametrize("name", encapsulations.LINKS)
def test_link_types(wireshark, recorded, request, name):
    link_type, head = encapsulations.LINKS[name]
    made = talk(name, lambda packet: head + packet)
    assert not compare(wireshark, recorded, request, wireshark.write(made, link_type))


def block(kind, body):
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def test_numbers_behind_other_blocks(wireshark, recorded, request, tmp_path):
    """Some of which are frames, too, to Wireshark."""
    event = struct.pack("<HQQIH", 0, 0, 0, 26, 0) + bytes(24)  # of sysdig: 26 bytes, the rest is ignored
    bodies = {4: bytes(4), 9: b"__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=Hello\n",
              0x204: event, 0x216: event, 0x221: event, 10: struct.pack("<II4x", 0x544C534B, 4), 0xBAD: struct.pack("<I8x", 32473),
              0x40000BAD: struct.pack("<I8x", 32473)}
    # Later ones know more kinds of events, and dissect them: they complain of empty ones.
    events = range(0x201, 0x224) if wireshark.version < (4, 2) else []
    kinds = [4, 5, *range(7, 16), 0x101, 0x102, *events, 0xBAD, 0x40000BAD]
    blob = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(
        1, struct.pack("<HHI", 1, 0, 0))
    for i, kind in enumerate(kinds):
        data = talk("ethernet", encapsulations.ethernet, 40000 + i)[0].data + bytes(2)
        blob += block(kind, bodies.get(kind, bytes(48))) + block(
            6, struct.pack("<IIIII", 0, 0, i, len(data) - 2, len(data) - 2) + data)
    (tmp_path / "blocks.pcapng").write_bytes(blob)
    assert not compare(wireshark, recorded, request, tmp_path / "blocks.pcapng")


@pytest.mark.parametrize("steps", STEPS)
def test_random_segments(wireshark, recorded, request, steps):
    """SYNs with new ISNs among them: the ports are used again and again."""
    only_here(wireshark)
    chance, ms, made = random.Random(7), 1_000_000, []
    base = [1000, 2**32 - 10]
    for _ in range(6000):
        ms += chance.choice(STEPS[steps])
        made.append(Packet(ms * 10**6, segment(chance, chance.randrange(2), base)))
    assert not compare(wireshark, recorded, request, wireshark.write(made))
