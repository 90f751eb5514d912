/* SPDX-License-Identifier: Apache-2.0
 * utf8: well-formedness (Unicode 15, table 3-7). */
#include <string.h>

#include "core/order.h"
#include "core/words.h"

static bool continues(uint8_t byte)
{
    return (byte & 0xC0u) == 0x80u;
}

/* Length of the character at `p`, 0 if it is malformed. */
static size_t character(const uint8_t *p, size_t left)
{
    uint8_t lead = p[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return left >= 2 && continues(p[1]) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (left < 3 || !continues(p[1]) || !continues(p[2])) {
            return 0;
        }
        bool overlong = lead == 0xE0 && p[1] < 0xA0;
        bool surrogate = lead == 0xED && p[1] > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (left < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3])) {
            return 0;
        }
        bool overlong = lead == 0xF0 && p[1] < 0x90;
        bool beyond = lead == 0xF4 && p[1] > 0x8F;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

bool ddbc_utf8_valid(ddbc_bytes text)
{
    size_t i = 0;
    while (text.len - i > DDBC_STRETCH && ddbc_is_ascii_stretch(text.ptr + i)) {
        i += DDBC_STRETCH;
    }
    if (text.len - i <= DDBC_STRETCH && ddbc_is_ascii(text.ptr + i, text.len - i)) {
        return true;
    }
    while (i < text.len) {
        if (text.len - i >= DDBC_STRETCH && ddbc_is_ascii_stretch(text.ptr + i)) {
            i += DDBC_STRETCH;
            continue;
        }
        if (text.len - i >= sizeof(uint64_t) && (ddbc_word_eight(text.ptr + i) & UINT64_C(0x8080808080808080)) == 0) {
            i += sizeof(uint64_t);
            continue;
        }
        size_t length = character(text.ptr + i, text.len - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}
