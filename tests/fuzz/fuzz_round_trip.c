/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypt, change what is stored, decrypt: refused, or the same data.
 *
 * Input: a byte of choices, a slice of changes, then the plaintext item.
 *   choices  bit 0: the Java dialect; bit 1: read with DDBC_READ_28_DIGITS
 *   changes  four bytes each: what, which attribute, where, how */
#include <string.h>

#include "fuzz.h"

enum {
    FLIP_VALUE,
    CUT_VALUE,
    SWAP_VALUES,
    RENAME,
    REMOVE,
    FLIP_SIGNATURE,
    CUT_SIGNATURE,
    OTHER_TABLE,
    OTHER_NUMBER,
    OTHER_TYPE,
    OTHER_ACTION,
    CHANGE_KINDS
};

static ddbc_bytes changeable(fuzz_rig *rig, ddbc_bytes bytes, uint8_t **out)
{
    *out = fuzz_alloc(rig, bytes.len + 1);
    if (bytes.len > 0) {
        memcpy(*out, bytes.ptr, bytes.len);
    }
    return (ddbc_bytes){*out, bytes.len};
}

static void flip(fuzz_rig *rig, ddbc_bytes *bytes, uint8_t where, uint8_t how)
{
    uint8_t *copy;
    *bytes = changeable(rig, *bytes, &copy);
    if (bytes->len > 0) {
        copy[where % bytes->len] ^= how;
    }
}

static bool has_bytes(const ddbc_attribute *value)
{
    return value->type == DDBC_TYPE_S || value->type == DDBC_TYPE_B;
}

static void change_value(fuzz_rig *rig, ddbc_item_attribute *attribute, uint8_t what, uint8_t where, uint8_t how)
{
    ddbc_attribute *value = &attribute->value;
    if (what == FLIP_VALUE && has_bytes(value)) {
        flip(rig, &value->as.bytes, where, how);
    } else if (what == CUT_VALUE && has_bytes(value)) {
        value->as.bytes.len -= value->as.bytes.len == 0 ? 0 : where % (value->as.bytes.len + 1);
    } else if (what == OTHER_NUMBER && value->type == DDBC_TYPE_N) {
        ddbc_bytes text = value->as.number.text;
        flip(rig, &text, where, how);
        /* A text that is no number leaves the attribute as it was. */
        (void)!ddbc_number_parse(rig->workspace, text, &value->as.number, &rig->status);
    } else if (what == OTHER_TYPE && has_bytes(value)) {
        value->type = value->type == DDBC_TYPE_S ? DDBC_TYPE_B : DDBC_TYPE_S;
    } else if (what == OTHER_ACTION) {
        attribute->action = (ddbc_action)((attribute->action + 1 + how % 2) % 3);
    } else if (what == RENAME) {
        flip(rig, &attribute->name, where, how);
    }
}

static void change(fuzz_rig *rig, ddbc_legacy_job *job, const uint8_t step[4])
{
    uint8_t what = step[0] % CHANGE_KINDS;
    size_t count = job->item.count;
    if (what == FLIP_SIGNATURE) {
        flip(rig, &job->signature, step[2], step[3]);
    } else if (what == CUT_SIGNATURE) {
        job->signature.len -= step[2] % (job->signature.len + 1);
    } else if (what == OTHER_TABLE) {
        flip(rig, &job->table, step[2], step[3]);
    } else if (count > 0 && what == REMOVE) {
        job->item.attributes[step[1] % count] = job->item.attributes[count - 1];
        job->item.count--;
    } else if (count > 0 && what == SWAP_VALUES) {
        ddbc_attribute held = job->item.attributes[step[1] % count].value;
        job->item.attributes[step[1] % count].value = job->item.attributes[step[2] % count].value;
        job->item.attributes[step[2] % count].value = held;
    } else if (count > 0) {
        change_value(rig, &job->item.attributes[step[1] % count], what, step[2], step[3]);
    }
}

