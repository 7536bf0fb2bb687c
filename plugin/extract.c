/* extract.c
 *
 * A frame can hold several TCP headers (tunnels, ICMP errors), and one may have an option that the
 * other lacks. So values are matched by where they stand: a field belongs to the header whose bytes
 * it lies in, in the same data source (the frame, or a reassembled datagram).
 *
 * Every field that is asked for costs time on every packet. So Wireshark is asked only for what it
 * had to judge: which stream, how long, which options, and where network headers are. The header's
 * fixed part, whose place and meaning no judgement can change, is read from the bytes beneath.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extract.h"

#include <string.h>

enum {
    MIN_HEADER = 20, /* RFC 9293 section 3.1 */
    HEADER_UP_TO_FLAGS = 14,
    FLAGS = 0x0fff, /* of the 16 bits with the header length */
};

/* Fields that Wireshark is asked for. */
enum wanted {
    STREAM, /* stands at the start of its header */
    LEN,
    TSVAL,
    SACK,
    IP,
    IPV6,
    CAPTURED_LEN, /* no use for it, but every frame has it */
    WANTED_FIELDS,
};

static const char *const wanted_names[WANTED_FIELDS] = {
    [STREAM] = "tcp.stream",          [LEN] = "tcp.len", [TSVAL] = "tcp.options.timestamp.tsval",
    [SACK] = "tcp.options.sack_le",   [IP] = "ip",       [IPV6] = "ipv6",
    [CAPTURED_LEN] = "frame.cap_len",
};

static int wanted_ids[WANTED_FIELDS];
static int proto_tcp, proto_icmp, proto_icmpv6;

bool extract_init(void)
{
    bool has_all = true;

    for (int i = 0; i < WANTED_FIELDS; i++) {
        wanted_ids[i] = proto_registrar_get_id_byname(wanted_names[i]);
        has_all &= wanted_ids[i] >= 0;
    }
    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    return has_all;
}

GArray *extract_wanted_fields(void)
{
    GArray *ids = g_array_sized_new(FALSE, FALSE, sizeof(int), WANTED_FIELDS);

    g_array_append_vals(ids, wanted_ids, WANTED_FIELDS);
    return ids;
}

bool extract_is_possible(proto_tree *tree)
{
    return proto_get_finfo_ptr_array(tree, wanted_ids[CAPTURED_LEN]) != NULL;
}

/* What the frame's list of protocols, outermost first, says of its TCP headers. */
struct layers {
    bool has_tcp;
    bool has_icmp;           /* an ICMP error may quote one of the headers */
    bool has_network_in_tcp; /* a network header comes after a TCP header */
};

static struct layers look_at_layers(const packet_info *pinfo)
{
    struct layers layers = {0};

    for (wmem_list_frame_t *i = wmem_list_head(pinfo->layers); i; i = wmem_list_frame_next(i)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(i));

        layers.has_tcp |= proto == proto_tcp;
        layers.has_icmp |= proto == proto_icmp || proto == proto_icmpv6;
        layers.has_network_in_tcp |=
            layers.has_tcp && (proto == wanted_ids[IP] || proto == wanted_ids[IPV6]);
    }
    return layers;
}

/* A TCP header: where its bytes are, and where in the order of dissection it comes. */
struct header {
    tvbuff_t *tvb; /* the data source */
    int start, length;
    int layer;
};

/* The header's field of one kind; the last if there are several. */
static field_info *find_in_header(proto_tree *tree, enum wanted which, const struct header *header)
{
    const GPtrArray *all = proto_get_finfo_ptr_array(tree, wanted_ids[which]);

    for (guint i = all ? all->len : 0; i > 0; i--) {
        field_info *field = g_ptr_array_index(all, i - 1);

        if (field->ds_tvb == header->tvb && field->start >= header->start &&
            field->start - header->start < header->length)
            return field;
    }
    return NULL;
}

static bool value_in_header(proto_tree *tree, enum wanted which, const struct header *header,
                            uint32_t *value)
{
    field_info *field = find_in_header(tree, which, header);

    *value = field ? fvalue_get_uinteger(compat_fvalue(field)) : 0;
    return field != NULL;
}

/* An ICMP or ICMPv6 error quotes a header without saying how much followed it, so Wireshark tells
 * no length of such a segment. */
static bool is_quoted(proto_tree *tree, const struct layers *layers, const struct header *header)
{
    return layers->has_icmp && !find_in_header(tree, LEN, header);
}

/* Finds the innermost TCP header that was sent here, not quoted by an error: the last one that
 * Wireshark has dissected. It tells the stream once it has read a header's seqno, flags and length
 * (4.0: and window), so a header without a stream was cut too short. */
static bool find_header(proto_tree *tree, const struct layers *layers, struct header *header,
                        uint32_t *stream)
{
    const GPtrArray *all = proto_get_finfo_ptr_array(tree, wanted_ids[STREAM]);

    for (guint i = all ? all->len : 0; i > 0; i--) {
        field_info *field = g_ptr_array_index(all, i - 1);

        *header = (struct header){field->ds_tvb, field->start, MIN_HEADER, field->total_layer_num};
        *stream = fvalue_get_uinteger(compat_fvalue(field));
        if (!is_quoted(tree, layers, header))
            return true;
    }
    return false;
}

