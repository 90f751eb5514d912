/* SPDX-License-Identifier: Apache-2.0
 * Python objects to the typed tree and back, in both of boto3's notations. */
#ifndef DDBC_PYTHON_MARSHAL_H
#define DDBC_PYTHON_MARSHAL_H

#include "call.h"
#include "ddbcrypt_structured.h"

/* How values are written: DynamoDB JSON of the client, or the Python values of the resource. */
typedef enum notation { NOTATION_PYTHON, NOTATION_WIRE } notation;

/* What a caller's `wire` says. */
bool notation_in(PyObject *wire, notation *out);

/* One value to the tree; the value must be held or borrowed. */
bool value_in(call *c, notation in, PyObject *value, ddbc_attribute *out);
bool wire_value_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out);
bool python_value_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out);
/* The type that DynamoDB JSON calls so. */
bool wire_type_of(ddbc_bytes name, ddbc_type *out);
/* Whether boto3's decimal context takes a number, given as str(Decimal) has it; a failure where not. */
bool python_number_fits(call *c, ddbc_bytes text);
enum { PYTHON_DIGITS_MAX = 24 };
size_t python_digits_of(long long value, char out[PYTHON_DIGITS_MAX]);

/* How a list or map is serialised: by the structured format, or the legacy one in either order. */
typedef enum nested_format { NESTED_LEGACY, NESTED_LEGACY_JAVA, NESTED_STRUCTURED } nested_format;
/* A list or map of most kinds to its serialisation, in the workspace's arena. False for any other value, whatever is the
 * matter with it: value_in takes it, or tells. */
bool nested_in(call *c, notation in, nested_format format, PyObject *value, ddbc_type *type, ddbc_bytes *out);
/* value_in for what is encrypted: a list or map is `written` where that is possible. */
bool encrypted_in(call *c, notation in, nested_format format, PyObject *value, ddbc_item_attribute *out);

/* What a Binary holds, a new reference; NULL with an exception set. The call is guarded, since getting it can be code of the
 * user's, and failing to makes an exception. */
PyObject *binary_value(call *c, PyObject *binary);
/* bytes, bytearray, memoryview or Binary. `*matched` is false, and nothing else happens, for any other type. */
bool binary_in(call *c, PyObject *value, bool *matched, ddbc_bytes *out);
/* A TOO_DEEP failure where `depth` is too deep to go on. */
bool check_depth(call *c, unsigned depth);

/* The tree to a new value; NULL with an exception set. */
PyObject *value_out(call *c, notation out, const ddbc_attribute *attribute);
PyObject *wire_value_out(call *c, const ddbc_attribute *attribute);
PyObject *python_value_out(call *c, const ddbc_attribute *attribute);
/* A serialised value that has been verified and decrypted, read and made in one; NULL with an exception set, or with a
 * status of what is wrong with it. */
PyObject *legacy_bytes_out(call *c, notation out, ddbc_bytes bytes);
PyObject *structured_bytes_out(call *c, notation out, const uint8_t type_id[2], ddbc_bytes bytes);
/* What a structured job leaves unread of an S, L or M. */
PyObject *structured_left_out(call *c, notation out, ddbc_type type, ddbc_bytes bytes);
/* `value`, whose failure, where it is NULL, is from here on that of the attribute of this name. */
PyObject *named_out(call *c, ddbc_bytes name, PyObject *value);
/* A binary value around `bytes`, which is stolen. */
PyObject *binary_out(call *c, notation out, PyObject *bytes);
PyObject *text_out(call *c, ddbc_bytes text);
/* A dict of str to str. */
PyObject *text_pairs_out(call *c, const ddbc_pair *pairs, size_t count);
PyObject *bytes_out(ddbc_bytes bytes);

/* A member of CryptoAction. */
bool crypto_action_in(call *c, PyObject *action, ddbc_action *out);

/* isinstance(object, type), which may run Python code: 1, 0, or -1 with an exception set. */
int is_instance(call *c, PyObject *object, PyObject *type);
/* Whether an object is a dict or any other Mapping: 1, 0, or -1 with an exception set. */
int is_mapping(call *c, PyObject *object);

/* Calls `visit` for each name and value of a mapping. */
typedef bool (*visit_member)(call *c, void *context, size_t index, PyObject *name, PyObject *value);
/* Number of members, and an iteration that never goes past it. */
bool mapping_size(call *c, PyObject *mapping, size_t *out);
/* Names and values are held. */
bool mapping_each(call *c, PyObject *mapping, size_t count, visit_member visit, void *context);
/* Names and values are borrowed, the mapping must be so too. */
bool mapping_each_borrowed(call *c, PyObject *mapping, size_t count, visit_member visit, void *context);
/* For a container that is not as long as it was when its reading began. */
bool fail_changed(void);

#endif
