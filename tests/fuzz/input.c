/* input.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "input.h"

#include <string.h>

uint8_t *take_bytes(struct input *in, size_t *size)
{
    uint8_t *bytes;

    *size = *size < in->size ? *size : in->size;
    bytes = malloc(*size ? *size : 1);
    check(bytes != NULL);
    if (*size == 0)
        return bytes;
    memcpy(bytes, in->data, *size);
    in->data += *size;
    in->size -= *size;
    return bytes;
}
