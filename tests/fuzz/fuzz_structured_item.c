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
#include "ddbcrypt_structured.h"
#include "fuzz.h"
#include "structured_rig.h"

static void check_sealed(fuzz_rig *rig, ddbc_structured_job *job, ddbc_item plaintext, ddbc_bytes changes)
{
    size_t failed = 0;
    if (!ddbc_structured_encrypt(rig->workspace, job, 1, &failed, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_DUPLICATE_MEMBER || rig->status.code == DDBC_RESERVED_NAME ||
                   rig->status.code == DDBC_TOO_DEEP || rig->status.code == DDBC_INVALID_TEXT);
        return;
    }
    structured_reader(rig, job);
    bool changed = structured_change(rig, job, changes);
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
    ddbc_item item = structured_with_key(rig, fuzz_item(rig, &in), included);
    ddbc_structured_job job =
        structured_job(rig, (choices & 2u) != 0 ? DDBC_SUITE_ECDSA : DDBC_SUITE_HMAC, (choices & 4u) != 0 ? 2 : 1,
                       structured_clone(rig, item), included ? 2 : 1);
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
