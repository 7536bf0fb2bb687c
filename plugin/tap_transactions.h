/* tap_transactions.h - requests and answers: -z connmon,http and -z connmon,transactions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CONNMON_PLUGIN_TAP_TRANSACTIONS_H
#define CONNMON_PLUGIN_TAP_TRANSACTIONS_H

/* See struct tap_kind's start. */
char *tap_http_start(const char *options);
char *tap_http_json_start(const char *options);
char *tap_http_csv_start(const char *options);
char *tap_transactions_start(const char *filter);
char *tap_transactions_json_start(const char *filter);
char *tap_transactions_csv_start(const char *filter);

#endif
