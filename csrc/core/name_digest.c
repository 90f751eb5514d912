/* SPDX-License-Identifier: Apache-2.0
 * name_digest: SHA-256 of attribute names, remembered from item to item.
 *
 * Items of a table have the same few dozen names, and each is hashed for each item. Names are not secret: they are
 * stored in the clear. A name has the few slots of one set, and takes one of them from another name when it is new. */
#include <string.h>

#include "core/engine.h"

static ddbc_name_slot *set_of(ddbc_workspace *workspace, ddbc_bytes name)
{
    uint64_t first = 0;
    uint64_t last = 0;
    size_t size = name.len < sizeof first ? name.len : sizeof first;
    memcpy(&first, name.ptr, size);
    memcpy(&last, name.ptr + name.len - size, size);
    uint64_t hash = (first ^ (last << 7 | last >> 57) ^ name.len) * UINT64_C(0x9E3779B97F4A7C15);
    return workspace->names[hash >> 58];
}

_Static_assert(DDBC_NAME_SETS == 64, "the set is the upper six bits of the hash");

bool ddbc_name_digest(ddbc_workspace *workspace, ddbc_bytes name, uint8_t out[DDBC_SHA256_SIZE], ddbc_status *status)
{
    ddbc_bytes nothing = {NULL, 0};
    if (name.len == 0 || name.len > DDBC_NAME_SLOT_BYTES) {
        return ddbc_sha256(workspace, nothing, name, out, status);
    }
    ddbc_name_slot *set = set_of(workspace, name);
    for (size_t i = 0; i < DDBC_NAME_WAYS; i++) {
        if (set[i].length == name.len && memcmp(set[i].name, name.ptr, name.len) == 0) {
            memcpy(out, set[i].digest, DDBC_SHA256_SIZE);
            return true;
        }
    }
    ddbc_name_slot *slot = &set[workspace->next_name++ % DDBC_NAME_WAYS];
    slot->length = 0;
    if (!ddbc_sha256(workspace, nothing, name, slot->digest, status)) {
        return false;
    }
    memcpy(slot->name, name.ptr, name.len);
    slot->length = (uint8_t)name.len;
    memcpy(out, slot->digest, DDBC_SHA256_SIZE);
    return true;
}
