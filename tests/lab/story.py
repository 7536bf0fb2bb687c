#!/usr/bin/env python3
"""Records captures/story.pcap: eight connections, each slow for one reason, known since it is made here.

    sudo python3 tests/lab/story.py captures/story.pcap

Clients and servers are two network namespaces with Linux's own TCP. Between their TUN devices stands
this process, which delays and drops packets, and records them where the capture point is:

    client --- client's side ---> capture point --- server's side ---> server

A packet's time stamp is when it was due at the capture point, so it is exact even if this process
was late. Needs root, for the namespaces.
"""
import ctypes
import fcntl
import heapq
import itertools
import multiprocessing
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

PORT, SNAP, GIVE_UP = 80, 256, 30
OFFICE, HOME = "198.51.100.7", "198.51.100.200"

# Each: the server's address, and what differs from a healthy connection.
#   client_ms, server_ms   one-way delay of either side
#   mbit                   rate of the server's side, downwards
#   lost                   (side, times, the numbers of those of the server's segments with payload)
#   requests, answer       how many, and the bytes of each answer
#   think, idle            seconds until the server answers, until the client asks again
#   buffer, read, pause    the client's receive buffer; it reads so much, then pauses
HEALTHY = {"client": OFFICE, "client_ms": 1, "server_ms": 4, "requests": 12, "answer": 300,
           "path": "/"}
SCENES = {
    "203.0.113.10": {"path": "/download", "mbit": 2, "requests": 1, "answer": 80000},
    "203.0.113.20": {"path": "/far-away", "server_ms": 70},
    "203.0.113.30": {"path": "/by-radio", "client_ms": 70, "client": HOME},
    "203.0.113.40": {"path": "/report", "think": .25},
    "203.0.113.50": {"path": "/poll", "idle": .25},
    "203.0.113.60": {"path": "/lost-beyond", "lost": ("client", 2, {6, 30}), "requests": 1,
                     "answer": 60000},
    "203.0.113.70": {"path": "/lost-before", "lost": ("server", 2, {6, 30}), "requests": 1,
                     "answer": 60000},
    "203.0.113.80": {"path": "/film", "requests": 1, "answer": 60000, "buffer": 4096, "read": 4096,
                     "pause": .12},
}
SCENES = {server: {**HEALTHY, **scene} for server, scene in SCENES.items()}
CLIENT, SERVER = "client", "server"
libc = ctypes.CDLL(None, use_errno=True)


def run(*words):
    subprocess.run(words, check=True)


def enter(namespace):
    with open(f"/run/netns/{namespace}", "rb") as file:
        if libc.setns(file.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


def make_host(namespace, addresses):
    """A namespace with these addresses; returns the other end of its only interface."""
    run("ip", "netns", "add", namespace)
    with open("/proc/self/ns/net", "rb") as ours:
        enter(namespace)
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"path", 0x1001))  # TUNSETIFF, no header
        with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w", encoding="ascii") as setting:
            setting.write("1")
        libc.setns(ours.fileno(), 0)
    for address in addresses:
        run("ip", "-n", namespace, "address", "add", f"{address}/32", "dev", "path")
    run("ip", "-n", namespace, "link", "set", "path", "mtu", "1500", "up")
    run("ip", "-n", namespace, "route", "add", "default", "dev", "path")
    return tun


# --- The hosts

def serve(connection, scene):
    with connection:
        for number in range(scene["requests"]):
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                received = connection.recv(4096)
                if not received:
                    return
                request += received
            time.sleep(scene.get("think", 0))
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {scene['answer']}\r\n\r\n"
            connection.sendall(head.encode() + b"%07d\n" % number * (scene["answer"] // 8) +
                               b"." * (scene["answer"] % 8))
        connection.recv(1)  # until the client closes


def ask(server, scene):
    with socket.socket() as connection:
        if "buffer" in scene:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, scene["buffer"])
        connection.bind((scene["client"], 0))
        connection.connect((server, PORT))
        for number in range(scene["requests"]):
            time.sleep(scene.get("idle", 0) if number else 0)
            connection.sendall(f"GET {scene['path']} HTTP/1.1\r\nHost: {server}\r\n\r\n".encode())
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += connection.recv(1)
            left = scene["answer"]
            while left > 0:
                time.sleep(scene.get("pause", 0))
                received = connection.recv(min(left, scene.get("read", left)))
                if not received:
                    raise EOFError(f"{server}: the answer ended early")
                left -= len(received)


