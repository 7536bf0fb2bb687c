/* tap_table.c
 *
 * Of the windows that Wireshark offers a plugin, its simple table is the only one with columns of
 * our own that sorts numbers as numbers. It shows what its cells hold when all packets have been
 * seen, but does not tell us when that is, so a conversation's cells are set anew with each of its
 * packets. It has no empty cells that could be copied or sorted, so what is absent is 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap_table.h"

#include "compat.h"

#include <epan/stat_tap_ui.h>

#include "columns.h"
#include "statistics.h"

enum { MOST_COLUMNS = 64, TITLE_SIZE = 64 };

static stat_tap_table_item fields[MOST_COLUMNS];
static const struct report_column *columns[MOST_COLUMNS]; /* what each field shows */
static guint field_count;

static struct statistics *statistics;
static guint32 counted_frame; /* the latest; 0: none */
static GArray *row_numbers;   /* of guint: by connection, the number of its row plus 1; 0: none */

/* Rows that were reset while another window had them. All windows share one table, and each keeps
 * pointers to the rows that it showed last. */
static GPtrArray *left_rows; /* of stat_tap_table_item_type * */

static void free_cell(stat_tap_table *table _U_, guint row _U_, guint column _U_,
                      stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

static void free_row(gpointer row)
{
    stat_tap_table_item_type *cells = row;

    for (guint i = 0; i < field_count; i++)
        free_cell(NULL, 0, i, &cells[i]);
    g_free(cells);
}

static void forget_packets(void)
{
    statistics_reset(statistics);
    counted_frame = 0;
    g_array_set_size(row_numbers, 0);
}

/* Called when packets are about to be counted anew. */
static void reset(stat_tap_table *table);

static void set_number(stat_tap_table_item_type *cell, enum report_type type, int64_t number)
{
    if (type == REPORT_COUNT) {
        cell->type = TABLE_ITEM_UINT;
        cell->value.uint_value = (guint)MIN(number, (int64_t)G_MAXUINT);
    } else {
        cell->type = TABLE_ITEM_FLOAT;
        cell->value.float_value = (double)number / (type == REPORT_TIME ? 1e9 : 1e6);
    }
}

static void set_text(stat_tap_table_item_type *cell, const char *text)
{
    if (cell->type == TABLE_ITEM_STRING && strcmp(cell->value.string_value, text) == 0)
        return;
    free_cell(NULL, 0, 0, cell);
    cell->type = TABLE_ITEM_STRING;
    cell->value.string_value = g_strdup(text);
}

static void set_row(stat_tap_table_item_type *cells, const void *conversation)
{
    struct report_cell from;

    for (guint i = 0; i < field_count; i++) {
        columns_of_conversation.cell(conversation, columns[i], &from);
        if (columns[i]->type == REPORT_TEXT)
            set_text(&cells[i], from.is_present ? from.text : "");
        else
            set_number(&cells[i], columns[i]->type, from.is_present ? from.number : 0);
    }
}

/* The row of a connection, a new one if it has none. */
static guint row_of(stat_tap_table *table, uint32_t connection)
{
    const stat_tap_table_item_type empty[MOST_COLUMNS] = {{.type = TABLE_ITEM_NONE}};
    guint *number;

    if (connection >= row_numbers->len)
        g_array_set_size(row_numbers, connection + 1);
    number = &g_array_index(row_numbers, guint, connection);
    if (*number == 0) {
        *number = table->num_elements + 1;
        stat_tap_init_table_row(table, table->num_elements, field_count, empty);
    }
    return *number - 1;
}

static tap_packet_status count(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                               const void *observation, tap_flags_t flags _U_)
{
    const struct connmon_observation *seen = observation;
    const stat_tap_table_ui *ui = ((const stat_data_t *)data)->stat_tap_data;
    stat_tap_table *table = g_array_index(ui->tables, stat_tap_table *, 0);
    const void *conversation;
    guint row;

    if (pinfo->num == counted_frame) /* for another window */
        return TAP_PACKET_DONT_REDRAW;
    counted_frame = pinfo->num;
    statistics_add(statistics, seen);
    conversation = statistics_conversation(statistics, seen->result.connection);
    if (conversation) {
        row = row_of(table, seen->result.connection); /* which may move the rows' array */
        set_row(table->elements[row], conversation);
    }
    return TAP_PACKET_DONT_REDRAW; /* the window draws once all are counted */
}

/* Called when a window is opened, and when its filter changes. */
static void start(stat_tap_table_ui *ui)
{
    if (!statistics) {
        statistics = statistics_new(0);
        row_numbers = g_array_new(FALSE, TRUE, sizeof(guint));
        left_rows = g_ptr_array_new_with_free_func(free_row);
    }
    if (ui->tables && ui->tables->len > 0)
        return; /* reset() follows */
    forget_packets();
    g_ptr_array_set_size(left_rows, 0);
    stat_tap_add_table(ui, stat_tap_init_table(ui->title, (int)field_count, 0, NULL));
}

static stat_tap_table_ui conversations = {
    .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
    .title = "TCP Delays (connmon)",
    .tap_name = "connmon",
    .cli_string = "connmon,conv", /* without the comma, the window would never open */
    .stat_tap_init_cb = start,
    .packet_func = count,
    .stat_tap_reset_table_cb = reset,
    .stat_tap_free_table_item_cb = free_cell,
    .fields = fields,
};

static void reset(stat_tap_table *table)
{
    forget_packets();
    for (guint i = 0; i < table->num_elements; i++)
        g_ptr_array_add(left_rows, table->elements[i]);
    g_free(table->elements);
    table->elements = NULL;
    table->num_elements = 0;
    if (conversations.refcount <= 1) /* and that window drops its rows now */
        g_ptr_array_set_size(left_rows, 0);
}

/* How Wireshark is to show a column. It prints no more than six digits behind a point, so bytes
 * are told in megabytes. */
static void add_field(const struct report_column *column)
{
    static char titles[MOST_COLUMNS][TITLE_SIZE];
    char *title = titles[field_count];
    stat_tap_table_item *field = &fields[field_count];
    const char *unit = column->type == REPORT_TIME    ? " (s)"
                       : column->type == REPORT_BYTES ? " (MB)"
                                                      : "";

    columns[field_count++] = column;
    report_column_title(column, title, TITLE_SIZE);
    g_strlcat(title, unit, TITLE_SIZE);
    field->type = column->type == REPORT_TEXT    ? TABLE_ITEM_STRING
                  : column->type == REPORT_COUNT ? TABLE_ITEM_UINT
                                                 : TABLE_ITEM_FLOAT;
    field->align = column->type == REPORT_TEXT ? TAP_ALIGN_LEFT : TAP_ALIGN_RIGHT;
    field->column_name = title;
    field->field_format = column->type == REPORT_TEXT    ? "%s"
                          : column->type == REPORT_COUNT ? "%u"
                                                         : "%f";
}

void tap_table_register(void)
{
    for (size_t i = 0; i < columns_of_conversation.column_count; i++)
        if (columns_of_conversation.columns[i].rank > 0 && field_count < MOST_COLUMNS)
            add_field(&columns_of_conversation.columns[i]);
    conversations.nfields = field_count;
    register_stat_tap_table_ui(&conversations);
}
