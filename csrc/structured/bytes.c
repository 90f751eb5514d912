/* SPDX-License-Identifier: Apache-2.0
 * bytes: big-endian numbers, and a cursor that never leaves its input. */
#include <string.h>

#include "structured/format.h"

uint8_t *ddbc_put_u16(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return out + 2;
}

uint8_t *ddbc_put_u32(uint8_t *out, size_t value)
{
    return ddbc_put_u16(ddbc_put_u16(out, value >> 16), value & 0xFFFF);
}

uint8_t *ddbc_put_u64(uint8_t *out, size_t value)
{
    return ddbc_put_u32(ddbc_put_u32(out, (size_t)((uint64_t)value >> 32)), value & 0xFFFFFFFF);
}

uint8_t *ddbc_put_bytes(uint8_t *out, ddbc_bytes bytes)
{
    if (bytes.len > 0) {
        memcpy(out, bytes.ptr, bytes.len);
    }
    return out + bytes.len;
}

ddbc_bytes ddbc_text(const char *text)
{
    return (ddbc_bytes){(const uint8_t *)text, strlen(text)};
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
