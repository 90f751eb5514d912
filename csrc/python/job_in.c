/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compat.h"
#include "core/memory.h"
#include "core/status.h"
#include "job.h"
#include "key_type.h"

/* Names kept from one item to the next at most. */
#define NAMES_BEFORE 256

static bool action_in(call *c, PyObject *action, ddbc_action *out)
{
    if (!crypto_action_in(c, action, out)) {
        return false;
    }
    return *out != DDBC_SIGN_AND_INCLUDE
               ? true
               : ddbc_fail(
                     &c->status, DDBC_INVALID_ARGUMENT,
                     "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT is an action of the structured format; use SIGN_ONLY");
}

static bool table_in(call *c, PyObject *table, ddbc_bytes *out)
{
    static const uint8_t none[] = {'N', 'o', 'n', 'e'};
    if (table == Py_None) {
        *out = (ddbc_bytes){none, sizeof none};
        return true;
    }
    if (!PyUnicode_Check(table)) {
        return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "a table name must be a str or None");
    }
    return call_text(c, table, out);
}

typedef struct pair_context {
    ddbc_pair *pairs;
} pair_context;

static bool pair_in(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    ddbc_pair *pair = &((pair_context *)context)->pairs[index];
    if (!PyUnicode_Check(name) || !PyUnicode_Check(value)) {
        return ddbc_fail(&c->status, DDBC_MALFORMED_DESCRIPTION,
                         "a material description must have str names and str values");
    }
    return call_text(c, name, &pair->name) && call_text(c, value, &pair->value);
}

bool pairs_in(call *c, PyObject *dict, ddbc_pair **out, size_t *out_count)
{
    size_t count = 0;
    int found = is_mapping(c, dict);
    if (found <= 0) {
        return found == 0 && ddbc_fail(&c->status, DDBC_MALFORMED_DESCRIPTION, "a material description must be a dict");
    }
    if (!mapping_size(c, dict, &count)) {
        return false;
    }
    pair_context context = {call_array(c, count, sizeof(ddbc_pair))};
    if (context.pairs == NULL || !mapping_each(c, dict, count, pair_in, &context)) {
        return false;
    }
    *out = context.pairs;
    *out_count = count;
    return true;
}

typedef struct item_context {
    notation in;
    bool encrypting;
    job_settings *settings;
    python_job *job;
    PyObject **values; /* one for each of the job's names */
} item_context;

static bool is_reserved(ddbc_bytes name, const char *reserved)
{
    return name.len == strlen(reserved) && memcmp(name.ptr, reserved, name.len) == 0;
}

/* A stored signature that is no binary is one that does not verify. */
static bool signature_in(call *c, const ddbc_attribute *value, ddbc_bytes *out)
{
    if (value->type != DDBC_TYPE_B) {
        return ddbc_fail(&c->status, DDBC_SIGNATURE_MISMATCH, "the signature attribute is of type %s, not B",
                         ddbc_type_name(value->type));
    }
    *out = value->as.bytes;
    return true;
}

static bool description_in(call *c, notation in, PyObject *value, ddbc_legacy_job *job)
{
    ddbc_attribute attribute;
    ddbc_pair *pairs = NULL;
    if (!value_in(c, in, value, &attribute)) {
        return false;
    }
    if (attribute.type != DDBC_TYPE_B) {
        return ddbc_fail(&c->status, DDBC_MALFORMED_DESCRIPTION, "the material description is not a binary value");
    }
    if (!ddbc_legacy_read_description(c->workspace, attribute.as.bytes, &pairs, &job->pair_count, &c->status)) {
        return false;
    }
    job->pairs = pairs;
    return true;
}

static bool find_action(call *c, const job_settings *settings, PyObject *name, ddbc_action *out)
{
    PyObject *action = NULL;
    if (!settings->plain_actions || !PyUnicode_CheckExact(name)) {
        call_guard(c);
    }
    int found = dict_get(settings->actions, name, &action);
    if (found <= 0) {
        *out = settings->default_action;
        return found == 0;
    }
    bool done = action_in(c, action, out);
    Py_DECREF(action);
    return done;
}

