"""What --split wrote: its index, the frames of its files, and the blocks of a capture."""
import json
import struct
import subprocess

import packets


def split(connmon, folder, *args, **more):
    """The index, as a list of objects."""
    connmon.run("--split", folder, *args, **more)
    return read_index(folder)


def read_index(folder):
    return [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]


def read_text(path):
    """The objects of an indented text as JSON has them, but with all values as strings."""
    objects, lists = [], {}
    for line in path.read_text().splitlines():
        plain = line.lstrip(" ")
        depth = len(line) - len(plain)
        if plain.startswith("- "):
            plain, depth = plain[2:], depth + 2
            (lists[depth] if depth > 2 else objects).append({})
            current = lists[depth][-1] if depth > 2 else objects[-1]
            lists[depth, "object"] = current
        key, _, value = plain.partition(":")
        owner = lists[depth, "object"]
        if value:
            owner[key] = value[1:]
        else:
            owner[key] = lists[depth + 4] = []
    return objects


def as_strings(value):
    """What JSON has, as read_text() would return it; numbers are to be parsed as strings."""
    if isinstance(value, dict):
        return {key: as_strings(of) for key, of in value.items()}
    if isinstance(value, list):
        return [as_strings(of) for of in value]
    return {None: "-", True: "true", False: "false"}.get(value, value)


def frames_of(connection):
    """The numbers that the index tells of each flow."""
    flows = []
    for flow in connection["flows"]:
        runs = [part.split("-") for part in flow["frames"].split(",") if part]
        flows.append([n for run in runs for n in range(int(run[0]), int(run[-1]) + 1)])
    return flows


def files_of(connection):
    """(name, frame numbers) of each file that the index tells of."""
    flows = frames_of(connection)
    if "file" in connection:
        return [(connection["file"], sorted(sum(flows, [])))]
    return [(flow["file"], frames) for flow, frames in zip(connection["flows"], flows)
            if flow["file"]]


def blocks(path):
    """(type, block) of each block of a pcapng file, in whatever byte order."""
    blob, at, order, found = path.read_bytes(), 0, "<", []
    while at < len(blob):
        if blob[at:at + 4] == b"\n\r\r\n":
            order = "<" if blob[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, size = struct.unpack_from(order + "II", blob, at)
        size += -size % 4
        assert struct.unpack_from(order + "I", blob, at + size - 4)[0] in (size, size - 3, size - 2,
                                                                         size - 1)
        found.append((kind, blob[at:at + size]))
        at += size
    assert at == len(blob)
    return found


def packet_blocks(path):
    return [body for kind, body in blocks(path) if kind in (2, 3, 6)]


def records(path):
    """The packets of a capture of either format."""
    if path.read_bytes()[:4] != b"\n\r\r\n":
        return packets.read_pcap(path)[0]
    found, units = [], []
    for kind, body in blocks(path):
        order = "<" if struct.unpack_from("<I", body, 4)[0] == len(body) else ">"
        if kind == 0x0A0D0D0A:
            units = []
        elif kind == 1:
            unit, at = 1000, 16
            while at + 4 < len(body) - 4:
                code, size, value = struct.unpack_from(order + "HHB", body, at)
                if code == 9:
                    unit = 10 ** (9 - value)
                at += 4 + size + -size % 4
            units.append(unit)
        elif kind == 6:
            i, high, low, size, wire = struct.unpack_from(order + "IIIII", body, 8)
            found.append(packets.Packet((high << 32 | low) * units[i], body[28:28 + size], wire))
    return found


def cut_out(path, to, frames):
    """Packets of a capture as pcap, by Wireshark's tools: the headerless bytes of the file."""
    blob = b""
    for i in range(0, len(frames), 500):
        subprocess.run(["editcap", "-r", "-F", "nsecpcap", path, to,
                        *map(str, frames[i:i + 500])], check=True, stdout=subprocess.DEVNULL)
        blob += to.read_bytes()[24:]
    return blob


def same(packets_):
    return [(p.time, p.data, len(p.data) if p.wire_len is None else p.wire_len) for p in packets_]


def tcp_frames(connmon, capture):
    """As the program's own lines tell, which other tests hold to Wireshark's."""
    lines = connmon.run("--json", "-r", capture).stdout.splitlines()
    return [json.loads(line)["frame"] for line in lines]


def shown(path, field, *args):
    """What tshark has of each packet; with further fields as "-e" and their names."""
    return subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", field, *args],
                          capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
