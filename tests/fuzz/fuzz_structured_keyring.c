/* SPDX-License-Identifier: Apache-2.0
 *
 * Items that are read with raw AES keys: encryption context and data keys of a header that another library may have
 * written, with what it likes in the context. Such an item opens just where its context fits the item and names a public
 * key exactly where the suite has one; what was changed or is of another table or key is refused.
 *
 * Input: a byte of choices, one of what the writer stores, then header, footer, changes, key name and additions as
 * slices, then the item (without an "id", which is added).
 *   choices    bit 0: seal the item; else header and footer are the input's
 *              bit 1: the ECDSA suite
 *              bit 2: the engine makes the materials; else this does, with additions to the context
 *              bit 3: the key attribute is in the encryption context
 *              bit 4: a data key of another recipient comes first
 *              bit 5: the reader tries another key of that name first
 *              bit 6: the reader expects another table
 *              bit 7: the reader knows the key by another name
 *   stored     bit i: pair i of what a reader makes from the item is stored as well
 *   changes    pairs of bytes to a sealed item: where (of the header, 256ths), what is xored there
 *   additions  slices, names and values in turn; a public key among them takes the place of the right one, and of two
 *              bytes it is the right one with a letter changed: which from the end, what is xored there */
#include <string.h>

#include "ddbcrypt_structured.h"
#include "fuzz.h"
#include "structured_rig.h"

#define PUBLIC_KEY "aws-crypto-public-key"
#define PAIRS_MAX 64
#define KEY_SIZE 32
#define NAME_MAX_SIZE 512

enum {
    SEALED = 1,
    ECDSA = 2,
    ENGINE_MADE = 4,
    INCLUDED = 8,
    OTHER_DATA_KEY = 16,
    OTHER_KEY = 32,
    OTHER_TABLE = 64,
    OTHER_NAME = 128
};

typedef struct parts {
    uint8_t choices;
    uint8_t stored;
    ddbc_bytes header;
    ddbc_bytes footer;
    ddbc_bytes changes;
    ddbc_bytes name;
    fuzz_input additions;
} parts;

static ddbc_bytes text(const char *words)
{
    return (ddbc_bytes){(const uint8_t *)words, strlen(words)};
}

/* The key that the writer wraps with, and another. */
static const uint8_t *raw_key(size_t number)
{
    static uint8_t raw[2][KEY_SIZE];
    for (size_t i = 0; i < KEY_SIZE; i++) {
        raw[0][i] = (uint8_t)(i * 37 + 11);
        raw[1][i] = (uint8_t)(i * 41 + 3);
    }
    return raw[number];
}

static const ddbc_key *key_of(fuzz_rig *rig, size_t number)
{
    static ddbc_key *keys[2];
    if (keys[number] == NULL) {
        FUZZ_CHECK(ddbc_key_new(rig->engine, DDBC_ALG_AES, (ddbc_bytes){raw_key(number), KEY_SIZE}, &keys[number],
                                &rig->status));
    }
    return keys[number];
}

/* ---- the writer ------------------------------------------------------------------------------------------------- */