/* Keys of classes of their own have their say when one is compared with a str. Actions that are many more than the
 * attributes are not looked through. */
static bool are_plain(const call *c, PyObject *actions, size_t attributes)
{
    Py_ssize_t position = 0;
    PyObject *name = NULL;
    PyObject *action = NULL;
    if (c->guarded || (size_t)DDBC_DICT_SIZE(actions) > 2 * attributes + 16) {
        return false;
    }
    while (PyDict_Next(actions, &position, &name, &action)) {
        if (!PyUnicode_CheckExact(name)) {
            return false;
        }
    }
    return true;
}

static name_kind kind_of(ddbc_bytes name, bool encrypting)
{
    return encrypting                                   ? NAME_ATTRIBUTE
           : is_reserved(name, DDBC_LEGACY_DESCRIPTION) ? NAME_DESCRIPTION
           : is_reserved(name, DDBC_LEGACY_SIGNATURE)   ? NAME_SIGNATURE
                                                        : NAME_ATTRIBUTE;
}

static bool read_name_in(call *c, const item_context *to, PyObject *name, read_name *out)
{
    if (!PyUnicode_Check(name)) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "an item's attribute names must be str");
    }
    out->name = name;
    if (!call_hold(c, name) || !call_text(c, name, &out->text)) {
        return false;
    }
    out->kind = kind_of(out->text, to->encrypting);
    if (out->kind == NAME_ATTRIBUTE && !find_action(c, to->settings, name, &out->action)) {
        return c->status.code == DDBC_OK ? false : ddbc_fail_in(&c->status, out->text);
    }
    return true;
}

/* The name read, from the item before where that had the very same object in this place; NULL with a failure. */
static const read_name *name_at(call *c, const item_context *to, size_t index, PyObject *name, read_name *fresh)
{
    names_before *before = &to->settings->before;
    if (index < before->count && before->names[index].name == name) {
        c->bytes += before->names[index].text.len;
        return &before->names[index];
    }
    if (!read_name_in(c, to, name, fresh)) {
        return NULL;
    }
    to->job->odd_names = to->job->odd_names || !PyUnicode_CheckExact(name);
    if (index < before->room && index <= before->count && PyUnicode_CheckExact(name)) {
        before->names[index] = *fresh;
        before->count += index == before->count ? 1 : 0;
    }
    return fresh;
}

/* First all names and actions, since finding an action can run code of the user's; then the values. */
static bool name_in(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    item_context *to = context;
    ddbc_item *item = &to->job->job->item;
    ddbc_item_attribute *attribute = &item->attributes[item->count];
    read_name fresh;
    const read_name *read = name_at(c, to, index, name, &fresh);
    if (read == NULL) {
        return false;
    }
    if (read->kind != NAME_ATTRIBUTE) {
        *(read->kind == NAME_DESCRIPTION ? &to->job->stored_description : &to->job->stored_signature) = value;
        return true;
    }
    attribute->sink = NULL;
    attribute->unread = (ddbc_bytes){NULL, 0};
    attribute->written = (ddbc_bytes){NULL, 0};
    attribute->name = read->text;
    attribute->action = read->action;
    to->job->names[item->count] = name;
    to->job->sinks[item->count] = NULL;
    to->values[item->count] = value;
    item->count++;
    return true;
}

static bool attribute_in(call *c, const item_context *to, size_t i)
{
    ddbc_item_attribute *attribute = &to->job->job->item.attributes[i];
    nested_format format = to->job->job->dialect == DDBC_DIALECT_JAVA ? NESTED_LEGACY_JAVA : NESTED_LEGACY;
    bool encrypts = to->encrypting && attribute->action == DDBC_ENCRYPT_AND_SIGN;
    c->keeping = attribute->action != DDBC_ENCRYPT_AND_SIGN;
    /* What DynamoDB JSON gives out again stands within the value. */
    bool done = (!c->keeping || to->in == NOTATION_WIRE || call_hold(c, to->values[i])) &&
                (encrypts ? encrypted_in(c, to->in, format, to->values[i], attribute)
                          : value_in(c, to->in, to->values[i], &attribute->value));
    c->keeping = false;
    if (!done) {
        return c->status.code == DDBC_OK ? false : ddbc_fail_in(&c->status, attribute->name);
    }
    return job_early_sink(to->job, i, to->encrypting);
}

