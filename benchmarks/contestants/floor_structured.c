/* SPDX-License-Identifier: Apache-2.0
 *
 * The libcrypto floor of the structured format: for one item with one raw AES-256 key, nothing but what the format makes
 * libcrypto do, in the fastest way known, with every context reused. Random bytes, the data key under an intermediate key
 * under the raw key, HKDF-SHA512, commitment, field keys, AES-256-GCM of each field, SHA-384 of the record, HMAC-SHA384.
 * With ECDSA also the key pair, the signature, and its verification. No marshalling, no canonicalisation, no copy out.
 *
 * As a process it reads commands from stdin and answers each with one line:
 *   shape H C R p:v p:v ...   an item: bytes of header, encryption context and canonical record, then of path and value
 *                             of each encrypted attribute                        -> the fastest way to AES-GCM, by trial,
 *                                                                                   or "error" and exit status 1
 *   run encrypt|decrypt N     N items with the HMAC suite                        -> nanoseconds for one
 *   run encrypt_signed|decrypt_verified N    N items with the ECDSA suite        -> nanoseconds for one
 *   run pair|verify N         key pair and signature, or its verification, alone -> nanoseconds for one
 *   version                                                                      -> libcrypto's version */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEY = 32, IV = 12, TAG = 16, SLOT = 48, POINT = 49, BLOCK = 128, LINE_MAX_BYTES = 1 << 20 };

typedef struct field {
    size_t path_len;
    size_t value_len;
    uint8_t *path;
    uint8_t *plain;
    uint8_t *sealed; /* and tag */
} field;

typedef struct mac_key {
    SHA512_CTX inner;
    SHA512_CTX outer;
} mac_key;

/* libcrypto's own method spares small messages the provider's parameters; large ones may be faster in the provider. Values
 * up to the limit go the first way. */
static EVP_CIPHER_CTX *provided, *direct, *ctr;
static size_t direct_limit, limit_encrypt, limit_decrypt;
static EVP_MD_CTX *digest;
static mac_key no_salt;
static field *fields;
static size_t field_count, header_len, context_len, record_len;
static uint8_t *header, *context, *record, *slots;
static uint8_t raw_key[KEY], data_key[KEY], tag_key[KEY], message_id[KEY], wrap_iv[IV];
static uint8_t wrapped[KEY + TAG], sealed_key[KEY + TAG], commitment[64], footer[64];
static EVP_PKEY *pair;
static uint8_t point[2 * POINT], signature[160];
static size_t point_len, signature_len;

static void need(bool ok, const char *what)
{
    if (!ok) {
        printf("error %s\n", what);
        fflush(stdout);
        exit(1);
    }
}

static uint8_t *block_of(size_t size)
{
    uint8_t *block = malloc(size + 1);
    need(block != NULL, "memory");
    for (size_t i = 0; i < size; i++) {
        block[i] = (uint8_t)(i * 131u + 17u);
    }
    return block;
}

/* ---- primitives ------------------------------------------------------------------------------------------------ */

static void set_mac_key(mac_key *mac, bool short_hash, const uint8_t *key, size_t size)
{
    uint8_t pad[BLOCK];
    for (int outer = 0; outer < 2; outer++) {
        SHA512_CTX *context_of = outer ? &mac->outer : &mac->inner;
        memset(pad, outer ? 0x5c : 0x36, sizeof pad);
        for (size_t i = 0; i < size; i++) {
            pad[i] ^= key[i];
        }
        (void)(short_hash ? SHA384_Init(context_of) : SHA512_Init(context_of));
        SHA512_Update(context_of, pad, sizeof pad);
    }
}

static void mac(const mac_key *key, bool short_hash, const uint8_t *data, size_t size, uint8_t out[64])
{
    mac_key state = *key;
    uint8_t inner[64];
    SHA512_Update(&state.inner, data, size);
    SHA512_Final(inner, &state.inner);
    SHA512_Update(&state.outer, inner, short_hash ? 48 : 64);
    SHA512_Final(out, &state.outer);
}

