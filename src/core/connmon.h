/* connmon.h - the flow-matching core of connmon, as its clients see it
 *
 * Passive per-packet TCP delay: hand every TCP segment of a capture, in capture order, to
 * connmon_process() and get back what that segment reveals (round-trip delays by TSval and by
 * seqno, gaps in the sequence space, duplicate ACKs, the handshake's delays, what it means for its
 * connection, which request it answers).
 *
 * The library needs libc alone. It never prints, never exits, and keeps no global state: separate
 * `struct connmon` objects may be used from separate threads, one object only from one thread at
 * a time. All times are signed nanoseconds; only their differences matter, so any epoch will do.
 *
 * connmon/decode.h makes segments from the frames of a capture; docs/LIBRARY.md has examples.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_H
#define CONNMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* TCP control bits as on the wire (RFC 9293 section 3.1). */
enum connmon_tcp_flags {
    CONNMON_FIN = 0x01,
    CONNMON_SYN = 0x02,
    CONNMON_RST = 0x04,
    CONNMON_ACK = 0x10,
};

/* One end of a connection. `addr` is in network byte order and zero beyond `addr_len` (4 for IPv4,
 * 16 for IPv6); `port` is in host byte order. */
struct connmon_endpoint {
    uint8_t addr[16];
    uint8_t addr_len;
    uint16_t port;
};

/* One TCP segment as the capture point saw it. */
struct connmon_segment {
    int64_t time_ns; /* capture time */
    uint64_t packet; /* the caller's number of the packet; grows from call to call, in steps that
                        add up to less than 2^30 within the max age */
    struct connmon_endpoint src, dst;
    uint32_t discriminator; /* tells connections between equal endpoints apart (reused ports,
                               several capture points); e.g. Wireshark's tcp.stream; 0 if unused */
    uint32_t seq, ack;      /* raw, as on the wire; `ack` counts only if CONNMON_ACK is set */
    uint32_t payload_len;   /* bytes of TCP payload that were sent (not: that were captured) */
    uint32_t wire_len;      /* bytes of the frame on the wire, for the flow's byte count */
    uint16_t flags;         /* enum connmon_tcp_flags; other bits are ignored */
    uint16_t window;        /* the window field, unscaled */
    uint32_t tsval, tsecr;  /* of the timestamp option; count only if `has_timestamps` */
    uint16_t checksum;      /* the TCP checksum; counts only if `has_checksum` */
    uint16_t ip_id;         /* the innermost IPv4 header's identification; 0 for IPv6 */
    bool has_timestamps;
    bool has_sack;      /* carries at least one SACK block (RFC 2018) */
    bool has_checksum;  /* false if the capture cut it off */
    bool dont_fragment; /* the innermost IPv4 header's DF; false for IPv6 */
    bool time_unknown; /* `time_ns` says nothing: no delay starts or ends here, nothing is a copy */
};

/* The values of the enumerations below, with their names and what they mean, are the lines of
 * connmon.def, which lies beside this file: CONNMON_SEQ_HOLE, "hole", "Data before it was lost
 * ...". They are not written out here, too, so that a value cannot be added without its name. Each
 * ends with the number of its values, 0 included. */

/* What a segment does to its flow's sequence space. */
enum connmon_seq_event {
    CONNMON_SEQ_NORMAL = 0,
#define CONNMON_SEQ_EVENT_VALUE(constant, name, words, meaning) constant,
#include "connmon.def"
    CONNMON_SEQ_EVENT_COUNT
};

/* An end of the connection. The client sent the first SYN or was sent the first SYN-ACK, as far as
 * seen; before either, it is the end with the higher port, or else the one whose segment came
 * first. A RST tells nothing. */
enum connmon_side {
    CONNMON_SIDE_NONE = 0,
#define CONNMON_SIDE_VALUE(constant, name, meaning) constant,
#include "connmon.def"
    CONNMON_SIDE_COUNT
};

/* What a host's TCP does, as far as the capture point can know: the states of RFC 9293 section
 * 3.3.2, in its order. From CONNMON_STATE_TIME_WAIT on it is closed. */
enum connmon_state {
    CONNMON_STATE_UNKNOWN = 0, /* nothing tells; a host that listens is not seen to do so */
#define CONNMON_STATE_VALUE(constant, name, meaning) constant,
#include "connmon.def"
    CONNMON_STATE_COUNT
};

/* What a segment means for its connection. Where it means two things, the later one counts: a
 * connection may be found by what closes it. */
