#!/usr/bin/env python3
"""Captures live between two network namespaces, in all modes at once, with many new connections; as
root.

    tests/live_minutes.py --program build/release/src/program/connmon --seconds 600

Fails unless memory stays flat from 40 % of the time on, and unless all packets that went through the
interface were measured, or told as dropped or left unread."""
import argparse
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

MODES = {
    "lines": [], "machine": ["-m"], "json": ["--json"], "csv": ["--csv"],
    "conversations": ["--conversations"], "hosts": ["--hosts"], "transactions": ["--transactions"],
    "events": ["--events"], "bandwidth": ["--bandwidth", "1"], "index": ["--index", "text"],
}
FURTHER = "198.51.128.0/17"
NEAR, FAR = "198.51.100.1", "198.51.100.2"
SERVER = """
import contextlib, socket
server = socket.create_server(("", 5001), backlog=1000)
print("ready", flush=True)
while True:
    with contextlib.suppress(OSError), server.accept()[0] as peer:
        while peer.recv(100):
            peer.send(bytes(200))
"""
# From many addresses, so that there are many hosts and no port is missing.
CLIENT = f"""
import itertools, socket, sys, time
due = time.monotonic()
for i in itertools.count():
    us = f"198.51.{{128 + i // 200 % 100}}.{{1 + i % 200}}"
    with socket.socket() as peer:
        peer.bind((us, 0))
        peer.settimeout(2)
        try:
            peer.connect(("{FAR}", 5001))
            for _ in range(3):
                peer.send(bytes(100))
                peer.recv(1000)
        except OSError:
            pass
    due += 1 / float(sys.argv[1])
    time.sleep(max(0, due - time.monotonic()))
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def inside(namespace, *words):
    return ["ip", "netns", "exec", namespace, *words]


@contextlib.contextmanager
def network():
    """The near one of two namespaces that an interface "eth0" of each connects; at the far end, a
    server listens."""
    near, far = f"cm{os.getpid()}n", f"cm{os.getpid()}f"
    ip("netns", "add", near)
    ip("netns", "add", far)
    try:
        ip("-n", near, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", far)
        for name, address in ((near, NEAR), (far, FAR)):
            ip("-n", name, "addr", "add", f"{address}/16", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", near, "route", "add", "local", FURTHER, "dev", "eth0")
        with subprocess.Popen(inside(far, sys.executable, "-c", SERVER),
                              stdout=subprocess.PIPE) as server:
            server.stdout.readline()
            try:
                yield near
            finally:
                server.kill()
    finally:
        ip("netns", "del", near)
        ip("netns", "del", far)


def moved(namespace):
    """Packets that went through its interface, either way."""
    files = [f"/sys/class/net/eth0/statistics/{way}_packets" for way in ("rx", "tx")]
    return sum(map(int, subprocess.check_output(inside(namespace, "cat", *files)).split()))


def status(child, name):
    text = pathlib.Path(f"/proc/{child.pid}/status").read_text()
    return re.search(rf"^{name}:\s*(\d+)", text, re.M)[1]


def watch(children, seconds):
    """The resident memory of each in KiB, twice a second."""
    end, sizes = time.monotonic() + seconds, {mode: [] for mode in children}
    while time.monotonic() < end:
        for mode, child in children.items():
            sizes[mode].append(int(status(child, "VmRSS")))
        time.sleep(0.5)
    return sizes


def start(program, mode, namespace, options):
    child = subprocess.Popen(inside(namespace, program, "-i", "eth0", *MODES[mode], "--maxFlows",
                                    str(options.max_flows)),
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while status(child, "NoNewPrivs") == "0":
        time.sleep(0.05)
    return child


def judge(mode, child, sizes, through):
    """What is wrong with a mode, if anything."""
    child.send_signal(signal.SIGTERM)  # a shell may have SIGINT ignored
    words = child.communicate(timeout=60)[1]
    told = sum(map(int, re.findall(r"(\d+) (?:packets|dropped by the kernel|left unread)", words)))
    settled = sizes[len(sizes) * 2 // 5]
    grown = max(sizes[len(sizes) * 2 // 5:]) - settled
    print(f"{mode}: {settled} KiB, {grown:+} KiB after 40 %; {through} packets, {told} told; "
          f"{words.strip()}", flush=True)
    return [f"{mode}: {what}" for is_wrong, what in (
        (child.returncode != 0, f"exit status {child.returncode}"),
        (grown > 256 + settled // 100, f"memory grew by {grown} KiB"),
        (told < through, f"{through - told} packets are missing"),
    ) if is_wrong]


def run(namespace, options):
    """All modes at once, since they see the same packets."""
    children = {mode: start(options.program, mode, namespace, options)
                for mode in options.modes or MODES}
    before = moved(namespace)
    command = inside(namespace, sys.executable, "-c", CLIENT, str(options.rate))
    with subprocess.Popen(command) as client:
        sizes = watch(children, options.seconds)
        client.kill()
    time.sleep(1)
    through = moved(namespace) - before
    wrong = ["too few packets to tell"] if through < options.seconds * options.rate else []
    try:
        for mode, child in children.items():
            wrong += judge(mode, child, sizes[mode], through)
    finally:
        for child in children.values():
            child.kill()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--seconds", type=float, default=600, help="[%(default)s]")
    parser.add_argument("--rate", type=float, default=200, help="connections a second [%(default)s]")
    parser.add_argument("--max-flows", type=int, default=500, help="as the program [%(default)s]")
    parser.add_argument("modes", nargs="*", metavar="mode", help=f"of: {' '.join(MODES)} [all]")
    options = parser.parse_args()
    with network() as namespace:
        wrong = run(namespace, options)
    print("\n".join(wrong), file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
