"""One run of tshark on a capture, kept for all tests that want something of it.

A start of tshark costs more than the packets of most captures. So what is tested on all of them, fields
and tables, comes of one run, whichever worker makes it; a test picks what it is about.
"""
import fcntl
import hashlib
import json
import re
import shutil

import harness

NAMES = [*"""frame.number frame.len tcp.stream tcp.srcport tcp.flags tcp.window_size_value tcp.completeness
    ip.flags.mf ip.frag_offset ipv6.fraghdr.more ipv6.fraghdr.offset""".split(),
         *(field.name for field in harness.FIELDS)]
TAPS = ["connmon,lines,machine", "connmon,lines", "connmon,json", "connmon,events-json", "connmon,index",
        "connmon,conv-json", "connmon,hosts-json", "connmon,bandwidth-json,0.25,top=0",
        "connmon,bandwidth-json,1.5,hosts,top=0", "conv,tcp"]
# A key that no other kind of row has.
ROWS = {'"verdict":': "conversations", '"role":': "hosts", '"client_goodput":': "bandwidth",
        '"sent_goodput":': "host bandwidth", '"ended":': "index", '"event":': "events",
        '"frame":': "packets"}


def kind_of(line):
    """What printed it."""
    if "\t" in line:
        return "fields"
    if line.startswith("{"):
        return next(kind for key, kind in ROWS.items() if key in line)
    if re.match(r"\d\d:", line):
        return "human"
    return "machine" if re.match(r"-?\d+\.\d{6} ", line) else "conv,tcp"


class Recording:
    """Of lines by kind, each in a file of its own."""

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def make(cls, folder, wireshark, capture, *args):
        more = [word for name in NAMES for word in ("-e", name)]
        taps = [word for tap in TAPS for word in ("-z", tap)]
        done = wireshark.run("-r", wireshark.share(capture), "-T", "fields", *more, *taps, *args)
        found = {"messages": done.stderr.splitlines(keepends=True)}
        for line in done.stdout.splitlines(keepends=True):
            found.setdefault(kind_of(line), []).append(line)
        folder.mkdir()
        for kind, lines in found.items():
            (folder / kind).write_text("".join(lines))
        return cls(folder)

    def text(self, kind):
        path = self.folder / kind
        return path.read_text() if path.exists() else ""

    def rows(self, kind, **how):
        """The JSON objects of one kind; how, as json.loads() has it."""
        return [json.loads(line, **how) for line in self.text(kind).splitlines()]

    def fields(self, *names):
        """As Wireshark.fields()."""
        places = [NAMES.index(name) for name in names]
        rows = [line.split("\t") for line in self.text("fields").splitlines()]
        return [[row[place] for place in places] for row in rows]

    def connmon(self):
        """As Wireshark.connmon()."""
        return harness.by_frame(self.fields("frame.number", *(f.name for f in harness.FIELDS)))


class Recorder:
    """Makes each recording once, in a folder that all workers share."""

    def __init__(self, folder, wireshark):
        self.folder, self.wireshark = folder, wireshark

    def __call__(self, capture, *args):
        name = hashlib.sha256("\0".join([str(capture), *args]).encode()).hexdigest()
        folder = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return Recording(folder)
            made = self.folder / f"{name}.unfinished"
            shutil.rmtree(made, ignore_errors=True)  # of a worker that was killed
            Recording.make(made, self.wireshark, capture, *args)
            made.rename(folder)
        return Recording(folder)
