/* SPDX-License-Identifier: Apache-2.0
 * memory: acquire, wipe, release. */
#include "core/memory.h"

#include <openssl/crypto.h>
#include <stdlib.h>

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
    OPENSSL_cleanse(block, size);
}
