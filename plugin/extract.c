/* extract.c
 *
 * A frame can hold several TCP headers (tunnels, ICMP errors), and one may have an option that the
 * other lacks. So values are matched by where they stand: a field belongs to the header whose bytes
 * it lies in, in the same data source (the frame, or a reassembled datagram).
 *
 * The fields come from Wireshark where it had to judge: which stream, how long, which options. The
 * header's fixed part is read from the bytes of Wireshark's `tcp` item, since every field that is
 * asked for costs time on every packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extract.h"

#include <string.h>

#include <wsutil/pint.h>

enum {
    MIN_HEADER = 20, /* RFC 9293 section 3.1 */
    HEADER_UP_TO_WINDOW = 16,
};

enum wanted {
    TCP,
    TCP_STREAM,
    TCP_LEN,
    TCP_TSVAL,
    TCP_TSECR,
    TCP_SACK,
    IP,
    IPV6,
    ICMP,
    ICMPV6,
    WANTED_FIELDS,
};

static const char *const wanted_names[WANTED_FIELDS] = {
    [TCP] = "tcp",
    [TCP_STREAM] = "tcp.stream",
    [TCP_LEN] = "tcp.len",
    [TCP_TSVAL] = "tcp.options.timestamp.tsval",
    [TCP_TSECR] = "tcp.options.timestamp.tsecr",
    [TCP_SACK] = "tcp.options.sack_le",
    [IP] = "ip",
    [IPV6] = "ipv6",
    [ICMP] = "icmp",
    [ICMPV6] = "icmpv6",
};

static int wanted_ids[WANTED_FIELDS];

bool extract_init(void)
{
    for (int i = 0; i < WANTED_FIELDS; i++) {
        wanted_ids[i] = proto_registrar_get_id_byname(wanted_names[i]);
        if (wanted_ids[i] < 0)
            return false;
    }
    return true;
}

GArray *extract_wanted_fields(void)
{
    GArray *ids = g_array_sized_new(FALSE, FALSE, sizeof(int), WANTED_FIELDS);

    g_array_append_vals(ids, wanted_ids, WANTED_FIELDS);
    return ids;
}

/* The packet's fields of one kind, in order of dissection; `count` is 0 if there are none. */
struct found {
    field_info **fields;
    guint count;
};

static struct found find(proto_tree *tree, enum wanted which)
{
    const GPtrArray *all = proto_get_finfo_ptr_array(tree, wanted_ids[which]);

    return all ? (struct found){(field_info **)all->pdata, all->len} : (struct found){NULL, 0};
}

static bool lies_in(const field_info *field, const field_info *outer)
{
    return field->ds_tvb == outer->ds_tvb && field->start >= outer->start &&
           field->start - outer->start < outer->length;
}

/* The last field of that kind that belongs to the header. */
static field_info *find_in_header(proto_tree *tree, enum wanted which, field_info *header)
{
    struct found all = find(tree, which);

    while (all.count > 0)
        if (lies_in(all.fields[--all.count], header))
            return all.fields[all.count];
    return NULL;
}

static bool is_quoted_by(proto_tree *tree, enum wanted error, field_info *header)
{
    struct found all = find(tree, error);

    for (guint i = 0; i < all.count; i++)
        if (lies_in(header, all.fields[i]))
            return true;
    return false;
}

/* The innermost header that was sent here, not quoted: what Wireshark dissects last. */
static field_info *find_header(proto_tree *tree)
{
    struct found headers = find(tree, TCP);

    while (headers.count > 0) {
        field_info *header = headers.fields[--headers.count];

        if (!is_quoted_by(tree, ICMP, header) && !is_quoted_by(tree, ICMPV6, header))
            return header;
    }
    return NULL;
}

