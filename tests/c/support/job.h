/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs of the legacy format: keys, a sample item, and one item encrypted or decrypted. */
#ifndef TEST_JOB_H
#define TEST_JOB_H

#include "build.h"

typedef struct keys {
    ddbc_key *cipher;  /* AES-256: bytes 00 to 1f */
    ddbc_key *signing; /* HMAC-SHA-256: bytes 20 to 3f */
} keys;

keys keys_open(rig *r);
void keys_close(keys *k);

/* The description's pair that names the attribute encryption mode. */
extern const ddbc_pair mode_pair;

/* Table "patients", the mode in the description, nothing stored yet. */
ddbc_legacy_job make_job(keys *k, ddbc_item item);

/* One of every type under every action: "id" and "visit" SIGN_ONLY, as a primary key is, "cache" DO_NOTHING. */
ddbc_item sample_item(rig *r);

/* Failures of these two are for the caller to check, in the rig's status. */
bool encrypt_one(rig *r, ddbc_legacy_job *job);
bool decrypt_one(rig *r, ddbc_legacy_job *job);

/* Fails the test unless both items hold the same attributes with the same canonical values. */
void expect_same_item(rig *r, ddbc_item got, ddbc_item want);

#endif
