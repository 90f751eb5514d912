/* SPDX-License-Identifier: Apache-2.0
 * status: one error, owned by the caller. */
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const code_names[DDBC_CODE_COUNT] = {
#define DDBC_X(name, exception) #name,
    DDBC_STATUS_CODES(DDBC_X)
#undef DDBC_X
};

static const char *const code_exceptions[DDBC_CODE_COUNT] = {
#define DDBC_X(name, exception) exception,
    DDBC_STATUS_CODES(DDBC_X)
#undef DDBC_X
};

const char *ddbc_code_name(ddbc_code code)
{
    return (unsigned)code < DDBC_CODE_COUNT ? code_names[code] : "UNKNOWN";
}

const char *ddbc_code_exception(ddbc_code code)
{
    return (unsigned)code < DDBC_CODE_COUNT ? code_exceptions[code] : "";
}

/* Cuts `length` bytes of UTF-8 back to a whole character. */
static size_t whole_characters(const uint8_t *text, size_t length, size_t limit)
{
    if (length <= limit) {
        return length;
    }
    size_t cut = limit;
    while (cut > 0 && (text[cut] & 0xC0u) == 0x80u) {
        cut--;
    }
    return cut;
}

bool ddbc_fail(ddbc_status *status, ddbc_code code, const char *format, ...)
{
    va_list arguments;
    status->code = code;
    status->attribute[0] = '\0';
    va_start(arguments, format);
    (void)vsnprintf(status->message, sizeof status->message, format, arguments);
    va_end(arguments);
    return false;
}

bool ddbc_fail_memory(ddbc_status *status)
{
    return ddbc_fail(status, DDBC_OUT_OF_MEMORY, "out of memory");
}

bool ddbc_fail_signature(ddbc_status *status)
{
    return ddbc_fail(status, DDBC_SIGNATURE_MISMATCH,
                     "the signature does not fit the item: an attribute was altered, added or removed, or the key, "
                     "the table name or the attribute actions are not those it was signed with");
}

bool ddbc_fail_in(ddbc_status *status, ddbc_bytes name)
{
    if (status->attribute[0] == '\0' && name.len > 0) {
        size_t length = whole_characters(name.ptr, name.len, sizeof status->attribute - 1);
        memcpy(status->attribute, name.ptr, length);
        status->attribute[length] = '\0';
    }
    return false;
}
