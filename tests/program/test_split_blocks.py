"""What captures tell of themselves, and what the files of --split repeat of it."""
import struct

import pytest

import packets
from split_folder import blocks, read_index, records, same, shown, split
from test_files import block, enhanced, interface, old, option, section, simple


def connection_blocks(count=6, order="<", comment=b""):
    made = []
    connection = packets.Connection(made)
    connection.open(0)
    for i in range(count - 3):
        connection.client(30 + i, 1 + i, 1, length=1)
    options = option(1, comment, order) + struct.pack("HH", 0, 0) if comment else b""
    blobs = []
    for i, p in enumerate(made):
        whole = enhanced(p, p.time // 1000, i % 2, order)
        body = whole[8:-4] + options
        blobs.append(block(6, body, order))
    return blobs


@pytest.mark.parametrize("order", "<>")
def test_sections_interfaces_and_names(connmon, tmp_path, order):
    head = option(1, b"a comment", order) + option(4, b"who made it", order) + b"\0" * 4
    begin = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, 1234) + head, order)
    one = interface(options=option(2, b"eth0", order) + option(9, b"\6", order), order=order)
    two = interface(options=option(2, b"wlan0", order) + option(3, b"a radio", order), order=order)
    records = [bytes([192, 0, 2, 1]) + b"client.example\0", bytes([9, 9, 9, 9]) + b"other.example\0"]
    resolved = block(4, b"".join(option(1, r, order) for r in records) + b"\0" * 4, order)
    keys = block(10, struct.pack(order + "II", 0x544C534B, 4) + b"keys", order)
    statistics = block(5, struct.pack(order + "III", 0, 0, 0), order)
    made = connection_blocks(order=order, comment=b"why it is here")
    (tmp_path / "in").write_bytes(
        begin + one + two + keys + b"".join(made) + statistics + resolved + resolved)
    done = connmon.run("-r", tmp_path / "in", "--split", tmp_path / "split")
    assert "1 blocks of keys in none of them" in done.stderr
    (connection,) = read_index(tmp_path / "split")
    path = tmp_path / "split" / connection["file"]
    kinds, bodies = zip(*blocks(path))
    assert kinds == (0x0A0D0D0A, 1, 6, 1, *[6] * 5, 4)
    assert bodies[0] == begin.replace(struct.pack(order + "q", 1234), b"\xff" * 8)
    assert [*bodies[1:9]] == [one, made[0], two, *made[1:]]
    assert bodies[9] == block(4, option(1, records[0], order) + b"\0" * 4, order)
    assert shown(path, "frame.interface_name")[:3] == ["eth0", "wlan0", "eth0"]
    assert shown(path, "frame.comment") == ["why it is here"] * 6


def test_sections_follow_one_another(connmon, tmp_path):
    """Each with its interfaces, of which one comes late."""
    made = connection_blocks()
    numbers = struct.pack("<III", 6, len(made[3]), 1), struct.pack("<III", 6, len(made[3]), 0)
    late = interface(options=option(2, b"late"))
    first, other = interface(options=option(2, b"first")), interface(options=option(2, b"other"))
    blob = (section() + first + made[0] + late + made[1] + made[2]
            + section() + other + late + made[3] + made[5])
    (connection,) = split(connmon, tmp_path, "-r", "-", stdin=blob)
    path = tmp_path / connection["file"]
    assert [body for _, body in blocks(path)] == [
        section(), first, made[0], late, made[1], made[2],
        section(), late, made[3].replace(*numbers), made[5].replace(*numbers)]


