#!/usr/bin/env python3
"""What every connmon field of every TCP packet of a capture should be.

    oracle.py [--max-age SECONDS] CAPTURE [OUT.tsv]

An implementation of the plugin's rules that shares no code with it: slow, with unbounded
dictionaries, and fed with nothing but the TCP fields that tshark dissects (TSHARK names another
tshark). One line per packet, `-` where a field is absent. Times are integer nanoseconds inside.
"""
import argparse
import bisect
import gzip
import os
import pathlib
import subprocess
import sys
import types
import xml.etree.ElementTree as ElementTree

import lifecycle
import turns

NS = 10**9
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10

TIMES = """rtt rtt_slack rtt_min rtt_queueing rtt_tsval rtt_seqno dup_ack_age handshake_server
handshake_client handshake_rtt response_time""".split()
COLUMNS = """frame stream flow duplicate side rtt rtt_source rtt_slack rtt_min rtt_queueing rtt_tsval
rtt_tsval_frame rtt_tsval_pure_ack rtt_tsval_ambiguous rtt_seqno rtt_seqno_frame
rtt_seqno_ambiguous seq_gap seq_event state event dup_ack_age dup_ack_num dup_ack_frame payload_bytes
flow_bytes handshake_server handshake_client handshake_rtt transaction request_frame
response_time""".split()

HEADER = """tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.len tcp.flags tcp.hdr_len
tcp.window_size_value tcp.checksum tcp.options.sack_le tcp.options.timestamp.tsval tcp.options.timestamp.tsecr
tcp.stream""".split()
FRAME = """frame.number frame.time_epoch frame.len frame.protocols ip.src ip.dst ip.id ip.flags.df
ipv6.src ipv6.dst""".split()
QUOTES = {"icmp", "icmpv6"}
SAMPLES = {"sflow", *("openflow" + version for version in ("", "_v1", "_v4", "_v5", "_v6"))}


# --- Reading: one segment per frame, of the innermost TCP header that was sent in it: not of one that
# an ICMP error quotes or that a sample carries

def tshark(capture, *args):
    command = [os.environ.get("TSHARK", "tshark"), "-n", "-r", str(capture), *args]
    env = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=env).stdout.decode("utf-8", "replace")


def nanoseconds(seconds):
    sign = -1 if seconds.startswith("-") else 1
    whole, _, fraction = seconds.lstrip("-").partition(".")
    return sign * (int(whole) * NS + int((fraction + "0" * 9)[:9]))


def segment(frame, header, layer, network):
    """A segment of the texts of a frame, of one TCP header and of the network header around it, which
    is ip or ipv6; None if the TCP header was cut short."""
    if not all(header.get(name) for name in ("tcp.seq_raw", "tcp.flags", "tcp.hdr_len")):
        return None
    number = {name: int(header.get(name) or "0", 0) for name in HEADER if "sack" not in name}
    src, dst = network[layer + ".src"], network[layer + ".dst"]
    has_timestamps = bool(header.get("tcp.options.timestamp.tsval"))
    flags, payload = number["tcp.flags"], number["tcp.len"]
    return types.SimpleNamespace(
        frame=int(frame["frame.number"]), time=nanoseconds(frame["frame.time_epoch"]),
        wire=int(frame["frame.len"]), stream=number["tcp.stream"], flags=flags, payload=payload,
        src=(src, number["tcp.srcport"]), dst=(dst, number["tcp.dstport"]),
        seq=number["tcp.seq_raw"], ack=number["tcp.ack_raw"],
        length=payload + bool(flags & SYN) + bool(flags & FIN),
        window=number["tcp.window_size_value"], checksum=header.get("tcp.checksum") or None,
        ip_id=int(network.get("ip.id") or "0", 0) if layer == "ip" else 0,
        df=layer == "ip" and network.get("ip.flags.df") in ("1", "True"), sack=bool(header.get("tcp.options.sack_le")),
        tsval=number["tcp.options.timestamp.tsval"] if has_timestamps else None,
        tsecr=number["tcp.options.timestamp.tsecr"] if has_timestamps else None)


