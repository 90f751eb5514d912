/* SPDX-License-Identifier: Apache-2.0
 *
 * No secret outlives its use: not in what the engine or libcrypto frees, on success and on every failure, not in what a
 * workspace keeps over a reset, and not in a status. */
#include <stdio.h>
#include <string.h>

#include "support/story.h"

static spy libcrypto_watch;

/* The watch has to see a secret that is there, or all else here would prove nothing. */
static void the_watch_sees(void)
{
    static spy watch;
    uint8_t block[100] = {0};
    story s = story_open();
    spy_init(&watch);
    story_add_secrets(&s, &watch);
    CHECK(!spy_holds_secret(&watch, block, sizeof block));
    memcpy(block + 50, story_cipher_raw().ptr + 5, SPY_WINDOW);
    CHECK(spy_holds_secret(&watch, block, sizeof block));
    block[50] ^= 1;
    CHECK(!spy_holds_secret(&watch, block, sizeof block));

    ddbc_allocator allocator = spy_allocator(&watch);
    uint8_t *given = allocator.acquire(allocator.context, 100);
    CHECK(given != NULL);
    memcpy(given, "Ada Byron, Countess", 19);
    CHECK(spy_live_secrets(&watch) == 1);
    allocator.release(allocator.context, given, 100);
    CHECK(watch.leaked == 1 && watch.unwiped == 1 && watch.live_blocks == 0);
    story_close(&s);
}

static void nothing_is_left_in_freed_memory(void)
{
    static spy watch;
    story s = story_open();
    size_t freed = 0;
    for (size_t p = 0; p < story_path_count; p++) {
        ddbc_status status = {0};
        ddbc_allocator allocator = spy_allocator(&watch);
        size_t before = libcrypto_watch.leaked;
        spy_init(&watch);
        story_add_secrets(&s, &watch);
        test_note("%s", story_paths[p].name);
        bool done = story_run(&s, &allocator, &story_paths[p], &status);
        CHECK(done == (story_paths[p].expected == DDBC_OK));
        CHECK(done || status.code == story_paths[p].expected);
        CHECK(watch.live_blocks == 0 && watch.acquired > 3);
        CHECK(watch.leaked == 0 && watch.unwiped == 0 && watch.wrong_sizes == 0);
        CHECK(libcrypto_watch.leaked == before);
        CHECK(!spy_holds_secret(&watch, &status, sizeof status));
        freed += watch.acquired;
    }
    printf("  %zu blocks of the engine, %zu of libcrypto\n", freed, libcrypto_watch.acquired);
    story_close(&s);
}

static void nothing_is_kept_over_a_reset(void)
{
    static spy watch;
    story s = story_open();
    for (size_t p = 0; p < story_path_count; p++) {
        ddbc_allocator allocator = spy_allocator(&watch);
        spy_init(&watch);
        story_add_secrets(&s, &watch);
        test_note("%s", story_paths[p].name);
        rig r = rig_open(&allocator);
        keys k = {key_of(&r, DDBC_ALG_AES, story_cipher_raw()), key_of(&r, DDBC_ALG_HMAC_SHA256, story_signing_raw())};
        (void)story_paths[p].run(&s, &r, &k);
        ddbc_workspace_reset(r.workspace);
        CHECK(watch.live_blocks > 2);
        /* The keys themselves, and nothing else. */
        CHECK(spy_live_secrets(&watch) == 2);
        keys_close(&k);
        CHECK(spy_live_secrets(&watch) == 0);
        /* Nor do libcrypto's contexts hold on to a key that is gone. */
        CHECK(spy_live_secrets(&libcrypto_watch) == 0);
        rig_close(&r);
    }
    story_close(&s);
}

/* A key lives long and lends its contexts to every item: they hold the key, but must not hold what it last worked on. */
static void a_keys_contexts_keep_no_plaintext(void)
{
    story s = story_open();
    rig r = rig_open(NULL);
    keys k = {key_of(&r, DDBC_ALG_AES, story_cipher_raw()), key_of(&r, DDBC_ALG_HMAC_SHA256, story_signing_raw())};
    spy_forget_secrets(&libcrypto_watch);
    story_add_values(&s, &libcrypto_watch);
    for (size_t p = 0; p < story_path_count; p++) {
        test_note("%s", story_paths[p].name);
        (void)story_paths[p].run(&s, &r, &k);
        ddbc_workspace_reset(r.workspace);
        CHECK(spy_live_secrets(&libcrypto_watch) == 0);
    }
    spy_forget_secrets(&libcrypto_watch);
    keys_close(&k);
    rig_close(&r);
    story_close(&s);
}

int main(int argc, char **argv)
{
    static const test_case cases[] = {TEST(the_watch_sees), TEST(nothing_is_left_in_freed_memory),
                                      TEST(nothing_is_kept_over_a_reset), TEST(a_keys_contexts_keep_no_plaintext)};
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
