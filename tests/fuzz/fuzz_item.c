/* SPDX-License-Identifier: Apache-2.0
 *
 * A stored item of any shape: decryption refuses it or returns it, with one of the errors that it may give, and without
 * the right signature it always refuses.
 *
 * Input: a byte of choices, the description, the signature and the table as slices, then the item.
 *   choices  bit 0: sign the item rightly, so that decryption goes on to the values
 *            bit 1: the configuration's description instead of the input's
 *            bit 2: read with DDBC_READ_28_DIGITS
 *            bit 3: no cipher key
 *            bit 4: sign in the Java dialect */
#include "fuzz.h"

static bool sign(fuzz_rig *rig, ddbc_legacy_job *job, ddbc_dialect dialect)
{
    ddbc_bytes data = {NULL, 0};
    uint8_t *mac = fuzz_alloc(rig, DDBC_MAC_MAX);
    size_t size = 0;
    FUZZ_CHECK(ddbc_legacy_string_to_sign(rig->workspace, &job->item, job->table, dialect, &data, &rig->status));
    FUZZ_CHECK(ddbc_key_sign(rig->signing, data, mac, &size, &rig->status));
    job->signature = (ddbc_bytes){mac, size};
    return true;
}

static bool has_encrypted(ddbc_item item)
{
    for (size_t i = 0; i < item.count; i++) {
        if (item.attributes[i].action == DDBC_ENCRYPT_AND_SIGN) {
            return true;
        }
    }
    return false;
}

static void check_refusal(const fuzz_rig *rig, const ddbc_legacy_job *job, bool rightly_signed)
{
    switch (rig->status.code) {
    case DDBC_UNSUPPORTED_MODE:
        break;
    case DDBC_SIGNATURE_MISMATCH:
        FUZZ_CHECK(!rightly_signed);
        break;
    case DDBC_NO_DECRYPTION_KEY:
        FUZZ_CHECK(rightly_signed && job->cipher_key == NULL);
        break;
    case DDBC_NOT_CIPHERTEXT:
    case DDBC_BAD_CIPHERTEXT:
    case DDBC_MALFORMED_ATTRIBUTE:
        FUZZ_CHECK(rightly_signed && has_encrypted(job->item) && rig->status.message[0] != '\0');
        break;
    default:
        fprintf(stderr, "decryption gave %s\n", ddbc_code_name(rig->status.code));
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    uint8_t choices = fuzz_byte(&in);
    ddbc_legacy_job job = {.cipher_key = (choices & 8u) != 0 ? NULL : rig->cipher,
                           .signing_key = rig->signing,
                           .options = (choices & 4u) != 0 ? DDBC_READ_28_DIGITS : 0};
    ddbc_pair *pairs = NULL;
    job.description = fuzz_slice(&in);
    job.signature = fuzz_slice(&in);
    job.table = fuzz_slice(&in);
    job.item = fuzz_item(rig, &in);
    if ((choices & 2u) != 0) {
        job.pairs = &fuzz_mode;
        job.pair_count = 1;
    } else if (ddbc_legacy_read_description(rig->workspace, job.description, &pairs, &job.pair_count, &rig->status)) {
        job.pairs = pairs;
    }
    bool rightly_signed =
        (choices & 1u) != 0 && sign(rig, &job, (choices & 16u) != 0 ? DDBC_DIALECT_JAVA : DDBC_DIALECT_PYTHON);
    size_t failed = 4711;
    if (!ddbc_legacy_decrypt(rig->workspace, &job, 1, &failed, &rig->status)) {
        FUZZ_CHECK(failed == 0);
        check_refusal(rig, &job, rightly_signed);
        return 0;
    }
    FUZZ_CHECK(rightly_signed);
    /* What came out is whole: all of it can be written. */
    for (size_t i = 0; i < job.item.count; i++) {
        (void)fuzz_canonical(rig, &job.item.attributes[i].value, DDBC_DIALECT_JAVA);
    }
    return 0;
}
