/* SPDX-License-Identifier: Apache-2.0
 *
 * Every allocation fails once: the engine's own at each place, and libcrypto's. Nothing crashes, nothing leaks, the error
 * says so, and no secret is in what was freed on the way. */
#include <stdio.h>
#include <string.h>

#include "support/story.h"

static spy libcrypto_watch;

static void expect_clean(const spy *watch)
{
    CHECK(watch->live_blocks == 0 && watch->live_bytes == 0);
    CHECK(watch->wrong_sizes == 0 && watch->unwiped == 0 && watch->leaked == 0);
}

/* All ways through the engine, each with the n-th allocation failing, for every n that there is. */
static size_t fail_everywhere(bool once)
{
    static spy watch;
    story s = story_open();
    size_t failures = 0;
    for (size_t p = 0; p < story_path_count; p++) {
        for (size_t n = 1;; n++) {
            ddbc_status status = {0};
            ddbc_allocator allocator = spy_allocator(&watch);
            spy_init(&watch);
            story_add_secrets(&s, &watch);
            watch.fail_only = once ? n : 0;
            watch.fail_at = once ? 0 : n;
            test_note("%s, allocation %zu", story_paths[p].name, n);
            bool done = story_run(&s, &allocator, &story_paths[p], &status);
            expect_clean(&watch);
            if (watch.failures == 0) {
                CHECK(done == (story_paths[p].expected == DDBC_OK));
                CHECK(done || status.code == story_paths[p].expected);
                break;
            }
            CHECK(!done && status.code == DDBC_OUT_OF_MEMORY && status.message[0] != '\0');
            CHECK(!spy_holds_secret(&watch, &status, sizeof status));
            failures++;
            CHECK(n < 1000);
        }
    }
    story_close(&s);
    return failures;
}

static void the_engines_nth_allocation_fails(void)
{
    size_t failures = fail_everywhere(true);
    printf("  %zu failures\n", failures);
    CHECK(failures > 4 * story_path_count);
}

static void all_from_the_nth_allocation_fail(void)
{
    CHECK(fail_everywhere(false) > 4 * story_path_count);
}

/* Smallest pieces that fit a workspace's first block. */
static size_t pieces_in_a_block(rig *r, const spy *watch)
{
    size_t pieces = 0;
    CHECK(ddbc_workspace_alloc(r->workspace, 1) != NULL);
    for (size_t acquired = watch->acquired; watch->acquired == acquired; pieces++) {
        CHECK(ddbc_workspace_alloc(r->workspace, 1) != NULL && pieces < 100000);
    }
    return pieces;
}

/* The arena takes memory in blocks, so few of its allocations reach the allocator. With the first block filled up to
 * every possible remainder and no second one to be had, each of them is at some time the one that fails. */
static void every_arena_allocation_fails(void)
{
    static spy watch;
    spy_init(&watch);
    story s = story_open();
    ddbc_allocator allocator = spy_allocator(&watch);
    rig r = rig_open(&allocator);
    keys k = {key_of(&r, DDBC_ALG_AES, story_cipher_raw()), key_of(&r, DDBC_ALG_HMAC_SHA256, story_signing_raw())};
    size_t pieces = pieces_in_a_block(&r, &watch);
    size_t failures = 0;
    story_add_values(&s, &watch);
    for (size_t p = 0; p < story_path_count; p++) {
        for (size_t room = 0; room <= pieces; room++) {
            ddbc_workspace_free(r.workspace);
            CHECK_OK(ddbc_workspace_new(r.engine, &r.workspace, &r.status), &r.status);
            for (size_t taken = room; taken < pieces; taken++) {
                CHECK(ddbc_workspace_alloc(r.workspace, 1) != NULL);
            }
            watch.fail_at = room == pieces ? watch.acquired + 2 : watch.acquired + 1;
            watch.failures = 0;
            test_note("%s, room for %zu pieces", story_paths[p].name, room);
            bool done = story_paths[p].run(&s, &r, &k);
            watch.fail_at = 0;
            CHECK(watch.failures == 0 ? done == (story_paths[p].expected == DDBC_OK)
                                      : !done && r.status.code == DDBC_OUT_OF_MEMORY);
            failures += watch.failures == 0 ? 0 : 1;
        }
    }
    printf("  %zu failures\n", failures);
    CHECK(failures > 20 * story_path_count);
    keys_close(&k);
    rig_close(&r);
    story_close(&s);
    expect_clean(&watch);
}

