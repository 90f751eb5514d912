/* SPDX-License-Identifier: Apache-2.0
 *
 * The structured format under a watched allocator: every allocation fails once, nothing leaks, and neither keys nor
 * plaintexts stay in memory that went back. */
#include <string.h>

#include "support/spy.h"
#include "support/structured.h"

/* Where the private number of a P-384 key stands in PKCS#8. */
#define SCALAR_AT 35
#define SCALAR_SIZE 48
#define PLAINTEXT "Grace Hopper, rear admiral"

/* Values are built in a rig of their own; only the engine under test allocates from the watched allocator. */
typedef struct scene {
    rig source;
    materials m;
    ddbc_structured_job written;
} scene;

/* Bytes that stand nowhere else by chance, as counting ones do. */
static ddbc_bytes scrambled(rig *r, uint32_t seed)
{
    uint8_t raw[32];
    for (size_t i = 0; i < sizeof raw; i++) {
        seed = seed * 1664525u + 1013904223u;
        raw[i] = (uint8_t)(seed >> 24);
    }
    return copy_of(r, VIEW_OF(raw));
}

static scene scene_open(uint16_t suite)
{
    scene s = {.source = rig_open(NULL)};
    s.m = make_materials(&s.source, suite);
    s.m.data_key = scrambled(&s.source, 1);
    s.m.tag_keys[0] = scrambled(&s.source, 2);
    s.written = write_job(&s.source, &s.m, structured_sample(&s.source, false));
    CHECK_OK(seal_one(&s.source, &s.written), &s.source.status);
    return s;
}

static void add_secrets(scene *s, spy *watch)
{
    spy_add_secret(watch, s->m.data_key);
    spy_add_secret(watch, s->m.tag_keys[0]);
    spy_add_secret(watch, view(PLAINTEXT));
    if (s->m.private_key.len > 0) {
        spy_add_secret(watch, (ddbc_bytes){s->m.private_key.ptr + SCALAR_AT, SCALAR_SIZE});
    }
}

/* Engine and workspace made, one item sealed or opened, all let go. */
static bool run(scene *s, const ddbc_allocator *allocator, bool sealing, bool altered, ddbc_status *status)
{
    ddbc_engine *engine = NULL;
    ddbc_workspace *workspace = NULL;
    size_t failed = 0;
    ddbc_structured_job job = sealing ? write_job(&s->source, &s->m, structured_sample(&s->source, false))
                                      : read_job(&s->source, &s->m, &s->written, 0);
    job.footer.len -= altered ? 1 : 0;
    bool done = ddbc_engine_new(allocator, &engine, status) && ddbc_workspace_new(engine, &workspace, status) &&
                (sealing ? ddbc_structured_encrypt(workspace, &job, 1, &failed, status)
                         : ddbc_structured_decrypt(workspace, &job, 1, &failed, status));
    ddbc_workspace_free(workspace);
    ddbc_engine_free(engine);
    return done;
}

static void expect_clean(const spy *watch)
{
    CHECK(watch->live_blocks == 0 && watch->live_bytes == 0);
    CHECK(watch->wrong_sizes == 0 && watch->unwiped == 0 && watch->leaked == 0);
}

static void every_allocation_fails_once(void)
{
    static spy watch;
    scene s = scene_open(DDBC_SUITE_HMAC);
    for (size_t kind = 0; kind < 3; kind++) {
        size_t failures = 0;
        for (size_t n = 1;; n++) {
            ddbc_status status = {0};
            spy_init(&watch);
            ddbc_allocator allocator = spy_allocator(&watch);
            add_secrets(&s, &watch);
            watch.fail_only = n;
            test_note("kind %zu, allocation %zu", kind, n);
            bool done = run(&s, &allocator, kind == 0, kind == 2, &status);
            expect_clean(&watch);
            if (watch.failures == 0) {
                CHECK(done == (kind != 2));
                break;
            }
            CHECK(!done && status.code == DDBC_OUT_OF_MEMORY);
            failures++;
        }
        CHECK(failures >= 3);
    }
    rig_close(&s.source);
}

/* The arena takes memory in blocks: with a full first block each of its allocations is at some time the one that fails. */
static void every_arena_allocation_fails(void)
{
    static spy watch;
    scene s = scene_open(DDBC_SUITE_HMAC);
    spy_init(&watch);
    ddbc_allocator allocator = spy_allocator(&watch);
    ddbc_status status = {0};
    ddbc_engine *engine = NULL;
    CHECK_OK(ddbc_engine_new(&allocator, &engine, &status), &status);
    size_t failures = 0;
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t taken = 0; taken < 512; taken++) {
            ddbc_workspace *workspace = NULL;
            size_t failed = 0;
            ddbc_structured_job job = kind == 0 ? write_job(&s.source, &s.m, structured_sample(&s.source, true))
                                                : read_job(&s.source, &s.m, &s.written, 0);
            CHECK_OK(ddbc_workspace_new(engine, &workspace, &status), &status);
            for (size_t i = 0; i < taken; i++) {
                CHECK(ddbc_workspace_alloc(workspace, 1) != NULL);
            }
            watch.failures = 0;
            watch.fail_at = taken == 0 ? watch.acquired + 2 : watch.acquired + 1;
            bool done = kind == 0 ? ddbc_structured_encrypt(workspace, &job, 1, &failed, &status)
                                  : ddbc_structured_decrypt(workspace, &job, 1, &failed, &status);
            watch.fail_at = 0;
            CHECK(watch.failures == 0 ? done : !done && status.code == DDBC_OUT_OF_MEMORY);
            failures += watch.failures == 0 ? 0 : 1;
            ddbc_workspace_free(workspace);
        }
    }
    CHECK(failures > 100);
    ddbc_engine_free(engine);
    rig_close(&s.source);
    expect_clean(&watch);
}

/* libcrypto's own blocks too. */
static void libcrypto_keeps_no_secret(void)
{
    static const uint16_t suites[] = {DDBC_SUITE_HMAC, DDBC_SUITE_ECDSA};
    static spy libcrypto;
    spy_init(&libcrypto);
    spy_watch_libcrypto(&libcrypto);
    for (size_t i = 0; i < 2; i++) {
        scene s = scene_open(suites[i]);
        ddbc_status status = {0};
        spy_forget_secrets(&libcrypto);
        add_secrets(&s, &libcrypto);
        libcrypto.leaked = 0;
        CHECK_OK(run(&s, NULL, true, false, &status), &status);
        CHECK_OK(run(&s, NULL, false, false, &status), &status);
        CHECK(!run(&s, NULL, false, true, &status));
        CHECK(libcrypto.leaked == 0);
        CHECK(spy_live_secrets(&libcrypto) == 0);
        spy_forget_secrets(&libcrypto);
        rig_close(&s.source);
    }
}

/* First, as libcrypto must not have allocated anything before it is watched. */
TEST_MAIN(TEST(libcrypto_keeps_no_secret), TEST(every_allocation_fails_once), TEST(every_arena_allocation_fails))
