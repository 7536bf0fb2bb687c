"""What connmon.state and connmon.event of a packet should be: a part of oracle.py.

Each host of a connection is told what it sends and what reaches it, as in the figures of RFC 9293;
what both have done is all that is kept.
"""
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
PLAIN_WINDOW = 65535
NEITHER_SEEN = "-"


def distance(a, b):
    return ((a - b + 2**31) & 0xFFFFFFFF) - 2**31


class Host:
    """What is known of one end, in this life of the connection."""

    def __init__(self):
        self.asked = self.answered = self.is_open = False  # SYN sent; a SYN got or answered
        self.has_fin = self.fin_is_acked = False           # its own
        self.got_fin = self.got_fin_first = False          # it has acknowledged the other's FIN
        self.has_closed = False  # it has sent a FIN, in whatever state
        self.limit = None        # after a reset: what it sends beyond came after that

    @property
    def state(self):
        if self.has_fin and self.fin_is_acked:
            if not self.got_fin:
                return "fin_wait_2"
            return "closed" if self.got_fin_first else "time_wait"
        if self.has_fin:
            if not self.got_fin:
                return "fin_wait_1"
            return "last_ack" if self.got_fin_first else "closing"
        if self.got_fin:
            return "close_wait"
        if self.is_open:
            return "established"
        return "syn_received" if self.answered else "syn_sent" if self.asked else NEITHER_SEEN

    @property
    def is_synchronised(self):
        return self.is_open or self.has_fin or self.got_fin


