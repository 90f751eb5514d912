/* SPDX-License-Identifier: Apache-2.0
 * random: libcrypto's generator. */
#include <limits.h>
#include <openssl/rand.h>

#include "core/engine.h"
#include "core/status.h"

bool ddbc_random(uint8_t *out, size_t size, ddbc_status *status)
{
    while (size > 0) {
        int chunk = size > (size_t)INT_MAX ? INT_MAX : (int)size;
        if (RAND_bytes(out, chunk) != 1) {
            return ddbc_fail_libcrypto(status, "random bytes");
        }
        out += chunk;
        size -= (size_t)chunk;
    }
    return true;
}