/* HKDF: one extraction, two expansions of one block. */
static void two_keys(const uint8_t material[KEY], size_t info_size, uint8_t first[64], uint8_t second[64])
{
    static const uint8_t info[64] = {1};
    uint8_t prk[64];
    mac_key key;
    mac(&no_salt, false, material, KEY, prk);
    set_mac_key(&key, false, prk, sizeof prk);
    mac(&key, false, info, info_size, first);
    mac(&key, false, info, info_size, second);
}

static EVP_CIPHER_CTX *gcm(size_t size)
{
    return size <= direct_limit ? direct : provided;
}

static void seal(const uint8_t *key, const uint8_t *iv, const uint8_t *aad, size_t aad_size, const uint8_t *in,
                 size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *cipher = gcm(size);
    int written = 0;
    need(EVP_EncryptInit_ex2(cipher, NULL, key, iv, NULL) == 1 &&
             EVP_EncryptUpdate(cipher, NULL, &written, aad, (int)aad_size) == 1 &&
             EVP_EncryptUpdate(cipher, out, &written, in, (int)size) == 1 &&
             EVP_EncryptFinal_ex(cipher, out + size, &written) == 1 &&
             EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG, out + size) == 1,
         "seal");
}

static void open_sealed(const uint8_t *key, const uint8_t *iv, const uint8_t *aad, size_t aad_size, uint8_t *in,
                        size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *cipher = gcm(size);
    int written = 0;
    uint8_t none[TAG];
    need(EVP_DecryptInit_ex2(cipher, NULL, key, iv, NULL) == 1 &&
             EVP_DecryptUpdate(cipher, NULL, &written, aad, (int)aad_size) == 1 &&
             EVP_DecryptUpdate(cipher, out, &written, in, (int)size) == 1 &&
             EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG, in + size) == 1 &&
             EVP_DecryptFinal_ex(cipher, none, &written) == 1,
         "open");
}

static void stream(const uint8_t root[KEY])
{
    static const uint8_t start[16] = "AwsDbeField,";
    int written = 0;
    memset(slots, 0, field_count * SLOT);
    need(EVP_EncryptInit_ex2(ctr, NULL, root, start, NULL) == 1 &&
             EVP_EncryptUpdate(ctr, slots, &written, slots, (int)(field_count * SLOT)) == 1,
         "stream");
}

static void finish(const uint8_t commit_key[KEY], uint8_t commit_out[64], uint8_t tag_out[64])
{
    uint8_t hash[48];
    mac_key key;
    SHA512_CTX state;
    set_mac_key(&key, false, commit_key, KEY);
    mac(&key, false, header, header_len - KEY, commit_out);
    SHA384_Init(&state);
    SHA384_Update(&state, record, record_len);
    SHA384_Final(hash, &state);
    set_mac_key(&key, true, tag_key, KEY);
    mac(&key, true, hash, sizeof hash, tag_out);
}

/* ---- items ----------------------------------------------------------------------------------------------------- */

static const uint8_t no_iv[IV];

static void encrypt_item(void)
{
    direct_limit = limit_encrypt;
    uint8_t random[3 * KEY + IV], wrap_key[64], second[64], commit_key[64], root[64];
    need(RAND_bytes(random, sizeof random) == 1, "random");
    memcpy(message_id, random, KEY);
    memcpy(data_key, random + KEY, KEY);
    memcpy(wrap_iv, random + 3 * KEY, IV);
    two_keys(random + 2 * KEY, 33, wrap_key, second);
    memcpy(tag_key, second, KEY);
    seal(wrap_key, no_iv, context, context_len, data_key, KEY, sealed_key);
    seal(raw_key, wrap_iv, context, context_len, random + 2 * KEY, KEY, wrapped);
    two_keys(data_key, 51, commit_key, root);
    stream(root);
    for (size_t i = 0; i < field_count; i++) {
        seal(slots + i * SLOT, slots + i * SLOT + KEY, fields[i].path, fields[i].path_len, fields[i].plain,
             fields[i].value_len, fields[i].sealed);
    }
    finish(commit_key, commitment, footer);
}

