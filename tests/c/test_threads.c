/* SPDX-License-Identifier: Apache-2.0
 *
 * One engine and one pair of keys under eight threads, each with its own workspace and status. Built a second time with
 * ThreadSanitizer over the engine's sources, where the compiler has it. */
#include <pthread.h>
#include <string.h>

#include "support/job.h"

#define THREADS 8
#define ROUNDS 40

typedef struct shared {
    rig r;
    keys k;
    ddbc_key *macs[4];
    pthread_mutex_t start; /* held until all threads are there */
} shared;

typedef struct worker {
    shared *s;
    size_t number;
    size_t done;
} worker;

static void round_trip(rig *own, keys *k, size_t number, size_t round)
{
    char id[] = "thread 0, round 00";
    id[7] = (char)('0' + number);
    id[16] = (char)('0' + round / 10);
    id[17] = (char)('0' + round % 10);
    ddbc_item plaintext = sample_item(own);
    find_attribute(plaintext, "id")->value = make_s(id);
    find_attribute(plaintext, "name")->value = make_s(id);
    ddbc_legacy_job job = make_job(k, clone_item(own, plaintext));
    CHECK_OK(encrypt_one(own, &job), &own->status);
    ddbc_item stored = clone_item(own, job.item);
    CHECK_OK(decrypt_one(own, &job), &own->status);
    expect_same_item(own, job.item, plaintext);
    /* A failure in one thread is nothing to the others. */
    job.item = stored;
    job.table = view("another table");
    CHECK_CODE(decrypt_one(own, &job), &own->status, DDBC_SIGNATURE_MISMATCH);
}

static void known_mac(rig *own, shared *s)
{
    /* RFC 4231, test case 2. */
    uint8_t mac[DDBC_MAC_MAX];
    size_t size = 0;
    CHECK_OK(ddbc_key_sign(s->macs[1], view("what do ya want for nothing?"), mac, &size, &own->status), &own->status);
    CHECK_HEX(((ddbc_bytes){mac, size}), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK_OK(ddbc_key_sign(s->macs[3], view("what do ya want for nothing?"), mac, &size, &own->status), &own->status);
    CHECK_HEX(((ddbc_bytes){mac, size}), "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                                         "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

static void raw_cipher(rig *own, keys *k)
{
    for (int mode = DDBC_MODE_CBC_PKCS5; mode <= DDBC_MODE_CTR_PKCS5; mode++) {
        ddbc_bytes text = view("two whole blocks, 32 bytes long.");
        ddbc_bytes there = {0};
        ddbc_bytes back = {0};
        CHECK_OK(ddbc_key_encrypt(k->cipher, own->workspace, (ddbc_mode)mode, text, &there, &own->status),
                 &own->status);
        CHECK_OK(ddbc_key_decrypt(k->cipher, own->workspace, (ddbc_mode)mode, there, &back, &own->status),
                 &own->status);
        CHECK_BYTES(back, text);
    }
}

static void *work(void *argument)
{
    worker *w = argument;
    rig own = {.engine = w->s->r.engine};
    CHECK_OK(ddbc_workspace_new(own.engine, &own.workspace, &own.status), &own.status);
    CHECK(pthread_mutex_lock(&w->s->start) == 0 && pthread_mutex_unlock(&w->s->start) == 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        round_trip(&own, &w->s->k, w->number, round);
        known_mac(&own, w->s);
        raw_cipher(&own, &w->s->k);
        /* Keys come and go meanwhile. */
        ddbc_key *key = counting_key(&own, DDBC_ALG_AES, (uint8_t)round);
        ddbc_key_free(key);
        ddbc_workspace_reset(own.workspace);
        w->done++;
    }
    ddbc_workspace_free(own.workspace);
    return NULL;
}

static void threads_share_engine_and_keys(void)
{
    shared s = {.r = rig_open(NULL)};
    pthread_t threads[THREADS];
    worker workers[THREADS];
    s.k = keys_open(&s.r);
    for (size_t i = 0; i < 4; i++) {
        s.macs[i] = key_of(&s.r, (ddbc_algorithm)(DDBC_ALG_HMAC_SHA224 + i), view("Jefe"));
    }
    CHECK(pthread_mutex_init(&s.start, NULL) == 0 && pthread_mutex_lock(&s.start) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){&s, i, 0};
        CHECK(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
    }
    CHECK(pthread_mutex_unlock(&s.start) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(workers[i].done == ROUNDS);
    }
    CHECK(pthread_mutex_destroy(&s.start) == 0);
    for (size_t i = 0; i < 4; i++) {
        ddbc_key_free(s.macs[i]);
    }
    keys_close(&s.k);
    rig_close(&s.r);
}

TEST_MAIN(TEST(threads_share_engine_and_keys))
