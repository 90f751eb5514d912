/* SPDX-License-Identifier: Apache-2.0
 *
 * Value serialisation of the structured format: what can be read can be written, and then stays as it is.
 *
 * Input: type id, then the value. */
#include "ddbcrypt_structured.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    uint8_t type_id[2] = {fuzz_byte(&in), 0};
    type_id[1] = fuzz_byte(&in);
    ddbc_attribute value = {.type = DDBC_TYPE_BOOL, .as.boolean = true};
    if (!ddbc_structured_read_value(rig->workspace, type_id, (ddbc_bytes){in.at, in.left}, &value, &rig->status)) {
        FUZZ_CHECK(rig->status.code == DDBC_MALFORMED_ATTRIBUTE || rig->status.code == DDBC_TOO_DEEP ||
                   rig->status.code == DDBC_INVALID_NUMBER || rig->status.code == DDBC_DUPLICATE_MEMBER);
        FUZZ_CHECK(value.type == DDBC_TYPE_BOOL && value.as.boolean);
        return 0;
    }
    uint8_t written_id[2];
    uint8_t again_id[2];
    ddbc_bytes written = {NULL, 0};
    ddbc_bytes stable = {NULL, 0};
    ddbc_attribute again;
    FUZZ_CHECK(ddbc_structured_write_value(rig->workspace, &value, written_id, &written, &rig->status));
    FUZZ_CHECK(written_id[0] == type_id[0] && written_id[1] == type_id[1]);
    FUZZ_CHECK(ddbc_structured_read_value(rig->workspace, written_id, written, &again, &rig->status));
    FUZZ_CHECK(ddbc_structured_write_value(rig->workspace, &again, again_id, &stable, &rig->status));
    FUZZ_CHECK(fuzz_same(written, stable));
    FUZZ_CHECK(
        fuzz_same(fuzz_canonical(rig, &value, DDBC_DIALECT_JAVA), fuzz_canonical(rig, &again, DDBC_DIALECT_JAVA)));
    return 0;
}
