/* sums.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sums.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ERROR = 400 };

static int compare_words(struct words a, struct words b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size > 0 ? memcmp(a.bytes, b.bytes, size) : 0;

    if (order != 0)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

static int compare_ends(const struct connmon_endpoint *a, const struct connmon_endpoint *b)
{
    int order = memcmp(a->addr, b->addr, sizeof(a->addr));

    if (order != 0)
        return order;
    if (a->addr_len != b->addr_len)
        return a->addr_len < b->addr_len ? -1 : 1;
    return a->port < b->port ? -1 : a->port > b->port;
}

static int compare_groups(const void *left, const void *right)
{
    const struct sum *a = left, *b = right;
    int order = compare_ends(&a->server, &b->server);

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (order == 0)
        order = compare_words(a->host, b->host);
    return order != 0 ? order : compare_words(a->path, b->path);
}

static struct words without_query(struct words path)
{
    const char *query = path.size > 0 ? memchr(path.bytes, '?', path.size) : NULL;

    if (query)
        path.size = (size_t)(query - path.bytes);
    return path;
}

/* A row of one exchange alone. */
static bool begin(struct sums *sums, const struct exchange *exchange)
{
    const struct anatomy parts = exchange_anatomy(exchange);
    struct sum *sum = &sums->rows[sums->count++];

    *sum = (struct sum){
        .kind = exchange_kind(exchange),
        .server = exchange->server,
        .host = exchange->asked.host.bytes ? exchange->asked.host : exchange->tls_name,
        .path = without_query(exchange->asked.path),
        .count = 1,
        .errors = exchange->answered.status >= FIRST_ERROR,
        .unanswered = exchange->answer.packets == 0,
    };
    if (!parts.is_known)
        return true;
    sum->has_delays = true;
    sum->think_max = parts.think;
    sum->total_max = parts.total;
    return histogram_add(&sum->delays, DELAY_THINK, parts.think, &sums->memory) &&
           histogram_add(&sum->delays, DELAY_TOTAL, parts.total, &sums->memory);
}

static bool merge(struct sums *sums, struct sum *into, struct sum *from)
{
    bool is_whole;

    into->count += from->count;
    into->errors += from->errors;
    into->unanswered += from->unanswered;
    if (from->has_delays && (!into->has_delays || from->think_max > into->think_max))
        into->think_max = from->think_max;
    if (from->has_delays && (!into->has_delays || from->total_max > into->total_max))
        into->total_max = from->total_max;
    into->has_delays |= from->has_delays;
    is_whole = histogram_merge(&into->delays, &from->delays, &sums->memory);
    histogram_clear(&from->delays, &sums->memory);
    return is_whole;
}

/* Those that take longest come first. */
static int compare_slowness(const void *left, const void *right)
{
    const struct sum *a = left, *b = right;
    unsigned one = histogram_position(&a->delays, DELAY_TOTAL, 95);
    unsigned other = histogram_position(&b->delays, DELAY_TOTAL, 95);

    if (one != other)
        return one > other ? -1 : 1;
    return compare_groups(a, b);
}

static void sort(struct sums *sums, int (*compare)(const void *, const void *))
{
    if (sums->count > 1)
        qsort(sums->rows, sums->count, sizeof(*sums->rows), compare);
}

static bool unite(struct sums *sums)
{
    bool is_whole = true;
    size_t kept = 0;

    sort(sums, compare_groups);
    for (size_t i = 0; i < sums->count; i++) {
        if (kept > 0 && compare_groups(&sums->rows[kept - 1], &sums->rows[i]) == 0)
            is_whole &= merge(sums, &sums->rows[kept - 1], &sums->rows[i]);
        else
            sums->rows[kept++] = sums->rows[i];
    }
    sums->count = kept;
    sort(sums, compare_slowness);
    return is_whole;
}

bool sums_make(struct sums *sums, const struct exchanges *all)
{
    size_t count;
    struct exchange *const *exchanges = exchanges_all(all, &count);
    bool is_whole = true;

    *sums = (struct sums){.capacity = count + 1};
    memory_init(&sums->memory, 0);
    sums->rows = calloc(sums->capacity, sizeof(*sums->rows));
    if (!sums->rows)
        return false;
    for (size_t i = 0; i < count; i++)
        if (exchange_is_selected(exchanges[i]) && exchanges[i]->number > 0)
            is_whole &= begin(sums, exchanges[i]);
    return unite(sums) && is_whole;
}

void sums_clear(struct sums *sums)
{
    for (size_t i = 0; i < sums->count; i++)
        histogram_clear(&sums->rows[i].delays, &sums->memory);
    free(sums->rows);
    memory_release(&sums->memory);
}
