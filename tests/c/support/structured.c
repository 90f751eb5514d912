/* SPDX-License-Identifier: Apache-2.0 */
#include "structured.h"

static ddbc_bytes counting(rig *r, uint8_t first)
{
    uint8_t raw[32];
    for (size_t i = 0; i < sizeof raw; i++) {
        raw[i] = (uint8_t)(first + i);
    }
    return copy_of(r, VIEW_OF(raw));
}

materials make_materials(rig *r, uint16_t suite)
{
    materials m = {.suite = suite,
                   .data_key = counting(r, 0x00),
                   .tag_keys = {counting(r, 0x20), counting(r, 0x40)},
                   .keys = {{view("demo"), view("key-1"), view("wrapped-1")}, {view("demo"), view(""), view("w-2")}}};
    if (suite == DDBC_SUITE_ECDSA) {
        CHECK_OK(ddbc_ecdsa_generate(r->workspace, &m.private_key, &m.point, &r->status), &r->status);
    }
    return m;
}

ddbc_item structured_sample(rig *r, bool include)
{
    ddbc_action key = include ? DDBC_SIGN_AND_INCLUDE : DDBC_SIGN_ONLY;
    return make_item(r, 12, item_attribute("id", key, make_s("p-1")), item_attribute("visit", key, make_n(r, "7.0")),
                     item_attribute("cache", DDBC_DO_NOTHING, make_s("anything")),
                     item_attribute("name", DDBC_ENCRYPT_AND_SIGN, make_s("Grace Hopper, rear admiral")),
                     item_attribute("everything", DDBC_ENCRYPT_AND_SIGN, make_everything(r)),
                     item_attribute("signed everything", key, make_everything(r)),
                     item_attribute("weight", DDBC_ENCRYPT_AND_SIGN, make_n(r, "61.250")),
                     item_attribute("scan", DDBC_ENCRYPT_AND_SIGN, make_b(from_hex(r, "000102fdfeff"))),
                     item_attribute("consent", key, make_bool(true)),
                     item_attribute("died", DDBC_ENCRYPT_AND_SIGN, make_null()),
                     item_attribute("tags", DDBC_ENCRYPT_AND_SIGN, make_ss(r, "b", "a", NULL)),
                     item_attribute("empty", DDBC_ENCRYPT_AND_SIGN, make_s("")));
}

/* The item's own context, and the names of it. */
static void add_context(rig *r, ddbc_structured_job *job, uint8_t version)
{
    ddbc_pair *pairs = NULL;
    CHECK_OK(ddbc_structured_context(r->workspace, job, version, &pairs, &job->context_count, &r->status), &r->status);
    ddbc_bytes *names = ddbc_workspace_alloc(r->workspace, job->context_count * sizeof *names);
    CHECK(names != NULL);
    for (size_t i = 0; i < job->context_count; i++) {
        names[i] = pairs[i].name;
    }
    job->context = pairs;
    job->required = names;
    job->required_count = job->context_count;
}

static ddbc_structured_job make_structured_job(const materials *m, ddbc_item item)
{
    return (ddbc_structured_job){.item = item,
                                 .table = view("patients"),
                                 .partition = view("id"),
                                 .sort = view("visit"),
                                 .suite = m->suite,
                                 .data_key = m->data_key};
}

ddbc_structured_job write_job(rig *r, const materials *m, ddbc_item item)
{
    ddbc_structured_job job = make_structured_job(m, item);
    job.keys = m->keys;
    job.key_count = 2;
    job.tag_keys = m->tag_keys;
    job.tag_key_count = 2;
    job.signing_key = m->private_key;
    bool include = false;
    for (size_t i = 0; i < item.count; i++) {
        include |= item.attributes[i].action == DDBC_SIGN_AND_INCLUDE;
    }
    add_context(r, &job, include ? 2 : 1);
    return job;
}

ddbc_structured_job read_job(rig *r, const materials *m, const ddbc_structured_job *written, size_t which)
{
    ddbc_structured_job job = make_structured_job(m, clone_item(r, written->item));
    job.header = written->header;
    job.footer = written->footer;
    job.signing_key = m->point;
    job.tag_keys = &m->tag_keys[which];
    job.tag_key_count = 1;
    job.context = written->context;
    job.context_count = written->context_count;
    for (size_t i = 0; i < job.item.count; i++) {
        ddbc_action *action = &job.item.attributes[i].action;
        *action = *action == DDBC_DO_NOTHING ? DDBC_DO_NOTHING : DDBC_SIGN_ONLY;
    }
    return job;
}

bool seal_one(rig *r, ddbc_structured_job *job)
{
    size_t failed = 0;
    return ddbc_structured_encrypt(r->workspace, job, 1, &failed, &r->status);
}

bool open_one(rig *r, ddbc_structured_job *job)
{
    size_t failed = 0;
    return ddbc_structured_decrypt(r->workspace, job, 1, &failed, &r->status);
}
