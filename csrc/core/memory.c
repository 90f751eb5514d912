/* SPDX-License-Identifier: Apache-2.0
 * memory: acquire, wipe, release. */
#include "core/memory.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void *default_acquire(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void default_release(void *context, void *block, size_t size)
{
    (void)context;
    (void)size;
    free(block);
}

ddbc_allocator ddbc_default_allocator(void)
{
    ddbc_allocator allocator = {default_acquire, default_release, NULL};
    return allocator;
}

void *ddbc_acquire(const ddbc_allocator *allocator, size_t size)
{
    return allocator->acquire(allocator->context, size);
}

void ddbc_release(const ddbc_allocator *allocator, void *block, size_t size)
{
    if (block == NULL) {
        return;
    }
    ddbc_wipe(block, size);
    allocator->release(allocator->context, block, size);
}

void ddbc_wipe(void *block, size_t size)
{
#if defined(__GNUC__) || defined(__clang__)
    /* A compiler drops a memset of memory that is not read again; not one whose memory this might read. It is several
     * times as fast as OPENSSL_cleanse, which writes eight bytes at a time. */
    if (size > 0) {
        memset(block, 0, size);
        __asm__ __volatile__("" : : "r"(block) : "memory");
    }
#else
    OPENSSL_cleanse(block, size);
#endif
}

bool ddbc_same_secret(const void *left, const void *right, size_t size)
{
    return CRYPTO_memcmp(left, right, size) == 0;
}