def wait_for_all(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def be_servers(namespace, is_ready):
    enter(namespace)
    listeners = {server: socket.create_server((server, PORT)) for server in SCENES}
    is_ready.set()
    wait_for_all([threading.Thread(target=lambda l=l, s=s: serve(l.accept()[0], SCENES[s]))
                  for s, l in listeners.items()])


def be_clients(namespace):
    enter(namespace)

    def begin(number, server):
        time.sleep(.1 * number)  # so that they stand in this order in the capture
        ask(server, SCENES[server])
    wait_for_all([threading.Thread(target=begin, args=item) for item in enumerate(SCENES)])


# --- The path between them

class Packet:
    def __init__(self, sender, data):
        head = (data[0] & 15) * 4
        self.sender, self.bytes = sender, data
        self.has_passed = False  # the capture point
        self.scene = SCENES[socket.inet_ntoa(data[16:20] if sender == CLIENT else data[12:16])]
        self.seqno = data[head + 4:head + 8]
        self.flow = data[12:20] + data[head:head + 4]
        self.has_payload = len(data) > head + (data[head + 12] >> 4) * 4


class Path:
    def __init__(self, tuns, pcap):
        self.tuns, self.pcap = tuns, pcap
        self.under_way, self.serial = [], itertools.count()
        self.free_at, self.segments, self.resent = {}, {}, {}
        self.epoch = time.time_ns() - time.monotonic_ns()
        pcap.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, SNAP, 101))  # ns, raw IP

    def is_lost(self, packet, side):
        """Counts the server's segments on the side where the scene loses some."""
        where, times, numbers = packet.scene.get("lost", (None, 0, ()))
        if packet.sender != SERVER or side != where or not packet.has_payload:
            return False
        key = packet.flow, packet.seqno
        number = self.segments.setdefault(key, 1 + sum(k[0] == packet.flow for k in self.segments))
        self.resent[key] = self.resent.get(key, -1) + 1
        return number in numbers and self.resent[key] < times

    def cross(self, packet, side, now):
        """Puts the packet under way on that side, if it is not lost there. Nothing overtakes."""
        if self.is_lost(packet, side):
            return
        due = now + int(packet.scene[f"{side}_ms"] * 1e6)
        lane = packet.flow, side
        if "mbit" in packet.scene and packet.sender == side == SERVER:
            due = max(due, self.free_at.get(lane, 0)) + int(len(packet.bytes) * 8e3 / packet.scene["mbit"])
        self.free_at[lane] = due = max(due, self.free_at.get(lane, 0))
        heapq.heappush(self.under_way, (due, next(self.serial), packet))

    def record(self, packet, now):
        seconds, nanoseconds = divmod(now + self.epoch, 10**9)
        kept = packet.bytes[:SNAP]
        self.pcap.write(struct.pack("=IIII", seconds, nanoseconds, len(kept), len(packet.bytes)) + kept)

    def take_all(self):
        for sender, tun in self.tuns.items():
            try:
                while True:
                    data = os.read(tun, 2000)
                    if data[0] >> 4 == 4 and data[9] == socket.IPPROTO_TCP:
                        self.cross(Packet(sender, data), sender, time.monotonic_ns())
            except BlockingIOError:
                pass

    def move_on(self):
        """Moves each packet that is due, and returns how many seconds are left until the next is."""
        while self.under_way and self.under_way[0][0] <= time.monotonic_ns():
            due, _, packet = heapq.heappop(self.under_way)
            receiver = SERVER if packet.sender == CLIENT else CLIENT
            if packet.has_passed:
                os.write(self.tuns[receiver], packet.bytes)
                self.take_all()  # what the host answered at once
                continue
            packet.has_passed = True
            self.record(packet, due)
            self.cross(packet, receiver, due)
        return max(0, self.under_way[0][0] - time.monotonic_ns()) / 1e9 if self.under_way else .5

    def carry(self, goes_on):
        while goes_on() or self.under_way:
            select.select(self.tuns.values(), [], [], self.move_on())
            self.take_all()


def main():
    names = {side: f"story-{os.getpid()}-{side}" for side in (CLIENT, SERVER)}
    try:
        tuns = {CLIENT: make_host(names[CLIENT], (OFFICE, HOME)),
                SERVER: make_host(names[SERVER], SCENES)}
        is_ready = multiprocessing.Event()
        servers = multiprocessing.Process(target=be_servers, args=(names[SERVER], is_ready))
        clients = multiprocessing.Process(target=be_clients, args=(names[CLIENT],))
        servers.start()
        is_ready.wait(GIVE_UP)
        clients.start()
        end = time.monotonic() + GIVE_UP
        with open(sys.argv[1], "wb") as pcap:
            Path(tuns, pcap).carry(
                lambda: (servers.is_alive() or clients.is_alive()) and time.monotonic() < end)
        for process in (clients, servers):
            process.terminate()
            process.join()
            assert process.exitcode == 0, "a host did not finish"
    finally:
        for name in names.values():
            subprocess.run(["ip", "netns", "del", name], check=False)


if __name__ == "__main__":
    main()
