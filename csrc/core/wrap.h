/* SPDX-License-Identifier: Apache-2.0
 * AES key wrap, RFC 3394. */
#ifndef DDBC_CORE_WRAP_H
#define DDBC_CORE_WRAP_H

#include "core/engine.h"

/* Bytes that a wrapped key is longer than the key. */
#define DDBC_WRAP_OVERHEAD 8

/* `in`: 16 bytes or more, whole blocks of 8. */
DDBC_MUST_USE bool ddbc_aes_wrap(const ddbc_engine *engine, ddbc_workspace *workspace, ddbc_bytes wrapping_key,
                                 ddbc_bytes in, ddbc_bytes *out, ddbc_status *status);
/* Every failure is DDBC_UNWRAP_FAILED. */
DDBC_MUST_USE bool ddbc_aes_unwrap(const ddbc_engine *engine, ddbc_workspace *workspace, ddbc_bytes wrapping_key,
                                   ddbc_bytes in, ddbc_bytes *out, ddbc_status *status);

#endif
