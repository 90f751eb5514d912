/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical attribute bytes: what can be read can be written, and writing is stable. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    ddbc_bytes in = {data, size};
    ddbc_attribute first = {.type = DDBC_TYPE_NULL};
    if (!ddbc_legacy_read_attribute(rig->workspace, in, &first, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_MALFORMED_ATTRIBUTE);
        FUZZ_CHECK(first.type == DDBC_TYPE_NULL);
        return 0;
    }
    if (!ddbc_attribute_check(rig->workspace, &first, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_DUPLICATE_MEMBER || rig->status.code == DDBC_TOO_DEEP);
    }
    ddbc_bytes python = fuzz_canonical(rig, &first, DDBC_DIALECT_PYTHON);
    ddbc_bytes java = fuzz_canonical(rig, &first, DDBC_DIALECT_JAVA);
    /* Sorting moves bytes and canonical numbers may be longer or shorter; the two orders have the same bytes. */
    FUZZ_CHECK(python.len == java.len);

    ddbc_attribute again = {.type = DDBC_TYPE_NULL};
    FUZZ_CHECK(ddbc_legacy_read_attribute(rig->workspace, python, &again, &rig->status));
    FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &again, DDBC_DIALECT_PYTHON), python));
    FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &again, DDBC_DIALECT_JAVA), java));
    FUZZ_CHECK(ddbc_legacy_read_attribute(rig->workspace, java, &again, &rig->status));
    FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &again, DDBC_DIALECT_PYTHON), python));
    return 0;
}