static bool is_taken(const ddbc_pair *pairs, size_t count, ddbc_bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (fuzz_same(pairs[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool is_ascii(ddbc_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static ddbc_bytes base64_of(fuzz_rig *rig, ddbc_bytes point)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *out = fuzz_alloc(rig, (point.len + 2) / 3 * 4);
    size_t size = 0;
    for (size_t i = 0; i < point.len; i += 3) {
        uint32_t group = (uint32_t)point.ptr[i] << 16;
        group |= i + 1 < point.len ? (uint32_t)point.ptr[i + 1] << 8 : 0;
        group |= i + 2 < point.len ? point.ptr[i + 2] : 0;
        for (size_t j = 0; j < 4; j++) {
            out[size++] = i + j > point.len ? (uint8_t)'=' : (uint8_t)letters[group >> (18 - 6 * j) & 63];
        }
    }
    return (ddbc_bytes){out, size};
}

static ddbc_bytes change_letter(fuzz_rig *rig, ddbc_bytes right, ddbc_bytes how)
{
    uint8_t *out = fuzz_alloc(rig, right.len);
    memcpy(out, right.ptr, right.len);
    out[right.len - 1 - how.ptr[0] % right.len] ^= how.ptr[1] & 0x7f;
    return (ddbc_bytes){out, right.len};
}

/* Adds to the context what the input says, then the public key where it is still missing. True where it fits the suite. */
static bool add_pairs(fuzz_rig *rig, ddbc_structured_job *job, fuzz_input additions, ddbc_pair *pairs)
{
    bool ecdsa = job->suite == DDBC_SUITE_ECDSA;
    ddbc_bytes right = {NULL, 0};
    bool fits = true;
    memcpy(pairs, job->context, job->context_count * sizeof *pairs);
    if (ecdsa) {
        right = base64_of(rig, structured_point(rig));
    }
    while (additions.left > 0 && job->context_count < PAIRS_MAX) {
        ddbc_bytes name = fuzz_slice(&additions);
        ddbc_bytes value = fuzz_slice(&additions);
        if (name.len == 0 || !is_ascii(name) || !is_ascii(value) || is_taken(pairs, job->context_count, name)) {
            continue;
        }
        if (fuzz_same(name, text(PUBLIC_KEY))) {
            if (ecdsa && value.len == 2) {
                value = change_letter(rig, right, value);
            }
            fits = ecdsa && fuzz_same(value, right);
        }
        pairs[job->context_count++] = (ddbc_pair){name, value};
    }
    if (ecdsa && !is_taken(pairs, job->context_count, text(PUBLIC_KEY))) {
        if (job->context_count == PAIRS_MAX) {
            return false;
        }
        pairs[job->context_count++] = (ddbc_pair){text(PUBLIC_KEY), right};
    }
    job->context = pairs;
    return fits;
}

static ddbc_data_key wrap(fuzz_rig *rig, const ddbc_structured_job *job, ddbc_bytes name, size_t number,
                          ddbc_bytes *tag_key)
{
    static const uint8_t intermediate[KEY_SIZE] = {7, 7, 7};
    static const uint8_t end[20] = {0, 0, 0, 128, 0, 0, 0, 12, 9, 9, 9};
    ddbc_bytes context = {NULL, 0};
    ddbc_bytes sealed = {NULL, 0};
    ddbc_bytes wrapped = {NULL, 0};
    FUZZ_CHECK(ddbc_structured_write_context(rig->workspace, job->context, job->context_count, &context, &rig->status));
    FUZZ_CHECK(ddbc_data_key_seal(rig->workspace, (ddbc_bytes){intermediate, KEY_SIZE}, context, job->data_key, &sealed,
                                  tag_key, &rig->status));
    FUZZ_CHECK(ddbc_gcm_seal(rig->workspace, (ddbc_bytes){raw_key(number), KEY_SIZE},
                             (ddbc_bytes){end + 8, DDBC_GCM_IV_SIZE}, context, (ddbc_bytes){intermediate, KEY_SIZE},
                             &wrapped, &rig->status));
    uint8_t *info = fuzz_alloc(rig, name.len + sizeof end);
    uint8_t *ciphertext = fuzz_alloc(rig, sealed.len + wrapped.len);
    if (name.len > 0) {
        memcpy(info, name.ptr, name.len);
    }
    memcpy(info + name.len, end, sizeof end);
    memcpy(ciphertext, sealed.ptr, sealed.len);
    memcpy(ciphertext + sealed.len, wrapped.ptr, wrapped.len);
    return (ddbc_data_key){text("ns"), {info, name.len + sizeof end}, {ciphertext, sealed.len + wrapped.len}};
}

/* Makes the materials as another library might. True where a reader is to take them. */
static bool make_materials(fuzz_rig *rig, ddbc_structured_job *job, const parts *in, ddbc_pair pairs[PAIRS_MAX],
                           ddbc_data_key keys[2], ddbc_bytes tag_keys[2])
{
    ddbc_bytes *left_out = fuzz_alloc(rig, (job->context_count + 1) * sizeof *left_out);
    size_t count = 0;
    for (size_t i = 0; i < job->context_count; i++) {
        if (i >= 8 || (in->stored >> i & 1u) == 0) {
            left_out[count++] = job->context[i].name;
        }
    }
    job->required = left_out;
    job->required_count = count;
    bool fits = add_pairs(rig, job, in->additions, pairs);
    count = 0;
    if ((in->choices & OTHER_DATA_KEY) != 0) {
        keys[count] = wrap(rig, job, in->name, 1, &tag_keys[count]);
        count++;
    }
    keys[count] = wrap(rig, job, in->name, 0, &tag_keys[count]);
    count++;
    job->keys = keys;
    job->tag_keys = tag_keys;
    job->key_count = job->tag_key_count = count;
    return fits;
}

/* ---- the reader ------------------------------------------------------------------------------------------------- */

static bool read_item(fuzz_rig *rig, ddbc_structured_job *written, const parts *in)
{
    size_t failed = 4711;
    ddbc_bytes name = in->name;
    if ((in->choices & OTHER_NAME) != 0) {
        name = name.len > 0 ? (ddbc_bytes){name.ptr, name.len - 1} : text("x");
    }
    ddbc_wrapping_key keys[2];
    size_t count = 0;
    if ((in->choices & OTHER_KEY) != 0) {
        keys[count++] = (ddbc_wrapping_key){key_of(rig, 1), text("ns"), name};
    }
    keys[count++] = (ddbc_wrapping_key){key_of(rig, 0), text("ns"), name};
    ddbc_structured_job job = {.item = written->item,
                               .table = (in->choices & OTHER_TABLE) != 0 ? text("other") : written->table,
                               .partition = written->partition,
                               .header = written->header,
                               .footer = written->footer,
                               .wrapping = keys,
                               .wrapping_count = count};
    for (size_t i = 0; i < job.item.count; i++) {
        ddbc_action *action = &job.item.attributes[i].action;
        *action = *action == DDBC_DO_NOTHING ? DDBC_DO_NOTHING : DDBC_SIGN_ONLY;
    }
    bool opened = ddbc_structured_decrypt(rig->workspace, &job, 1, &failed, &rig->status);
    FUZZ_CHECK(opened || (failed == 0 && rig->status.message[0] != '\0'));
    written->item = job.item;
    return opened;
}

static void check_sealed(fuzz_rig *rig, ddbc_structured_job *job, const parts *in)
{
    size_t failed = 0;
    bool fits = true;
    ddbc_item plaintext = structured_clone(rig, job->item);
    ddbc_pair pairs[PAIRS_MAX];
    ddbc_data_key keys[2];
    ddbc_bytes tag_keys[2];
    ddbc_wrapping_key own = {key_of(rig, 0), text("ns"), in->name};
    if ((in->choices & ENGINE_MADE) != 0) {
        *job = (ddbc_structured_job){.item = job->item,
                                     .table = job->table,
                                     .partition = job->partition,
                                     .suite = job->suite,
                                     .wrapping = &own,
                                     .wrapping_count = 1};
    } else {
        fits = make_materials(rig, job, in, pairs, keys, tag_keys);
    }
    if (!ddbc_structured_encrypt(rig->workspace, job, 1, &failed, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_DUPLICATE_MEMBER || rig->status.code == DDBC_RESERVED_NAME ||
                   rig->status.code == DDBC_TOO_DEEP || rig->status.code == DDBC_INVALID_TEXT);
        return;
    }
    bool changed = structured_change(rig, job, in->changes);
    bool opened = read_item(rig, job, in);
    FUZZ_CHECK(opened == (fits && !changed && (in->choices & (OTHER_TABLE | OTHER_NAME)) == 0));
    for (size_t i = 0; opened && i < plaintext.count; i++) {
        FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &job->item.attributes[i].value, DDBC_DIALECT_JAVA),
                             fuzz_canonical(rig, &plaintext.attributes[i].value, DDBC_DIALECT_JAVA)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    parts all = {.choices = fuzz_byte(&in), .stored = fuzz_byte(&in)};
    all.header = fuzz_slice(&in);
    all.footer = fuzz_slice(&in);
    all.changes = fuzz_slice(&in);
    all.name = fuzz_slice(&in);
    ddbc_bytes additions = fuzz_slice(&in);
    all.additions = (fuzz_input){additions.ptr, additions.len};
    if (all.name.len > NAME_MAX_SIZE) {
        all.name.len = NAME_MAX_SIZE;
    }
    bool included = (all.choices & INCLUDED) != 0;
    ddbc_item item = structured_with_key(rig, fuzz_item(rig, &in), included);
    ddbc_structured_job job =
        structured_job(rig, (all.choices & ECDSA) != 0 ? DDBC_SUITE_ECDSA : DDBC_SUITE_HMAC, 1, item, included ? 2 : 1);
    if ((all.choices & SEALED) != 0) {
        check_sealed(rig, &job, &all);
        return 0;
    }
    job.header = all.header;
    job.footer = all.footer;
    FUZZ_CHECK(!read_item(rig, &job, &all));
    return 0;
}
