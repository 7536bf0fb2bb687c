"""What the original connmon prints of a capture, and why that is not what SPEC.md asks for.

A model with quirks that can be switched on one by one. Without any it yields SPEC.md's values, with
all of them the very lines of the original. So a value that differs has the cause whose quirk
changes it, and nothing differs without a cause.
"""
import re
import types

import oracle
from oracle import ACK, FIN, RST, SYN, distance

SECOND = 10**9
MAX_AGE, MAX_IDLE = 10, 300  # seconds

# {quirk: the values that it may change}, in the order in which they are switched on.
QUIRKS = {
    # Knows no copies of packets.
    "copies": {"tsval", "seqno", "gap", "dup", "bytes"},
    # Takes an echo for that of a packet which the ackno does not cover.
    "covers": {"tsval"},
    # Sees TCP straight above IPv4 or IPv6 on few link types, if whole: no VLANs, no tunnels.
    "visible": {"tsval", "seqno", "gap", "dup", "bytes"},
    # Counts link header and IP length, not the frame's length on the wire.
    "linkbytes": {"bytes"},
    # Takes the TCP header of IPv6 for payload, and believes an IP length that offloading left at 0.
    "paylen": {"seqno", "gap", "dup", "payload"},
    # A SYN with another ISN, or after a reset, begins no new sequence space, and a RST moves it.
    "synrst": {"seqno", "gap", "dup"},
    # Equal endpoints are the same flow for ever ...
    "portreuse": {"tsval", "seqno", "gap", "dup", "bytes"},
    # ... unless nothing was seen of it for 300 s.
    "idle": {"tsval", "seqno", "gap", "dup", "bytes"},
    # Skips timestamps of which either is 0; but takes a TSecr without ACK.
    "tszero": {"tsval"},
    # Saves and matches nothing before the reverse flow is there.
    "unidir": {"tsval", "seqno"},
    # SYN and FIN take no sequence space.
    "fin": {"seqno", "gap"},
    # If the clock steps back, so do the delays.
    "negative": {"tsval", "seqno"},
    # Entries live until the next cleaning, every 10 s, so for 10 to 20 s.
    "maxage": {"tsval", "seqno"},
    # Not only the first sight of an echo or ackno counts.
    "firstecho": {"tsval", "seqno"},
    # A match erases the entry, so the same value is saved and matched again.
    "rematch": {"tsval", "seqno"},
    # A saved time of 0 or less is none.
    "zerotime": {"tsval", "seqno"},
    # Expects what follows the previous packet, not what follows the highest.
    "gaphigh": {"gap"},
    # A last seqno of 0 is none.
    "seqzero": {"gap"},
    # A duplicate ACK has no flag but ACK.
    "dupflags": {"dup"},
    # It needs only the previous packet's ackno; its age is the time since that packet, and no
    # reason for a line if it is 0.
    "dupage": {"dup"},
    # Times are doubles of microseconds.
    "clock": {"time", "tsval", "seqno", "dup"},
    # A gap below 0 is no reason for a line.
    "gaplow": set(),
}
VALUES = "time tsval seqno gap dup payload bytes".split()


def headers(capture):
    """{frame: what the original's parser finds, None where it finds no TCP}"""
    names = """frame.number frame.protocols frame.cap_len ip.len ip.hdr_len ip.frag_offset
        ipv6.plen tcp.hdr_len tcp.options""".split()
    fields = [word for name in names for word in ("-e", name)]
    text = oracle.tshark(capture, "-Y", "tcp", "-T", "fields", "-E", "occurrence=f", *fields)
    rows = (dict(zip(names, line.split("\t"))) for line in text.splitlines())
    return {int(row["frame.number"]): parse(row) for row in rows}


LINKS = {"eth": 14, "sll": 16, "null": 4, "raw": 20}  # "raw": it counts the IP header twice


def parse(row):
    shape = re.match(r"(eth|sll|null|raw):(?:ethertype:)?(ip|ipv6):tcp\b", row["frame.protocols"])
    if not shape or not row["tcp.hdr_len"]:
        return None
    link, network = shape.groups()
    captured = int(row["frame.cap_len"]) - (LINKS[link] if link != "raw" else 0)
    header = int(row["tcp.hdr_len"])
    options = row["tcp.options"].replace("<MISSING>", "").replace(":", "")  # cut off
    if network == "ipv6":
        plen = int(row["ipv6.plen"])
        if link == "null" or captured < 40 + plen:
            return None
        return types.SimpleNamespace(payload=plen, bytes=LINKS[link] + 40 + plen)
    if row["ip.frag_offset"] not in ("", "0"):
        return None
    total, ip_header = int(row["ip.len"]), int(row["ip.hdr_len"])
    if captured < ip_header + header or not are_valid(bytes.fromhex(options)):
        return None
    return types.SimpleNamespace(payload=(total - ip_header - header) & 0xFFFFFFFF,
                                 bytes=LINKS[link] + total)


