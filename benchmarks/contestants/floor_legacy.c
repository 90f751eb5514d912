/* SPDX-License-Identifier: Apache-2.0
 *
 * The libcrypto floor: for one item, nothing but what the legacy format makes libcrypto do, with every context and key
 * schedule reused. It hashes the table's name, each attribute's name and each stored attribute's canonical bytes,
 * encrypts each canonical attribute with AES-256-CBC behind a random IV, and MACs the string to sign. No marshalling, no
 * canonicalisation, no copy out: what is left is the part that no client can save.
 *
 * As a process it reads commands from stdin and answers each with one line:
 *   shape T n:c:E n:c:S ...   an item: T bytes of table text, then each attribute's name length, canonical length, and
 *                             E for ENCRYPT_AND_SIGN or S for SIGN_ONLY          -> "ok", or "error" and exit status 1
 *   calibrate                 picks the fastest way to each primitive            -> the choice for each direction
 *   run encrypt|decrypt N     N items                                            -> nanoseconds for one
 *   version                                                                      -> libcrypto's version */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 16, DIGEST = 32, HEADER = 6, KEY = 32, LINE_MAX_BYTES = 1 << 16 };

/* Ways to the same bytes; which is faster differs by libcrypto's version and by size, so it is measured. */
enum { LOW_LEVEL_SHA = 1, CHAINED_CBC = 2, SAVED_HMAC_STATE = 4, WAYS = 8 };

typedef struct attribute {
    size_t name_len;
    size_t plain_len;
    size_t padded_len;
    bool encrypted;
    uint8_t *name;
    uint8_t *plain;  /* room for the IV, canonical bytes, padding */
    uint8_t *stored; /* canonical header, IV, ciphertext; or the canonical bytes as they are */
    size_t stored_len;
    uint8_t *opened;
} attribute;

typedef struct floor_state {
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *encryptor;
    EVP_CIPHER_CTX *decryptor;
    EVP_MAC *hmac;
    EVP_MAC_CTX *mac;
    SHA256_CTX inner, outer;
    attribute *attributes;
    size_t count, encrypted_count;
    uint8_t *table;
    size_t table_len;
    uint8_t *to_sign;
    uint8_t *random;
    uint8_t signature[DIGEST];
    int way_encrypt, way_decrypt;
} floor_state;

static void fail(const char *what)
{
    printf("error %s\n", what);
    fflush(stdout);
    exit(1);
}

static void need(int ok, const char *what)
{
    if (!ok)
        fail(what);
}

static uint8_t *block_of(size_t size)
{
    uint8_t *block = malloc(size ? size : 1);
    need(block != NULL, "memory");
    for (size_t i = 0; i < size; i++)
        block[i] = (uint8_t)(i * 131u + 17u);
    return block;
}

/* ---- primitives ------------------------------------------------------------------------------------------------ */

static void hash(floor_state *f, int way, const uint8_t *data, size_t len, uint8_t *out)
{
    if (way & LOW_LEVEL_SHA) {
        SHA256_CTX state;
        SHA256_Init(&state);
        SHA256_Update(&state, data, len);
        SHA256_Final(out, &state);
        return;
    }
    need(EVP_DigestInit_ex2(f->digest, f->sha256, NULL) && EVP_DigestUpdate(f->digest, data, len) &&
             EVP_DigestFinal_ex(f->digest, out, NULL),
         "digest");
}

static void authenticate(floor_state *f, int way, const uint8_t *data, size_t len, uint8_t *out)
{
    if (way & SAVED_HMAC_STATE) {
        SHA256_CTX state = f->inner;
        uint8_t digest[DIGEST];
        SHA256_Update(&state, data, len);
        SHA256_Final(digest, &state);
        state = f->outer;
        SHA256_Update(&state, digest, DIGEST);
        SHA256_Final(out, &state);
        return;
    }
    size_t out_len = 0;
    need(EVP_MAC_init(f->mac, NULL, 0, NULL) && EVP_MAC_update(f->mac, data, len) &&
             EVP_MAC_final(f->mac, out, &out_len, DIGEST),
         "mac");
}

/* Chained: a random block in front of the plaintext becomes the IV, being encrypted after the block before it, so no
 * call sets an IV. Decryption needs no IV at all: CBC depends on the ciphertext block before only. */
static void encrypt_attribute(floor_state *f, int way, attribute *a, const uint8_t *random)
{
    int written = 0;
    if (way & CHAINED_CBC) {
        memcpy(a->plain, random, BLOCK);
        need(EVP_EncryptUpdate(f->encryptor, a->stored + HEADER, &written, a->plain, (int)(BLOCK + a->padded_len)),
             "encrypt");
        return;
    }
    memcpy(a->stored + HEADER, random, BLOCK);
    need(
        EVP_EncryptInit_ex2(f->encryptor, NULL, NULL, random, NULL) &&
            EVP_EncryptUpdate(f->encryptor, a->stored + HEADER + BLOCK, &written, a->plain + BLOCK, (int)a->padded_len),
        "encrypt");
}

