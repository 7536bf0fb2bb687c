/* loss.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "loss.h"

#include "modular.h"

enum { MOST_SHIFT = 14 }; /* of a window (RFC 7323 section 2.3) */

/* The most that the receiver can have allowed to be in flight. How its window is scaled is not
 * known here, but that of a SYN never is (RFC 7323 section 2.2). A window of 0, such as that of a
 * RST, tells nothing of what was sent before. */
static uint32_t largest_window(const struct flow *receiver)
{
    if (!(receiver->flags & FLOW_HAS_WINDOW) || receiver->window == 0)
        return UINT32_C(1) << 30;
    return receiver->flags & FLOW_IS_SYN ? receiver->window
                                         : (uint32_t)receiver->window << MOST_SHIFT;
}

/* Who acknowledges has it. */
static bool is_acknowledged(const struct sighting *seen, uint32_t end)
{
    const struct flow *reverse = seen->reverse;

    return (reverse->flags & FLOW_HAS_SOUND) && !mod32_after(end, reverse->sound_ack);
}

/* Where the part of the segment ends that was expected before. */
static uint32_t old_end(const struct sighting *seen)
{
    uint32_t end = seen->segment->seq + seen->length;
    uint32_t expected = seen->segment->seq - (uint32_t)seen->result->seq_gap;

    return mod32_after(end, expected) ? expected : end;
}

static bool is_loss(const struct sighting *seen)
{
    const struct connmon_result *result = seen->result;

    switch (result->seq_event) {
    case CONNMON_SEQ_HOLE:
        return (uint32_t)result->seq_gap <= largest_window(seen->reverse) &&
               !is_acknowledged(seen, seen->segment->seq);
    case CONNMON_SEQ_HOLE_FILL:
    case CONNMON_SEQ_RETRANSMISSION:
        return !is_acknowledged(seen, old_end(seen));
    default:
        return false;
    }
}

void loss_judge(struct sighting *seen)
{
    seen->result->is_loss = is_loss(seen);
    seen->flow->flags &= (uint16_t)~FLOW_IS_SYN;
    if (sighting_has(seen, CONNMON_SYN))
        seen->flow->flags |= FLOW_IS_SYN;
}