static void a_workspace_serves_again_afterwards(void)
{
    static spy watch;
    spy_init(&watch);
    story s = story_open();
    ddbc_allocator allocator = spy_allocator(&watch);
    rig r = rig_open(&allocator);
    keys k = {key_of(&r, DDBC_ALG_AES, story_cipher_raw()), key_of(&r, DDBC_ALG_HMAC_SHA256, story_signing_raw())};
    for (size_t p = 0; p < story_path_count; p++) {
        if (story_paths[p].expected != DDBC_OK) {
            continue;
        }
        for (size_t n = 1;; n++) {
            /* All the memory that a reset kept goes first, so that there is an allocation to fail. */
            ddbc_workspace_free(r.workspace);
            CHECK_OK(ddbc_workspace_new(r.engine, &r.workspace, &r.status), &r.status);
            watch.fail_only = watch.acquired + n;
            watch.failures = 0;
            bool done = story_paths[p].run(&s, &r, &k);
            watch.fail_only = 0;
            ddbc_workspace_reset(r.workspace);
            CHECK(done == (watch.failures == 0));
            CHECK(done || r.status.code == DDBC_OUT_OF_MEMORY);
            CHECK_OK(story_paths[p].run(&s, &r, &k), &r.status);
            ddbc_workspace_reset(r.workspace);
            if (done) {
                break;
            }
        }
    }
    keys_close(&k);
    rig_close(&r);
    story_close(&s);
    expect_clean(&watch);
}

static void libcryptos_nth_allocation_fails(void)
{
    static spy watch;
    story s = story_open();
    size_t failures = 0;
    for (size_t p = 0; p < story_path_count; p++) {
        /* Once without a failure, so that what libcrypto keeps for the process is there. */
        ddbc_status status = {0};
        (void)story_run(&s, NULL, &story_paths[p], &status);
        for (size_t n = 1;; n++) {
            ddbc_allocator allocator = spy_allocator(&watch);
            spy_init(&watch);
            story_add_secrets(&s, &watch);
            size_t leaked = libcrypto_watch.leaked;
            libcrypto_watch.failures = 0;
            libcrypto_watch.fail_only = libcrypto_watch.acquired + n;
            test_note("%s, libcrypto's allocation %zu", story_paths[p].name, n);
            bool done = story_run(&s, &allocator, &story_paths[p], &status);
            libcrypto_watch.fail_only = 0;
            expect_clean(&watch);
            CHECK(libcrypto_watch.leaked == leaked);
            CHECK(done || status.code != DDBC_OK);
            if (libcrypto_watch.failures == 0) {
                CHECK(done == (story_paths[p].expected == DDBC_OK));
                break;
            }
            failures++;
            /* libcrypto gets over some failures by itself; else the engine says which of the two it was. */
            CHECK(done ? story_paths[p].expected == DDBC_OK
                       : status.code == DDBC_OUT_OF_MEMORY || status.code == DDBC_LIBCRYPTO ||
                             status.code == story_paths[p].expected);
            CHECK(n < 2000);
        }
    }
    printf("  %zu failures\n", failures);
    CHECK(failures > 4 * story_path_count);
    story_close(&s);
}

int main(int argc, char **argv)
{
    static const test_case cases[] = {TEST(the_engines_nth_allocation_fails), TEST(all_from_the_nth_allocation_fail),
                                      TEST(every_arena_allocation_fails), TEST(a_workspace_serves_again_afterwards),
                                      TEST(libcryptos_nth_allocation_fails)};
    spy_init(&libcrypto_watch);
    spy_watch_libcrypto(&libcrypto_watch);
    story s = story_open();
    story_add_secrets(&s, &libcrypto_watch);
    int result = test_main(cases, sizeof cases / sizeof cases[0], argc, argv);
    /* libcrypto frees more at exit, when the views into the story are gone. */
    spy_forget_secrets(&libcrypto_watch);
    story_close(&s);
    return result;
}
