/* message_parser.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message_parser.h"

#include <string.h>
#include <strings.h>

#include <http_parser.h>

enum {
    FIRST_HEAD = 512,
    MOST_TEXT = 16384, /* bytes of a path or a field */
    STATUS_CONTINUE = 100,
    STATUS_SWITCHING = 101,
    STATUS_OK = 200,
    STATUS_NO_CONTENT = 204,
    STATUS_NOT_MODIFIED = 304,
    /* What http-parser is told of the message behind its head. */
    HAS_BODY = 0,
    HAS_NO_BODY = 1,
    ENDS_HTTP = 2,
};

enum text { PATH, HOST, CONTENT_TYPE, CONTENT_CODING, TRANSFER_CODING, TEXTS };

static const char *const field_names[TEXTS] = {
    [HOST] = "host",
    [CONTENT_TYPE] = "content-type",
    [CONTENT_CODING] = "content-encoding",
    [TRANSFER_CODING] = "transfer-encoding",
};

struct message_parser {
    http_parser http;
    const struct message_config *config;
    struct message_requests *requests;
    struct {
        size_t at, size; /* in `head` */
        bool is_present, is_too_long;
    } texts[TEXTS];
    char *head; /* NULL: no text yet */
    size_t head_size, head_room;
    char field[20]; /* the name of the current field, lower case; too long: of no interest */
    uint8_t field_size;
    enum text current; /* the text that is being read; TEXTS: none */
    bool is_answer;
    bool is_in_value;    /* of the current field */
    bool is_in_body;     /* the head is complete: fields that come now are trailers */
    bool has_empty_body; /* and says so */
    bool ends_http;
    uint64_t rest; /* of the body or chunk; if is_in_body */
    struct body body;
};

/* ---- What a message says ---- */

static struct memory *memory_of(const struct message_parser *parser)
{
    return parser->config->body.memory;
}

static bool reserve(struct message_parser *parser, size_t size)
{
    size_t room = parser->head_room ? parser->head_room : FIRST_HEAD;
    char *head;

    while (room < parser->head_size + size)
        room *= 2;
    if (room == parser->head_room)
        return true;
    head = memory_alloc(memory_of(parser), room);
    if (!head)
        return false;
    if (parser->head)
        memcpy(head, parser->head, parser->head_size);
    memory_free(memory_of(parser), parser->head, parser->head_room);
    parser->head = head;
    parser->head_room = room;
    return true;
}

static void begin_text(struct message_parser *parser, enum text text)
{
    parser->current = text;
    if (text == TEXTS)
        return;
    parser->texts[text].at = parser->head_size;
    parser->texts[text].size = 0;
    parser->texts[text].is_present = true;
    parser->texts[text].is_too_long = false;
}

