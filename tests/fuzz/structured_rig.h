/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs of the structured format for the fuzz targets, with keys that are the same in each input of a process. */
#ifndef FUZZ_STRUCTURED_RIG_H
#define FUZZ_STRUCTURED_RIG_H

#include "ddbcrypt_structured.h"
#include "fuzz.h"

/* Table "t", partition key "id"; the context is the item's own, and none of it is stored. The item has an "id". */
ddbc_structured_job structured_job(fuzz_rig *rig, uint16_t suite, size_t keys, ddbc_item item, uint8_t version);
/* Makes a sealed job one that reads what it holds. */
void structured_reader(fuzz_rig *rig, ddbc_structured_job *job);

#endif
