/* SPDX-License-Identifier: Apache-2.0
 *
 * Material description: what can be read can be written, with nothing lost and nothing added. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    ddbc_bytes in = {data, size};
    ddbc_pair *pairs = NULL;
    size_t count = 4711;
    if (!ddbc_legacy_read_description(rig->workspace, in, &pairs, &count, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_MALFORMED_DESCRIPTION || rig->status.code == DDBC_DESCRIPTION_VERSION);
        FUZZ_CHECK(pairs == NULL && count == 4711);
        return 0;
    }
    ddbc_bytes written = {NULL, 0};
    FUZZ_CHECK(ddbc_legacy_write_description(rig->workspace, pairs, count, &written, &rig->status));
    FUZZ_CHECK(written.len == size);
    ddbc_pair *again = NULL;
    size_t again_count = 0;
    FUZZ_CHECK(ddbc_legacy_read_description(rig->workspace, written, &again, &again_count, &rig->status));
    FUZZ_CHECK(again_count == count);
    for (size_t i = 0; i < count; i++) {
        size_t found = 0;
        for (size_t j = 0; j < count; j++) {
            if (fuzz_same(pairs[i].name, again[j].name)) {
                FUZZ_CHECK(fuzz_same(pairs[i].value, again[j].value));
                found++;
            }
        }
        FUZZ_CHECK(found == 1);
    }
    ddbc_bytes stable = {NULL, 0};
    FUZZ_CHECK(ddbc_legacy_write_description(rig->workspace, again, again_count, &stable, &rig->status));
    FUZZ_CHECK(fuzz_same(stable, written));
    return 0;
}
