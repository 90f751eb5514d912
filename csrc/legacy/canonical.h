/* SPDX-License-Identifier: Apache-2.0
 * Canonical attribute bytes without copying large values. */
#ifndef DDBC_LEGACY_CANONICAL_H
#define DDBC_LEGACY_CANONICAL_H

#include "core/engine.h"

/* Reserved byte, tag and length in front of a value. */
#define DDBC_HEAD_MAX 6

/* Canonical bytes in two pieces: of S, N and B the body is the value itself, in place. `head_bytes` belongs to the
 * structure, so it must not be copied while `head` is in use. */
typedef struct ddbc_canonical {
    uint8_t head_bytes[DDBC_HEAD_MAX];
    ddbc_bytes head;
    ddbc_bytes body;
} ddbc_canonical;

/* `strict`, here and below: what ddbc_attribute_check refuses is refused, in the same words; for what is written. What is
 * read may have been written by a client that checks less. */
DDBC_MUST_USE bool ddbc_legacy_canonicalize(ddbc_workspace *workspace, const ddbc_attribute *attribute,
                                            ddbc_dialect dialect, bool strict, ddbc_canonical *out,
                                            ddbc_status *status);
/* As the two steps of ddbc_legacy_write_attribute, for a caller that has room of its own: the size, and that many bytes
 * put to `at`. */
DDBC_MUST_USE bool ddbc_legacy_attribute_size(const ddbc_attribute *attribute, bool strict, size_t *out,
                                              ddbc_status *status);
DDBC_MUST_USE bool ddbc_legacy_put_attribute(ddbc_workspace *workspace, const ddbc_attribute *attribute,
                                             ddbc_dialect dialect, bool strict, uint8_t *at, ddbc_status *status);
/* ddbc_legacy_string_to_sign, strict or not. */
DDBC_MUST_USE bool ddbc_legacy_signed_string(ddbc_workspace *workspace, const ddbc_item *item, ddbc_bytes table,
                                             ddbc_dialect dialect, bool strict, ddbc_bytes *out, ddbc_status *status);
/* Whether canonical bytes of `size` begin like those of a B that takes all of them; `first` has DDBC_HEAD_MAX bytes. */
bool ddbc_legacy_is_binary(const uint8_t *first, size_t size);
/* DDBC_TYPE_S, L or M where canonical bytes begin like theirs, else DDBC_TYPE_NULL: what jobs that leave values leave. */
ddbc_type ddbc_legacy_left_type(ddbc_bytes canonical);

#endif
