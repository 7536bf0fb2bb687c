#!/usr/bin/env python3
"""What of TCP Wireshark finds in captures and the program does not, or the other way round.

    found.py [--program PATH] [--all] [CAPTURE or FOLDER ...]

Compares, packet by packet, the innermost TCP header that was sent in the frame (docs/SPEC.md, Which
packets): its ports and how much payload it has. Prints a line for each difference that has no
reason, with the protocols of the frame, then how many have which reason (with --all, those too).
Without arguments it looks through captures/. Exits with 1 if anything is unexplained.
"""
import argparse
import collections
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SUFFIXES = {".pcap", ".pcapng", ".cap", ".dmp", ".gz"}
FIELDS = ["frame.number", "frame.protocols", "tcp.srcport", "tcp.dstport", "tcp.len",
          "ip.flags.mf", "ip.frag_offset", "ipv6.fraghdr.more", "ipv6.fraghdr.offset", "ipv6.plen"]
# Link layers and tunnels that the program does not read.
UNREAD = {"wlan", "tr", "fddi", "fr", "atm", "docsis", "usb", "capwap.data", "lwapp", "batadv", "esp"}
QUOTING = {"icmp", "icmpv6", "sflow", "cflow", "openflow", "openflow_v1", "openflow_v4",
           "openflow_v5", "openflow_v6"}

Segment = collections.namedtuple("Segment", "sport dport payload")


class Frame:
    """What Wireshark tells of a frame."""

    def __init__(self, line):
        self.values = dict(zip(FIELDS, line.split("\t")))
        self.number = int(self.values["frame.number"])
        self.layers = self.values["frame.protocols"].split(":")

    def all(self, name):
        value = self.values.get(name, "")
        return value.split(",") if value else []

    @property
    def sent(self):
        """Its layers but for what it quotes."""
        quoted = [i for i, layer in enumerate(self.layers) if layer in QUOTING]
        return self.layers[:quoted[0]] if quoted else self.layers

    @property
    def segment(self):
        """The innermost TCP header that was sent, of whose payload Wireshark may tell nothing; None:
        there is no such header."""
        i = self.sent.count("tcp") - 1
        sport, dport, length = map(self.all, ("tcp.srcport", "tcp.dstport", "tcp.len"))
        if not 0 <= i < min(len(sport), len(dport)):
            return None
        return Segment(int(sport[i]), int(dport[i]),
                       int(length[i]) if len(length) == len(sport) else None)

    @property
    def is_fragment(self):
        return any(value not in ("0", "False") for name in FIELDS[5:9] for value in self.all(name))


# Why the two may differ: (reason, test of what Wireshark tells of the frame, its segment and ours).
REASONS = [
    ("IP fragments: Wireshark puts them together, the program counts and skips them",
     lambda frame, theirs, ours: frame.is_fragment),
    ("TCP headers longer than their packets, or cut: Wireshark tells no payload, the program 0",
     lambda frame, theirs, ours: theirs and ours and theirs == ours._replace(payload=None)),
    ("IPv6 payload lengths of 0 without a jumbo payload option: more than fits to the program, "
     "nothing to Wireshark", lambda frame, theirs, ours:
     ours and (not theirs or theirs.payload is None) and "0" in frame.all("ipv6.plen")),
    ("link layers and tunnels that the program does not read: it counts these packets as others",
     lambda frame, theirs, ours: not ours and UNREAD & set(frame.sent)),
    ("frames in Cisco FabricPath: Wireshark before 4.6 takes their last four bytes for a checksum",
     lambda frame, theirs, ours: "cfp" in frame.sent and theirs and ours
     and theirs.payload is not None and ours.payload - theirs.payload in range(5)),
    ("TCP headers cut before their flags: the program counts and skips them",
     lambda frame, theirs, ours: theirs and theirs.payload is None and not ours),
]


def find_captures(paths):
    for path in map(pathlib.Path, paths):
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (p for p in found if p.is_file() and (p == path or p.suffix in SUFFIXES)
                    and not p.name.endswith(".tsv.gz"))


def ask_wireshark(capture, home):
    """{number: Frame}."""
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields"]
    for name in FIELDS:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                          env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"})
    frames = [Frame(line) for line in done.stdout.splitlines()]
    return {frame.number: frame for frame in frames}


def ask_program(program, capture):
    """{number: Segment}."""
    blob = capture.read_bytes()
    if blob[:2] == b"\x1f\x8b":
        blob = gzip.decompress(blob)
    done = subprocess.run([program, "-q", "--json", "--keep-copies", "-r", "-"], input=blob,
                          capture_output=True)
    found = {}
    for row in map(json.loads, done.stdout.decode().splitlines()):
        ports = [int(end.rpartition(":")[2]) for end in row["connmon.flow"].split("+")]
        found[row["frame"]] = Segment(*ports, row["connmon.payload_bytes"])
    return found


def compare(program, capture, home):
    """(Frame, Wireshark's segment, the program's, the reason or None) of each difference."""
    frames, ours = ask_wireshark(capture, home), ask_program(program, capture)
    for number in sorted(frames.keys() | ours.keys()):
        frame = frames.get(number) or Frame(f"{number}\t")
        both = frame.segment, ours.get(number)
        if both[0] != both[1]:
            yield frame, *both, next((reason for reason, holds in REASONS if holds(frame, *both)),
                                     None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=[ROOT / "captures"])
    parser.add_argument("--program", default=ROOT / "build/release/src/program/connmon")
    parser.add_argument("--all", action="store_true", help="list differences with a reason, too")
    args = parser.parse_args()
    reasons = collections.Counter()
    with tempfile.TemporaryDirectory() as home:
        for capture in find_captures(args.paths):
            for frame, theirs, ours, reason in compare(args.program, capture, home):
                reasons[reason] += 1
                if args.all or not reason:
                    print(capture.name, frame.number, ":".join(frame.layers), theirs and tuple(theirs),
                          ours and tuple(ours), reason or "", sep="\t")
    for reason, count in reasons.most_common():
        print(f"{count}\t{reason or 'unexplained'}")
    return 1 if reasons[None] else 0


if __name__ == "__main__":
    sys.exit(main())
