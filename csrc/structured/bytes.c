/* SPDX-License-Identifier: Apache-2.0
 * bytes: a cursor that never leaves its input, and base 64. */
#include <string.h>

#include "structured/format.h"

ddbc_bytes ddbc_text(const char *text)
{
    return (ddbc_bytes){(const uint8_t *)text, strlen(text)};
}

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ddbc_put_base64(uint8_t *out, ddbc_bytes in)
{
    const char *alphabet = base64_alphabet;
    for (size_t i = 0, at = 0; i < in.len; i += 3, at += 4) {
        size_t left = in.len - i;
        uint32_t group = (uint32_t)in.ptr[i] << 16 | (left > 1 ? (uint32_t)in.ptr[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)in.ptr[i + 2] : 0);
        out[at] = (uint8_t)alphabet[group >> 18];
        out[at + 1] = (uint8_t)alphabet[group >> 12 & 63];
        out[at + 2] = (uint8_t)(left > 1 ? alphabet[group >> 6 & 63] : '=');
        out[at + 3] = (uint8_t)(left > 2 ? alphabet[group & 63] : '=');
    }
}

bool ddbc_take_base64(ddbc_bytes in, uint8_t *out, size_t size)
{
    uint32_t group = 0;
    size_t at = 0;
    if (in.len != DDBC_BASE64_SIZE(size)) {
        return false;
    }
    for (size_t i = 0; i < in.len; i++) {
        const char *place = in.ptr[i] == 0 ? NULL : strchr(base64_alphabet, in.ptr[i]);
        bool padding = place == NULL && in.ptr[i] == '=' && i * 3 >= size * 4;
        if (place == NULL && !padding) {
            return false;
        }
        group = group << 6 | (uint32_t)(padding ? 0 : place - base64_alphabet);
        if (i % 4 == 3) {
            for (unsigned shift = 16; at < size && shift <= 16; shift -= 8) {
                out[at++] = (uint8_t)(group >> shift);
            }
            group = 0;
        }
    }
    return true;
}

bool ddbc_take_number(ddbc_bytes *in, size_t size, size_t *out)
{
    size_t value = 0;
    if (in->len < size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | in->ptr[i];
    }
    in->ptr += size;
    in->len -= size;
    *out = value;
    return true;
}

bool ddbc_take_bytes(ddbc_bytes *in, size_t size, ddbc_bytes *out)
{
    if (in->len < size) {
        return false;
    }
    *out = (ddbc_bytes){in->ptr, size};
    in->ptr += size;
    in->len -= size;
    return true;
}

bool ddbc_take_sized(ddbc_bytes *in, ddbc_bytes *out)
{
    size_t size = 0;
    return ddbc_take_number(in, 2, &size) && ddbc_take_bytes(in, size, out);
}
