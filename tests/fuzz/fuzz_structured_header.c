/* SPDX-License-Identifier: Apache-2.0
 *
 * Header of the structured format: what is read lies inside the input and takes all of it, and neither a byte less nor
 * one more is the same header. */
#include <string.h>

#include "ddbcrypt_structured.h"
#include "fuzz.h"

static void check_inside(ddbc_bytes part, ddbc_bytes whole)
{
    FUZZ_CHECK(part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

static size_t sized(ddbc_bytes part, ddbc_bytes whole)
{
    check_inside(part, whole);
    return 2 + part.len;
}

/* The bytes that all parts take. */
static size_t size_of(const ddbc_structured_header *header, ddbc_bytes whole)
{
    size_t size = 2 + DDBC_MESSAGE_ID_SIZE + sized(header->legend, whole) + 2 + 1 + DDBC_COMMITMENT_SIZE;
    for (size_t i = 0; i < header->context_count; i++) {
        size += sized(header->context[i].name, whole) + sized(header->context[i].value, whole);
    }
    for (size_t i = 0; i < header->key_count; i++) {
        size += sized(header->keys[i].provider_id, whole) + sized(header->keys[i].provider_info, whole) +
                sized(header->keys[i].ciphertext, whole);
    }
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    ddbc_bytes in = {data, size};
    ddbc_structured_header header = {.version = 77};
    ddbc_structured_header ignored;
    if (!ddbc_structured_read_header(rig->workspace, in, &header, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_MALFORMED_HEADER && rig->status.message[0] != '\0');
        FUZZ_CHECK(header.version == 77);
        return 0;
    }
    FUZZ_CHECK(header.version == 1 || header.version == 2);
    FUZZ_CHECK(header.suite == DDBC_SUITE_HMAC || header.suite == DDBC_SUITE_ECDSA);
    FUZZ_CHECK(header.message_id.len == DDBC_MESSAGE_ID_SIZE && header.commitment.len == DDBC_COMMITMENT_SIZE);
    FUZZ_CHECK(header.key_count >= 1 && header.key_count <= DDBC_DATA_KEYS_MAX);
    FUZZ_CHECK(header.partial.ptr == data && header.partial.len + DDBC_COMMITMENT_SIZE == size);
    FUZZ_CHECK(size_of(&header, in) == size);
    uint8_t *longer = fuzz_alloc(rig, size + 1);
    memcpy(longer, data, size);
    longer[size] = 0;
    FUZZ_CHECK(!ddbc_structured_read_header(rig->workspace, (ddbc_bytes){longer, size + 1}, &ignored, &rig->status));
    FUZZ_CHECK(!ddbc_structured_read_header(rig->workspace, (ddbc_bytes){data, size - 1}, &ignored, &rig->status));
    return 0;
}