class Life:
    """A connection and its successors between the same ports. `f` and `g` are the oracle's flows of
    the sender and of the receiver, as they were before the packet."""

    def __init__(self):
        self.hosts, self.is_reset, self.has_begun = {}, False, False
        self.may_go_on = False  # after a reset that its receiver may have ignored
        self.reset_by = None
        self.senders = set()
        self.sound = {}  # end: the highest ackno that tells what it has got

    def note_ack(self, s, g):
        """A RST's ackno may be anything, and one that does not acknowledge the SYN is of another
        connection."""
        if not s.flags & ACK or s.flags & RST:
            return
        if s.src not in self.sound:
            if g.isn is None or 0 < (s.ack - g.isn) % 2**32 <= (g.sequence.high - g.isn) % 2**32:
                self.sound[s.src] = s.ack
        elif distance(s.ack, self.sound[s.src]) > 0:
            self.sound[s.src] = s.ack

    def follow(self, s, f, g):
        """(state, event) of a segment."""
        if s.src == s.dst:
            return "-", "-"
        a, b = (self.hosts.setdefault(end, Host()) for end in (s.src, s.dst))
        self.senders.add(s.src)
        event = self.event(s, f, g, a, b)
        a, b = self.hosts[s.src], self.hosts[s.dst]
        if f.begins_anew(s) and not self.is_answered_syn(s, f):
            self.sound.pop(s.dst, None)
        if f.begins_anew(s) and g.is_reset and not s.flags & ACK:
            self.sound.pop(s.src, None)
        self.note_ack(s, g)
        if not s.flags & RST:
            begins = f.begins_anew(s) and not f.is_late(s)
            high = None if begins else f.sequence.high
            beyond = s.length if high is None else distance(s.seq + s.length, high)
            if self.is_reset or a.state not in (NEITHER_SEEN, "syn_sent"):
                a.has_closed |= bool(s.flags & FIN) and (high is None or beyond >= 0)
            if self.is_reset and self.may_go_on:
                event = self.go_on(s, f, g, a, b, beyond) or event
        return "closed" if self.is_reset else a.state, event

    def is_answered_syn(self, s, f):
        """Its answer has overtaken it."""
        return f.sequence.high is None and s.dst in self.sound and \
            (self.sound[s.dst] - s.seq - 1) % 2**32 <= s.payload

    def event(self, s, f, g, a, b):
        is_first, self.has_begun = not self.has_begun, True
        if s.flags & RST:
            return self.reset(s, f, g, a, b)
        if is_first and s.flags & SYN:
            a.asked, a.answered = True, bool(s.flags & ACK)
            return "found"
        if is_first:
            a.is_open = b.is_open = True
            return self.fin(s, f, a, b) or "found_midstream"
        if s.flags & SYN:
            return (self.syn_ack if s.flags & ACK else self.syn)(s, f, g, a, b)
        return self.other(s, f, g, a, b)

    def go_on(self, s, f, g, a, b, beyond):
        """After a reset: who acknowledges what came after it was not reset."""
        if s.flags & SYN or a.limit is None:
            a.limit = s.seq
        is_acked = s.flags & ACK and b.limit is not None and \
            distance(s.ack, b.limit) > 0 >= distance(s.ack, g.sequence.high)
        is_alone = s.dst not in self.senders and s.payload > 0 and \
            distance(s.seq + s.payload, a.limit) > 0
        if s.flags & SYN or not (is_acked or is_alone):
            return None
        self.is_reset, self.reset_by = False, None
        high = s.seq + s.length if beyond > 0 or f.sequence.high is None else f.sequence.high
        for host, end, reached in ((a, s.dst, high), (b, s.src, g.sequence.high)):
            is_acked = None not in (self.sound.get(end), reached) and \
                (self.sound[end] - reached) % 2**32 == 0
            host.has_fin, host.fin_is_acked = host.has_closed, host.has_closed and is_acked
            host.is_open = True
        for host, other in ((a, b), (b, a)):
            host.got_fin = other.fin_is_acked
            host.got_fin_first = not host.fin_is_acked  # which of both was is not known any more
        return "closed" if self.is_over(a, b) else "reset_ignored"

    def begin_again(self, s):
        """The ports are used anew, and of the other end nothing is known yet."""
        self.is_reset, self.reset_by = False, None
        self.hosts = {s.src: Host(), s.dst: Host()}
        self.hosts[s.src].asked, self.hosts[s.src].answered = True, bool(s.flags & ACK)
        return "reused"

    def is_seen(self, host):
        return self.is_reset or host.state != NEITHER_SEEN

    def is_synchronised(self, host):
        return self.is_reset or host.is_synchronised

    def is_over(self, a, b):
        return self.is_reset or all(h.fin_is_acked and h.got_fin for h in (a, b))

    def answers_syn(self, s, g, b):
        return not self.is_seen(b) or g.isn is None or distance(s.ack, g.isn) > 0

    def is_answered(self, s, isn, b):
        if not self.is_seen(b):
            return True
        ack = self.sound.get(s.dst)
        return ack is not None and (isn is None or distance(ack, isn) > 0)

    def syn(self, s, f, g, a, b):
        if f.is_late(s):
            return "-"
        if b.state == "syn_received" and not self.is_reset and self.is_answered_syn(s, f):
            a.asked = True
            return "-"
        if not f.begins_anew(s):
            return "duplicate_syn"
        if not self.is_seen(a) and not self.is_reset and b.state == "syn_sent":
            a.asked = b.answered = True
            return "-"
        return self.begin_again(s)

    def syn_ack(self, s, f, g, a, b):
        if f.isn is None and self.is_over(a, b):
            return self.syn_ack_after_end(s, g)
        if not self.answers_syn(s, g, b):
            return "-"
        if f.isn == s.seq and self.is_seen(a):
            if f.ack is not None:
                return "duplicate_syn_ack"
            if self.is_synchronised(a):
                return "-"
            a.asked = a.answered = True
            return self.establish(a, b) if self.is_answered(s, s.seq, b) else "-"
        if not self.is_synchronised(a):
            is_another = a.state == "syn_received" and f.ack is not None
            a.asked = a.answered = True
            return "duplicate_syn_ack" if is_another else "-"
        if f.isn is not None and g.isn is not None and s.ack == (g.isn + 1) % 2**32:
            return "duplicate_syn_ack"
        if f.sequence.high is None or f.is_late(s):
            return "-"
        return self.begin_again(s)

    def syn_ack_after_end(self, s, g):
        """The first that is seen of that host."""
        if g.isn is None or not distance(s.ack, g.isn) > 0 >= distance(s.ack, g.sequence.high):
            return self.begin_again(s)
        if self.reset_by is None:
            return "duplicate_syn_ack"
        if self.reset_by != s.src:
            return "-"
        self.is_reset, self.reset_by = False, None
        self.hosts = {s.src: Host(), s.dst: Host()}
        self.hosts[s.src].asked = self.hosts[s.src].answered = self.hosts[s.dst].asked = True
        return "reset_ignored"

    @staticmethod
    def establish(a, b):
        a.is_open = b.is_open = True
        return "established"

    def other(self, s, f, g, a, b):
        event = None
        if s.flags & ACK and not self.is_reset:
            if not (a.is_synchronised and b.is_synchronised) and self.answers_syn(s, g, b) \
                    and self.is_answered(s, f.isn, b):
                event = self.establish(a, b)
            event = self.acknowledge_fin(s, g, a, b) or event
        if s.flags & FIN and not self.is_reset:
            event = self.fin(s, f, a, b) or event
        return event or "-"

    def acknowledge_fin(self, s, g, a, b):
        if not b.has_fin or b.fin_is_acked or s.ack != g.sequence.high % 2**32:
            return None
        b.fin_is_acked = True
        a.got_fin, a.got_fin_first = True, not a.has_fin
        return "closed" if self.is_over(a, b) else None

    @staticmethod
    def fin(s, f, a, b):
        high = f.sequence.high
        if not s.flags & FIN or a.has_fin or (
                high is not None and distance(s.seq + s.length, high) < 0):
            return None
        if not (a.is_synchronised or a.state == "syn_received"):
            return None
        a.has_fin = True
        return None if b.has_fin or b.got_fin or a.got_fin else "half_closed"

    def reset(self, s, f, g, a, b):
        if self.is_over(a, b):
            return "-"
        if not self.is_plausible(s, f, g, a, b):
            return "reset_ignored"
        a.limit, b.limit = f.sequence.high, g.sequence.high
        self.is_reset, self.may_go_on = True, not (a.has_closed and b.has_closed)
        if not self.may_go_on:
            return "closed"  # nobody is told of a reset any more
        self.reset_by = s.src
        if s.dst not in self.senders and a.limit is not None and distance(s.seq, a.limit) > 0:
            a.limit = s.seq
        return "reset"

    def is_plausible(self, s, f, g, a, b):
        high = f.sequence.high
        if not self.is_seen(a) and b.state == "syn_sent":
            return bool(s.flags & ACK) and distance(s.ack, g.isn) > 0 and \
                distance(s.ack, g.sequence.high) <= 0
        first = self.sound.get(s.dst)
        if first is None:
            return high is None or abs(distance(s.seq, high)) <= PLAIN_WINDOW
        end = (first + g.window) % 2**32
        if high is not None and distance(high, end) > 0:
            end = high
        return distance(s.seq, first) >= 0 and distance(s.seq, end) <= 0
