/* SPDX-License-Identifier: Apache-2.0
 *
 * The answers of RFC 4231, section 4, for HMAC with the SHA-2 family: test cases 1 to 4, 6 and 7. Case 5 shows a part of
 * its answers alone. */
#ifndef TEST_RFC4231_H
#define TEST_RFC4231_H

#include "build.h"

typedef struct rfc_4231_case {
    const char *title;
    const char *key;  /* hexadecimal, or one byte to repeat */
    size_t repeat;    /* 0: as written */
    const char *data; /* text, or one byte in hexadecimal to repeat */
    size_t data_repeat;
    const char *macs[4]; /* SHA-224, 256, 384, 512 */
} rfc_4231_case;

extern const rfc_4231_case rfc_4231_cases[];
extern const size_t rfc_4231_count;

ddbc_bytes rfc_4231_key(rig *r, const rfc_4231_case *c);
ddbc_bytes rfc_4231_data(rig *r, const rfc_4231_case *c);

#endif