static bool set_end(struct connmon_endpoint *end, const void *data, int len)
{
    if (!data || (len != 4 && len != 16))
        return false;
    memset(end->addr, 0, sizeof(end->addr));
    memcpy(end->addr, data, (size_t)len);
    end->addr_len = (uint8_t)len;
    return true;
}

/* The addresses of the network header around a TCP header: of the last one dissected before it. */
static bool find_addresses(proto_tree *tree, const struct header *header,
                           struct connmon_segment *segment)
{
    static const struct {
        enum wanted which;
        int src, dst, len; /* offsets and length of the addresses */
    } kinds[] = {{IP, 12, 16, 4}, {IPV6, 8, 24, 16}};
    int best_layer = -1;

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        const GPtrArray *all = proto_get_finfo_ptr_array(tree, wanted_ids[kinds[k].which]);
        const int len = kinds[k].len;

        for (guint i = 0; all && i < all->len; i++) {
            const field_info *ip = g_ptr_array_index(all, i);

            if (ip->total_layer_num > header->layer || ip->total_layer_num <= best_layer ||
                !tvb_bytes_exist(ip->ds_tvb, ip->start + kinds[k].dst, len))
                continue;
            best_layer = ip->total_layer_num;
            set_end(&segment->src, tvb_get_ptr(ip->ds_tvb, ip->start + kinds[k].src, len), len);
            set_end(&segment->dst, tvb_get_ptr(ip->ds_tvb, ip->start + kinds[k].dst, len), len);
        }
    }
    return best_layer >= 0;
}

/* What Wireshark tells of a packet's addresses in the end are those of its innermost network
 * header, which may lie inside the TCP payload: a tunnel over TCP, or a quoted header. */
static bool extract_addresses(packet_info *pinfo, proto_tree *tree, const struct layers *layers,
                              const struct header *header, struct connmon_segment *segment)
{
    const address *src = &pinfo->net_src, *dst = &pinfo->net_dst;

    if (layers->has_network_in_tcp)
        return find_addresses(tree, header, segment);
    return (src->type == AT_IPv4 || src->type == AT_IPv6) && src->type == dst->type &&
           set_end(&segment->src, src->data, src->len) &&
           set_end(&segment->dst, dst->data, dst->len);
}

static bool extract_fixed_part(struct header *header, struct connmon_segment *segment)
{
    const int at = header->start;
    guint16 length_and_flags;

    if (!tvb_bytes_exist(header->tvb, at, HEADER_UP_TO_FLAGS))
        return false;
    segment->src.port = tvb_get_ntohs(header->tvb, at);
    segment->dst.port = tvb_get_ntohs(header->tvb, at + 2);
    segment->seq = tvb_get_ntohl(header->tvb, at + 4);
    segment->ack = tvb_get_ntohl(header->tvb, at + 8);
    length_and_flags = tvb_get_ntohs(header->tvb, at + 12);
    segment->flags = length_and_flags & FLAGS;
    if (tvb_bytes_exist(header->tvb, at + HEADER_UP_TO_FLAGS, 2))
        segment->window = tvb_get_ntohs(header->tvb, at + HEADER_UP_TO_FLAGS);
    header->length = (length_and_flags >> 12) * 4;
    return header->length >= MIN_HEADER;
}

int64_t extract_time(const packet_info *pinfo)
{
    const int64_t ns_per_s = 1000000000, most = INT64_MAX / ns_per_s - 1;
    const int64_t s = (int64_t)pinfo->abs_ts.secs;

    return CLAMP(s, -most, most) * ns_per_s + pinfo->abs_ts.nsecs;
}

/* Wireshark tells TSval only if the option's length is right; TSecr stands behind it, unless the
 * capture cut it off. */
static void extract_timestamps(proto_tree *tree, const struct header *header,
                               struct connmon_segment *segment)
{
    const field_info *field = find_in_header(tree, TSVAL, header);

    segment->has_timestamps = field != NULL;
    if (!field)
        return;
    segment->tsval = tvb_get_ntohl(field->ds_tvb, field->start);
    if (tvb_bytes_exist(field->ds_tvb, field->start + 4, 4))
        segment->tsecr = tvb_get_ntohl(field->ds_tvb, field->start + 4);
}

bool extract_segment(packet_info *pinfo, proto_tree *tree, struct connmon_segment *segment)
{
    const struct layers layers = look_at_layers(pinfo);
    struct header header;
    uint32_t stream;

    if (!layers.has_tcp || !find_header(tree, &layers, &header, &stream) ||
        !extract_fixed_part(&header, segment) ||
        !extract_addresses(pinfo, tree, &layers, &header, segment))
        return false;
    segment->discriminator = stream;
    segment->wire_len = pinfo->fd->pkt_len;
    segment->time_ns = extract_time(pinfo);
    segment->time_unknown = !(pinfo->presence_flags & PINFO_HAS_TS);
    value_in_header(tree, LEN, &header, &segment->payload_len);
    extract_timestamps(tree, &header, segment);
    segment->has_sack = find_in_header(tree, SACK, &header) != NULL;
    return true;
}