def is_plain(row):
    """Whether a frame has one TCP header, below one stack of network headers."""
    before, _, after = f":{row['frame.protocols']}:".partition(":tcp:")
    return (";" not in row["tcp.srcport"] and not (QUOTES | SAMPLES) & set(before.split(":"))
            and not {"ip", "ipv6", "tcp"} & set(after.split(":")))


def plain_segment(row):
    """From the fields of a frame: of several addresses the last are the innermost."""
    before = row["frame.protocols"].split(":tcp")[0].split(":")
    network = [layer for layer in before if layer in ("ip", "ipv6")]
    if not network:  # 4.6 does not list the one below MPLS
        network = [layer for layer in ("ip", "ipv6") if row[layer + ".src"]]
    if not network:
        return None
    last = {name: text.split(";")[-1] for name, text in row.items()}
    return segment(row, last, network[-1], last)


def own_fields(element):
    """The fields of a protocol in PDML, without those of protocols inside it."""
    found = {}
    for child in element:
        if child.tag == "field" and child.get("name"):
            found[child.get("name")] = child.get("show")
        if child.tag == "field" or child.get("name", "").startswith("tcp."):
            found.update(own_fields(child))
    return found


def nested_segment(frame, packet):
    """From a frame's whole tree: the last TCP header and the network header before it."""
    network, chosen = None, None

    def walk(element, is_elsewhere):
        nonlocal network, chosen
        name = element.get("name")
        if element.tag == "proto" and name in ("ip", "ipv6"):
            network = name, own_fields(element)
        if element.tag == "proto" and name == "tcp" and network and not is_elsewhere:
            chosen = own_fields(element), *network
        for child in element:
            walk(child, is_elsewhere or name in QUOTES | SAMPLES)

    walk(packet, False)
    return segment(frame, *chosen) if chosen else None


def read_nested(capture, rows):
    """{frame number: segment} of the frames that need their whole tree."""
    numbers = ",".join(rows)
    if not numbers:
        return {}
    pdml = tshark(capture, "-T", "pdml", "-Y", f"frame.number in {{{numbers}}}")
    packets = ElementTree.fromstring(pdml).findall("packet")
    return {number: nested_segment(rows[number], packet) for number, packet in zip(rows, packets)}


def read_segments(capture):
    names = FRAME + HEADER
    fields = [word for name in names for word in ("-e", name)]
    text = tshark(capture, "-Y", "tcp", "-T", "fields", "-E", "aggregator=;", *fields)
    rows = [dict(zip(names, line.split("\t"))) for line in text.splitlines()]
    nested = read_nested(capture, {r["frame.number"]: r for r in rows if not is_plain(r)})
    segments = (nested.get(r["frame.number"]) if r["frame.number"] in nested else plain_segment(r)
                for r in rows)
    return [s for s in segments if s]


# --- The rules

def distance(a, b):
    """From b to a, modulo 2^32, as a signed number."""
    return ((a - b + 2**31) & 0xFFFFFFFF) - 2**31


