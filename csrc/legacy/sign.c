/* SPDX-License-Identifier: Apache-2.0
 * legacy string to sign: what an item's signature covers. */
#include <string.h>

#include "core/order.h"
#include "core/status.h"
#include "legacy/canonical.h"

/* SHA-256 of "PLAINTEXT" and of "ENCRYPTED". A C test recomputes them. */
static const uint8_t plaintext_digest[DDBC_SHA256_SIZE] = {
    0xcb, 0x40, 0xe7, 0xda, 0xdc, 0x86, 0x16, 0x1b, 0x97, 0x98, 0xde, 0x48, 0x51, 0x2f, 0x33, 0x2d,
    0x21, 0xc1, 0x41, 0xfc, 0xc1, 0xe2, 0x8a, 0x08, 0x6f, 0xde, 0x4a, 0x33, 0x75, 0xaa, 0xb1, 0xb5};
static const uint8_t encrypted_digest[DDBC_SHA256_SIZE] = {
    0x39, 0x41, 0x15, 0xac, 0x4e, 0xb0, 0x9a, 0xa4, 0x94, 0x29, 0x34, 0x88, 0x16, 0xb2, 0x03, 0x81,
    0x27, 0xb0, 0xf9, 0xe3, 0xa5, 0x20, 0x37, 0x2a, 0xe1, 0x00, 0xca, 0x19, 0xfb, 0x08, 0xfd, 0x50};

/* A signed attribute, by its name for sorting. */
typedef struct signed_attribute {
    ddbc_bytes name;
    const ddbc_item_attribute *attribute;
} signed_attribute;

static bool sign_table(ddbc_workspace *workspace, ddbc_bytes table, uint8_t *out, ddbc_status *status)
{
    static const char prefix[] = "TABLE>";
    static const char suffix[] = "<TABLE";
    size_t size = sizeof prefix - 1 + table.len + sizeof suffix - 1;
    uint8_t *text = ddbc_arena_alloc(&workspace->arena, size);
    if (text == NULL) {
        return ddbc_fail_memory(status);
    }
    memcpy(text, prefix, sizeof prefix - 1);
    if (table.len > 0) {
        memcpy(text + sizeof prefix - 1, table.ptr, table.len);
    }
    memcpy(text + sizeof prefix - 1 + table.len, suffix, sizeof suffix - 1);
    ddbc_bytes nothing = {NULL, 0};
    ddbc_bytes whole = {text, size};
    return ddbc_sha256(workspace, nothing, whole, out, status);
}

static bool sign_attribute(ddbc_workspace *workspace, const ddbc_item_attribute *attribute, ddbc_dialect dialect,
                           bool strict, uint8_t *out, ddbc_status *status)
{
    ddbc_canonical canonical;
    if (!ddbc_name_digest(workspace, attribute->name, out, status) ||
        !ddbc_legacy_canonicalize(workspace, &attribute->value, dialect, strict, &canonical, status)) {
        return false;
    }
    memcpy(out + DDBC_SHA256_SIZE, attribute->action == DDBC_ENCRYPT_AND_SIGN ? encrypted_digest : plaintext_digest,
           DDBC_SHA256_SIZE);
    return ddbc_sha256(workspace, canonical.head, canonical.body, out + (size_t)2 * DDBC_SHA256_SIZE, status);
}

bool ddbc_legacy_string_to_sign(ddbc_workspace *workspace, const ddbc_item *item, ddbc_bytes table,
                                ddbc_dialect dialect, ddbc_bytes *out, ddbc_status *status)
{
    return ddbc_legacy_signed_string(workspace, item, table, dialect, false, out, status);
}

bool ddbc_legacy_signed_string(ddbc_workspace *workspace, const ddbc_item *item, ddbc_bytes table, ddbc_dialect dialect,
                               bool strict, ddbc_bytes *out, ddbc_status *status)
{
    size_t count = 0;
    signed_attribute *sorted = ddbc_arena_array(&workspace->arena, item->count, sizeof *sorted);
    if (sorted == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < item->count; i++) {
        if (item->attributes[i].action != DDBC_DO_NOTHING) {
            sorted[count++] = (signed_attribute){item->attributes[i].name, &item->attributes[i]};
        }
    }
    ddbc_sort(sorted, count, sizeof *sorted, dialect == DDBC_DIALECT_JAVA ? ddbc_compare_utf16 : ddbc_compare_unsigned);
    for (size_t i = 1; i < count; i++) {
        if (ddbc_bytes_equal(sorted[i - 1].name, sorted[i].name)) {
            (void)ddbc_fail(status, DDBC_DUPLICATE_MEMBER, "the item has two attributes of this name; remove one");
            return ddbc_fail_in(status, sorted[i].name);
        }
    }
    size_t size = DDBC_SHA256_SIZE * (1 + 3 * count);
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    if (bytes == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!sign_table(workspace, table, bytes, status)) {
        return false;
    }
    uint8_t *at = bytes + DDBC_SHA256_SIZE;
    for (size_t i = 0; i < count; i++) {
        if (!sign_attribute(workspace, sorted[i].attribute, dialect, strict, at, status)) {
            return ddbc_fail_in(status, sorted[i].name);
        }
        at += (size_t)3 * DDBC_SHA256_SIZE;
    }
    *out = (ddbc_bytes){bytes, size};
    return true;
}
