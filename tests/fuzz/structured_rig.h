/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs of the structured format for the fuzz targets, with keys that are the same in each input of a process. */
#ifndef FUZZ_STRUCTURED_RIG_H
#define FUZZ_STRUCTURED_RIG_H

#include "ddbcrypt_structured.h"
#include "fuzz.h"

/* Table "t", partition key "id"; the context is the item's own, and none of it is stored. The item has an "id". */
ddbc_structured_job structured_job(fuzz_rig *rig, uint16_t suite, size_t keys, ddbc_item item, uint8_t version);
/* The public key of those that sign with ECDSA. */
ddbc_bytes structured_point(fuzz_rig *rig);
/* The item with an "id" as its key attribute. */
ddbc_item structured_with_key(fuzz_rig *rig, ddbc_item item, bool included);
/* A copy of the array; the values are the same. */
ddbc_item structured_clone(fuzz_rig *rig, ddbc_item item);
/* Changes a sealed header: pairs of bytes, where (256ths) and what is xored there. True where it is another then. */
bool structured_change(fuzz_rig *rig, ddbc_structured_job *job, ddbc_bytes changes);
/* Makes a sealed job one that reads what it holds. */
void structured_reader(fuzz_rig *rig, ddbc_structured_job *job);

#endif