static void decrypt_attribute(floor_state *f, int way, attribute *a)
{
    int written = 0;
    if (way & CHAINED_CBC) {
        need(EVP_DecryptUpdate(f->decryptor, a->opened, &written, a->stored + HEADER, (int)(BLOCK + a->padded_len)),
             "decrypt");
        return;
    }
    need(EVP_DecryptInit_ex2(f->decryptor, NULL, NULL, a->stored + HEADER, NULL) &&
             EVP_DecryptUpdate(f->decryptor, a->opened + BLOCK, &written, a->stored + HEADER + BLOCK,
                               (int)a->padded_len),
         "decrypt");
}

/* ---- one item -------------------------------------------------------------------------------------------------- */

static uint8_t *sign_start(floor_state *f, int way)
{
    hash(f, way, f->table, f->table_len, f->to_sign);
    return f->to_sign + DIGEST;
}

static uint8_t *sign_attribute(floor_state *f, int way, const attribute *a, uint8_t *out)
{
    static const uint8_t flag_digest[2][DIGEST] = {{0x50}, {0x45}}; /* constants of the format: copied, not hashed */
    hash(f, way, a->name, a->name_len, out);
    memcpy(out + DIGEST, flag_digest[a->encrypted], DIGEST);
    hash(f, way, a->stored, a->stored_len, out + 2 * DIGEST);
    return out + 3 * DIGEST;
}

static void encrypt_item(floor_state *f, int way)
{
    const uint8_t *random = f->random;
    if (f->encrypted_count)
        need(RAND_bytes(f->random, (int)(f->encrypted_count * BLOCK)), "random");
    uint8_t *end = sign_start(f, way);
    for (size_t i = 0; i < f->count; i++) {
        attribute *a = &f->attributes[i];
        if (a->encrypted) {
            encrypt_attribute(f, way, a, random);
            random += BLOCK;
        }
        end = sign_attribute(f, way, a, end);
    }
    authenticate(f, way, f->to_sign, (size_t)(end - f->to_sign), f->signature);
}

static void decrypt_item(floor_state *f, int way)
{
    uint8_t signature[DIGEST];
    uint8_t *end = sign_start(f, way);
    for (size_t i = 0; i < f->count; i++)
        end = sign_attribute(f, way, &f->attributes[i], end);
    authenticate(f, way, f->to_sign, (size_t)(end - f->to_sign), signature);
    need(CRYPTO_memcmp(signature, f->signature, DIGEST) == 0, "signature");
    for (size_t i = 0; i < f->count; i++)
        if (f->attributes[i].encrypted)
            decrypt_attribute(f, way, &f->attributes[i]);
}

/* ---- set-up ---------------------------------------------------------------------------------------------------- */

static floor_state *floor_new(void)
{
    floor_state *f = calloc(1, sizeof *f);
    need(f != NULL, "memory");
    uint8_t *key = block_of(KEY);
    uint8_t pad[2][64];
    for (size_t i = 0; i < 64; i++) {
        uint8_t byte = i < KEY ? key[i] : 0;
        pad[0][i] = byte ^ 0x36;
        pad[1][i] = byte ^ 0x5c;
    }
    SHA256_Init(&f->inner);
    SHA256_Update(&f->inner, pad[0], 64);
    SHA256_Init(&f->outer);
    SHA256_Update(&f->outer, pad[1], 64);

    OSSL_PARAM digest_name[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
                                OSSL_PARAM_construct_end()};
    f->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    f->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    f->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    need(f->sha256 && f->cipher && f->hmac, "fetch");
    f->digest = EVP_MD_CTX_new();
    f->encryptor = EVP_CIPHER_CTX_new();
    f->decryptor = EVP_CIPHER_CTX_new();
    f->mac = EVP_MAC_CTX_new(f->hmac);
    need(f->digest && f->encryptor && f->decryptor && f->mac, "contexts");
    static const uint8_t zero[BLOCK] = {0};
    need(EVP_EncryptInit_ex2(f->encryptor, f->cipher, key, zero, NULL) &&
             EVP_DecryptInit_ex2(f->decryptor, f->cipher, key, zero, NULL) &&
             EVP_CIPHER_CTX_set_padding(f->encryptor, 0) && EVP_CIPHER_CTX_set_padding(f->decryptor, 0) &&
             EVP_MAC_init(f->mac, key, KEY, digest_name),
         "keys");
    free(key);
    return f;
}

static void drop_item(floor_state *f)
{
    for (size_t i = 0; i < f->count; i++) {
        attribute *a = &f->attributes[i];
        free(a->name);
        free(a->plain);
        free(a->stored);
        free(a->opened);
    }
    free(f->attributes);
    free(f->table);
    free(f->to_sign);
    free(f->random);
    f->attributes = NULL;
    f->table = f->to_sign = f->random = NULL;
    f->count = f->encrypted_count = 0;
}

static void floor_free(floor_state *f)
{
    drop_item(f);
    EVP_MAC_CTX_free(f->mac);
    EVP_CIPHER_CTX_free(f->decryptor);
    EVP_CIPHER_CTX_free(f->encryptor);
    EVP_MD_CTX_free(f->digest);
    EVP_MAC_free(f->hmac);
    EVP_CIPHER_free(f->cipher);
    EVP_MD_free(f->sha256);
    free(f);
}