static void decrypt_item(void)
{
    direct_limit = limit_decrypt;
    uint8_t intermediate[KEY], opened[KEY], wrap_key[64], second[64], commit_key[64], root[64], commit[64], tag[64];
    open_sealed(raw_key, wrap_iv, context, context_len, wrapped, KEY, intermediate);
    two_keys(intermediate, 33, wrap_key, second);
    open_sealed(wrap_key, no_iv, context, context_len, sealed_key, KEY, opened);
    two_keys(opened, 51, commit_key, root);
    finish(commit_key, commit, tag);
    need(CRYPTO_memcmp(commit, commitment, KEY) == 0 && CRYPTO_memcmp(tag, footer, 48) == 0, "tag");
    stream(root);
    for (size_t i = 0; i < field_count; i++) {
        open_sealed(slots + i * SLOT, slots + i * SLOT + KEY, fields[i].path, fields[i].path_len, fields[i].sealed,
                    fields[i].value_len, fields[i].plain);
    }
}

static void make_signature(void)
{
    EVP_PKEY_free(pair);
    pair = EVP_EC_gen("P-384");
    signature_len = sizeof signature;
    need(pair != NULL &&
             EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &point_len) == 1 &&
             EVP_DigestSignInit_ex(digest, NULL, "SHA2-384", NULL, NULL, pair, NULL) == 1 &&
             EVP_DigestSign(digest, signature, &signature_len, footer, 48) == 1,
         "signature");
}

/* From a compressed point, as the header has it: its other coordinate has to be computed. */
static void verify_signature(void)
{
    static char group[] = "P-384";
    uint8_t compressed[POINT];
    EVP_PKEY *key = NULL;
    compressed[0] = (uint8_t)(2 + (point[point_len - 1] & 1));
    memcpy(compressed + 1, point + 1, POINT - 1);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, compressed, sizeof compressed),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    need(maker != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
             EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters) == 1 &&
             EVP_DigestVerifyInit_ex(digest, NULL, "SHA2-384", NULL, NULL, key, NULL) == 1 &&
             EVP_DigestVerify(digest, signature, signature_len, footer, 48) == 1,
         "verification");
    EVP_PKEY_CTX_free(maker);
    EVP_PKEY_free(key);
}

static void encrypt_signed(void)
{
    encrypt_item();
    make_signature();
}

static void decrypt_verified(void)
{
    verify_signature();
    decrypt_item();
}

/* ---- process --------------------------------------------------------------------------------------------------- */

static EVP_CIPHER_CTX *context_of(const EVP_CIPHER *cipher)
{
    static const uint8_t zero[KEY] = {0};
    EVP_CIPHER_CTX *made = EVP_CIPHER_CTX_new();
    need(cipher != NULL && made != NULL && EVP_EncryptInit_ex2(made, cipher, zero, zero, NULL) == 1, "cipher");
    return made;
}

static EVP_CIPHER_CTX *context_with(const char *name)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *made = context_of(cipher);
    EVP_CIPHER_free(cipher);
    return made;
}

/* Of a copy, since a built-in method only stands for the provider's. It lives as long as the process. OpenSSL 4 has no
 * methods any more. */
static EVP_CIPHER_CTX *direct_context(void)
{
#if OPENSSL_VERSION_MAJOR < 4
    return context_of(EVP_CIPHER_meth_dup(EVP_aes_256_gcm()));
#else
    return context_with("AES-256-GCM");
#endif
}

