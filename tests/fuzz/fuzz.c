/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#define MODE_NAME "amzn-ddb-map-sym-mode"
#define MODE_VALUE "/CBC/PKCS5Padding"

const ddbc_pair fuzz_mode = {{(const uint8_t *)MODE_NAME, sizeof MODE_NAME - 1},
                             {(const uint8_t *)MODE_VALUE, sizeof MODE_VALUE - 1}};

fuzz_rig *fuzz_rig_get(void)
{
    static fuzz_rig rig;
    if (rig.engine == NULL) {
        uint8_t raw[32];
        ddbc_bytes key = {raw, sizeof raw};
        for (size_t i = 0; i < sizeof raw; i++) {
            raw[i] = (uint8_t)(i * 37 + 11);
        }
        FUZZ_CHECK(ddbc_engine_new(NULL, &rig.engine, &rig.status));
        FUZZ_CHECK(ddbc_workspace_new(rig.engine, &rig.workspace, &rig.status));
        FUZZ_CHECK(ddbc_key_new(rig.engine, DDBC_ALG_AES, key, &rig.cipher, &rig.status));
        FUZZ_CHECK(ddbc_key_new(rig.engine, DDBC_ALG_HMAC_SHA256, key, &rig.signing, &rig.status));
    }
    ddbc_workspace_reset(rig.workspace);
    memset(&rig.status, 0, sizeof rig.status);
    return &rig;
}

bool fuzz_same(ddbc_bytes a, ddbc_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

void *fuzz_alloc(fuzz_rig *rig, size_t size)
{
    void *block = ddbc_workspace_alloc(rig->workspace, size);
    FUZZ_CHECK(block != NULL);
    return block;
}

ddbc_bytes fuzz_canonical(fuzz_rig *rig, const ddbc_attribute *attribute, ddbc_dialect dialect)
{
    ddbc_bytes out = {NULL, 0};
    FUZZ_CHECK(ddbc_legacy_write_attribute(rig->workspace, attribute, dialect, &out, &rig->status));
    return out;
}

uint8_t fuzz_byte(fuzz_input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

ddbc_bytes fuzz_slice(fuzz_input *in)
{
    size_t length = (size_t)fuzz_byte(in) << 8;
    length |= fuzz_byte(in);
    if (length > in->left) {
        length = in->left;
    }
    ddbc_bytes slice = {in->at, length};
    in->at += length;
    in->left -= length;
    return slice;
}

static ddbc_attribute value_of(fuzz_rig *rig, ddbc_bytes slice, uint8_t choices)
{
    ddbc_attribute value = {.type = DDBC_TYPE_B, .as.bytes = slice};
    if ((choices & 4u) == 0) {
        if (!ddbc_legacy_read_attribute(rig->workspace, slice, &value, &rig->status)) {
            FUZZ_CHECK(value.type == DDBC_TYPE_B && value.as.bytes.ptr == slice.ptr);
        }
    } else if ((choices & 8u) != 0) {
        FUZZ_CHECK(
            ddbc_key_encrypt(rig->cipher, rig->workspace, DDBC_MODE_CBC_PKCS5, slice, &value.as.bytes, &rig->status));
    }
    return value;
}

static bool name_is_taken(ddbc_item item, ddbc_bytes name)
{
    for (size_t i = 0; i < item.count; i++) {
        if (fuzz_same(item.attributes[i].name, name)) {
            return true;
        }
    }
    return false;
}

ddbc_item fuzz_item(fuzz_rig *rig, fuzz_input *in)
{
    static const ddbc_action actions[] = {DDBC_DO_NOTHING, DDBC_SIGN_ONLY, DDBC_ENCRYPT_AND_SIGN,
                                          DDBC_ENCRYPT_AND_SIGN};
    size_t count = fuzz_byte(in) % (FUZZ_ATTRIBUTES_MAX + 1);
    ddbc_item item = {fuzz_alloc(rig, (count + 1) * sizeof *item.attributes), 0};
    for (size_t i = 0; i < count; i++) {
        uint8_t choices = fuzz_byte(in);
        ddbc_bytes name = fuzz_slice(in);
        ddbc_bytes slice = fuzz_slice(in);
        if (!name_is_taken(item, name)) {
            item.attributes[item.count++] = (ddbc_item_attribute){
                .name = name, .action = actions[choices & 3u], .value = value_of(rig, slice, choices)};
        }
    }
    return item;
}
