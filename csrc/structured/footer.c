/* SPDX-License-Identifier: Apache-2.0
 * footer, both ways: a tag(48) of the canonical record's hash for each data key; with the ECDSA suite a signature(103) */
#include <string.h>

#include "core/ecdsa.h"
#include "core/status.h"
#include "structured/format.h"

bool ddbc_footer_write(ddbc_crypt *crypt, const ddbc_structured_job *job, const uint8_t hash[DDBC_SHA384_SIZE],
                       ddbc_bytes *out, ddbc_status *status)
{
    bool is_signed = job->suite == DDBC_SUITE_ECDSA;
    ddbc_bytes data = {hash, DDBC_SHA384_SIZE};
    size_t tags_size = job->tag_key_count * DDBC_TAG_SIZE;
    size_t size = tags_size + (is_signed ? DDBC_ECDSA_SIGNATURE_SIZE : 0);
    uint8_t *footer = ddbc_arena_alloc(&crypt->workspace->arena, size);
    if (footer == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < job->tag_key_count; i++) {
        if (!ddbc_crypt_tag(crypt, job->tag_keys[i], data, footer + i * DDBC_TAG_SIZE, status)) {
            return false;
        }
    }
    if (is_signed && !(job->pair != NULL ? ddbc_ecdsa_pair_sign(job->pair, data, footer + tags_size, status)
                                         : ddbc_ecdsa_sign(job->signing_key, data, footer + tags_size, status))) {
        return false;
    }
    *out = (ddbc_bytes){footer, size};
    return true;
}

static bool verify_tags(ddbc_crypt *crypt, const ddbc_structured_job *job, ddbc_bytes data, size_t count,
                        ddbc_status *status)
{
    uint8_t expected[DDBC_TAG_SIZE];
    bool found = false;
    if (!ddbc_crypt_tag(crypt, job->tag_keys[0], data, expected, status)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        found |= ddbc_same_secret(expected, job->footer.ptr + i * DDBC_TAG_SIZE, DDBC_TAG_SIZE);
    }
    /* The right tag of altered data would be a forgery. */
    ddbc_wipe(expected, sizeof expected);
    return found ? true : ddbc_fail_signature(status);
}

bool ddbc_footer_verify(ddbc_crypt *crypt, const ddbc_structured_job *job, const uint8_t hash[DDBC_SHA384_SIZE],
                        ddbc_status *status)
{
    bool is_signed = job->parsed.suite == DDBC_SUITE_ECDSA;
    ddbc_bytes data = {hash, DDBC_SHA384_SIZE};
    size_t tags_size = job->parsed.key_count * DDBC_TAG_SIZE;
    size_t expected = tags_size + (is_signed ? DDBC_ECDSA_SIGNATURE_SIZE : 0);
    if (job->footer.len != expected) {
        return ddbc_fail(status, DDBC_SIGNATURE_MISMATCH,
                         "the footer (" DDBC_STRUCTURED_FOOTER
                         ") has %zu bytes; with %zu data keys it needs %zu: a tag for each%s",
                         job->footer.len, job->parsed.key_count, expected, is_signed ? ", and a signature" : "");
    }
    ddbc_bytes signature = {job->footer.ptr + tags_size, job->footer.len - tags_size};
    return verify_tags(crypt, job, data, job->parsed.key_count, status) &&
           (!is_signed || ddbc_ecdsa_verify(job->signing_key, data, signature, status));
}
