/* SPDX-License-Identifier: Apache-2.0
 *
 * Footer of the structured format: one item, any footer; only the one that was written opens it.
 *
 * Input: a byte of choices, then the footer.
 *   choices  bit 0: the ECDSA suite
 *            bit 1: two data keys
 *            bit 2: the input is xored onto the right footer, so that a footer of zeros is right */
#include <string.h>

#include "ddbcrypt_structured.h"
#include "fuzz.h"
#include "structured_rig.h"

static ddbc_bytes footer_of(fuzz_rig *rig, fuzz_input *in, ddbc_bytes right, bool onto)
{
    uint8_t *footer = fuzz_alloc(rig, in->left);
    if (in->left > 0) {
        memcpy(footer, in->at, in->left);
    }
    for (size_t i = 0; onto && i < in->left && i < right.len; i++) {
        footer[i] ^= right.ptr[i];
    }
    return (ddbc_bytes){footer, in->left};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    uint8_t choices = fuzz_byte(&in);
    uint16_t suite = (choices & 1u) != 0 ? DDBC_SUITE_ECDSA : DDBC_SUITE_HMAC;
    ddbc_item_attribute attributes[] = {
        {.name = {(const uint8_t *)"id", 2}, .action = DDBC_SIGN_ONLY, .value = {.type = DDBC_TYPE_NULL}},
        {.name = {(const uint8_t *)"v", 1}, .action = DDBC_ENCRYPT_AND_SIGN, .value = {.type = DDBC_TYPE_NULL}},
    };
    size_t failed = 0;
    ddbc_structured_job job = structured_job(rig, suite, (choices & 2u) != 0 ? 2 : 1, (ddbc_item){attributes, 2}, 1);
    FUZZ_CHECK(ddbc_structured_encrypt(rig->workspace, &job, 1, &failed, &rig->status));
    ddbc_bytes right = job.footer;
    structured_reader(rig, &job);
    job.footer = footer_of(rig, &in, right, (choices & 4u) != 0);
    bool opened = ddbc_structured_decrypt(rig->workspace, &job, 1, &failed, &rig->status);
    /* The tag of another recipient says nothing to this one. */
    bool same = job.footer.len == right.len && memcmp(job.footer.ptr, right.ptr, DDBC_TAG_SIZE) == 0;
    size_t after = right.len - (suite == DDBC_SUITE_ECDSA ? DDBC_ECDSA_SIGNATURE_SIZE : 0);
    same = same && memcmp(job.footer.ptr + after, right.ptr + after, right.len - after) == 0;
    FUZZ_CHECK(opened || rig->status.code == DDBC_SIGNATURE_MISMATCH);
    FUZZ_CHECK(opened == same);
    return 0;
}