enum connmon_event {
    CONNMON_EVENT_NONE = 0,
#define CONNMON_EVENT_VALUE(constant, name, words, meaning) constant,
#include "connmon.def"
    CONNMON_EVENT_COUNT
};

/* How a connection has ended, as far as what was seen of it so far tells: the first value, 0, is
 * CONNMON_END_OPEN. */
enum connmon_end {
#define CONNMON_END_VALUE(constant, name, meaning) constant,
#include "connmon.def"
    CONNMON_END_COUNT
};

/* Which of the two delays is the trustworthy one. */
enum connmon_rtt_source {
    CONNMON_RTT_NONE = 0,
#define CONNMON_RTT_SOURCE_VALUE(constant, name, words, meaning) constant,
#include "connmon.def"
    CONNMON_RTT_SOURCE_COUNT
};

/* A delay that a segment completes, with the packet that began it. */
struct connmon_delay {
    int64_t ns;      /* from the capture point to the answering host and back, >= 0 */
    uint64_t packet; /* what was timed: the first packet that carried the TSval or sequence end */
    bool present;
    bool pure_ack;  /* TSval only: that packet occupied no sequence space */
    bool ambiguous; /* its sender resent or late-filled something in between (RFC 6298 section 3) */
};

/* A segment that begins a turn: its sender has payload, after payload from the other end. */
struct connmon_turn {
    int64_t wait_ns;    /* since the other end's latest payload, >= 0; if has_time */
    int64_t network_ns; /* what the network took of it, at best, on the sender's side, 0 to wait_ns;
                           if has_network. The rest is the sender's: its response time */
    uint64_t packet;    /* of that payload: the last of what is answered; if is_present */
    uint32_t request;   /* number of the request that the turn is or answers, from 1; 0: neither */
    bool is_present;
    bool has_time, has_network;
};

/* What one segment reveals. Members of a part that is not `present` are zero; so are all but
 * `original`, `connection` and `direction` if it is a copy. */
struct connmon_result {
    uint64_t original;   /* the packet that this one is a copy of, captured before it; if is_copy */
    bool is_copy;        /* the network did not carry it twice, the capture point saw it twice */
    uint64_t flow_bytes; /* wire_len summed over this flow, this segment included */
    uint32_t connection; /* serial number of the connection, from 0 */
    uint32_t payload_len;   /* as given */
    uint8_t direction;      /* 0: sent by the endpoint whose segment came first; 1: by the other */
    enum connmon_side side; /* which end sent it, and so whose delay it tells */
    bool side_is_guess;     /* no SYN has told it yet; a later segment may know better */

    int32_t seq_gap; /* seqno minus expected seqno, modulo 2^32; 0 on a flow's first segment */
    enum connmon_seq_event seq_event;
    bool is_loss; /* that event tells of a loss: a hole that the receiver's window allows, or data
                     that comes late or again and was not acknowledged before */
    uint32_t new_payload;    /* bytes that the flow had not carried before, hole fills included */
    uint32_t resent_payload; /* bytes that it had; neither counts a keep-alive's or a RST's payload,
                                nor the byte of a probe that a closed window refused */

    enum connmon_state state; /* of the segment's sender, after this segment */
    enum connmon_event event;
    enum connmon_end end; /* of the connection, after this segment; the latest one knows best */

    struct connmon_delay tsval;   /* RFC 7323 timestamps */
    struct connmon_delay seqno;   /* sequence number against acknowledgment number */
    int64_t rtt_min_ns;           /* smallest delay on this side so far; valid with either delay */
    int64_t rtt_ns, rtt_slack_ns; /* the trustworthy delay; valid unless the source is NONE */
    enum connmon_rtt_source rtt_source;

    struct {
        int64_t age_ns;  /* since the original ACK, >= 0 */
        uint64_t packet; /* the original ACK */
        uint32_t num;    /* from 1; 0: not a duplicate ACK */
    } dup_ack;

    struct {
        int64_t server_ns, client_ns; /* on the completing ACK both, on the SYN-ACK the first */
        bool has_server, has_client;
        bool completes; /* this is the ACK that completes the handshake */
    } handshake;

    struct connmon_turn turn; /* requests are the client's turns, answers the server's */
};

/* Whether a segment is a retransmission to be counted. One that does no more than send again the
 * byte of a refused window probe is none: nothing was lost, and the byte was never accepted. */
static inline bool connmon_is_resend(const struct connmon_result *result)
{
    return result->seq_event == CONNMON_SEQ_RETRANSMISSION &&
           (result->resent_payload > 0 || result->new_payload == result->payload_len);
}

