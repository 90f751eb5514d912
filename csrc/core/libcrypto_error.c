/* SPDX-License-Identifier: Apache-2.0
 * libcrypto_error: a failure of libcrypto as a status. */
#include <openssl/err.h>

#include "core/engine.h"
#include "core/status.h"

bool ddbc_fail_libcrypto(ddbc_status *status, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    (void)ddbc_fail(status, DDBC_LIBCRYPTO, "libcrypto failed at %s: %s", what,
                    reason == NULL ? "no reason given" : reason);
    ERR_clear_error();
    return false;
}

bool ddbc_fail_libcrypto_memory(ddbc_status *status)
{
    ERR_clear_error();
    return ddbc_fail_memory(status);
}
