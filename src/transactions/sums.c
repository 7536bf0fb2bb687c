/* sums.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sums.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ERROR = 400 };

struct sums {
    struct memory memory;
    struct connection_map rows; /* by a number of their own, from 0 */
    uint32_t next;              /* number of a row */
    void *tree;                 /* of the rows, by tsearch() in the order of compare_groups() */
    const void **order;         /* made anew each time it is asked for */
    uint64_t dropped;
};

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

/* Those that take longest come first. */
static int compare_slowness(const void *left, const void *right)
{
    const struct sum *a = *(const struct sum *const *)left, *b = *(const struct sum *const *)right;
    unsigned one = histogram_position(&a->delays, DELAY_TOTAL, 95);
    unsigned other = histogram_position(&b->delays, DELAY_TOTAL, 95);

    if (one != other)
        return one > other ? -1 : 1;
    return compare_groups(a, b);
}

static void end_row(void *owner, void *entry)
{
    struct sums *sums = owner;
    struct sum *sum = entry;

    if (sum->is_entered)
        tdelete(sum, &sums->tree, compare_groups);
    words_drop(&sum->host, &sums->memory);
    words_drop(&sum->path, &sums->memory);
    histogram_clear(&sum->delays, &sums->memory);
}

struct sums *sums_new(uint32_t most)
{
    struct sums *sums = calloc(1, sizeof(*sums));

    if (!sums)
        return NULL;
    memory_init(&sums->memory, connection_map_budget(most));
    connection_map_init(&sums->rows, &sums->memory, sizeof(struct sum), most);
    sums->rows.end = end_row;
    sums->rows.owner = sums;
    return sums;
}

void sums_reset(struct sums *sums)
{
    connection_map_clear(&sums->rows);
    memory_release(&sums->memory);
    free(sums->order);
    sums->order = NULL;
    sums->next = 0;
    sums->dropped = 0;
}

void sums_free(struct sums *sums)
{
    if (!sums)
        return;
    sums_reset(sums);
    free(sums);
}

struct connection_losses sums_losses(const struct sums *sums)
{
    return (struct connection_losses){.forgotten = sums->rows.evicted, .dropped = sums->dropped};
}

/* Takes the names of a new row into its own memory, and the row into the tree. False: no memory. */
static bool enter(struct sums *sums, struct sum *sum, const struct sum *key)
{
    unsigned lost;

    *sum = *key;
    sum->number = sums->next;
    lost = words_keep(&sum->host, key->host, &sums->memory);
    lost += words_keep(&sum->path, key->path, &sums->memory);
    sum->is_entered = lost == 0 && tsearch(sum, &sums->tree, compare_groups);
    return sum->is_entered;
}

/* The row of this key, a new one if need be. NULL: no memory. */
static struct sum *row_of(struct sums *sums, const struct sum *key)
{
    struct sum *const *found = tfind(key, &sums->tree, compare_groups);
    struct sum *sum;

    if (found)
        return connection_map_use(&sums->rows, (*found)->number);
    sum = connection_map_use(&sums->rows, sums->next);
    if (!sum)
        return NULL;
    if (!enter(sums, sum, key)) {
        connection_map_remove(&sums->rows, sums->next);
        return NULL;
    }
    sums->next++;
    return sum;
}

static bool add_delays(struct sums *sums, struct sum *sum, const struct anatomy *parts)
{
    if (!parts->is_known)
        return true;
    if (!sum->has_delays || parts->think > sum->think_max)
        sum->think_max = parts->think;
    if (!sum->has_delays || parts->total > sum->total_max)
        sum->total_max = parts->total;
    sum->has_delays = true;
    return histogram_add(&sum->delays, DELAY_THINK, parts->think, &sums->memory) &&
           histogram_add(&sum->delays, DELAY_TOTAL, parts->total, &sums->memory);
}

void sums_add(struct sums *sums, const struct exchange *exchange)
{
    const struct anatomy parts = exchange_anatomy(exchange);
    const struct sum key = {
        .kind = exchange_kind(exchange),
        .server = exchange->server,
        .host = exchange->asked.host.bytes ? exchange->asked.host : exchange->tls_name,
        .path = without_query(exchange->asked.path),
    };
    struct sum *sum;

    if (!exchange_is_selected(exchange) || exchange->number == 0)
        return;
    sum = row_of(sums, &key);
    if (!sum) {
        sums->dropped++;
        return;
    }
    sum->count++;
    sum->errors += exchange->answered.status >= FIRST_ERROR;
    sum->unanswered += exchange->answer.packets == 0;
    sums->dropped += !add_delays(sums, sum, &parts);
    connection_map_fit(&sums->rows, sum->number);
}

const void *const *sums_rows(struct sums *sums, size_t *count)
{
    uint32_t *numbers = connection_map_serials(&sums->rows, count);

    free(sums->order);
    sums->order = numbers ? calloc(*count + 1, sizeof(*sums->order)) : NULL;
    for (size_t i = 0; sums->order && i < *count; i++)
        sums->order[i] = connection_map_find(&sums->rows, numbers[i]);
    memory_free(&sums->memory, numbers, (*count + 1) * sizeof(*numbers));
    if (sums->order && *count > 1)
        qsort(sums->order, *count, sizeof(*sums->order), compare_slowness);
    return sums->order;
}
