/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fuzz targets share. A target is LLVMFuzzerTestOneInput: bytes in, and an abort where the engine breaks a
 * promise. libFuzzer calls it, or replay.c for every file of its corpus. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "ddbcrypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* One engine, workspace and pair of keys for the process. */
typedef struct fuzz_rig {
    ddbc_engine *engine;
    ddbc_workspace *workspace;
    ddbc_key *cipher;
    ddbc_key *signing;
    ddbc_status status;
} fuzz_rig;

/* The workspace is reset: nothing of an earlier input is in it. */
fuzz_rig *fuzz_rig_get(void);
bool fuzz_same(ddbc_bytes a, ddbc_bytes b);
void *fuzz_alloc(fuzz_rig *rig, size_t size);
/* Canonical bytes, of an attribute that was read and so can be written. */
ddbc_bytes fuzz_canonical(fuzz_rig *rig, const ddbc_attribute *attribute, ddbc_dialect dialect);

/* The input, taken from the front; what is not there reads as 0 or empty. */
typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

uint8_t fuzz_byte(fuzz_input *in);
/* Length (two bytes, big-endian, cut to what is left), then so many bytes. */
ddbc_bytes fuzz_slice(fuzz_input *in);

/* An item: a count, then per attribute a byte of choices, its name and its value as two slices.
 *   choices  bits 0 and 1: the action (3: ENCRYPT_AND_SIGN too)
 *            bit 2: the value is the B that the slice holds, not the attribute of which it is the canonical bytes
 *            bit 3: with bit 2, the slice is first encrypted, so that decryption finds it
 * A value that is not canonical bytes becomes B as well. Names are unique: an attribute with a name already taken is left
 * out. */
#define FUZZ_ATTRIBUTES_MAX 24
ddbc_item fuzz_item(fuzz_rig *rig, fuzz_input *in);

/* The description's pair that names the attribute encryption mode. */
extern const ddbc_pair fuzz_mode;

#endif