static ddbc_item clone(fuzz_rig *rig, ddbc_item item)
{
    ddbc_item copy = {fuzz_alloc(rig, (item.count + 1) * sizeof *copy.attributes), item.count};
    if (item.count > 0) {
        memcpy(copy.attributes, item.attributes, item.count * sizeof *copy.attributes);
    }
    return copy;
}

static size_t count_signed(ddbc_item item)
{
    size_t count = 0;
    for (size_t i = 0; i < item.count; i++) {
        count += item.attributes[i].action == DDBC_DO_NOTHING ? 0 : 1;
    }
    return count;
}

static const ddbc_item_attribute *find(ddbc_item item, ddbc_bytes name)
{
    for (size_t i = 0; i < item.count; i++) {
        if (fuzz_same(item.attributes[i].name, name)) {
            return &item.attributes[i];
        }
    }
    return NULL;
}

/* With 28 digits allowed, numbers may have been changed where that rounding hides it: then only types are compared. */
static void check_same_data(fuzz_rig *rig, ddbc_item got, ddbc_item want, bool rounded)
{
    FUZZ_CHECK(count_signed(got) == count_signed(want));
    for (size_t i = 0; i < got.count; i++) {
        if (got.attributes[i].action == DDBC_DO_NOTHING) {
            continue;
        }
        const ddbc_item_attribute *original = find(want, got.attributes[i].name);
        FUZZ_CHECK(original != NULL && original->action == got.attributes[i].action);
        FUZZ_CHECK(original->value.type == got.attributes[i].value.type);
        FUZZ_CHECK(rounded || fuzz_same(fuzz_canonical(rig, &got.attributes[i].value, DDBC_DIALECT_PYTHON),
                                        fuzz_canonical(rig, &original->value, DDBC_DIALECT_PYTHON)));
    }
}

static void check_refused_plaintext(const fuzz_rig *rig)
{
    FUZZ_CHECK(rig->status.code == DDBC_RESERVED_NAME || rig->status.code == DDBC_DUPLICATE_MEMBER ||
               rig->status.code == DDBC_TOO_DEEP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t table[] = "patients";
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    uint8_t choices = fuzz_byte(&in);
    ddbc_bytes changes = fuzz_slice(&in);
    ddbc_item plaintext = fuzz_item(rig, &in);
    ddbc_legacy_job job = {.item = clone(rig, plaintext),
                           .table = {table, sizeof table - 1},
                           .cipher_key = rig->cipher,
                           .signing_key = rig->signing,
                           .dialect = (choices & 1u) != 0 ? DDBC_DIALECT_JAVA : DDBC_DIALECT_PYTHON,
                           .options = (choices & 2u) != 0 ? DDBC_READ_28_DIGITS : 0,
                           .pairs = &fuzz_mode,
                           .pair_count = 1};
    size_t failed = 0;
    if (!ddbc_legacy_encrypt(rig->workspace, &job, 1, &failed, &rig->status)) {
        check_refused_plaintext(rig);
        return 0;
    }
    /* Unchanged, it comes back. */
    ddbc_legacy_job unchanged = job;
    unchanged.item = clone(rig, job.item);
    unchanged.options = 0;
    FUZZ_CHECK(ddbc_legacy_decrypt(rig->workspace, &unchanged, 1, &failed, &rig->status));
    check_same_data(rig, unchanged.item, plaintext, false);

    for (size_t at = 0; at + 4 <= changes.len; at += 4) {
        change(rig, &job, changes.ptr + at);
    }
    if (ddbc_legacy_decrypt(rig->workspace, &job, 1, &failed, &rig->status)) {
        check_same_data(rig, job.item, plaintext, job.options != 0);
    } else {
        FUZZ_CHECK(rig->status.code == DDBC_SIGNATURE_MISMATCH);
    }
    return 0;
}