def many_interfaces(count, connections, packets_each):
    """Packets that come on another interface each."""
    made = []
    for i in range(connections):
        client = packets.Connection(made, client=("192.0.2.1", 1024 + i))
        for _ in range(packets_each):
            client.client(i, 0, flags=packets.SYN)
    told = [interface(options=option(2, b"if%d" % i)) for i in range(count)]
    return section() + b"".join(told) + b"".join(
        enhanced(p, p.time // 1000, i % count) for i, p in enumerate(made))


def test_only_interfaces_of_the_connection(connmon, tmp_path):
    """Numbered as they come."""
    blob = many_interfaces(500, 250, 2)
    index = split(connmon, tmp_path / "split", "-r", "-", stdin=blob)
    for i, connection in enumerate(index):
        path = tmp_path / "split" / connection["file"]
        assert [kind for kind, _ in blocks(path)] == [0x0A0D0D0A, 1, 6, 1, 6]
        if i % 50 == 0:
            assert shown(path, "frame.interface_name") == [f"if{2 * i}", f"if{2 * i + 1}"]
    assert sum(path.stat().st_size for path in (tmp_path / "split").glob("*.pcapng")) < 3 * len(blob)


def test_more_interfaces_than_a_file_tells_at_once(connmon, tmp_path):
    (connection,) = split(connmon, tmp_path, "-r", "-", stdin=many_interfaces(20, 1, 50))
    assert shown(tmp_path / connection["file"], "frame.interface_name") == \
        [f"if{i % 20}" for i in range(50)]


def test_simple_packets_among_interfaces(connmon, tmp_path):
    """They are of the first interface, whatever came first."""
    made = []
    packets.Connection(made).open(0)
    one, two = interface(options=option(2, b"one")), interface(options=option(2, b"two"))
    blob = (section() + one + two + enhanced(made[0], 1, 1) + simple(made[1]) + enhanced(made[2], 2, 1))
    (connection,) = split(connmon, tmp_path, "-r", "-", stdin=blob)
    assert (tmp_path / connection["file"]).read_bytes() == (
        section() + two + enhanced(made[0], 1) + section() + one + simple(made[1])
        + two + enhanced(made[2], 2, 1))


@pytest.mark.parametrize("order", "<>")
def test_long_descriptions_are_not_repeated(connmon, tmp_path, order):
    """Of a section and an interface; a clock is kept, and a packet's own comment."""
    long, comment = option(1, b"?" * 60000, order), b"!" * 60000
    end = b"\0" * 4
    digits, name = option(9, b"\x09", order), option(2, b"eth0", order)
    begin = section(order)[:-4]
    begin = block(0x0A0D0D0A, begin[8:] + long + option(4, b"who", order) + end, order)
    told = interface(options=long + name + option(3, b"d" * 1900, order) + digits + end, order=order)
    made = connection_blocks(order=order, comment=comment)
    made = [body[:8] + struct.pack(order + "I", 0) + body[12:] for body in made]
    done = connmon.run("-r", "-", "--split", tmp_path, stdin=begin + told + b"".join(made))
    assert "2 options beyond 2 KiB" in done.stderr
    (connection,) = read_index(tmp_path)
    path = tmp_path / connection["file"]
    assert [body for _, body in blocks(path)] == [
        block(0x0A0D0D0A, section(order)[8:-4] + option(4, b"who", order) + end, order),
        interface(options=name + option(3, b"d" * 1900, order) + digits + end, order=order), *made]


def test_names_are_bounded(connmon, tmp_path):
    """The first of an address and the latest are kept: Wireshark shows the last, from 4.2 on the first."""
    address = bytes([192, 0, 2, 1])
    told = [option(1, address + b"name%d.example\0" % i) for i in [*range(3000), 77]]
    blob = section() + interface() + block(4, b"".join(told) + b"\0" * 4) + b"".join(
        body for body in connection_blocks(count=4)[::2])
    (tmp_path / "in").write_bytes(blob)
    done = connmon.run("-r", tmp_path / "in", "--split", tmp_path / "split")
    (connection,) = read_index(tmp_path / "split")
    path = tmp_path / "split" / connection["file"]
    (kept,) = [body for kind, body in blocks(path) if kind == 4]
    assert 500 < len(kept) < 1700 and all(
        name in kept for name in (b"name0.example", b"name77.example", b"name2999."))
    assert "name" in done.stderr and "beyond 1 KiB of an address" in done.stderr
    resolved = ["-N", "n", "-2"]
    whole = shown(tmp_path / "in", "ip.src_host", *resolved)
    assert whole[0] in ("name77.example", "name0.example") and shown(path, "ip.src_host", *resolved) == whole


def test_old_and_simple_blocks(connmon, tmp_path):
    made = []
    packets.Connection(made).open(0)
    for i, blob in enumerate([b"".join(old(p, p.time // 1000) for p in made),
                              b"".join(simple(p) for p in made)]):
        (connection,) = split(connmon, tmp_path / str(i), "-r", "-",
                              stdin=section() + interface() + blob)
        assert (tmp_path / str(i) / connection["file"]).read_bytes() == \
            section() + interface() + blob
    assert connection["file"].endswith("-unknown.pcapng")


@pytest.mark.parametrize("magic, unit", [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_precision_link_type_and_snapshot_are_kept(connmon, tmp_path, magic, unit, order, source):
    made = []
    packets.Connection(made, wrap=lambda data: data).open(1.234567)
    head = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 4321, 101)
    (tmp_path / "in").write_bytes(head + b"".join(
        struct.pack(order + "IIII", 0, p.time // unit, len(p.data), len(p.data)) + p.data
        for p in made))
    source = ["-r", tmp_path / "in"] if source == "file" else ["-r", "-"]
    stdin = (tmp_path / "in").read_bytes()
    (connection,) = split(connmon, tmp_path / "pcap", *source, "--split-format", "pcap",
                          stdin=stdin)
    blob = (tmp_path / "pcap" / connection["file"]).read_bytes()
    assert blob[:24] == struct.pack("=IHHiIII", magic, 2, 4, 0, 0, 4321, 101)
    assert packets.read_pcap(tmp_path / "pcap" / connection["file"])[0] == \
        packets.read_pcap(tmp_path / "in")[0]
    (connection,) = split(connmon, tmp_path / "pcapng", *source, stdin=stdin)
    path = tmp_path / "pcapng" / connection["file"]
    digits = bytes([6 if unit == 1000 else 9])
    assert blocks(path)[1] == (1, interface(101, 4321, option(9, digits) + b"\0" * 4))
    assert same(records(path)) == same(records(tmp_path / "in"))


def test_pcap_cannot_mix_link_types(connmon, tmp_path):
    made = []
    packets.Connection(made).open(0)
    raw = packets.Packet(made[1].time, made[1].data[14:])
    blob = section() + interface() + interface(101) + b"".join(
        enhanced(p, p.time // 1000, i % 2) for i, p in enumerate([made[0], raw, made[2]]))
    done = connmon.run("-r", "-", "--split", tmp_path, "--split-format", "pcap", stdin=blob,
                       status=2)
    assert "several link types" in done.stderr and "1 packets are in no file" in done.stderr
    (connection,) = read_index(tmp_path)
    assert len(packets.read_pcap(tmp_path / connection["file"])[0]) == 2


@pytest.mark.parametrize("unit", [1000, 1], ids=["us", "ns"])
@pytest.mark.parametrize("begin", [2**31 - 1, 2**32 - 2])
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_times_until_2106_are_kept(connmon, tmp_path, unit, begin, form):
    made = []
    packets.Connection(made).open(begin * 1000 + 990)
    packets.write_pcap(tmp_path / "in", made, unit=unit)
    (connection,) = split(connmon, tmp_path / "out", "-r", tmp_path / "in", "--split-format", form)
    assert same(records(tmp_path / "out" / connection["file"])) == same(made)


@pytest.mark.parametrize("first", [-1, 2**32 - 1], ids=["before 1970", "after 2106"])
def test_pcap_cannot_tell_other_times(connmon, tmp_path, first):
    """pcapng can: by its offset, or its 64 bits."""
    made = []
    packets.Connection(made).open(0, 900, 900)
    offset = option(14, struct.pack("<q", first))
    blob = section() + interface(options=offset) + b"".join(
        enhanced(p, p.time // 1000 + 500_000) for p in made)
    done = connmon.run("-r", "-", "--split", tmp_path / "pcap", "--split-format", "pcap",
                       stdin=blob, status=2)
    lost = 1 if first < 0 else 2
    assert "as only pcapng can" in done.stderr and f"{lost} packets are in no file" in done.stderr
    (connection,) = read_index(tmp_path / "pcap")
    kept = packets.read_pcap(tmp_path / "pcap" / connection["file"])[0]
    expected = [first * 10**9 + p.time + 500_000_000 for p in made]
    assert [p.time for p in kept] == [t for t in expected if 0 <= t < 2**32 * 10**9]
    (connection,) = split(connmon, tmp_path / "pcapng", "-r", "-", stdin=blob)
    assert (tmp_path / "pcapng" / connection["file"]).read_bytes() == blob.replace(
        struct.pack("<q", -1), b"\xff" * 8)


def test_too_much_to_repeat(connmon, tmp_path):
    """Interfaces whose descriptions take megabytes are not written in front of each connection."""
    told = interface(options=option(1, b"?" * 1900)) * 10000
    done = connmon.run("-r", "-", "--split", tmp_path, status=2,
                       stdin=section() + told + b"".join(connection_blocks()))
    assert "16 MiB of interfaces" in done.stderr and "6 packets are in no file" in done.stderr
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 10000
