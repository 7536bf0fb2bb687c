"""Connections as files of their own: whole, each packet once, and an index that says where."""
import json
import os
import plistlib
import subprocess

import pytest

import packets
from conftest import ROOT
from folders import FOLDERS
from split_folder import (as_strings, blocks, cut_out, files_of, packet_blocks, read_index, read_text,
                          records, same, shown, split, tcp_frames)

CAPTURES = sorted({path.name: path for folder in reversed(FOLDERS) for path in folder.glob("*")
                   if path.suffix in (".pcap", ".pcapng", ".dmp")}.values())
PCAPNGS = [path for path in CAPTURES if path.suffix == ".pcapng"]
DNS = ROOT / "captures/simple-dnscrypt.pcap"
CHAT = ROOT / "captures/KakaoTalk_chat.pcap"
NAME = "0123456789abcdef._-"


def names(paths):
    return [path.name for path in paths]


def run_within(connmon, limit, *args, status=0):
    """With one of the shell's limits, such as "-n 64"."""
    done = subprocess.run(["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", connmon.path,
                           *map(str, args)], capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stderr
    return done


# --- Every packet, once

@pytest.mark.parametrize("capture", CAPTURES, ids=names(CAPTURES))
@pytest.mark.parametrize("args", [[], ["--flows"], ["--split-format", "pcap"]],
                         ids=["connections", "flows", "pcap"])
def test_each_frame_is_in_one_file(connmon, tmp_path, capture, args):
    index = split(connmon, tmp_path / "split", "-r", capture, *args)
    files = [file for connection in index for file in files_of(connection)]
    assert sorted([n for _, frames in files for n in frames]) == tcp_frames(connmon, capture)
    assert sorted([*(name for name, _ in files), "index.jsonl"]) == \
        sorted(path.name for path in (tmp_path / "split").iterdir())
    original = records(capture)
    for name, frames in files:
        assert set(name) <= set(NAME + "pcapng") and not name.startswith(".")
        assert same(records(tmp_path / "split" / name)) == same(original[n - 1] for n in frames)


@pytest.mark.parametrize("capture", CAPTURES, ids=names(CAPTURES))
def test_mergecap_gives_the_tcp_part_back(connmon, tmp_path, capture):
    """To the byte, where the clock never steps back nor shows two packets the same time."""
    index = split(connmon, tmp_path / "split", "-r", capture)
    files = [tmp_path / "split" / c["file"] for c in index]
    kind = ["-F", "nsecpcap"]
    if len({body[8:10] for path in files for kind, body in blocks(path) if kind == 1}) != 1:
        pytest.skip("nothing that one pcap file can hold")
    subprocess.run(["mergecap", *kind, "-w", tmp_path / "merged", *files], check=True)
    frames = tcp_frames(connmon, capture)
    original = records(capture)
    wanted = [original[n - 1] for n in frames]
    assert sorted(same(records(tmp_path / "merged"))) == sorted(same(wanted))
    times = [packet.time for packet in wanted]
    if times == sorted(set(times)):
        assert (tmp_path / "merged").read_bytes()[24:] == cut_out(capture, tmp_path / "tcp", frames)


def unnumbered(bodies):
    """Packets' blocks without their interface's number, if they have one."""
    return [body if len(body) < 32 else body[:8] + body[12:] for body in bodies]


@pytest.mark.parametrize("capture", PCAPNGS, ids=names(PCAPNGS))
def test_blocks_stay_as_they_were(connmon, tmp_path, capture):
    """Comments and all other options of packets, sections and interfaces."""
    original = packet_blocks(capture)
    begin = {body for kind, body in blocks(capture) if kind == 1}
    fields = ["frame.interface_name", "-e", "frame.interface_description", "-e", "frame.comment"]
    whole = shown(capture, *fields)
    for i, connection in enumerate(split(connmon, tmp_path / "split", "-r", capture)):
        (name, frames), = files_of(connection)
        path = tmp_path / "split" / name
        assert unnumbered(packet_blocks(path)) == unnumbered(original[n - 1] for n in frames)
        told = [body for kind, body in blocks(path) if kind == 1]
        assert told and set(told) <= begin
        if i < 5:
            assert shown(path, *fields) == [whole[n - 1] for n in frames]


@pytest.mark.parametrize("format", ["json", "txt"])
def test_lines_are_those_of_the_connection(connmon, tmp_path, format):
    plain = connmon.run(*(["--json"] if format == "json" else ["-m"]), "-r", DNS).stdout
    index = split(connmon, tmp_path, "-r", DNS, "--split-format", format, "-m")
    for connection in index:
        ends = [flow["flow"] for flow in connection["flows"]]
        want = [line for line in plain.splitlines() if any(end in line for end in ends)]
        assert (tmp_path / connection["file"]).read_text().splitlines() == want
    assert sum((tmp_path / c["file"]).stat().st_size for c in index) == len(plain)


def json_lines(text, **more):
    return [json.loads(line, **more) for line in text.splitlines()]


@pytest.mark.parametrize("capture", [DNS, CHAT], ids=names([DNS, CHAT]))
@pytest.mark.parametrize("by", [[], ["--flows"]], ids=["connections", "flows"])
def test_outlines_say_what_json_says(connmon, tmp_path, capture, by):
    """Of each packet the same keys, in the same order, with the same values."""
    told = {}
    for form in ("json", "plist", "outline"):
        index = split(connmon, tmp_path / form, "-r", capture, "--split-format", form, *by)
        told[form] = [tmp_path / form / name for c in index for name, _ in files_of(c)]
    assert len(told["json"]) == len(told["plist"]) == len(told["outline"]) > 0
    for wanted, plist, text in zip(*told.values()):
        assert wanted.stem == plist.stem == text.stem
        assert wanted.suffix == ".jsonl" and plist.suffix == ".plist" and text.suffix == ".txt"
        packets_ = json_lines(wanted.read_text(), parse_float=str)  # seconds keep their digits
        got = plistlib.loads(plist.read_bytes())
        assert got == packets_ and [list(packet) for packet in got] == list(map(list, packets_))
        got = read_text(text)
        packets_ = as_strings(json_lines(wanted.read_text(), parse_float=str, parse_int=str))
        assert got == packets_ and [list(packet) for packet in got] == list(map(list, packets_))


def test_outlines_that_are_written_by_turns(connmon, tmp_path):
    """Packets of many connections in turn: each file is begun once, and ended once."""
    made = []
    connections = [packets.Connection(made, client=("192.0.2.1", 2000 + i)) for i in range(40)]
    for i, connection in enumerate(connections):
        connection.open(i)
    for n in range(100):
        for i, connection in enumerate(connections):
            connection.client(100 * (n + 1) + i, 1 + n, 1, length=1)
    packets.write_pcap(tmp_path / "in", made)
    for connection in split(connmon, tmp_path / "out", "-r", tmp_path / "in", "--split-format",
                            "plist"):
        (name, frames), = files_of(connection)
        got = plistlib.loads((tmp_path / "out" / name).read_bytes())
        assert [packet["frame"] for packet in got] == frames and len(frames) == 103


@pytest.mark.parametrize("more", [[], ["--flows"], ["--payload"]],
                         ids=["connections", "flows", "payload"])
def test_index_in_all_its_formats(connmon, tmp_path, more):
    def made(form):
        done = connmon.run("-q", "-r", CHAT, "--split", tmp_path / form, "--index", form, *more)
        assert done.stdout == connmon.run("-q", "-r", CHAT, "--index", form).stdout
        (path,) = (tmp_path / form).glob("index.*")
        return path

    plain = split(connmon, tmp_path / "plain", "-r", CHAT, *more)
    wanted, plist, text = map(made, ("json", "plist", "text"))
    assert [path.name for path in (wanted, plist, text)] == \
        ["index.jsonl", "index.plist", "index.txt"]
    assert json_lines(wanted.read_text()) == plain
    assert text.read_text().count("file: ") > 0
    index = json_lines(wanted.read_text(), parse_float=str)
    for connection in index:  # a property list has no null
        for of in (connection, *connection["flows"]):
            if of.get("file", "") is None:
                del of["file"]
    assert plistlib.loads(plist.read_bytes()) == index
    assert read_text(text) == as_strings(json_lines(wanted.read_text(), parse_float=str,
                                                    parse_int=str))


def test_standard_input(connmon, tmp_path):
    split(connmon, tmp_path / "file", "-r", DNS)
    split(connmon, tmp_path / "pipe", "-r", "-", stdin=DNS.read_bytes())
    assert not subprocess.run(["diff", "-r", tmp_path / "file", tmp_path / "pipe"]).returncode


def test_filter_and_table_go_with_it(connmon, tmp_path):
    done = connmon.run("-r", DNS, "--split", tmp_path, "-f", "tcp port 50259", "--conversations")
    assert len(read_index(tmp_path)) == 1 and "192.168.43.167:50259" in done.stdout
    assert "50233" not in done.stdout and "2 files" in done.stderr


# --- Which connections

def test_worst_and_threshold(connmon, tmp_path):
    rows = connmon.run("--conversations", "--json", "-r", CHAT).stdout
    rows = [json.loads(row) for row in rows.splitlines()]
    slowest = [max(row["client_rtt_p95"] or -1, row["server_rtt_p95"] or -1) for row in rows]
    assert slowest == sorted(slowest, reverse=True)
    chat = ["-r", CHAT]
    index = split(connmon, tmp_path / "worst", *chat, "--worst", 2)
    assert [c["stream"] for c in index] == [row["stream"] for row in rows[:2]]
    assert len(list((tmp_path / "worst").iterdir())) == 3
    limit = sorted(slowest)[len(slowest) // 2]
    index = split(connmon, tmp_path / "limit", *chat, "--min-rtt-p95", limit)
    wanted = {row["stream"] for row, rtt in zip(rows, slowest) if rtt >= limit}
    assert {c["stream"] for c in index} == wanted and 0 < len(wanted) < len(rows)
    assert len(list((tmp_path / "limit").iterdir())) == len(wanted) + 1
    whole = tmp_path / "whole"
    split(connmon, whole, *chat)
    for connection in index:
        assert (whole / connection["file"]).read_bytes() == \
            (tmp_path / "limit" / connection["file"]).read_bytes()
    assert split(connmon, tmp_path / "none", *chat, "--min-rtt-p95", 1000) == []


def test_worst_of_a_broken_capture(connmon, tmp_path):
    (tmp_path / "cut").write_bytes(DNS.read_bytes()[:-5])
    done = connmon.refuses("-r", tmp_path / "cut", "--split", tmp_path / "split", "--worst", 1,
                           status=2, names="truncated")
    assert "2 files" in done.stderr and len(read_index(tmp_path / "split")) == 1


def test_a_pipe_cannot_be_read_twice(connmon, tmp_path):
    """Not by its name either: opening it again would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    process = connmon.start("-r", tmp_path / "pipe", "--split", tmp_path / "split", "--worst", 1)
    with open(tmp_path / "pipe", "wb") as pipe:
        pipe.write(DNS.read_bytes()[:1000])
        pipe.flush()
        assert b"read twice" in process.communicate(timeout=10)[1]
    assert process.returncode == 2 and not (tmp_path / "split").exists()


# --- Payload

def followed(capture, stream):
    """What Wireshark says that each end has sent, by the order in which they sent first."""
    shown = subprocess.run(["tshark", "-r", capture, "-q", "-z", f"follow,tcp,raw,{stream}"],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    ends = [line.split(": ")[1] for line in shown if line.startswith("Node ")]
    sent = {end: b"" for end in ends}
    for line in shown[shown.index(f"Node 1: {ends[1]}") + 1:-1]:
        sent[ends[line.startswith("\t")]] += bytes.fromhex(line)
    return {end.replace("[", "").replace("]", ""): data for end, data in sent.items()}


# Whose streams all versions of Wireshark number alike.
FOLLOWED = [path for path in CAPTURES if path.name in (
    "android.pcap", "ocsp.pcapng", "simple-dnscrypt.pcap", "mptcp-v0.pcap",
    "geneve.pcap", "no_sni.pcap", "whois.pcapng", "alexa-app.pcapng", "whatsapp.pcap")]


@pytest.mark.parametrize("capture", FOLLOWED, ids=names(FOLLOWED))
def test_payload_is_what_wireshark_follows(connmon, tmp_path, capture):
    compared = 0
    for connection in split(connmon, tmp_path, "-r", capture, "--payload")[:15]:
        if any(flow["gaps"] for flow in connection["flows"]):
            continue
        sent = followed(capture, connection["stream"])
        for flow in connection["flows"]:
            got = (tmp_path / flow["file"]).read_bytes() if flow["file"] else b""
            assert got == sent.get(flow["flow"].split("+")[0], b"")
            compared += len(got)
    assert compared > 0


def test_payload_in_order_once_and_its_gaps(connmon, tmp_path):
    made = []
    connection = packets.Connection(made)
    connection.open(0)
    letters = [bytes([97 + i]) * 10 for i in range(8)]

    def send(ms, i, size=10):
        data = letters[i][:size]
        connection.client(ms, 1 + 10 * i, 1, length=size)
        made[-1].data = made[-1].data[:-size] + data

    for ms, i in enumerate([0, 2, 1, 1, 4, 0, 6, 4], 30):
        send(ms, i)
    made.append(packets.cut(packets.Packet(40 * 10**6, made[-1].data), 14 + 40 + 10))
    send(41, 7)
    made[-1] = packets.cut(made[-1], 14 + 40 + 4)
    packets.write_pcap(tmp_path / "in", made)
    (connection,) = split(connmon, tmp_path / "split", "-r", tmp_path / "in", "--payload")
    client, server = connection["flows"]
    assert server["file"] is None and server["gaps"] == []
    assert (tmp_path / "split" / client["file"]).read_bytes() == \
        b"".join(letters[i] for i in (0, 1, 2, 4, 6)) + letters[7][:4]
    assert client["gaps"] == [{"at": 30, "missing": 10}, {"at": 40, "missing": 10},
                              {"at": 54, "missing": 6}]
    assert client["file"].endswith(".bin") and "file" not in connection


# --- Many

def many(path, count, sizes=(100,)):
    """Connections that take turns, each with a packet of each size."""
    made = []
    for round_ in range(len(sizes)):
        for i in range(count):
            ends = {"client": (f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", 1024 + i % 60000)}
            packets.Connection(made, **ends).client(round_ * 100 + i / count, sizes[0] * round_, 1,
                                                    length=sizes[round_])
    packets.write_pcap(path, made)
    return made


def test_more_connections_than_files_can_be_open(connmon, tmp_path):
    made = many(tmp_path / "in", 3000, (10, 10))
    run_within(connmon, "-n 20", "-r", tmp_path / "in", "--split", tmp_path / "split")
    index = read_index(tmp_path / "split")
    assert len(index) == 3000
    for i in range(0, 3000, 500):
        path = tmp_path / "split" / index[i]["file"]
        assert same(records(path)) == same([made[i], made[3000 + i]])


# --- What can go wrong

def test_what_does_not_go_together(connmon, tmp_path):
    where = ["--split", tmp_path / "split"]
    for args, said in [(["-r", DNS, "--flows"], "need --split"),
                       (["-e", DNS, *where], "needs -r"), (["-i", "lo", *where], "needs -r"),
                       (["-r", "-", *where, "--worst", 3], "standard input"),
                       (["-r", "-", *where, "--min-rtt-p95", 3], "standard input"),
                       (["-r", DNS, *where, "--worst", 0], "above 0"),
                       (["-r", DNS, *where, "--worst", "x"], "whole number"),
                       (["-r", DNS, *where, "--min-rtt-p95", "-1"], "a number"),
                       (["-r", DNS, *where, "--split-format", "xml"],
                        "pcapng, pcap, json, txt, plist or outline"),
                       (["-r", DNS, *where, "--payload", "--split-format", "pcap"], "one")]:
        connmon.refuses(*args, status=1, names=said)
    assert not (tmp_path / "split").exists()


def test_folder_that_cannot_be_had(connmon, tmp_path):
    (tmp_path / "file").write_text("")
    connmon.refuses("-r", DNS, "--split", tmp_path / "file", status=2, names="file: Not a dir")
    connmon.refuses("-r", DNS, "--split", tmp_path / "a/b", status=2, names="a/b: No such file")


def test_nothing_is_overwritten_unless_asked(connmon, tmp_path):
    index = split(connmon, tmp_path / "split", "-r", DNS)
    (tmp_path / "outside").write_text("precious")
    first, second, third, _ = [tmp_path / "split" / c["file"] for c in index]
    whole = second.read_bytes()
    first.write_text("mine")
    second.unlink()
    third.unlink()
    third.symlink_to(tmp_path / "outside")
    done = connmon.run("-r", DNS, "--split", tmp_path / "split", status=2)
    for name in (first.name, third.name, "index.jsonl"):
        assert f"lost: {name} in {tmp_path / 'split'}: is there already" in done.stderr
    assert first.read_text() == "mine" and second.read_bytes() == whole
    connmon.run("-r", DNS, "--split", tmp_path / "split", "--overwrite")
    assert first.stat().st_size > 1000 and not third.is_symlink()
    assert (tmp_path / "outside").read_text() == "precious"


def test_lost_files_are_told_in_the_index(connmon, tmp_path):
    index = split(connmon, tmp_path, "-r", DNS)
    (tmp_path / "index.jsonl").unlink()
    (tmp_path / index[1]["file"]).unlink()
    connmon.run("-r", DNS, "--split", tmp_path, status=2)
    assert [c["file"] for c in read_index(tmp_path)] == [None, index[1]["file"], None, None]


def test_full_disk(connmon, tmp_path):
    """The largest connection does not fit; the others do, and no half of it is left."""
    index = split(connmon, tmp_path / "whole", "-r", DNS)
    sizes = [(tmp_path / "whole" / c["file"]).stat().st_size for c in index]
    done = run_within(connmon, f"-f {max(sizes) // 512}", "-r", DNS, "--split", tmp_path / "split",
                      status=2)
    lost = index[sizes.index(max(sizes))]["file"]
    assert f"lost: {lost} in" in done.stderr and done.stderr.count("lost: ") == 1
    assert sorted(p.name for p in (tmp_path / "split").iterdir()) == sorted(
        {p.name for p in (tmp_path / "whole").iterdir()} - {lost})


def test_same_connection_at_the_same_time(connmon, tmp_path):
    """Two connections with one label, since the clock stands still."""
    made = []
    for isn in (1000, 900000):
        packets.Connection(made, isn=(isn, 5000)).client(0, 0, flags=packets.SYN)
    packets.write_pcap(tmp_path / "in", made)
    one, two = split(connmon, tmp_path / "split", "-r", tmp_path / "in")
    assert one["label"] == two["label"] and one["file"] != two["file"]
    for i, connection in enumerate([one, two]):
        path = tmp_path / "split" / connection["file"]
        assert same(records(path)) == same([made[i]])


def test_copies(connmon, tmp_path):
    """They are packets of their connection's file, and no payload of their own."""
    capture = ROOT / "captures/cases/dup-span.pcap"
    packets = [json.loads(line) for line in connmon.run("-r", capture, "--json").stdout.splitlines()]
    connection, = split(connmon, tmp_path / "packets", "-r", capture)
    assert files_of(connection) == [(connection["file"], [p["frame"] for p in packets])]
    connection, = split(connmon, tmp_path / "payload", "-r", capture, "--payload")
    size = sum((tmp_path / "payload" / flow["file"]).stat().st_size
               for flow in connection["flows"] if flow["file"])
    assert size == sum(p.get("connmon.payload_bytes", 0) for p in packets) > 0
