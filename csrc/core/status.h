/* SPDX-License-Identifier: Apache-2.0
 * How the engine's own files fill a status. */
#ifndef DDBC_CORE_STATUS_H
#define DDBC_CORE_STATUS_H

#include "ddbcrypt.h"

#if defined(__GNUC__) || defined(__clang__)
#define DDBC_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define DDBC_PRINTF(format_index, first_index)
#endif

/* Sets code and message, leaves `attribute` empty, and returns false so that a caller can return it. */
bool ddbc_fail(ddbc_status *status, ddbc_code code, const char *format, ...) DDBC_PRINTF(3, 4);
bool ddbc_fail_memory(ddbc_status *status);
/* The one error of a signature that does not verify. */
bool ddbc_fail_signature(ddbc_status *status);
/* Names the attribute that a failure is about, unless an inner call did; returns false. */
bool ddbc_fail_in(ddbc_status *status, ddbc_bytes attribute_name);

#endif
