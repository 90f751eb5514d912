/* SPDX-License-Identifier: Apache-2.0
 * name_digest: SHA-256 of attribute names, remembered from item to item.
 *
 * Items of a table have the same few dozen names, and each is hashed for each item. Names are not secret: they are
 * stored in the clear. A slot is found by a hash of the name and simply overwritten when another name wants it. */
#include <string.h>

#include "core/engine.h"

static size_t slot_of(ddbc_bytes name)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ name.ptr[i]) * UINT32_C(16777619);
    }
    return (hash ^ (hash >> 16)) % DDBC_NAME_SLOTS;
}

bool ddbc_name_digest(ddbc_workspace *workspace, ddbc_bytes name, uint8_t out[DDBC_SHA256_SIZE], ddbc_status *status)
{
    ddbc_bytes nothing = {NULL, 0};
    if (name.len == 0 || name.len > DDBC_NAME_SLOT_BYTES) {
        return ddbc_sha256(workspace, nothing, name, out, status);
    }
    ddbc_name_slot *slot = &workspace->names[slot_of(name)];
    if (slot->length != name.len || memcmp(slot->name, name.ptr, name.len) != 0) {
        slot->length = 0;
        if (!ddbc_sha256(workspace, nothing, name, slot->digest, status)) {
            return false;
        }
        memcpy(slot->name, name.ptr, name.len);
        slot->length = (uint8_t)name.len;
    }
    memcpy(out, slot->digest, DDBC_SHA256_SIZE);
    return true;
}