def are_valid(options):
    at = 0
    while at < len(options):
        if options[at] == 0:
            return True
        if options[at] == 1:
            at += 1
            continue
        if at + 1 >= len(options) or options[at + 1] < 2 or at + options[at + 1] > len(options):
            return False
        at += options[at + 1]
    return True


class Flow:
    """One direction of a connection."""

    def __init__(self):
        self.bytes, self.has_reverse = 0, False
        self.end = self.isn = None       # where the next packet is expected
        self.low, self.is_reset = None, False
        self.originals, self.latest, self.has_copies = {}, 0, False
        self.seqno = 0                   # and how the original remembers that
        self.ack = self.ack_time = None  # the highest ackno, at its first sight
        self.newest_ack = self.time = 0  # of the previous packet
        self.window = None
        self.echoed, self.acked = set(), set()


class Table:
    """When a value was first carried, of TSvals or of sequence ends."""

    def __init__(self, model):
        self.model, self.saved = model, {}

    def save(self, key, now, end=None):
        entry = self.saved.get(key)
        is_stale = entry and now - entry.time > self.model.seconds(MAX_AGE)
        if entry is None or (is_stale and not self.model.has("maxage")):
            self.saved[key] = types.SimpleNamespace(time=now, is_used=False, end=end)

    def match(self, key, now, seen, ack=None):
        if not self.model.has("firstecho"):
            if key[-1] in seen:
                return None
            seen.add(key[-1])
        entry = self.saved.get(key)
        if entry is None or entry.is_used:
            return None
        entry.is_used = True
        if ack is not None and distance(ack, entry.end) < 0 and not self.model.has("covers"):
            return None
        if self.model.has("rematch"):
            del self.saved[key]
        return self.model.delay(now, entry.time)

    def clean(self, now):
        old = [key for key, entry in self.saved.items()
               if now - entry.time > MAX_AGE * self.model.second]
        for key in old:
            del self.saved[key]


