/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs of the structured format: materials and a sample item. Everything built lives in the rig's workspace. */
#ifndef TEST_STRUCTURED_H
#define TEST_STRUCTURED_H

#include "build.h"
#include "ddbcrypt_structured.h"

/* Keys of one item, which its jobs refer to. */
typedef struct materials {
    uint16_t suite;
    ddbc_bytes data_key;    /* 00 to 1f */
    ddbc_bytes tag_keys[2]; /* 20 to 3f, 40 to 5f */
    ddbc_data_key keys[2];
    ddbc_bytes private_key;
    ddbc_bytes point;
} materials;

materials make_materials(rig *r, uint16_t suite);
/* Of every type, under every action: keys "id" and "visit". With `include` some are in the context. */
ddbc_item structured_sample(rig *r, bool include);
/* Table "patients"; the context is the item's own, and all of it is required. */
ddbc_structured_job write_job(rig *r, const materials *m, ddbc_item item);
/* A job that reads what `written` holds now, as recipient `which`; attributes get the actions of a reader. */
ddbc_structured_job read_job(rig *r, const materials *m, const ddbc_structured_job *written, size_t which);

bool seal_one(rig *r, ddbc_structured_job *job);
bool open_one(rig *r, ddbc_structured_job *job);

#endif
