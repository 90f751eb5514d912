/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole items of the structured format. What was sealed opens again and is the same; what was changed is refused, and so
 * is any header and footer that nobody wrote.
 *
 * Input: a byte of choices, header, footer and changes as slices, then the item (without an "id", which is added).
 *   choices  bit 0: seal the item; else header and footer are the input's
 *            bit 1: the ECDSA suite
 *            bit 2: two data keys
 *            bit 3: the key attribute is in the encryption context
 *   changes  pairs of bytes to a sealed item: where (of the header, 256ths), what is xored there */
#include <string.h>

#include "ddbcrypt_structured.h"
#include "fuzz.h"
#include "structured_rig.h"

static ddbc_item with_key(fuzz_rig *rig, ddbc_item item, bool included)
{
    ddbc_item all = {fuzz_alloc(rig, (item.count + 1) * sizeof *all.attributes), 1};
    all.attributes[0] = (ddbc_item_attribute){.name = {(const uint8_t *)"id", 2},
                                              .action = included ? DDBC_SIGN_AND_INCLUDE : DDBC_SIGN_ONLY,
                                              .value = {.type = DDBC_TYPE_NULL}};
    for (size_t i = 0; i < item.count; i++) {
        if (item.attributes[i].name.len != 2 || memcmp(item.attributes[i].name.ptr, "id", 2) != 0) {
            all.attributes[all.count++] = item.attributes[i];
        }
    }
    return all;
}

static ddbc_item clone(fuzz_rig *rig, ddbc_item item)
{
    ddbc_item copy = {fuzz_alloc(rig, item.count * sizeof *copy.attributes), item.count};
    memcpy(copy.attributes, item.attributes, item.count * sizeof *copy.attributes);
    return copy;
}

/* True where something is other than it was. */
static bool change(fuzz_rig *rig, ddbc_structured_job *job, ddbc_bytes changes)
{
    uint8_t *header = fuzz_alloc(rig, job->header.len);
    memcpy(header, job->header.ptr, job->header.len);
    for (size_t i = 0; i + 1 < changes.len; i += 2) {
        header[(size_t)changes.ptr[i] * job->header.len / 256] ^= changes.ptr[i + 1];
    }
    bool differs = memcmp(header, job->header.ptr, job->header.len) != 0;
    job->header.ptr = header;
    return differs;
}

static void check_sealed(fuzz_rig *rig, ddbc_structured_job *job, ddbc_item plaintext, ddbc_bytes changes)
{
    size_t failed = 0;
    if (!ddbc_structured_encrypt(rig->workspace, job, 1, &failed, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_DUPLICATE_MEMBER || rig->status.code == DDBC_RESERVED_NAME ||
                   rig->status.code == DDBC_TOO_DEEP || rig->status.code == DDBC_INVALID_TEXT);
        return;
    }
    structured_reader(rig, job);
    bool changed = change(rig, job, changes);
    bool opened = ddbc_structured_decrypt(rig->workspace, job, 1, &failed, &rig->status);
    FUZZ_CHECK(opened == !changed);
    for (size_t i = 0; opened && i < plaintext.count; i++) {
        FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &job->item.attributes[i].value, DDBC_DIALECT_JAVA),
                             fuzz_canonical(rig, &plaintext.attributes[i].value, DDBC_DIALECT_JAVA)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    uint8_t choices = fuzz_byte(&in);
    ddbc_bytes header = fuzz_slice(&in);
    ddbc_bytes footer = fuzz_slice(&in);
    ddbc_bytes changes = fuzz_slice(&in);
    bool included = (choices & 8u) != 0;
    ddbc_item item = with_key(rig, fuzz_item(rig, &in), included);
    ddbc_structured_job job = structured_job(rig, (choices & 2u) != 0 ? DDBC_SUITE_ECDSA : DDBC_SUITE_HMAC,
                                             (choices & 4u) != 0 ? 2 : 1, clone(rig, item), included ? 2 : 1);
    if ((choices & 1u) != 0) {
        check_sealed(rig, &job, item, changes);
        return 0;
    }
    size_t failed = 4711;
    job.header = header;
    job.footer = footer;
    structured_reader(rig, &job);
    FUZZ_CHECK(!ddbc_structured_decrypt(rig->workspace, &job, 1, &failed, &rig->status));
    FUZZ_CHECK(failed == 0 && rig->status.message[0] != '\0');
    return 0;
}
