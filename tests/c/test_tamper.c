/* SPDX-License-Identifier: Apache-2.0
 *
 * Every change of a stored item is refused, save those that mean the same data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/job.h"

typedef struct stored {
    rig r;
    keys k;
    ddbc_legacy_job job;
    size_t refused;
} stored;

static stored open_stored(void)
{
    stored s = {.r = rig_open(NULL)};
    s.k = keys_open(&s.r);
    s.job = make_job(&s.k, sample_item(&s.r));
    CHECK_OK(encrypt_one(&s.r, &s.job), &s.r.status);
    return s;
}

static void close_stored(stored *s)
{
    CHECK(s->refused > 0);
    printf("  %zu changes refused\n", s->refused);
    keys_close(&s->k);
    rig_close(&s->r);
}

/* A copy of the job that can be changed. */
static ddbc_legacy_job changeable(stored *s)
{
    ddbc_legacy_job job = s->job;
    job.item = clone_item(&s->r, job.item);
    return job;
}

static void expect_refused(stored *s, ddbc_legacy_job job)
{
    CHECK_CODE(decrypt_one(&s->r, &job), &s->r.status, DDBC_SIGNATURE_MISMATCH);
    s->refused++;
}

static void every_byte_of_every_ciphertext(void)
{
    static const uint8_t changes[] = {0x01, 0x80, 0xff};
    stored s = open_stored();
    for (size_t i = 0; i < s.job.item.count; i++) {
        if (s.job.item.attributes[i].action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        ddbc_bytes original = s.job.item.attributes[i].value.as.bytes;
        uint8_t *bytes = exact(original);
        for (size_t at = 0; at < original.len; at++) {
            for (size_t c = 0; c < sizeof changes; c++) {
                ddbc_legacy_job job = changeable(&s);
                bytes[at] ^= changes[c];
                job.item.attributes[i].value.as.bytes.ptr = bytes;
                expect_refused(&s, job);
                bytes[at] ^= changes[c];
            }
        }
        /* Cut short, emptied, and with a block more. */
        ddbc_legacy_job job = changeable(&s);
        job.item.attributes[i].value.as.bytes.len -= 16;
        expect_refused(&s, job);
        job.item.attributes[i].value.as.bytes.len = 0;
        expect_refused(&s, job);
        uint8_t *longer = calloc(1, original.len + 16);
        CHECK(longer != NULL);
        memcpy(longer, original.ptr, original.len);
        job.item.attributes[i].value.as.bytes = (ddbc_bytes){longer, original.len + 16};
        expect_refused(&s, job);
        free(longer);
        free(bytes);
    }
    close_stored(&s);
}

static void every_byte_of_a_signed_string(void)
{
    stored s = open_stored();
    for (size_t at = 0; at < 3; at++) {
        for (unsigned change = 1; change < 256; change++) {
            char text[] = "p-1";
            ddbc_legacy_job job = changeable(&s);
            text[at] = (char)((uint8_t)text[at] ^ change);
            find_attribute(job.item, "id")->value.as.bytes = (ddbc_bytes){(const uint8_t *)text, 3};
            expect_refused(&s, job);
        }
    }
    close_stored(&s);
}

static void every_canonical_byte_of_a_signed_tree(void)
{
    /* All values that differ by one byte in canonical form and can be read at all. */
    stored s = open_stored();
    ddbc_bytes original = canonical(&s.r, &find_attribute(s.job.item, "signed everything")->value);
    uint8_t *bytes = exact(original);
    size_t alike = 0;
    for (size_t at = 0; at < original.len; at++) {
        for (unsigned change = 1; change < 256; change += change < 4 ? 1 : 49) {
            ddbc_legacy_job job = changeable(&s);
            ddbc_attribute *value = &find_attribute(job.item, "signed everything")->value;
            bytes[at] = (uint8_t)(original.ptr[at] ^ change);
            if (ddbc_legacy_read_attribute(s.r.workspace, (ddbc_bytes){bytes, original.len}, value, &s.r.status)) {
                if (same_bytes(canonical(&s.r, value), original)) {
                    CHECK_OK(decrypt_one(&s.r, &job), &s.r.status);
                    alike++;
                } else {
                    expect_refused(&s, job);
                }
            }
        }
        bytes[at] = original.ptr[at];
    }
    CHECK(alike < s.refused);
    free(bytes);
    close_stored(&s);
}

static void changes_that_canonicalise_alike_verify(void)
{
    stored s = open_stored();
    ddbc_legacy_job job = changeable(&s);
    find_attribute(job.item, "visit")->value = make_n(&s.r, "70E-1");
    CHECK_OK(decrypt_one(&s.r, &job), &s.r.status);
    job = changeable(&s);
    find_attribute(job.item, "cache")->value = make_s("DO_NOTHING is not signed");
    CHECK_OK(decrypt_one(&s.r, &job), &s.r.status);
    job = changeable(&s);
    find_attribute(job.item, "visit")->value = make_n(&s.r, "7.0000000000000000000000000000000000001");
    expect_refused(&s, job);
    close_stored(&s);
}

static void every_byte_of_the_signature(void)
{
    stored s = open_stored();
    uint8_t *signature = exact(s.job.signature);
    for (size_t at = 0; at < s.job.signature.len; at++) {
        for (unsigned change = 1; change < 256; change++) {
            ddbc_legacy_job job = changeable(&s);
            signature[at] ^= (uint8_t)change;
            job.signature.ptr = signature;
            expect_refused(&s, job);
            signature[at] ^= (uint8_t)change;
        }
        ddbc_legacy_job job = changeable(&s);
        job.signature.len = at;
        expect_refused(&s, job);
    }
    free(signature);
    close_stored(&s);
}

static void removed_added_and_renamed_attributes(void)
{
    stored s = open_stored();
    for (size_t i = 0; i < s.job.item.count; i++) {
        bool is_signed = s.job.item.attributes[i].action != DDBC_DO_NOTHING;
        ddbc_legacy_job removed = changeable(&s);
        removed.item.attributes[i] = removed.item.attributes[removed.item.count - 1];
        removed.item.count--;
        ddbc_legacy_job renamed = changeable(&s);
        renamed.item.attributes[i].name = view("renamed");
        if (is_signed) {
            expect_refused(&s, removed);
            expect_refused(&s, renamed);
        } else {
            CHECK_OK(decrypt_one(&s.r, &removed), &s.r.status);
            CHECK_OK(decrypt_one(&s.r, &renamed), &s.r.status);
        }
    }
    ddbc_legacy_job added = changeable(&s);
    ddbc_item_attribute *more = ddbc_workspace_alloc(s.r.workspace, (added.item.count + 1) * sizeof *more);
    CHECK(more != NULL);
    memcpy(more, added.item.attributes, added.item.count * sizeof *more);
    more[added.item.count] = item_attribute("zzz", DDBC_SIGN_ONLY, make_s(""));
    added.item = (ddbc_item){more, added.item.count + 1};
    expect_refused(&s, added);
    close_stored(&s);
}

static void swapped_values(void)
{
    stored s = open_stored();
    for (size_t a = 0; a < s.job.item.count; a++) {
        for (size_t b = a + 1; b < s.job.item.count; b++) {
            ddbc_legacy_job job = changeable(&s);
            ddbc_attribute held = job.item.attributes[a].value;
            job.item.attributes[a].value = job.item.attributes[b].value;
            job.item.attributes[b].value = held;
            expect_refused(&s, job);
        }
    }
    close_stored(&s);
}

static void changed_types(void)
{
    stored s = open_stored();
    ddbc_legacy_job job = changeable(&s);
    find_attribute(job.item, "id")->value.type = DDBC_TYPE_B; /* the same bytes as B */
    expect_refused(&s, job);
    job = changeable(&s);
    find_attribute(job.item, "visit")->value = make_s("7");
    expect_refused(&s, job);
    job = changeable(&s);
    find_attribute(job.item, "name")->value.type = DDBC_TYPE_S;
    expect_refused(&s, job);
    close_stored(&s);
}

static void changed_actions(void)
{
    static const ddbc_action actions[] = {DDBC_DO_NOTHING, DDBC_SIGN_ONLY, DDBC_ENCRYPT_AND_SIGN};
    stored s = open_stored();
    for (size_t i = 0; i < s.job.item.count; i++) {
        for (size_t a = 0; a < 3; a++) {
            if (s.job.item.attributes[i].action != actions[a]) {
                ddbc_legacy_job job = changeable(&s);
                job.item.attributes[i].action = actions[a];
                expect_refused(&s, job);
            }
        }
    }
    close_stored(&s);
}

static void other_tables_keys_and_items(void)
{
    static const char *const tables[] = {"", "patient", "patientss", "Patients", "None", "patients<TABLE"};
    stored s = open_stored();
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        ddbc_legacy_job job = changeable(&s);
        job.table = view(tables[i]);
        expect_refused(&s, job);
    }
    ddbc_key *other = counting_key(&s.r, DDBC_ALG_HMAC_SHA256, 0x21);
    ddbc_key *algorithm = counting_key(&s.r, DDBC_ALG_HMAC_SHA512, 0x20);
    ddbc_legacy_job job = changeable(&s);
    job.signing_key = other;
    expect_refused(&s, job);
    job = changeable(&s);
    job.signing_key = algorithm;
    expect_refused(&s, job);
    ddbc_key_free(other);
    ddbc_key_free(algorithm);

    /* Another item's signature, and another item under this one's. */
    ddbc_item plaintext = sample_item(&s.r);
    find_attribute(plaintext, "id")->value = make_s("p-2");
    ddbc_legacy_job neighbour = make_job(&s.k, plaintext);
    CHECK_OK(encrypt_one(&s.r, &neighbour), &s.r.status);
    job = changeable(&s);
    job.signature = neighbour.signature;
    expect_refused(&s, job);
    job = changeable(&s);
    job.item = clone_item(&s.r, neighbour.item);
    expect_refused(&s, job);
    /* One value of it. */
    job = changeable(&s);
    find_attribute(job.item, "name")->value = find_attribute(neighbour.item, "name")->value;
    expect_refused(&s, job);
    close_stored(&s);
}

TEST_MAIN(TEST(every_byte_of_every_ciphertext), TEST(every_byte_of_a_signed_string),
          TEST(every_canonical_byte_of_a_signed_tree), TEST(changes_that_canonicalise_alike_verify),
          TEST(every_byte_of_the_signature), TEST(removed_added_and_renamed_attributes), TEST(swapped_values),
          TEST(changed_types), TEST(changed_actions), TEST(other_tables_keys_and_items))