static double now(bool cpu)
{
    struct timespec t;
    clock_gettime(cpu ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double timed(void (*work)(void), long iterations, bool cpu)
{
    double start = now(cpu);
    for (long i = 0; i < iterations; i++) {
        work();
    }
    return (now(cpu) - start) / (double)iterations;
}

/* Sets `limit`, which `work` reads, to the one with the fastest round. */
static void calibrate(size_t *limit, void (*work)(void))
{
    static const size_t limits[] = {0, 1024, SIZE_MAX};
    enum { LIMITS = sizeof limits / sizeof limits[0], ROUNDS = 9 };
    double best[LIMITS];
    size_t fastest = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < LIMITS; i++) {
            *limit = limits[i];
            double took = timed(work, record_len > 20000 ? 10 : 100, true);
            best[i] = round == 0 || took < best[i] ? took : best[i];
        }
    }
    for (size_t i = 1; i < LIMITS; i++) {
        fastest = best[i] < best[fastest] ? i : fastest;
    }
    *limit = limits[fastest];
}

static void print_limit(const char *direction, size_t limit)
{
    printf("%s: AES-GCM %s", direction,
           limit == 0          ? "of the provider"
           : limit == SIZE_MAX ? "of libcrypto's own method"
                               : "of libcrypto's own method up to 1 KiB");
}

static void set_shape(char *line)
{
    for (size_t i = 0; i < field_count; i++) {
        free(fields[i].path);
        free(fields[i].plain);
        free(fields[i].sealed);
    }
    free(header);
    free(context);
    free(record);
    free(slots);
    field_count = 0;
    int used = 0;
    need(sscanf(line, "%zu %zu %zu%n", &header_len, &context_len, &record_len, &used) == 3 && header_len >= KEY,
         "shape");
    line += used;
    size_t path_len, value_len;
    while (sscanf(line, " %zu:%zu%n", &path_len, &value_len, &used) == 2) {
        line += used;
        fields = realloc(fields, (field_count + 1) * sizeof *fields);
        need(fields != NULL, "memory");
        fields[field_count++] =
            (field){path_len, value_len, block_of(path_len), block_of(value_len), block_of(value_len + TAG)};
    }
    header = block_of(header_len);
    context = block_of(context_len);
    record = block_of(record_len);
    slots = block_of(field_count * SLOT);
    calibrate(&limit_encrypt, encrypt_item);
    calibrate(&limit_decrypt, decrypt_item);
    print_limit("encrypt", limit_encrypt);
    print_limit("; decrypt", limit_decrypt);
    puts("");
}

static void run(const char *what, long iterations, bool cpu)
{
    static const struct {
        const char *name;
        void (*prepare)(void);
        void (*work)(void);
    } jobs[] = {
        {"encrypt", encrypt_item, encrypt_item},
        {"decrypt", encrypt_item, decrypt_item},
        {"pair", make_signature, make_signature},
        {"verify", make_signature, verify_signature},
        {"encrypt_signed", encrypt_signed, encrypt_signed},
        {"decrypt_verified", encrypt_signed, decrypt_verified},
    };
    void (*work)(void) = NULL;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        if (strcmp(what, jobs[i].name) == 0) {
            jobs[i].prepare();
            work = jobs[i].work;
        }
    }
    need(work != NULL && iterations > 0, "run");
    printf("%.1f\n", timed(work, iterations, cpu));
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];
    bool cpu = argc > 1 && strcmp(argv[1], "cpu") == 0;
    memset(raw_key, 7, sizeof raw_key);
    provided = context_with("AES-256-GCM");
    direct = direct_context();
    ctr = context_with("AES-256-CTR");
    digest = EVP_MD_CTX_new();
    need(digest != NULL, "digest");
    set_mac_key(&no_salt, false, NULL, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char what[20];
        long iterations = 0;
        if (strncmp(line, "version", 7) == 0) {
            puts(OpenSSL_version(OPENSSL_VERSION));
        } else if (strncmp(line, "shape ", 6) == 0) {
            set_shape(line + 6);
        } else if (sscanf(line, "run %19s %ld", what, &iterations) == 2) {
            run(what, iterations, cpu);
        } else {
            need(false, "command");
        }
        fflush(stdout);
    }
    EVP_PKEY_free(pair);
    EVP_CIPHER_CTX_free(provided);
    EVP_CIPHER_CTX_free(direct);
    EVP_CIPHER_CTX_free(ctr);
    EVP_MD_CTX_free(digest);
    return 0;
}
