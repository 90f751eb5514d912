/* SPDX-License-Identifier: Apache-2.0
 * legacy material description, both ways: version 00000000, then per pair
 *   length(4) name, length(4) value        UTF-8, lengths big-endian
 * It is not signed: nothing in it may weaken a choice that the configuration made. */
#include <string.h>

#include "core/engine.h"
#include "core/order.h"
#include "core/status.h"
#include "core/words.h"

#define VERSION_SIZE 4
#define LENGTH_SIZE 4

static uint8_t *put_text(uint8_t *at, ddbc_bytes text)
{
    at = ddbc_put_four(at, text.len);
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    return at + text.len;
}

static bool fail_same_name(ddbc_status *status)
{
    return ddbc_fail(status, DDBC_MALFORMED_DESCRIPTION, "the material description has the same name twice");
}

bool ddbc_legacy_write_description(ddbc_workspace *workspace, const ddbc_pair *pairs, size_t count, ddbc_bytes *out,
                                   ddbc_status *status)
{
    size_t size = VERSION_SIZE;
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].name.len > UINT32_MAX / 4 || pairs[i].value.len > UINT32_MAX / 4 || size > UINT32_MAX / 4) {
            return ddbc_fail(status, DDBC_MALFORMED_DESCRIPTION, "the material description is larger than 1 GiB");
        }
        size += 2 * LENGTH_SIZE + pairs[i].name.len + pairs[i].value.len;
    }
    ddbc_pair *sorted = ddbc_arena_array(&workspace->arena, count, sizeof *sorted);
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    if (sorted == NULL || bytes == NULL) {
        return ddbc_fail_memory(status);
    }
    if (count > 0) {
        memcpy(sorted, pairs, count * sizeof *sorted);
    }
    ddbc_sort(sorted, count, sizeof *sorted, ddbc_compare_unsigned);
    memset(bytes, 0, VERSION_SIZE);
    uint8_t *at = bytes + VERSION_SIZE;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && ddbc_bytes_equal(sorted[i - 1].name, sorted[i].name)) {
            return fail_same_name(status);
        }
        at = put_text(at, sorted[i].name);
        at = put_text(at, sorted[i].value);
    }
    *out = (ddbc_bytes){bytes, size};
    return true;
}

/* Takes a text off the front of `in`. */
static bool get_text(ddbc_bytes *in, ddbc_bytes *out, ddbc_status *status)
{
    if (in->len < LENGTH_SIZE) {
        return ddbc_fail(status, DDBC_MALFORMED_DESCRIPTION, "the material description ends inside a pair");
    }
    const uint8_t *p = in->ptr;
    size_t length = ddbc_first_four(p);
    if (length > in->len - LENGTH_SIZE) {
        return ddbc_fail(status, DDBC_MALFORMED_DESCRIPTION,
                         "a length in the material description is larger than what follows");
    }
    *out = (ddbc_bytes){p + LENGTH_SIZE, length};
    if (!ddbc_utf8_valid(*out)) {
        return ddbc_fail(status, DDBC_MALFORMED_DESCRIPTION,
                         "a name or value in the material description is not UTF-8");
    }
    in->ptr += LENGTH_SIZE + length;
    in->len -= LENGTH_SIZE + length;
    return true;
}

static bool check_version(ddbc_bytes in, ddbc_status *status)
{
    static const uint8_t version[VERSION_SIZE] = {0, 0, 0, 0};
    if (in.len < VERSION_SIZE) {
        return ddbc_fail(status, DDBC_MALFORMED_DESCRIPTION,
                         "the material description has %zu bytes, fewer than its 4-byte version", in.len);
    }
    if (memcmp(in.ptr, version, VERSION_SIZE) != 0) {
        return ddbc_fail(status, DDBC_DESCRIPTION_VERSION,
                         "the material description has version %02x%02x%02x%02x; only 00000000 is known", in.ptr[0],
                         in.ptr[1], in.ptr[2], in.ptr[3]);
    }
    return true;
}

bool ddbc_legacy_read_description(ddbc_workspace *workspace, ddbc_bytes in, ddbc_pair **out, size_t *out_count,
                                  ddbc_status *status)
{
    if (!check_version(in, status)) {
        return false;
    }
    ddbc_bytes rest = {in.ptr + VERSION_SIZE, in.len - VERSION_SIZE};
    ddbc_bytes ahead = rest;
    ddbc_pair pair;
    size_t count = 0;
    while (ahead.len > 0) {
        if (!get_text(&ahead, &pair.name, status) || !get_text(&ahead, &pair.value, status)) {
            return false;
        }
        count++;
    }
    ddbc_pair *pairs = ddbc_arena_array(&workspace->arena, count, sizeof *pairs);
    if (pairs == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!get_text(&rest, &pairs[i].name, status) || !get_text(&rest, &pairs[i].value, status)) {
            return false;
        }
    }
    ddbc_sort(pairs, count, sizeof *pairs, ddbc_compare_unsigned);
    for (size_t i = 1; i < count; i++) {
        if (ddbc_bytes_equal(pairs[i - 1].name, pairs[i].name)) {
            return fail_same_name(status);
        }
    }
    *out = pairs;
    *out_count = count;
    return true;
}