static void add_attribute(floor_state *f, size_t name_len, size_t plain_len, bool encrypted)
{
    f->attributes = realloc(f->attributes, (f->count + 1) * sizeof(attribute));
    need(f->attributes != NULL, "memory");
    attribute *a = &f->attributes[f->count++];
    a->name_len = name_len;
    a->plain_len = plain_len;
    a->padded_len = (plain_len / BLOCK + 1) * BLOCK;
    a->encrypted = encrypted;
    a->stored_len = encrypted ? HEADER + BLOCK + a->padded_len : plain_len;
    a->name = block_of(name_len);
    a->plain = block_of(BLOCK + a->padded_len);
    a->stored = block_of(a->stored_len);
    a->opened = block_of(BLOCK + a->padded_len);
    f->encrypted_count += encrypted;
}

/* Every way must read what the chosen way wrote. */
static void self_test(floor_state *f)
{
    for (int writer = 0; writer < WAYS; writer++) {
        encrypt_item(f, writer);
        for (int reader = 0; reader < WAYS; reader++) {
            decrypt_item(f, reader);
            for (size_t i = 0; i < f->count; i++) {
                const attribute *a = &f->attributes[i];
                if (a->encrypted && memcmp(a->opened + BLOCK, a->plain + BLOCK, a->padded_len) != 0)
                    fail("self-test");
            }
        }
    }
}

static void floor_define(floor_state *f, char *words)
{
    drop_item(f);
    char *rest = NULL;
    char *word = strtok_r(words, " \n", &rest);
    need(word != NULL, "shape");
    f->table_len = (size_t)strtoul(word, NULL, 10);
    f->table = block_of(f->table_len);
    while ((word = strtok_r(NULL, " \n", &rest)) != NULL) {
        size_t name_len = 0, plain_len = 0;
        char action = 0;
        need(sscanf(word, "%zu:%zu:%c", &name_len, &plain_len, &action) == 3, "shape");
        add_attribute(f, name_len, plain_len, action == 'E');
    }
    f->to_sign = block_of(DIGEST + 3 * DIGEST * f->count);
    f->random = block_of(BLOCK * f->encrypted_count);
    self_test(f);
}

/* ---- measuring ------------------------------------------------------------------------------------------------- */

static double now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double run(floor_state *f, bool encrypting, int way, long iterations, clockid_t clock)
{
    double start = now_ns(clock);
    for (long i = 0; i < iterations; i++) {
        if (encrypting)
            encrypt_item(f, way);
        else
            decrypt_item(f, way);
    }
    return (now_ns(clock) - start) / (double)iterations;
}

static int fastest(floor_state *f, bool encrypting, clockid_t clock)
{
    double best[WAYS];
    long iterations = 1 + (long)(2e6 / (run(f, encrypting, 0, 3, clock) + 1));
    for (int round = 0; round < 5; round++) {
        for (int way = 0; way < WAYS; way++) {
            double took = run(f, encrypting, way, iterations, clock);
            if (round == 0 || took < best[way])
                best[way] = took;
        }
    }
    int chosen = 0;
    for (int way = 1; way < WAYS; way++)
        if (best[way] < best[chosen])
            chosen = way;
    return chosen;
}

static void floor_calibrate(floor_state *f, clockid_t clock)
{
    f->way_encrypt = fastest(f, true, clock);
    f->way_decrypt = fastest(f, false, clock);
}

static void print_way(const char *direction, int way)
{
    printf("%s: SHA-256 %s, CBC %s, HMAC %s", direction, way & LOW_LEVEL_SHA ? "low-level" : "EVP",
           way & CHAINED_CBC ? "chained" : "IV set for each attribute",
           way & SAVED_HMAC_STATE ? "from saved SHA-256 states" : "EVP_MAC");
}

int main(int argc, char **argv)
{
    clockid_t clock = argc > 1 && strcmp(argv[1], "wall") == 0 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
    floor_state *f = floor_new();
    char *line = malloc(LINE_MAX_BYTES);
    need(line != NULL, "memory");
    while (fgets(line, LINE_MAX_BYTES, stdin)) {
        char direction[16];
        long iterations = 0;
        if (strncmp(line, "shape ", 6) == 0) {
            floor_define(f, line + 6);
            printf("ok\n");
        } else if (strncmp(line, "calibrate", 9) == 0) {
            floor_calibrate(f, clock);
            print_way("encrypt", f->way_encrypt);
            print_way("; decrypt", f->way_decrypt);
            printf("\n");
        } else if (strncmp(line, "version", 7) == 0) {
            printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
        } else if (sscanf(line, "run %15s %ld", direction, &iterations) == 2 && iterations > 0) {
            bool encrypting = strcmp(direction, "encrypt") == 0;
            printf("%.1f\n", run(f, encrypting, encrypting ? f->way_encrypt : f->way_decrypt, iterations, clock));
        } else {
            fail("command");
        }
        fflush(stdout);
    }
    floor_free(f);
    free(line);
    return 0;
}