static void add_text(struct message_parser *parser, const char *bytes, size_t size)
{
    const enum text text = parser->current;

    if (text == TEXTS || parser->texts[text].is_too_long)
        return;
    if (size > MOST_TEXT - parser->texts[text].size || !reserve(parser, size)) {
        parser->texts[text].is_too_long = true;
        (*parser->config->dropped)++;
        return;
    }
    memcpy(parser->head + parser->head_size, bytes, size);
    parser->head_size += size;
    parser->texts[text].size += size;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A text without the white space around it, which is not part of it (RFC 9112 section 5). */
static struct words text_of(const struct message_parser *parser, enum text text)
{
    struct words words = {0};

    if (!parser->texts[text].is_present || parser->texts[text].is_too_long)
        return words;
    words.bytes = parser->head ? parser->head + parser->texts[text].at : "";
    words.size = parser->texts[text].size;
    while (words.size > 0 && is_space(words.bytes[0])) {
        words.bytes++;
        words.size--;
    }
    while (words.size > 0 && is_space(words.bytes[words.size - 1]))
        words.size--;
    return words;
}

static struct message message_of(struct message_parser *parser, size_t *body_room)
{
    struct message message = {.is_answer = parser->is_answer};
    struct message_facts *facts = &message.facts;
    struct body *body = &parser->body;

    if (parser->is_answer) {
        facts->status = parser->http.status_code;
    } else {
        const char *method = http_method_str((enum http_method)parser->http.method);

        facts->method = (struct words){method, strlen(method)};
        facts->path = text_of(parser, PATH);
    }
    facts->host = text_of(parser, HOST);
    facts->content_type = text_of(parser, CONTENT_TYPE);
    facts->content_coding = text_of(parser, CONTENT_CODING);
    facts->transfer_coding = text_of(parser, TRANSFER_CODING);
    facts->coded_bytes = body->coded;
    facts->body_bytes = body->decoded;
    if (body->coded > 0 || parser->has_empty_body) {
        facts->has_coded_bytes = true;
        facts->has_body_bytes = body->coded == 0 || body_is_decoded(body);
        facts->body.bytes = body_take(body, body_room);
        facts->body.size = facts->body.bytes ? (size_t)body->decoded : 0;
    }
    return message;
}

static void forget_message(struct message_parser *parser)
{
    body_clear(&parser->body, &parser->config->body);
    memory_free(memory_of(parser), parser->head, parser->head_room);
    parser->head = NULL;
    parser->head_size = parser->head_room = 0;
    memset(parser->texts, 0, sizeof(parser->texts));
    parser->current = TEXTS;
    parser->is_in_body = parser->is_in_value = parser->has_empty_body = false;
    parser->field_size = 0;
    parser->rest = 0;
}

/* ---- What an answer owes to its request ---- */

/* False: too many at a time. */
static bool ask(struct message_requests *requests, unsigned method)
{
    if (method == HTTP_HEAD || method == HTTP_CONNECT) {
        if (requests->special_count == MESSAGE_MOST_SPECIAL)
            return false;
        requests->special[requests->special_count].number = requests->asked;
        requests->special[requests->special_count++].is_connect = method == HTTP_CONNECT;
    }
    requests->asked++;
    return true;
}

/* The method that is answered next, as far as it matters. */
static unsigned asked_method(const struct message_requests *requests)
{
    if (requests->special_count == 0 || requests->special[0].number != requests->answered)
        return HTTP_GET;
    return requests->special[0].is_connect ? HTTP_CONNECT : HTTP_HEAD;
}

static void answer(struct message_requests *requests)
{
    if (requests->special_count > 0 && requests->special[0].number == requests->answered) {
        requests->special_count--;
        memmove(requests->special, requests->special + 1,
                requests->special_count * sizeof(requests->special[0]));
    }
    if (requests->answered != requests->asked) /* else its request was not captured */
        requests->answered++;
}

static bool is_interim(unsigned status)
{
    return status < STATUS_OK && status != STATUS_SWITCHING;
}

/* ---- What http-parser calls ---- */

static struct message_parser *parser_of(const http_parser *http)
{
    return http->data;
}

static int hear_beginning(http_parser *http)
{
    forget_message(parser_of(http));
    return 0;
}

static int hear_path(http_parser *http, const char *bytes, size_t size)
{
    struct message_parser *parser = parser_of(http);

    if (!parser->texts[PATH].is_present)
        begin_text(parser, PATH);
    add_text(parser, bytes, size);
    return 0;
}

static int hear_field(http_parser *http, const char *bytes, size_t size)
{
    struct message_parser *parser = parser_of(http);

    if (parser->is_in_value)
        parser->field_size = 0;
    parser->is_in_value = false;
    parser->current = TEXTS;
    for (size_t i = 0; i < size && parser->field_size < sizeof(parser->field); i++) {
        const char c = bytes[i];

        parser->field[parser->field_size++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    return 0;
}

static enum text text_named(const char *name, size_t size)
{
    for (enum text text = HOST; text < TEXTS; text++)
        if (strlen(field_names[text]) == size && memcmp(field_names[text], name, size) == 0)
            return text;
    return TEXTS;
}

static int hear_value(http_parser *http, const char *bytes, size_t size)
{
    struct message_parser *parser = parser_of(http);

    if (!parser->is_in_value)
        begin_text(parser,
                   parser->is_in_body ? TEXTS : text_named(parser->field, parser->field_size));
    parser->is_in_value = true;
    add_text(parser, bytes, size);
    return 0;
}

static int hear_head(http_parser *http)
{
    struct message_parser *parser = parser_of(http);
    const unsigned status = http->status_code;
    unsigned method;

    parser->is_in_body = true;
    parser->has_empty_body = (http->flags & (F_CHUNKED | F_CONTENTLENGTH)) == F_CONTENTLENGTH &&
                             http->content_length == 0;
    parser->rest = http->content_length; /* UINT64_MAX: none was given */
    if (http->flags & F_CHUNKED)
        parser->rest = 0;
    body_begin(&parser->body, &parser->config->body,
               body_coding_of(text_of(parser, CONTENT_CODING)));
    http->upgrade = 0; /* that is for the server to say */
    if (!parser->is_answer)
        return ask(parser->requests, http->method) ? HAS_BODY : -1;
    if (status < STATUS_CONTINUE)
        return -1; /* no HTTP: RFC 9110 section 15 has none below 100 */
    method = asked_method(parser->requests);
    parser->ends_http = status == STATUS_SWITCHING || (method == HTTP_CONNECT && status / 100 == 2);
    if (parser->ends_http)
        return ENDS_HTTP;
    return method == HTTP_HEAD || is_interim(status) || status == STATUS_NO_CONTENT ||
                   status == STATUS_NOT_MODIFIED
               ? HAS_NO_BODY
               : HAS_BODY;
}

static int hear_chunk(http_parser *http)
{
    struct message_parser *parser = parser_of(http);

    parser->rest = http->content_length;
    parser->has_empty_body |= parser->rest == 0 && parser->body.coded == 0;
    return 0;
}

static int hear_body(http_parser *http, const char *bytes, size_t size)
{
    struct message_parser *parser = parser_of(http);

    body_add(&parser->body, &parser->config->body, bytes, size);
    if (parser->rest != UINT64_MAX)
        parser->rest -= size;
    return 0;
}

static int hear_end(http_parser *http)
{
    struct message_parser *parser = parser_of(http);
    struct message_memory block = {0};
    struct message message = message_of(parser, &block.body_room);

    *parser->config->dropped += parser->body.has_exceeded;
    block.body = (char *)message.facts.body.bytes;
    block.head = parser->head;
    block.head_room = parser->head_room;
    parser->head = NULL;
    if (!messages_add(parser->config->messages, &message, &block, memory_of(parser)))
        return -1; /* to miss one would give the next to the wrong request */
    if (parser->is_answer && !is_interim(message.facts.status))
        answer(parser->requests);
    forget_message(parser);
    return 0;
}

static const http_parser_settings settings = {
    .on_message_begin = hear_beginning,
    .on_url = hear_path,
    .on_header_field = hear_field,
    .on_header_value = hear_value,
    .on_headers_complete = hear_head,
    .on_chunk_header = hear_chunk,
    .on_body = hear_body,
    .on_message_complete = hear_end,
};

/* ---- The parser ---- */

/* Whether one begins the other. */
static bool is_prefix(const char *word, const uint8_t *bytes, size_t size)
{
    const size_t length = strlen(word);

    return memcmp(word, bytes, size < length ? size : length) == 0;
}

bool message_begins(const uint8_t *bytes, size_t size, bool *is_answer)
{
#define METHOD(number, name, string) #string " ",
    static const char *const methods[] = {HTTP_METHOD_MAP(METHOD)};
#undef METHOD

    *is_answer = is_prefix("HTTP/1.", bytes, size);
    if (*is_answer)
        return true;
    if (size == 0 || bytes[0] < 'A' || bytes[0] > 'U')
        return false;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (is_prefix(methods[i], bytes, size))
            return true;
    return false;
}

struct message_parser *message_parser_new(const struct message_config *config,
                                          struct message_requests *requests, bool is_answer)
{
    struct message_parser *parser = memory_alloc(config->body.memory, sizeof(*parser));

    if (!parser)
        return NULL;
    parser->config = config;
    parser->requests = requests;
    parser->is_answer = is_answer;
    parser->current = TEXTS;
    http_parser_init(&parser->http, is_answer ? HTTP_RESPONSE : HTTP_REQUEST);
    parser->http.allow_chunked_length = 1; /* chunks prevail (RFC 9112 section 6.3) */
    parser->http.data = parser;
    return parser;
}

void message_parser_free(struct message_parser *parser)
{
    if (!parser)
        return;
    forget_message(parser);
    memory_free(memory_of(parser), parser, sizeof(*parser));
}

enum message_outcome message_parser_take(struct message_parser *parser, const uint8_t *bytes,
                                         size_t size)
{
    const size_t taken = http_parser_execute(&parser->http, &settings, (const char *)bytes, size);

    if (parser->ends_http)
        return MESSAGE_UPGRADED;
    return taken == size && HTTP_PARSER_ERRNO(&parser->http) == HPE_OK ? MESSAGE_GOES_ON
                                                                       : MESSAGE_WRONG;
}

/* http-parser goes over zeros as it would over what is missing, after body_lose() only their number
 * counts. */
enum message_outcome message_parser_skip(struct message_parser *parser, uint32_t size, bool may_end)
{
    static const uint8_t zeros[4096];
    enum message_outcome outcome = MESSAGE_GOES_ON;

    if (!parser->is_in_body || size > parser->rest || (size == parser->rest && !may_end))
        return MESSAGE_WRONG;
    body_lose(&parser->body, &parser->config->body);
    while (size > 0 && outcome == MESSAGE_GOES_ON) {
        const uint32_t step = size < sizeof(zeros) ? size : (uint32_t)sizeof(zeros);

        outcome = message_parser_take(parser, zeros, step);
        size -= step;
    }
    return outcome;
}

enum message_outcome message_parser_end(struct message_parser *parser)
{
    return message_parser_take(parser, NULL, 0);
}
