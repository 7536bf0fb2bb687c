"""Runs tshark and sharkd with the plugin under test, and with no other copy of it.

Wireshark's programs ignore personal plugins when run as root. So as root they run as an
unprivileged user, with a HOME of their own, on copies of the captures that this user may read.
Nothing is installed system-wide.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/golden"), str(ROOT / "tests/captures")]

import packets  # noqa: E402
import tables  # noqa: E402

# Who runs the tests in the background may have had these ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

NOBODY = 65534
SIDES, RTT_SOURCES, SEQ_EVENTS, STATES, EVENTS = [
    {str(number): row[1] for number, row in enumerate(tables.rows("src/core/connmon.def", macro), 1)}
    for macro in ("CONNMON_SIDE_VALUE", "CONNMON_RTT_SOURCE_VALUE", "CONNMON_SEQ_EVENT_VALUE",
                  "CONNMON_STATE_VALUE", "CONNMON_EVENT_VALUE")]
BOOLEANS = {"True": "1", "False": "0", "true": "1", "false": "0"}  # since Wireshark 4.4


class Field:
    """A row of the table in src/output/fields.def."""

    def __init__(self, kind, name):
        self.kind, self.name = kind, name
        self.column = name.removeprefix("connmon.").replace(".", "_")

    def canonical(self, text):
        """What tshark printed, as the expectations write it."""
        names = {"SIDE": SIDES, "RTT_SOURCE": RTT_SOURCES, "SEQ_EVENT": SEQ_EVENTS,
                 "STATE": STATES, "EVENT": EVENTS, "BOOLEAN": BOOLEANS}
        return names.get(self.kind, {}).get(text, text) or "-"


def read_field_table():
    return [Field(row[2], row[5]) for row in tables.rows("src/output/fields.def", "FIELD",
                                                         "COMPUTED_FIELD")]


FIELDS = read_field_table()


# A plugin with sanitizers in a Wireshark without: what either allocates is the system's, one by one, so
# that what is read beyond it is noticed. What Wireshark leaks is no matter of ours; and it runs no
# extcaps, since it forks for these while it has threads, which AddressSanitizer's locks do not survive.
SANITIZED = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1",
             "G_SLICE": "always-malloc", "WIRESHARK_DEBUG_WMEM_OVERRIDE": "strict",
             "WIRESHARK_EXTCAP_DIR": "/nowhere"}


def runtimes(plugin):
    """Those of the sanitizers that the plugin was built with, which must be loaded before all else."""
    done = subprocess.run(["ldd", plugin], capture_output=True, text=True)
    return re.findall(r"^\s*lib\w+san\.so\S* => (\S+)", done.stdout, re.M)


class Failure(AssertionError):
    pass


class Wireshark:
    def __init__(self, plugin):
        if not pathlib.Path(plugin).is_file():
            raise Failure(f"no plugin at {plugin}: build it, or name it with --plugin")
        self.runtimes = runtimes(plugin)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="tshark-test-"))
        self.is_root = os.geteuid() == 0
        self.copies, self.written = {}, 0
        self.home = self.dir / "home"
        self.home.mkdir()
        self.own(self.dir, self.home)
        self.version = self.ask_version()
        self.install(plugin)

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def own(self, *paths):
        for path in paths:
            path.chmod(0o755)
            if self.is_root:
                os.chown(path, NOBODY, NOBODY)

    def ask_version(self):
        text = self.ask("--version").stdout
        return tuple(map(int, re.search(r"(\d+)\.(\d+)\.(\d+)", text).groups()))

    def install(self, plugin):
        folder = re.search(r"^Personal Plugins:\s*(\S+)", self.ask("-G", "folders").stdout, re.M)
        target = pathlib.Path(folder[1]) / "epan" / "connmon.so"
        if self.home not in target.parents:
            raise Failure(f"personal plugins are not below HOME but in {folder[1]}")
        target.parent.mkdir(parents=True)
        shutil.copy(plugin, target)
        self.own(target, *[p for p in target.parents if self.home in p.parents])
        loaded = re.findall(r"^connmon\.so\s.*\s(\S+)$", self.ask("-G", "plugins").stdout, re.M)
        if loaded != [str(target)]:
            raise Failure(f"want only the plugin under test, but tshark loads {loaded or 'none'}")

    def install_profile(self, folder):
        """Of Wireshark's settings, which it may change: a copy for its user."""
        target = self.home / ".config/wireshark/profiles" / folder.name
        shutil.copytree(folder, target)
        self.own(*[p for p in target.parents if self.home in p.parents], target,
                 *target.iterdir())

    def become_its_user(self):
        """For good: who was root runs on as the unprivileged user."""
        if self.is_root:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        self.is_root = False

    def environment(self):
        env = {k: v for k, v in os.environ.items() if k not in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        if self.runtimes:
            env |= {"LD_PRELOAD": ":".join(self.runtimes), **SANITIZED}
        return {**env, "HOME": str(self.home), "TZ": "UTC", "LC_ALL": "C.UTF-8"}

    def command(self, program, *args):
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return [*(drop if self.is_root else []), program, *map(str, args)]

    def execute(self, program, *args, stdin=b""):
        """Runs a program to its end; bytes in, text out."""
        done = subprocess.run(self.command(program, *args), input=stdin, capture_output=True,
                              env=self.environment(), cwd=self.dir, timeout=120)
        done.stdout = done.stdout.decode("utf-8", "replace")
        done.stderr = done.stderr.decode("utf-8", "replace")
        return done

    def run(self, *args, stdin=b""):
        """tshark on packets."""
        return self.ask("-n", *args, stdin=stdin)

    def ask(self, *args, stdin=b""):
        """tshark, which must succeed without a word of complaint."""
        done = self.execute("tshark", *args, stdin=stdin)
        complaints = [line for line in done.stderr.splitlines() if is_complaint(line)]
        if done.returncode or complaints:
            raise Failure(f"tshark {args}: exit {done.returncode}\n{done.stderr}")
        return done

    def share(self, capture):
        """A copy of the capture that tshark may read, whoever it runs as."""
        capture = pathlib.Path(capture)
        if self.dir in capture.parents:
            return capture
        if capture not in self.copies:
            copy = self.dir / f"{len(self.copies)}-{capture.name}"
            shutil.copy(capture, copy)
            copy.chmod(0o644)
            self.copies[capture] = copy
        return self.copies[capture]

    def write(self, made, link_type=packets.ETHERNET):
        """A capture of packets made by a test."""
        self.written += 1
        path = self.dir / f"made-{self.written}.pcap"
        packets.write_pcap(path, made, link_type)
        path.chmod(0o644)
        return path

    def fields(self, capture, names, *args):
        """One list of texts per packet."""
        more = [word for name in names for word in ("-e", name)]
        done = self.run("-r", self.share(capture), "-T", "fields", *more, *args)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def connmon(self, capture, *args):
        """{frame: {column: value}} of all packets that have connmon fields."""
        return by_frame(self.fields(capture, ["frame.number"] + [f.name for f in FIELDS], *args))

    def check(self, capture, expected):
        """In one pass and in two, which run side by side."""
        self.share(capture)
        with ThreadPoolExecutor() as pool:
            one, two = pool.map(lambda args: self.connmon(capture, *args), ([], ["-2"]))
        assert_same(one, expected, "one pass")
        assert_same(two, expected, "two passes")
        return one


def by_frame(rows):
    """{frame: {column: value}} of a frame's number and all of FIELDS, where one of these has a value."""
    return {int(row[0]): {f.column: f.canonical(text) for f, text in zip(FIELDS, row[1:])}
            for row in rows if any(row[1:])}


def capinfos(capture):
    """(packets, bytes on the wire)"""
    done = subprocess.run(["capinfos", "-M", "-c", "-d", "-T", "-r", capture], check=True,
                          capture_output=True, text=True)
    return tuple(map(int, done.stdout.split("\t")[1:3]))


def is_complaint(line):
    """Whether tshark's stderr has more than its usual remarks, and than bugs of other dissectors,
    which damaged packets do find."""
    if re.search(r"Dissector bug, protocol (?!connmon)", line):
        return False
    words = r"\b(bug|warning|critical|error|assertion|sanitizer|connmon)\b"
    return bool(re.search(words, line, re.I))


class Sharkd:
    """A session of the server that clicks in a packet list: frames in any order. The words before its
    name are those of what starts it."""

    def __init__(self, wireshark, *before):
        self.wireshark = wireshark
        self.process = subprocess.Popen(
            wireshark.command(*before, "sharkd", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=wireshark.environment(), cwd=wireshark.dir, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def ask(self, method, **params):
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Failure(f"sharkd {method} {params}: {answer['error']}")
        return answer["result"]

    def load(self, capture):
        self.ask("load", file=str(self.wireshark.share(capture)))

    def frames(self, **params):
        """As Wireshark.connmon(), but through columns."""
        columns = {f"column{i}": f"{f.name}:1" for i, f in enumerate(FIELDS)}
        rows = self.ask("frames", **columns, **params)
        return {row["num"]: {f.column: f.canonical(text) for f, text in zip(FIELDS, row["c"])}
                for row in rows if any(row["c"])}


def differences(found, expected):
    """Where two {frame: {column: value}} differ, in the columns that both know."""
    for frame in sorted(found.keys() | expected.keys()):
        if frame not in found:
            yield f"frame {frame} is missing"
            continue
        for column, got in found[frame].items():
            want = expected[frame].get(column, got) if frame in expected else "-"
            if got != want:
                yield f"frame {frame}: {column} is {got}, not {want}"


def assert_same(found, expected, what=""):
    wrong = list(differences(found, expected))
    if wrong:
        raise Failure(f"{what} {len(wrong)} differences:\n" + "\n".join(wrong[:10]))
    assert expected, f"{what} no packets compared"
