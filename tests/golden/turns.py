"""What connmon.transaction, request_frame and response_time should be: a part of oracle.py.

The payload of a connection is kept as a list of turns: who spoke, and the packets. What an answer
answers is the turn before it.
"""
SYN, RST, ACK = 0x02, 0x04, 0x10


class Turn:
    def __init__(self, speaker, number):
        self.speaker, self.number, self.packets = speaker, number, []


class Dialogue:
    """The turns of a connection, and of its successors between the same ports."""

    def __init__(self):
        self.turns, self.requests = [], 0

    def follow(self, s, r, minimum):
        """(transaction, request_frame, response_time) of a segment. `r` is what is known of it,
        `minimum` the smallest delay on its sender's side, None if there is none."""
        if s.flags & (SYN | ACK | RST) == SYN and r.seq_gap == 0:
            self.turns = []
        if not s.payload or s.flags & RST or r.seq_event == "keep_alive":
            return "-", "-", "-"
        latest = self.turns[-1] if self.turns else None
        if latest and latest.speaker == s.src:
            latest.packets.append(s)
            return "-", "-", "-"
        brings_nothing_new = r.seq_gap + s.payload <= 0
        if brings_nothing_new:
            return "-", "-", "-"
        self.requests += r.side == "client"
        self.turns.append(Turn(s.src, self.requests))
        self.turns[-1].packets.append(s)
        if not latest or r.side != "server" or not self.requests:
            return "-", "-", "-"
        asked = latest.packets[-1]
        waited = s.time - asked.time
        response = waited - min(waited, minimum or 0) if waited >= 0 else "-"
        return self.requests, asked.frame, response
