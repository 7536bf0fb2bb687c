/* http.c
 *
 * Wireshark's own tap of HTTP tells method, host, path and status; the rest stands only in the
 * tree, where the tree has all of it. So the tree is read, and each message of a packet is a
 * protocol of its own there: pipelined ones are told apart.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "http.h"

#include <string.h>

#include <epan/epan_dissect.h>

enum { TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_DATA = 23 }; /* RFC 8446 section 5.1 */

enum field {
    METHOD,
    PATH,
    HOST,
    STATUS,
    CONTENT_TYPE,
    CONTENT_CODING,
    TRANSFER_CODING,
    CONTENT_LENGTH,
    CHUNK_SIZE,
    BODY,
    TLS_RECORD,
    TLS_OPAQUE_RECORD,
    TLS_NAME,
    FIELDS,
};

static const char *const names[FIELDS] = {
    [METHOD] = "http.request.method",
    [PATH] = "http.request.uri",
    [HOST] = "http.host",
    [STATUS] = "http.response.code",
    [CONTENT_TYPE] = "http.content_type",
    [CONTENT_CODING] = "http.content_encoding",
    [TRANSFER_CODING] = "http.transfer_encoding",
    [CONTENT_LENGTH] = "http.content_length",
    [CHUNK_SIZE] = "http.chunk_size",
    [BODY] = "http.file_data",
    [TLS_RECORD] = "tls.record.content_type",
    [TLS_OPAQUE_RECORD] = "tls.record.opaque_type",
    [TLS_NAME] = "tls.handshake.extensions_server_name",
};

static int ids[FIELDS];
static int proto_http;

char *http_filter(void)
{
    GString *filter = g_string_new("tcp or http"); /* 4.6 makes no node of what none asks for */

    proto_http = proto_get_id_by_filter_name("http");
    for (int i = 0; i < FIELDS; i++) {
        ids[i] = proto_registrar_get_id_byname(names[i]);
        if (ids[i] >= 0)
            g_string_append_printf(filter, " or %s", names[i]);
    }
    return g_string_free(filter, FALSE);
}

/* A message as its tree is walked. */
struct reading {
    struct exchange_hints *hints;
    struct message *message; /* NULL outside HTTP */
    uint64_t length, chunks; /* of its body */
    bool has_length, has_chunks, has_bodies, is_message;
};

static struct words words_of(field_info *finfo)
{
    const char *string = fvalue_get_string(compat_fvalue(finfo));

    return (struct words){string, string ? strlen(string) : 0};
}

static void read_body(const struct reading *reading, field_info *finfo)
{
    struct message_facts *facts = &reading->message->facts;

    if (!finfo->ds_tvb || finfo->length < 0)
        return;
    facts->body_bytes = (uint64_t)finfo->length;
    facts->has_body_bytes = true;
    if (reading->has_bodies)
        facts->body =
            (struct words){(const char *)tvb_get_ptr(finfo->ds_tvb, finfo->start, finfo->length),
                           (size_t)finfo->length};
}

static void read_http(struct reading *reading, enum field field, field_info *finfo)
{
    struct message_facts *facts = &reading->message->facts;

    switch (field) {
    case METHOD:
        facts->method = words_of(finfo);
        reading->is_message = true;
        break;
    case PATH:
        facts->path = words_of(finfo);
        break;
    case HOST:
        facts->host = words_of(finfo);
        break;
    case STATUS:
        facts->status = fvalue_get_uinteger(compat_fvalue(finfo));
        reading->message->is_answer = reading->is_message = true;
        break;
    case CONTENT_TYPE:
        facts->content_type = words_of(finfo);
        break;
    case CONTENT_CODING:
        facts->content_coding = words_of(finfo);
        break;
    case TRANSFER_CODING:
        facts->transfer_coding = words_of(finfo);
        break;
    case CONTENT_LENGTH:
        reading->length = fvalue_get_uinteger64(compat_fvalue(finfo));
        reading->has_length = true;
        break;
    case CHUNK_SIZE:
        reading->chunks += fvalue_get_uinteger(compat_fvalue(finfo));
        reading->has_chunks = true;
        break;
    case BODY:
        read_body(reading, finfo);
        break;
    default:
        break;
    }
}

static void read_tls(struct exchange_hints *hints, enum field field, field_info *finfo)
{
    if (field == TLS_NAME) {
        hints->tls_name = words_of(finfo);
    } else if (field == TLS_RECORD || field == TLS_OPAQUE_RECORD) {
        const guint32 type = fvalue_get_uinteger(compat_fvalue(finfo));

        hints->is_tls = true;
        hints->has_tls_alert |= type == TLS_ALERT;
        hints->has_tls_handshake |= type == TLS_HANDSHAKE;
        hints->has_tls_data |= type == TLS_DATA;
    }
}

static void read_field(struct reading *reading, field_info *finfo)
{
    for (enum field field = 0; field < FIELDS; field++) {
        if (ids[field] != finfo->hfinfo->id)
            continue;
        if (field >= TLS_RECORD)
            read_tls(reading->hints, field, finfo);
        else if (reading->message)
            read_http(reading, field, finfo);
        return;
    }
}

static void walk(struct reading *reading, const proto_node *node)
{
    for (; node; node = node->next) {
        if (node->finfo)
            read_field(reading, node->finfo);
        walk(reading, node->first_child);
    }
}

/* How long the body was before it was decoded. */
static void tell_size(struct reading *reading)
{
    struct message_facts *facts = &reading->message->facts;

    facts->has_coded_bytes = true;
    if (reading->has_length && reading->length == 0) {
        facts->coded_bytes = facts->body_bytes = 0;
        facts->has_body_bytes = true;
    } else if (reading->has_chunks) {
        facts->coded_bytes = reading->chunks;
    } else if (facts->has_body_bytes && reading->has_length) {
        facts->coded_bytes = reading->length;
    } else {
        facts->coded_bytes = facts->body_bytes;
        facts->has_coded_bytes = facts->has_body_bytes && !facts->content_coding.bytes;
    }
}

static bool is_http(const proto_node *node)
{
    return node->finfo && node->finfo->hfinfo->id == proto_http;
}

void http_read(packet_info *pinfo, const epan_dissect_t *edt, bool has_bodies,
               struct exchange_hints *hints)
{
    struct message *messages;
    size_t most = 0;

    *hints = (struct exchange_hints){0};
    if (!edt->tree)
        return;
    for (const proto_node *node = edt->tree->first_child; node; node = node->next)
        most += is_http(node);
    messages = wmem_alloc0_array(pinfo->pool, struct message, most + 1);
    hints->messages = messages;
    for (const proto_node *node = edt->tree->first_child; node; node = node->next) {
        struct reading reading = {.hints = hints, .has_bodies = has_bodies};

        if (is_http(node))
            reading.message = &messages[hints->message_count];
        walk(&reading, node->first_child);
        if (reading.message && reading.is_message) {
            tell_size(&reading);
            hints->message_count++;
        } else if (reading.message) { /* more of a body, or what is no HTTP */
            *reading.message = (struct message){0};
        }
    }
}