static bool value_in_header(proto_tree *tree, enum wanted which, field_info *header,
                            uint32_t *value)
{
    field_info *field = find_in_header(tree, which, header);

    *value = field ? fvalue_get_uinteger(compat_fvalue(field)) : 0;
    return field != NULL;
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

/* The network header around a TCP header: the last one dissected before it. */
static field_info *find_network(proto_tree *tree, enum wanted which, field_info *header)
{
    struct found all = find(tree, which);

    while (all.count > 0)
        if (all.fields[--all.count]->total_layer_num < header->total_layer_num)
            return all.fields[all.count];
    return NULL;
}

static bool is_last(proto_tree *tree, enum wanted which, field_info *header)
{
    struct found all = find(tree, which);

    return all.count == 0 || all.fields[all.count - 1]->total_layer_num < header->total_layer_num;
}

/* The addresses of a packet are those of its innermost network header. If that lies inside the
 * TCP payload (a tunnel over TCP, or a quoted header), they are read from the bytes of the one
 * around the TCP header. */
static bool extract_addresses(packet_info *pinfo, proto_tree *tree, field_info *header,
                              struct connmon_segment *segment)
{
    field_info *ip, *ipv6;

    if (is_last(tree, IP, header) && is_last(tree, IPV6, header))
        return (pinfo->net_src.type == AT_IPv4 || pinfo->net_src.type == AT_IPv6) &&
               set_end(&segment->src, pinfo->net_src.data, pinfo->net_src.len) &&
               set_end(&segment->dst, pinfo->net_dst.data, pinfo->net_dst.len);
    ip = find_network(tree, IP, header);
    ipv6 = find_network(tree, IPV6, header);
    if (ip && (!ipv6 || ipv6->total_layer_num < ip->total_layer_num))
        return tvb_bytes_exist(ip->ds_tvb, ip->start, 20) &&
               set_end(&segment->src, tvb_get_ptr(ip->ds_tvb, ip->start + 12, 4), 4) &&
               set_end(&segment->dst, tvb_get_ptr(ip->ds_tvb, ip->start + 16, 4), 4);
    return ipv6 && tvb_bytes_exist(ipv6->ds_tvb, ipv6->start, 40) &&
           set_end(&segment->src, tvb_get_ptr(ipv6->ds_tvb, ipv6->start + 8, 16), 16) &&
           set_end(&segment->dst, tvb_get_ptr(ipv6->ds_tvb, ipv6->start + 24, 16), 16);
}

static bool extract_header(field_info *header, struct connmon_segment *segment)
{
    const guint8 *bytes;

    if (!tvb_bytes_exist(header->ds_tvb, header->start, HEADER_UP_TO_WINDOW))
        return false;
    bytes = tvb_get_ptr(header->ds_tvb, header->start, HEADER_UP_TO_WINDOW);
    segment->src.port = pntoh16(bytes);
    segment->dst.port = pntoh16(bytes + 2);
    segment->seq = pntoh32(bytes + 4);
    segment->ack = pntoh32(bytes + 8);
    segment->flags = bytes[13];
    segment->window = pntoh16(bytes + 14);
    return (bytes[12] >> 4) * 4 >= MIN_HEADER;
}

static void extract_time(const packet_info *pinfo, struct connmon_segment *segment)
{
    const int64_t ns_per_s = 1000000000, most = INT64_MAX / ns_per_s - 1;
    int64_t s = (int64_t)pinfo->abs_ts.secs;

    s = s > most ? most : s < -most ? -most : s;
    segment->time_ns = s * ns_per_s + pinfo->abs_ts.nsecs;
    segment->time_unknown = !(pinfo->presence_flags & PINFO_HAS_TS);
}

bool extract_segment(packet_info *pinfo, proto_tree *tree, struct connmon_segment *segment)
{
    field_info *header = find_header(tree);
    uint32_t stream;

    /* Wireshark tells the stream once it has read seqno, flags, header length and window. */
    if (!header || !extract_header(header, segment) ||
        !value_in_header(tree, TCP_STREAM, header, &stream) ||
        !extract_addresses(pinfo, tree, header, segment))
        return false;
    segment->discriminator = stream;
    segment->packet = pinfo->num;
    extract_time(pinfo, segment);
    segment->wire_len = pinfo->fd->pkt_len;
    value_in_header(tree, TCP_LEN, header, &segment->payload_len);
    segment->has_timestamps = value_in_header(tree, TCP_TSVAL, header, &segment->tsval);
    value_in_header(tree, TCP_TSECR, header, &segment->tsecr);
    segment->has_sack = find_in_header(tree, TCP_SACK, header) != NULL;
    return true;
}
