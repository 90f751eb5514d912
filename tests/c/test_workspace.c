/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine, workspace and its arena: alignment, reuse, what is kept, and that every block goes back wiped. */
#include <stdint.h>
#include <string.h>

#include "support/build.h"
#include "support/spy.h"

#define MIB ((size_t)1024 * 1024)

static void blocks_are_aligned_and_apart(void)
{
    rig r = rig_open(NULL);
    uint8_t *blocks[300];
    for (size_t i = 0; i < 300; i++) {
        size_t size = i * 7 % 1000;
        blocks[i] = ddbc_workspace_alloc(r.workspace, size);
        CHECK(blocks[i] != NULL);
        CHECK((uintptr_t)blocks[i] % _Alignof(max_align_t) == 0);
        memset(blocks[i], (int)(i % 256), size);
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t at = 0; at < i * 7 % 1000; at++) {
            CHECK(blocks[i][at] == i % 256);
        }
    }
    rig_close(&r);
}

static void empty_blocks_have_addresses_of_their_own(void)
{
    rig r = rig_open(NULL);
    void *first = ddbc_workspace_alloc(r.workspace, 0);
    void *second = ddbc_workspace_alloc(r.workspace, 0);
    CHECK(first != NULL && second != NULL && first != second);
    rig_close(&r);
}

static void impossible_sizes_give_null(void)
{
    static spy s;
    spy_init(&s);
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    CHECK(ddbc_workspace_alloc(r.workspace, SIZE_MAX) == NULL);
    CHECK(ddbc_workspace_alloc(r.workspace, SIZE_MAX - 15) == NULL);
    CHECK(ddbc_workspace_alloc(r.workspace, SIZE_MAX - 64) == NULL);
    /* And the workspace still serves. */
    CHECK(ddbc_workspace_alloc(r.workspace, 16) != NULL);
    rig_close(&r);
}

static void large_blocks_between_small_ones(void)
{
    rig r = rig_open(NULL);
    for (size_t round = 0; round < 4; round++) {
        uint8_t *small = ddbc_workspace_alloc(r.workspace, 40);
        uint8_t *large = ddbc_workspace_alloc(r.workspace, 300 * 1024 + round);
        uint8_t *next = ddbc_workspace_alloc(r.workspace, 40);
        CHECK(small != NULL && large != NULL && next != NULL);
        memset(small, 1, 40);
        memset(large, 2, 300 * 1024 + round);
        memset(next, 3, 40);
        CHECK(small[39] == 1 && large[0] == 2 && large[300 * 1024 + round - 1] == 2 && next[0] == 3);
        ddbc_workspace_reset(r.workspace);
    }
    rig_close(&r);
}

static void reset_keeps_at_most_a_mebibyte(void)
{
    static spy s;
    spy_init(&s);
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    size_t before = s.live_bytes;
    for (size_t i = 0; i < 64; i++) {
        CHECK(ddbc_workspace_alloc(r.workspace, 64 * 1024) != NULL);
    }
    CHECK(s.live_bytes - before >= 4 * MIB);
    ddbc_workspace_reset(r.workspace);
    /* Headers of blocks may come on top. */
    CHECK(s.live_bytes - before <= MIB + MIB / 16);
    CHECK(s.live_bytes > before);

    /* One block over the limit is not kept either. */
    CHECK(ddbc_workspace_alloc(r.workspace, 3 * MIB) != NULL);
    ddbc_workspace_reset(r.workspace);
    CHECK(s.live_bytes - before <= MIB + MIB / 16);
    rig_close(&r);
    CHECK(s.live_blocks == 0 && s.wrong_sizes == 0 && s.unwiped == 0);
}

static void reset_makes_memory_reusable(void)
{
    static spy s;
    spy_init(&s);
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    for (size_t i = 0; i < 10; i++) {
        CHECK(ddbc_workspace_alloc(r.workspace, 1000) != NULL);
    }
    ddbc_workspace_reset(r.workspace);
    size_t acquired = s.acquired;
    for (size_t round = 0; round < 1000; round++) {
        for (size_t i = 0; i < 10; i++) {
            CHECK(ddbc_workspace_alloc(r.workspace, 1000) != NULL);
        }
        ddbc_workspace_reset(r.workspace);
    }
    CHECK(s.acquired == acquired);
    rig_close(&r);
    CHECK(s.live_blocks == 0);
}

/* Of another order than before, and with one that is larger than all that is kept. */
static void kept_blocks_are_not_passed_over(void)
{
    static spy s;
    spy_init(&s);
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    static const size_t first[] = {40, 8000, 8000, 60 * 1024, 8000, 30 * 1024, 20 * 1024};
    static const size_t then[] = {40, 100 * 1024, 50 * 1024, 8000, 25 * 1024, 8000, 8000, 10 * 1024};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        CHECK(ddbc_workspace_alloc(r.workspace, first[i]) != NULL);
    }
    ddbc_workspace_reset(r.workspace);
    size_t acquired = s.acquired;
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
            uint8_t *block = ddbc_workspace_alloc(r.workspace, then[i]);
            CHECK(block != NULL);
            memset(block, 1, then[i]);
        }
        CHECK(s.acquired == acquired + 1);
        ddbc_workspace_reset(r.workspace);
    }
    rig_close(&r);
    CHECK(s.live_blocks == 0 && s.wrong_sizes == 0 && s.unwiped == 0);
}

static void reset_wipes_what_was_handed_out(void)
{
    static const char secret[] = "a value that must not survive the reset";
    static spy s;
    spy_init(&s);
    spy_add_secret(&s, VIEW_OF(secret));
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    for (size_t size = sizeof secret; size < 200 * 1024; size *= 2) {
        uint8_t *block = ddbc_workspace_alloc(r.workspace, size);
        CHECK(block != NULL);
        memcpy(block + size - sizeof secret, secret, sizeof secret);
    }
    CHECK(spy_live_secrets(&s) > 0);
    ddbc_workspace_reset(r.workspace);
    CHECK(spy_live_secrets(&s) == 0);

    uint8_t *block = ddbc_workspace_alloc(r.workspace, sizeof secret);
    CHECK(block != NULL);
    memcpy(block, secret, sizeof secret);
    rig_close(&r);
    CHECK(s.live_blocks == 0 && s.leaked == 0 && s.unwiped == 0 && s.wrong_sizes == 0);
}

static void free_takes_null(void)
{
    ddbc_engine_free(NULL);
    ddbc_workspace_free(NULL);
    ddbc_key_free(NULL);
}

static void engines_are_independent(void)
{
    rig one = rig_open(NULL);
    rig two = rig_open(NULL);
    CHECK(one.engine != two.engine);
    rig_close(&one);
    ddbc_key *key = counting_key(&two, DDBC_ALG_HMAC_SHA256, 0);
    uint8_t mac[DDBC_MAC_MAX];
    size_t size = 0;
    CHECK_OK(ddbc_key_sign(key, view("data"), mac, &size, &two.status), &two.status);
    CHECK(size == 32);
    ddbc_key_free(key);
    rig_close(&two);
}

TEST_MAIN(TEST(blocks_are_aligned_and_apart), TEST(empty_blocks_have_addresses_of_their_own),
          TEST(impossible_sizes_give_null), TEST(large_blocks_between_small_ones), TEST(reset_keeps_at_most_a_mebibyte),
          TEST(reset_makes_memory_reusable), TEST(kept_blocks_are_not_passed_over),
          TEST(reset_wipes_what_was_handed_out), TEST(free_takes_null), TEST(engines_are_independent))
