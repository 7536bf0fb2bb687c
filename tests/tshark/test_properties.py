"""What must not change the results: real captures, rewritten byte by byte."""
import pytest

import harness
from folders import of_any_version
from packets import ACK, Connection, Packet, TcpView, read_pcap

CAPTURES = [harness.ROOT / "captures" / name for name in (
    "mptcp-v0.pcap", "fix.pcap", "no_sni.pcap", "long_tls_certificate.pcap", "ssh.pcap",
    "selfsigned.pcap", "coarse-clocks.pcap", "reused-ports.pcap", "seq-events.pcap", "dup-acks.pcap",
    "pure-ack-slack.pcap", "ftp-start-tls.pcap")]
ETHERNET_CAPTURES = [capture for capture in CAPTURES if capture.name != "selfsigned.pcap"]
TIMESTAMPS, SACK = 8, 5
pytestmark = of_any_version
MANY = 4  # a rewritten capture must have had that many packets to rewrite


def name(capture):
    return capture.name


@pytest.fixture(scope="module")
def unchanged(recorded):
    return {capture: recorded(capture).connmon() for capture in CAPTURES}


def rewrite(capture, change):
    """The packets of a capture, with `change` made to each of TCP."""
    packets, _ = read_pcap(capture)
    views = [TcpView(packet.data) for packet in packets]
    tcp = [view for view in views if view.is_tcp]
    assert len(tcp) >= MANY
    for view in tcp:
        change(view)
    return [Packet(p.time, bytes(view.data), p.wire_len) for p, view in zip(packets, views)]


def tcp_views(capture):
    views = [TcpView(packet.data) for packet in read_pcap(capture)[0]]
    return [view for view in views if view.is_tcp]


def middle(values):
    return sorted(values)[len(values) // 2]


@pytest.mark.parametrize("capture", ETHERNET_CAPTURES, ids=name)
def test_seqnos_modulo_2_32(wireshark, unchanged, capture):
    """Each direction's seqnos wrap about where half of its packets have passed."""
    seqnos = {}
    for view in tcp_views(capture):
        seqnos.setdefault(view.ends, []).append(view.get(view.tcp + 4))
    shift = {ends: -middle(values) for ends, values in seqnos.items()}

    def change(view):
        back = shift.get(view.ends[::-1], 12345)
        view.add(view.tcp + 4, shift[view.ends])
        if view.flags & ACK:
            view.add(view.tcp + 8, back)
        for kind, at, size in view.options():
            for edge in range(at, at + size - 3, 4) if kind == SACK else ():
                view.add(edge, back)

    found = wireshark.connmon(wireshark.write(rewrite(capture, change)))
    harness.assert_same(found, unchanged[capture])


@pytest.mark.parametrize("capture", ["mptcp-v0.pcap", "fix.pcap", "coarse-clocks.pcap",
                                     "reused-ports.pcap", "pure-ack-slack.pcap"])
def test_timestamps_modulo_2_32(wireshark, unchanged, capture):
    capture = harness.ROOT / "captures" / capture
    values = {}
    for view in tcp_views(capture):
        for kind, at, size in view.options():
            if (kind, size) == (TIMESTAMPS, 8):
                values.setdefault(view.ends, set()).add(view.get(at))
    shift = {ends: -middle(values[ends]) - 1 for ends in values}
    # 0 says that there is no timestamp, so no value may become 0.
    for ends in shift:
        while -shift[ends] & 0xFFFFFFFF in values[ends]:
            shift[ends] -= 1

    def change(view):
        for kind, at, size in view.options():
            if (kind, size) == (TIMESTAMPS, 8):
                for place, ends in (at, view.ends), (at + 4, view.ends[::-1]):
                    if view.get(place):
                        view.add(place, shift.get(ends, 0))

    found = wireshark.connmon(wireshark.write(rewrite(capture, change)))
    harness.assert_same(found, unchanged[capture])


def dotted(address):
    return ".".join(map(str, address))


@pytest.mark.parametrize("capture", ETHERNET_CAPTURES, ids=name)
def test_hosts_change_addresses(wireshark, unchanged, capture):
    """The lowest address becomes the highest, and so on: only the names of flows change."""
    hosts = sorted({host for view in tcp_views(capture) for host, _ in view.ends})
    new = dict(zip(hosts, reversed(hosts)))

    def change(view):
        (src, _), (dst, _) = view.ends
        view.data[26:34] = new[src] + new[dst]

    def rename(flow):
        names = {dotted(old): dotted(new[old]) for old in hosts}
        ends = [end.split(":") for end in flow.split("+")]
        return "+".join(f"{names[host]}:{port}" for host, port in ends)

    expected = {frame: {**row, "flow": rename(row["flow"])}
                for frame, row in unchanged[capture].items()}
    found = wireshark.connmon(wireshark.write(rewrite(capture, change)))
    harness.assert_same(found, expected)


@pytest.mark.parametrize("capture", CAPTURES, ids=name)
def test_another_time(wireshark, unchanged, capture):
    """The middle of the capture is when seconds since 1970 pass 2^31, and 1 ns is added."""
    packets, link_type = read_pcap(capture)
    shift = 2**31 * 10**9 - packets[len(packets) // 2].time + 1
    moved = [Packet(p.time + shift, p.data, p.wire_len) for p in packets]
    found = wireshark.connmon(wireshark.write(moved, link_type))
    harness.assert_same(found, unchanged[capture])


@pytest.mark.parametrize("capture", ETHERNET_CAPTURES, ids=name)
def test_an_unrelated_connection_in_between(wireshark, unchanged, capture):
    packets, _ = read_pcap(capture)
    other = []
    connection = Connection(other, client=("203.0.113.1", 4000), server=("203.0.113.2", 4001))
    for i in range(len(packets)):
        connection.send(0, i % 2, i // 2 * 10, i // 2 * 10, 10, ts=(i + 1, i))
    mixed = [p for pair in zip(other, packets) for p in pair]
    for before, after in zip(mixed[::2], mixed[1::2]):
        before.time = after.time

    def renumber(row):
        frames = {f.column for f in harness.FIELDS if f.kind.startswith("PACKET")}
        return {column: str(2 * int(value)) if column in frames and value != "-" else value
                for column, value in row.items()}

    found = wireshark.connmon(wireshark.write(mixed))
    found = {frame: row for frame, row in found.items() if "203.0.113." not in row["flow"]}
    harness.assert_same(found, {2 * frame: renumber(row)
                                for frame, row in unchanged[capture].items()})