static bool reserved_in(call *c, const item_context *to)
{
    ddbc_attribute signature;
    const python_job *job = to->job;
    if (to->settings->reads_description && job->stored_description != NULL &&
        !description_in(c, to->in, job->stored_description, job->job)) {
        return false;
    }
    return job->stored_signature == NULL || (value_in(c, to->in, job->stored_signature, &signature) &&
                                             signature_in(c, &signature, &job->job->signature));
}

bool job_in(call *c, notation in, bool encrypting, PyObject *item, job_settings *settings, python_job *out)
{
    size_t count = 0;
    item_context context = {in, encrypting, settings, out, NULL};
    *out->job = settings->job;
    int found = is_mapping(c, item);
    if (found < 0) {
        return false;
    }
    if (found == 0) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "an item must be a dict of attribute names and values");
    }
    if (!mapping_size(c, item, &count)) {
        return false;
    }
    if (!settings->asked_actions) {
        settings->asked_actions = true;
        settings->plain_actions = are_plain(c, settings->actions, count);
    }
    out->job->leaves_values = true; /* for legacy_bytes_out */
    out->job->item.attributes = call_array(c, count, sizeof(ddbc_item_attribute));
    out->names = call_array(c, count, sizeof(PyObject *));
    out->sinks = call_array(c, count, sizeof(PyObject *));
    context.values = call_array(c, count, sizeof(PyObject *));
    bool done = out->job->item.attributes != NULL && out->names != NULL && out->sinks != NULL &&
                context.values != NULL && mapping_each_borrowed(c, item, count, name_in, &context) &&
                reserved_in(c, &context);
    for (size_t i = 0; done && i < out->job->item.count; i++) {
        done = attribute_in(c, &context, i);
    }
    return done;
}

bool job_scope_in(call *c, PyObject *const arguments[SCOPE_ARGUMENTS], job_settings *out)
{
    memset(out, 0, sizeof *out);
    out->actions = arguments[2];
    if (!PyDict_Check(out->actions)) {
        return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "attribute actions must be a dict");
    }
    return call_hold(c, out->actions) && table_in(c, arguments[0], &out->job.table) &&
           action_in(c, arguments[1], &out->default_action);
}

bool job_settings_in(call *c, bool encrypting, PyObject *const arguments[JOB_ARGUMENTS], job_settings *out)
{
    ddbc_legacy_job *job = &out->job;
    ddbc_pair *pairs = NULL;
    if (!job_scope_in(c, arguments, out) || (arguments[3] != Py_None && !key_in(c, arguments[3], &job->cipher_key)) ||
        !key_in(c, arguments[4], &job->signing_key)) {
        return false;
    }
    if (arguments[5] != Py_None) {
        if (!pairs_in(c, arguments[5], &pairs, &job->pair_count)) {
            return false;
        }
        job->pairs = pairs;
    } else if (encrypting) {
        job->default_description = true;
    } else {
        out->reads_description = true;
    }
    if (!PyLong_Check(arguments[6])) {
        call_guard(c); /* its __index__ is code */
    }
    long number = PyLong_AsLong(arguments[6]);
    if (number == -1 && PyErr_Occurred()) {
        return false;
    }
    if (number < 0 || number > 1) {
        return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "a dialect or a set of options must be 0 or 1");
    }
    if (encrypting) {
        job->dialect = (ddbc_dialect)number;
    } else {
        job->options = (unsigned)number;
    }
    return true;
}

bool names_before_new(call *c, size_t count, names_before *out)
{
    size_t room = count < NAMES_BEFORE ? count : NAMES_BEFORE;
    *out = (names_before){call_array(c, room, sizeof(read_name)), room, 0};
    return out->names != NULL;
}