class Sequence:
    """A flow's sequence space. Positions are unbounded, so only `place` counts modulo 2^32."""

    def __init__(self):
        self.low = None       # where its first segment began
        self.high = None      # the highest sequence end: what is expected next
        self.holes = []       # sorted, disjoint (start, end) below it that were never seen
        self.last_resend = 0  # frame of the last retransmission or hole fill
        self.ends = {}        # sequence end: (time, frame) of the first segment that reached it

    def is_beyond(self, ack):
        return self.high is not None and distance(self.high, ack) > 0

    def fill(self, start, end):
        """Takes [start, end) out of the holes; tells whether it touched one."""
        first = bisect.bisect_right(self.holes, (start, start))
        if first and self.holes[first - 1][1] > start:
            first -= 1
        last = first
        while last < len(self.holes) and self.holes[last][0] < end:
            last += 1
        touched = self.holes[first:last]
        if touched:
            left, right = (touched[0][0], start), (end, touched[-1][1])
            self.holes[first:last] = [hole for hole in (left, right) if hole[0] < hole[1]]
        return bool(touched)

    def has_overtaken(self, s):
        """A SYN, whose first byte after it came first."""
        return self.low is not None and (s.seq + 1 + s.payload - self.low) % 2**32 == 0

    def place(self, s, is_late):
        """(gap, event) of a segment."""
        if self.high is None:
            if not s.flags & RST:
                self.low, self.high = s.seq, s.seq + s.length
            return 0, "-"
        gap = distance(s.seq, self.high)
        if s.flags & RST:
            return gap, "-"
        if is_late:
            self.low, self.last_resend = s.seq, s.frame
            return gap, "hole_fill"
        start, event = self.high + gap, "-"
        if gap > 0:
            bisect.insort(self.holes, (self.high, start))
            event = "hole"
        elif gap < 0:
            event = self.event_below(s, gap, start)
        if distance(start + s.length, self.high) > 0:
            self.high = start + s.length
        return gap, event

    def event_below(self, s, gap, start):
        if gap == -1 and s.payload <= 1 and not s.flags & (SYN | FIN):
            return "keep_alive"
        if s.length == 0:
            return "old"
        self.last_resend = s.frame
        return "hole_fill" if self.fill(start, start + s.length) else "retransmission"


class Flow:
    """One direction of a connection."""

    def __init__(self):
        self.bytes = 0
        self.sequence, self.isn = Sequence(), None
        self.is_reset = False   # the connection was, since this sequence space began
        self.originals = {}     # TCP header: the latest segment with it that was no copy
        self.latest = 0         # frame of the latest segment that was no copy
        self.has_copies = False
        self.tsvals = {}        # TSval: (time, frame, on a pure ACK, its end) of its first sight
        self.echoed = set()     # TSecrs sent
        self.acked = set()      # acknos sent
        self.ack = None         # the highest of them, as (ackno, time, frame) of its first sight
        self.duplicates = 0
        self.window = None
        self.minimum = None     # the smallest delay
        self.previous = None    # time of the previous packet

    def is_late(self, s):
        """A SYN that what its sender sent next has overtaken."""
        return bool(s.flags & SYN and not s.flags & RST and self.isn is None
                    and self.sequence.has_overtaken(s))

    def begins_anew(self, s):
        """A SYN of another ISN, or, after a reset, of any."""
        return bool(s.flags & SYN and not s.flags & RST and not self.is_late(s)
                    and (s.seq != self.isn or self.is_reset and not s.flags & ACK))


class Handshake:
    def __init__(self, client, isn):
        self.client, self.isn = client, isn
        self.syn_time = self.server_isn = self.syn_ack_time = self.server_delay = None
        self.is_complete = False


