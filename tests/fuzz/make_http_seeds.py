#!/usr/bin/env python3
"""Writes conversations in HTTP and TLS as seeds of fuzz_http_reader.

    make_http_seeds.py FOLDER
"""
import gzip
import pathlib
import sys
import zlib

CLIENT, SERVER = 0, 1
PLAIN, FIN, RST, SYN, MISSING = 16, 1, 2, 3, 4  # what is odd about a packet, as fuzz_http_reader.c reads it
EVERYTHING = 0x10  # bodies, no limits but those that are always there

GET = b"GET /path?query HTTP/1.1\r\nHost: example.org\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
TEXT = b"hello hello hello hello\n"
HELLO = (b"\x01\x00\x00\x49\x03\x03" + b"0123456789abcdef" * 2 + b"\x02zz\x00\x02\x13\x01\x01\x00\x00\x1c"
         b"\x00\x17\x00\x00\x00\x00\x00\x10\x00\x0e\x00\x00\x0bexample.org\x00\x23\x00\x00")


def answer(*fields, body=b""):
    return b"HTTP/1.1 200 OK\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def record(kind, body):
    return bytes([kind, 3, 3, len(body) >> 8, len(body) & 255]) + body


def chunked(body, size=7):
    chunks = [body[i:i + size] for i in range(0, len(body), size)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


RAW = zlib.compressobj(9, zlib.DEFLATED, -15)
CODED = {b"gzip": gzip.compress(TEXT, mtime=0), b"deflate": RAW.compress(TEXT) + RAW.flush(),
         b"br": bytes.fromhex("1b1700f88d946ede445586d60a206c6f4a1179e280ae16"),
         b"zstd": bytes.fromhex("28b52ffd00586d00003868656c6c6f200a0100994b11")}

CONVERSATIONS = {
    "plain": [(CLIENT, GET), (SERVER, OK), (CLIENT, GET), (SERVER, OK)],
    "pipelined": [(CLIENT, GET + b"HEAD / HTTP/1.1\r\n\r\n" + GET),
                  (SERVER, OK + answer(b"Content-Length: 9") + OK)],
    "chunked": [(CLIENT, GET), (SERVER, answer(b"Transfer-Encoding: chunked", body=chunked(TEXT)))],
    "upload": [(CLIENT, b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
               (SERVER, b"HTTP/1.1 100 Continue\r\n\r\n"), (CLIENT, b"abc"),
               (SERVER, b"HTTP/1.1 204 No Content\r\n\r\n")],
    "close": [(CLIENT, b"GET / HTTP/1.0\r\n\r\n"), (SERVER, answer(body=TEXT)), (SERVER, b"", FIN)],
    "upgrade": [(CLIENT, b"GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
                (SERVER, b"HTTP/1.1 101 Switching\r\n\r\nmore")],
    "tunnel": [(CLIENT, b"CONNECT h:443 HTTP/1.1\r\n\r\n"), (SERVER, answer()),
               (CLIENT, record(22, HELLO)), (SERVER, record(22, b"\x02") + record(23, TEXT))],
    "tls": [(CLIENT, record(22, HELLO[:9]) + record(22, HELLO[9:])), (SERVER, record(21, b"xx"))],
    "starttls": [(SERVER, b"220 mail\r\n"), (CLIENT, b"STARTTLS\r\n"), (SERVER, b"220 go\r\n"),
                 (CLIENT, record(22, HELLO))],
    "gap": [(CLIENT, GET), (SERVER, OK[:30], MISSING), (SERVER, OK), (CLIENT, GET), (SERVER, OK)],
    "gap_in_body": [(CLIENT, GET), (SERVER, answer(b"Content-Length: 40", body=b"abcd"), MISSING),
                    (CLIENT, b""), (SERVER, b"efghij" + OK)],
    "gap_in_tls": [(CLIENT, record(23, TEXT), MISSING), (SERVER, b""), (CLIENT, record(23, TEXT)),
                   (CLIENT, record(23, TEXT))],
    "reuse": [(CLIENT, GET), (SERVER, OK), (SERVER, b"", RST), (CLIENT, b"", SYN), (CLIENT, GET)],
}
for name, body in CODED.items():
    CONVERSATIONS[name.decode()] = [
        (CLIENT, GET), (SERVER, answer(b"Content-Encoding: " + name, b"Content-Length: %d" % len(body),
                                       body=body))]


def packets(conversation, most):
    for sender, payload, *odd in conversation:
        pieces = [payload[i:i + most] for i in range(0, len(payload), most)] or [b""]
        for piece in pieces[:-1]:
            yield bytes([sender, PLAIN, len(piece)]) + piece
        yield bytes([sender, odd[0] if odd else PLAIN, len(pieces[-1])]) + pieces[-1]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, conversation in CONVERSATIONS.items():
        opened = [(CLIENT, b"", SYN), (SERVER, b"", SYN), *conversation]
        for most in (250, 13):
            seed = bytes([EVERYTHING]) + b"".join(packets(opened, most))
            (folder / f"{name}_{most}").write_bytes(seed)


if __name__ == "__main__":
    main()