/* Limits and thresholds. Fill with connmon_config_default(), then change what should differ. For
 * each cap 0 means: no cap. */
struct connmon_config {
    int64_t max_age_ns;       /* a TSval or sequence end older than this completes no delay */
    int64_t idle_ns;          /* a connection silent for longer is forgotten; 0: never */
    uint32_t slack_share;     /* a pure ACK's TSval is trusted up to slack = delay / slack_share */
    uint32_t max_connections; /* beyond it, the connection unused for longest makes room */
    uint32_t max_outstanding; /* per flow: TSvals and sequence ends that await their answer */
    uint32_t max_passed;   /* as max_outstanding, for sequence ends that a later ackno has passed:
                              only a very late ACK could still answer them */
    uint32_t max_answered; /* per flow: TSecr, and acknos, remembered as seen before */
    uint32_t max_holes;    /* per flow */
    uint32_t max_recent;   /* segments of the latest 100 ms, remembered to know their copies */
    size_t max_memory;     /* bytes, all together */
    bool begin_at_syn; /* a SYN (without ACK) whose seqno is not the ISN of its flow begins a new
                          connection, though the discriminator is the same: as Wireshark 4.0
                          counts tcp.stream; without it, all that endpoints and discriminator
                          have in common is one connection */
    bool keep_copies;  /* takes a copy of a packet for another packet */
};

/* Counters since connmon_new(). */
struct connmon_stats {
    uint64_t segments;            /* handed to connmon_process() */
    uint64_t connections;         /* that were ever begun */
    uint64_t flows;               /* directions of these in which a segment came */
    uint64_t connections_open;    /* held now */
    uint64_t idle_connections;    /* forgotten because they were silent for too long */
    uint64_t reused_connections;  /* ended by a SYN between the same endpoints; see begin_at_syn */
    uint64_t evicted_connections; /* dropped by max_connections or max_memory */
    uint64_t evicted_outstanding; /* dropped by a cap before max_age: a delay may be missing */
    uint64_t passed_ends;         /* dropped by max_passed: hardly ever is a delay missed by that */
    uint64_t evicted_answered;    /* dropped by a cap: hardly ever does a repetition count twice */
    uint64_t evicted_holes;       /* dropped by a cap: a fill may show as a retransmission */
    uint64_t evicted_recent;      /* dropped by a cap: their copies show as retransmissions */
    uint64_t copies;              /* segments that were copies of others */
    uint64_t unmeasured_segments; /* no memory for their connection */
    uint64_t allocations;         /* calls of malloc() */
    size_t memory;                /* bytes held now */
};

enum connmon_status {
    CONNMON_OK = 0,
    CONNMON_NO_MEMORY, /* out of memory or at max_memory with nothing left to evict */
};

struct connmon;

/* The defaults: max age 10 s; no idle time and no cap on connections or memory (in a file all
 * connections live to its end); slack share 8; per flow 1,048,576 outstanding values and holes,
 * 256 sequence ends that were passed, and 28 answered values of each kind, so that a connection
 * that talks for weeks stays small; 1,048,576 recent segments, of all connections together. */
struct connmon_config connmon_config_default(void);

/* The defaults, but for those last two limits: for who can afford memory with every packet, and
 * wants no late or repeated answer misjudged. Passed sequence ends go by age alone, and 1,048,576
 * answered values are remembered. */
struct connmon_config connmon_config_exact(void);

/* Makes an empty core. `config` is copied; NULL means the defaults. A negative time or a slack
 * share of 0 counts as its default. Returns NULL when out of memory; free with connmon_free(). */
struct connmon *connmon_new(const struct connmon_config *config);

/* Frees the core and all it holds. NULL is allowed. */
void connmon_free(struct connmon *core);

/* Takes the next segment of the capture and fills `result`, which needs no preparation. Segments
 * come in the order of capture; neither seqnos nor TSvals nor times need be in order. Returns
 * CONNMON_OK, or CONNMON_NO_MEMORY with an all-zero result and the segment counted in
 * unmeasured_segments: the core stays usable. */
enum connmon_status connmon_process(struct connmon *core, const struct connmon_segment *segment,
                                    struct connmon_result *result);

/* A hint: this segment comes soon, after one or two others that were told of before. What it will
 * need comes from memory meanwhile. Changes no result. */
void connmon_expect(struct connmon *core, const struct connmon_segment *segment);

/* The counters as of now. */
struct connmon_stats connmon_stats(const struct connmon *core);

#ifdef __cplusplus
}
#endif

#endif
