/* SPDX-License-Identifier: Apache-2.0 */
#include "structured_rig.h"

#include <string.h>

static const uint8_t secret[32] = {1, 2, 3};
static const uint8_t other_secret[32] = {4, 5, 6};
static const ddbc_bytes tag_keys[2] = {{secret, 32}, {other_secret, 32}};
static const ddbc_data_key data_keys[2] = {{{(const uint8_t *)"p", 1}, {NULL, 0}, {secret, 5}},
                                           {{(const uint8_t *)"q", 1}, {secret, 1}, {secret, 0}}};

typedef struct key_pair {
    uint8_t private_key[256];
    size_t size;
    uint8_t point[DDBC_ECDSA_POINT_SIZE];
} key_pair;

/* Made once: that takes longer than all else. */
static const key_pair *pair_of(fuzz_rig *rig)
{
    static key_pair pair;
    if (pair.size == 0) {
        ddbc_bytes private_key = {NULL, 0};
        ddbc_bytes point = {NULL, 0};
        FUZZ_CHECK(ddbc_ecdsa_generate(rig->workspace, &private_key, &point, &rig->status));
        FUZZ_CHECK(private_key.len <= sizeof pair.private_key && point.len == sizeof pair.point);
        memcpy(pair.private_key, private_key.ptr, private_key.len);
        memcpy(pair.point, point.ptr, point.len);
        pair.size = private_key.len;
    }
    return &pair;
}

ddbc_structured_job structured_job(fuzz_rig *rig, uint16_t suite, size_t keys, ddbc_item item, uint8_t version)
{
    ddbc_structured_job job = {.item = item,
                               .table = {(const uint8_t *)"t", 1},
                               .partition = {(const uint8_t *)"id", 2},
                               .suite = suite,
                               .data_key = {secret, sizeof secret},
                               .keys = data_keys,
                               .key_count = keys,
                               .tag_keys = tag_keys,
                               .tag_key_count = keys};
    ddbc_pair *pairs = NULL;
    if (suite == DDBC_SUITE_ECDSA) {
        const key_pair *pair = pair_of(rig);
        job.signing_key = (ddbc_bytes){pair->private_key, pair->size};
    }
    if (ddbc_structured_context(rig->workspace, &job, version, &pairs, &job.context_count, &rig->status)) {
        ddbc_bytes *names = fuzz_alloc(rig, job.context_count * sizeof *names);
        for (size_t i = 0; i < job.context_count; i++) {
            names[i] = pairs[i].name;
        }
        job.context = pairs;
        job.required = names;
        job.required_count = job.context_count;
    }
    return job;
}

ddbc_bytes structured_point(fuzz_rig *rig)
{
    return (ddbc_bytes){pair_of(rig)->point, DDBC_ECDSA_POINT_SIZE};
}

ddbc_item structured_with_key(fuzz_rig *rig, ddbc_item item, bool included)
{
    ddbc_item all = {fuzz_alloc(rig, (item.count + 1) * sizeof *all.attributes), 1};
    all.attributes[0] = (ddbc_item_attribute){.name = {(const uint8_t *)"id", 2},
                                              .action = included ? DDBC_SIGN_AND_INCLUDE : DDBC_SIGN_ONLY,
                                              .value = {.type = DDBC_TYPE_NULL}};
    for (size_t i = 0; i < item.count; i++) {
        if (item.attributes[i].name.len != 2 || memcmp(item.attributes[i].name.ptr, "id", 2) != 0) {
            all.attributes[all.count++] = item.attributes[i];
        }
    }
    return all;
}

ddbc_item structured_clone(fuzz_rig *rig, ddbc_item item)
{
    ddbc_item copy = {fuzz_alloc(rig, item.count * sizeof *copy.attributes), item.count};
    memcpy(copy.attributes, item.attributes, item.count * sizeof *copy.attributes);
    return copy;
}

bool structured_change(fuzz_rig *rig, ddbc_structured_job *job, ddbc_bytes changes)
{
    uint8_t *header = fuzz_alloc(rig, job->header.len);
    memcpy(header, job->header.ptr, job->header.len);
    for (size_t i = 0; i + 1 < changes.len; i += 2) {
        header[(size_t)changes.ptr[i] * job->header.len / 256] ^= changes.ptr[i + 1];
    }
    bool differs = memcmp(header, job->header.ptr, job->header.len) != 0;
    job->header.ptr = header;
    return differs;
}

void structured_reader(fuzz_rig *rig, ddbc_structured_job *job)
{
    job->tag_key_count = 1;
    if (job->suite == DDBC_SUITE_ECDSA) {
        job->signing_key = structured_point(rig);
    }
    for (size_t i = 0; i < job->item.count; i++) {
        ddbc_action *action = &job->item.attributes[i].action;
        *action = *action == DDBC_DO_NOTHING ? DDBC_DO_NOTHING : DDBC_SIGN_ONLY;
    }
}