class Oracle:
    def __init__(self, max_age):
        self.max_age = max_age
        self.flows, self.handshakes, self.clients, self.lives = {}, {}, {}, {}
        self.dialogues = {}

    def row(self, s):
        f = self.flows.setdefault((s.stream, s.src, s.dst), Flow())
        g = self.flows.setdefault((s.stream, s.dst, s.src), Flow())
        r = types.SimpleNamespace(**dict.fromkeys(COLUMNS, "-"))
        r.frame, r.stream, r.flow = s.frame, s.stream, "%s:%d+%s:%d" % (*s.src, *s.dst)
        original = find_original(s, f, g)
        if original:
            r.duplicate = original
            return r
        f.bytes += s.wire
        r.payload_bytes, r.flow_bytes = s.payload, f.bytes
        r.side = self.side(s)
        life = self.lives.setdefault((s.stream, frozenset((s.src, s.dst))), lifecycle.Life())
        r.state, r.event = life.follow(s, f, g)
        is_late = f.is_late(s)
        begin_sequence(s, f, g)
        self.follow_handshake(s, r)
        if s.flags & ACK:
            self.match_tsval(s, f, g, r)
            self.match_seqno(s, f, g, r)
        r.seq_gap, r.seq_event = f.sequence.place(s, is_late)
        self.save(s, f)
        judge(s, f, r)
        follow_duplicates(s, f, g, r)
        dialogue = self.dialogues.setdefault((s.stream, frozenset((s.src, s.dst))),
                                             turns.Dialogue())
        r.transaction, r.request_frame, r.response_time = dialogue.follow(s, r, f.minimum)
        return r

    def side(self, s):
        """The first SYN tells, or the first SYN-ACK; until then the higher port, or who came first."""
        client, is_known = self.clients.get(s.stream, (None, False))
        if s.flags & SYN and not s.flags & RST and not is_known:
            client, is_known = s.dst if s.flags & ACK else s.src, True
        elif client is None:
            client = s.dst if s.dst[1] > s.src[1] else s.src
        self.clients[s.stream] = client, is_known
        return "client" if s.src == client else "server"

    def follow_handshake(self, s, r):
        """The latest SYN and SYN-ACK count, so that a lost one is no delay."""
        h = self.handshakes.get(s.stream)
        syn, ack, rst = (bool(s.flags & bit) for bit in (SYN, ACK, RST))
        if syn and not ack and not rst:
            if not h or (h.client, h.isn) != (s.src, s.seq):
                h = self.handshakes[s.stream] = Handshake(s.src, s.seq)
            h.syn_time = s.time
        elif h and syn and ack and s.dst == h.client and distance(s.ack, h.isn) > 0:
            if h.syn_ack_time is None and s.time >= h.syn_time:
                h.server_delay = r.handshake_server = s.time - h.syn_time
            h.syn_ack_time, h.server_isn = s.time, s.seq
        elif h and ack and not syn and not rst and h.syn_ack_time is not None \
                and not h.is_complete and s.src == h.client and distance(s.ack, h.server_isn) > 0:
            h.is_complete = True
            if s.time >= h.syn_ack_time:
                r.handshake_client = s.time - h.syn_ack_time
                if h.server_delay is not None:
                    r.handshake_rtt = h.server_delay + r.handshake_client

    def is_valid(self, delay):
        return 0 <= delay <= self.max_age

    def match_tsval(self, s, f, g, r):
        if not s.tsecr or s.tsecr in f.echoed:
            return
        f.echoed.add(s.tsecr)
        time, frame, pure_ack, end = g.tsvals.get(s.tsecr, (None, None, None, None))
        if time is not None and self.is_valid(s.time - time) and distance(s.ack, end) >= 0:
            r.rtt_tsval, r.rtt_tsval_frame, r.rtt_tsval_pure_ack = s.time - time, frame, pure_ack
            r.rtt_tsval_ambiguous = int(g.sequence.last_resend > frame)

    def match_seqno(self, s, f, g, r):
        if s.ack in f.acked:
            return
        f.acked.add(s.ack)
        time, frame = g.sequence.ends.get(s.ack, (None, None))
        if time is not None and self.is_valid(s.time - time):
            r.rtt_seqno, r.rtt_seqno_frame = s.time - time, frame
            r.rtt_seqno_ambiguous = int(g.sequence.last_resend >= frame)

    def save(self, s, f):
        """The first sight counts, unless it is too old to be answered."""
        def is_new(saved):
            return saved is None or s.time - saved[0] > self.max_age

        end = (s.seq + s.length) & 0xFFFFFFFF
        if s.tsval and is_new(f.tsvals.get(s.tsval)):
            f.tsvals[s.tsval] = s.time, s.frame, int(s.length == 0), end
        if s.length and not s.flags & RST and is_new(f.sequence.ends.get(end)):
            f.sequence.ends[end] = s.time, s.frame


def find_original(s, f, g):
    """The frame that a segment is a copy of, 0 if it is none. Most hosts give what they resend another
    identification; without one, only the time and the other direction tell."""
    header = s.seq, s.ack, s.flags, s.window, s.payload, s.tsval, s.tsecr, s.df
    original = f.originals.get(header)
    if original and is_copy(s, original, f, g):
        f.has_copies = True
        return original.frame
    f.originals[header], f.latest = s, s.frame
    return 0


def is_copy(s, original, f, g):
    apart = abs(s.time - original.time)
    if s.ip_id or original.ip_id:
        return s.ip_id == original.ip_id and apart <= NS // 10
    is_repeated_at_once = not s.payload and not s.flags & SYN  # by a host, for all that one knows
    return (s.checksum == original.checksum and apart <= NS // 1000 and g.latest < original.frame
            and (not is_repeated_at_once or f.has_copies or g.has_copies))