class Model:
    def __init__(self, quirks):
        self.has = frozenset(quirks).__contains__
        self.second = 1.0 if self.has("clock") else SECOND
        self.flows, self.tsvals, self.ends = {}, Table(self), Table(self)
        self.epoch, self.next_cleaning = None, 0

    def seconds(self, count):
        return count * self.second

    def delay(self, now, then):
        delay = now - then
        if (delay < 0 and not self.has("negative") or self.has("zerotime") and then <= 0
                or delay > self.seconds(MAX_AGE) and not self.has("maxage")):
            return None
        return delay

    def time(self, s):
        """Since the second of the first packet, as the original counts."""
        if self.epoch is None:
            self.epoch = s.time // SECOND
        whole, part = divmod(s.time, SECOND)
        if self.has("clock"):
            return float(whole - self.epoch) + float(part // 1000) * 1e-6
        return (whole - self.epoch) * SECOND + part

    def begin(self, s, f, g):
        """A SYN with a new ISN, or after a reset, starts a new sequence space."""
        if s.flags & RST and (s.seq in (f.end, g.ack) or s.flags & ACK and g.ack is None
                              and g.end == s.ack):
            f.is_reset = g.is_reset = True
        if not s.flags & SYN or s.flags & RST:
            return
        is_late = f.low == (s.seq + 1 + s.payload) & 0xFFFFFFFF and f.isn in (None, s.seq)
        is_new = s.seq != f.isn or f.is_reset and not s.flags & ACK
        f.isn = s.seq
        if is_late:
            f.low = s.seq
        elif is_new:
            self.restart(s.key, f, g)
            if not s.flags & ACK and g.is_reset:
                g.isn = None
                self.restart(s.reverse, g, f)

    def restart(self, key, f, g):
        f.end, f.low, f.is_reset = None, None, False
        g.acked, g.ack = set(), None
        for saved in [saved for saved in self.ends.saved if saved[0] == key]:
            del self.ends.saved[saved]

    def flow(self, key, reverse):
        if key not in self.flows:
            self.flows[key] = Flow()
            if reverse in self.flows:
                self.flows[key].has_reverse = self.flows[reverse].has_reverse = True
        return self.flows[key]

    def packet(self, s, header):
        ends = (s.src, s.dst) if self.has("portreuse") else (s.stream, s.src, s.dst)
        s.key, s.reverse = ends, (*ends[:-2], s.dst, s.src)
        s.data = header.payload if header and self.has("paylen") else s.payload
        f = self.flow(s.key, s.reverse)
        g = self.flows.get(s.reverse) or Flow()
        if not self.has("copies") and oracle.find_original(s, f, g):
            return None
        f.bytes += header.bytes if header and self.has("linkbytes") else s.wire
        now = self.time(s)
        if not self.has("synrst"):
            self.begin(s, f, g)
        tsval = self.tsval(s, f, now)
        seqno = self.seqno(s, f, now)
        gap = self.gap(s, f)
        dup = self.dup(s, f, g, gap, now)
        f.time, f.newest_ack = now, s.ack
        self.clean(now)
        return self.printed(s, now, tsval, seqno, gap, dup, f.bytes)

    def tsval(self, s, f, now):
        if s.tsval is None or self.has("unidir") and not f.has_reverse:
            return None
        if self.has("tszero") and (s.tsval == 0 or s.tsecr == 0 and not s.flags & SYN):
            return None
        if s.tsval:
            length = s.payload + bool(s.flags & SYN) + bool(s.flags & FIN)
            self.tsvals.save((s.key, s.tsval), now, (s.seq + length) & 0xFFFFFFFF)
        if not s.tsecr or not (s.flags & ACK or self.has("tszero")):
            return None
        return self.tsvals.match((s.reverse, s.tsecr), now, f.echoed, s.ack)

    def seqno(self, s, f, now):
        if self.has("unidir") and not f.has_reverse:
            return None
        length = s.data + (0 if self.has("fin") else bool(s.flags & SYN) + bool(s.flags & FIN))
        if length and (self.has("synrst") or not s.flags & RST):
            self.ends.save((s.key, (s.seq + length) & 0xFFFFFFFF), now)
        if not s.flags & ACK or self.has("rematch") and s.data and s.ack == f.newest_ack:
            return None
        return self.ends.match((s.reverse, s.ack), now, f.acked)

    def gap(self, s, f):
        end = f.end
        if self.has("seqzero") and f.seqno == 0:
            end = None
        gap = 0 if end is None else distance(s.seq, end)
        is_rst = s.flags & RST and not self.has("synrst")
        controls = bool(s.flags & SYN) + bool(s.flags & FIN)
        next_end = s.seq + s.data + (bool(controls) if self.has("fin") else controls)
        if not is_rst and (end is None or self.has("gaphigh") or distance(next_end, end) > 0):
            f.low = s.seq if end is None else f.low
            f.end, f.seqno = next_end & 0xFFFFFFFF, (s.seq + bool(controls)) & 0xFFFFFFFF
        return gap

    def dup(self, s, f, g, gap, now):
        is_pure = s.flags == ACK if self.has("dupflags") \
            else s.flags & ACK and not s.flags & (SYN | FIN | RST)
        window, f.window = f.window, s.window
        if self.has("dupage"):
            return now - f.time if is_pure and not s.data and s.ack == f.newest_ack else None
        if not s.flags & ACK:
            return None
        if f.ack is None or distance(s.ack, f.ack) > 0:
            f.ack, f.ack_time = s.ack, now
        elif (s.ack == f.ack and is_pure and not s.data and not (gap == -1 and s.data <= 1)
              and (s.sack or s.window == window)
              and (g.end is None or distance(g.end, s.ack) > 0)):
            return max(now - f.ack_time, 0 * now)
        return None

    def clean(self, now):
        """The original forgets only every ten seconds of capture."""
        if now < self.next_cleaning:
            return
        self.next_cleaning = now + self.seconds(MAX_AGE)
        if self.has("maxage"):
            self.tsvals.clean(now)
            self.ends.clean(now)
        if self.has("idle"):
            for key in [k for k, f in self.flows.items() if now - f.time > self.seconds(MAX_IDLE)]:
                del self.flows[key]

    def printed(self, s, now, tsval, seqno, gap, dup, flow_bytes):
        """{value: text} of the packet's line, None if it has none."""
        is_told = gap > 0 if self.has("gaplow") else gap != 0
        has_dup = dup is not None and (dup > 0 or not self.has("dupage"))
        if tsval is None and seqno is None and not is_told and not has_dup:
            return None
        return dict(time=self.printed_time(now), tsval=self.printed_delay(tsval, "*"),
                    seqno=self.printed_delay(seqno, "*"), gap=str(gap),
                    dup=self.printed_delay(dup, "-"), payload=str(signed(s.data)),
                    bytes=str(flow_bytes), flow="%s:%d+%s:%d" % (*s.src, *s.dst))

    def printed_time(self, now):
        if self.has("clock"):
            return "%d.%06d" % (int(now + self.epoch), int((now - now // 1) * 1e6))
        return truncated(now + self.epoch * SECOND)

    def printed_delay(self, delay, absent):
        if delay is None:
            return absent
        return "%f" % delay if self.has("clock") else truncated(delay)


def signed(payload):
    return payload - 2**32 if payload >= 2**31 else payload


def truncated(ns):
    return "%s%d.%06d" % ("-" * (ns < 0), *divmod(abs(ns) // 1000, 10**6))


def lines(segments, found, quirks):
    """{frame: {value: text}} of the lines that are printed."""
    model, printed = Model(quirks), {}
    for segment in segments:
        s = types.SimpleNamespace(**vars(segment))
        header = found.get(s.frame)
        if header or "visible" not in quirks:
            line = model.packet(s, header)
            if line:
                printed[s.frame] = line
    return printed


def read(capture):
    """What lines() takes."""
    return oracle.read_segments(capture), headers(capture)


def steps(segments, found):
    """(quirk, lines before it is switched on, lines after), from SPEC.md's to the original's."""
    names = list(QUIRKS)
    before = lines(segments, found, ())
    for i, name in enumerate(names, 1):
        after = lines(segments, found, frozenset(names[:i]))
        yield name, before, after
        before = after