def begin_sequence(s, f, g):
    """A new sequence space, in which nothing of what was said of the old one counts. After a reset
    the other flow begins anew, too."""
    if f.is_late(s):
        f.isn = s.seq
    elif f.begins_anew(s):
        renew(f, g, s.seq)
        if g.is_reset and not s.flags & ACK:
            renew(g, f, None)
    elif s.flags & RST and is_certain_reset(s, f, g):
        f.is_reset = g.is_reset = True


def renew(f, g, isn):
    f.isn, f.sequence, f.is_reset = isn, Sequence(), False
    g.acked, g.ack = set(), None


def is_certain_reset(s, f, g):
    """It answers a SYN, or its seqno is just what comes next."""
    answers = s.flags & ACK and g.ack is None and g.sequence.high is not None \
        and s.ack == g.sequence.high % 2**32
    high = None if f.sequence.high is None else f.sequence.high % 2**32
    return answers or s.seq in (high, g.ack and g.ack[0])


def judge(s, f, r):
    """Which delay to trust, how much of it may be the host's own waiting, and the minimum. Delays
    are upper bounds, so the smaller is nearer."""
    delays = [d for d in (r.rtt_tsval, r.rtt_seqno) if d != "-"]
    previous, f.previous = f.previous, s.time
    if not delays:
        return

    def slack(delay):
        return delay if previous is None else min(delay, max(0, s.time - previous))

    f.minimum = r.rtt_min = min(delays + ([] if f.minimum is None else [f.minimum]))
    trusted = []
    if r.rtt_tsval != "-" and not r.rtt_tsval_ambiguous and (
            not r.rtt_tsval_pure_ack or 8 * slack(r.rtt_tsval) <= r.rtt_tsval):
        trusted.append((r.rtt_tsval, "tsval"))
    if r.rtt_seqno != "-" and not r.rtt_seqno_ambiguous:
        trusted.append((r.rtt_seqno, "seqno"))
    if trusted:
        r.rtt, r.rtt_source = min(trusted, key=lambda delay: delay[0])
        r.rtt_slack, r.rtt_queueing = slack(r.rtt), r.rtt - f.minimum


def follow_duplicates(s, f, g, r):
    window, f.window = f.window, s.window
    if not s.flags & ACK:
        return
    if f.ack is None or distance(s.ack, f.ack[0]) > 0:
        f.ack, f.duplicates = (s.ack, s.time, s.frame), 0
    elif s.ack == f.ack[0] and not s.flags & (SYN | FIN | RST) and not s.payload \
            and r.seq_event != "keep_alive" and (s.sack or s.window == window) \
            and (g.sequence.high is None or g.sequence.is_beyond(s.ack)):
        f.duplicates += 1
        r.dup_ack_age, r.dup_ack_num = max(0, s.time - f.ack[1]), f.duplicates
        r.dup_ack_frame = f.ack[2]


def text(column, value):
    if column in TIMES and value != "-":
        return "%d.%09d" % divmod(value, NS)
    return str(value)


def expectations(capture, max_age=10):
    """{frame: {column: text}} of all TCP packets."""
    oracle = Oracle(max_age * NS)
    rows = map(oracle.row, read_segments(capture))
    return {r.frame: {c: text(c, getattr(r, c)) for c in COLUMNS} for r in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max-age", type=int, default=10, metavar="SECONDS")
    parser.add_argument("capture")
    parser.add_argument("out", nargs="?")
    args = parser.parse_args()
    rows = [COLUMNS, *(row.values() for row in expectations(args.capture, args.max_age).values())]
    table = "".join("\t".join(row) + "\n" for row in rows)
    if not args.out:
        sys.stdout.write(table)
    elif args.out.endswith(".gz"):
        pathlib.Path(args.out).write_bytes(gzip.compress(table.encode(), mtime=0))
    else:
        pathlib.Path(args.out).write_text(table)


if __name__ == "__main__":
    main()
