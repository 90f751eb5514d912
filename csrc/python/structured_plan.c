/* SPDX-License-Identifier: Apache-2.0
 * structured_plan: an item and its configuration to an engine's job, and results back. */
#include <string.h>

#include "compat.h"
#include "core/status.h"
#include "sinks.h"
#include "structured_job.h"

#define PLAN_SIZE 6

typedef struct configuration {
    PyObject *actions; /* dict */
    PyObject *allowed; /* set or frozenset */
    bool any_allowed;
    ddbc_bytes prefix; /* NULL pointer for none */
} configuration;

static bool fail_argument(call *c, const char *what)
{
    return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "%s", what);
}

static bool optional_text(call *c, PyObject *object, const char *what, bool optional, ddbc_bytes *out)
{
    if (optional && object == Py_None) {
        *out = (ddbc_bytes){NULL, 0};
        return true;
    }
    return PyUnicode_Check(object) ? call_hold(c, object) && call_text(c, object, out) : fail_argument(c, what);
}

static bool plan_in(call *c, PyObject *given, ddbc_structured_job *job, configuration *out)
{
    if (!PyTuple_Check(given) || PyTuple_Size(given) != PLAN_SIZE) {
        return fail_argument(c,
                             "a plan must be a tuple of table name, partition key name, sort key name, actions, names "
                             "that may be unsigned, and their prefix");
    }
    out->actions = PyTuple_GetItem(given, 3);
    out->allowed = PyTuple_GetItem(given, 4);
    if (!PyDict_Check(out->actions) || !PyAnySet_Check(out->allowed)) {
        return fail_argument(c, "a plan's actions must be a dict, and its names that may be unsigned a set");
    }
    out->any_allowed = PySet_Size(out->allowed) > 0;
    return call_hold(c, given) && call_hold(c, out->actions) && call_hold(c, out->allowed) &&
           optional_text(c, PyTuple_GetItem(given, 0), "a logical table name must be a str", false, &job->table) &&
           optional_text(c, PyTuple_GetItem(given, 1), "a partition key name must be a str", false, &job->partition) &&
           optional_text(c, PyTuple_GetItem(given, 2), "a sort key name must be a str or None", true, &job->sort) &&
           optional_text(c, PyTuple_GetItem(given, 5), "a prefix must be a str or None", true, &out->prefix);
}

static bool begins_with(ddbc_bytes name, ddbc_bytes prefix)
{
    return prefix.ptr != NULL && name.len >= prefix.len && memcmp(name.ptr, prefix.ptr, prefix.len) == 0;
}

static bool may_be_unsigned(call *c, const configuration *plan, PyObject *name, ddbc_bytes text, bool *out)
{
    (void)c;
    int listed = begins_with(text, plan->prefix) ? 1 : !plan->any_allowed ? 0 : PySet_Contains(plan->allowed, name);
    *out = listed > 0;
    return listed >= 0;
}

/* What is signed when it is written must be signed by what reads it, so the two configurations may not contradict. */
static bool encrypt_action(call *c, const configuration *plan, PyObject *name, ddbc_bytes text, ddbc_action *out)
{
    bool allowed = false;
    PyObject *action = NULL;
    int found = dict_get(plan->actions, name, &action);
    *out = DDBC_DO_NOTHING;
    bool known = found <= 0 || crypto_action_in(c, action, out);
    Py_XDECREF(action);
    if (found < 0 || !known || !may_be_unsigned(c, plan, name, text, &allowed)) {
        return false;
    }
    if (found == 0 && !allowed) {
        return fail_argument(c,
                             "no attribute action is configured for the attribute; give it one, or let it be unsigned");
    }
    if (*out == DDBC_DO_NOTHING && !allowed) {
        return fail_argument(
            c, "the attribute has action DO_NOTHING, but is not among those that may be unsigned, so that "
               "it would not be readable; add it there");
    }
    if (*out != DDBC_DO_NOTHING && allowed) {
        return fail_argument(c,
                             "the attribute is signed by its action, but may be unsigned by its name, so that readers "
                             "would not check it; take it from one of the two");
    }
    return true;
}

static bool decrypt_action(call *c, const configuration *plan, PyObject *name, ddbc_bytes text, ddbc_action *out)
{
    bool allowed = false;
    if (!may_be_unsigned(c, plan, name, text, &allowed)) {
        return false;
    }
    *out = allowed ? DDBC_DO_NOTHING : DDBC_SIGN_ONLY; /* until the legend says more */
    return true;
}

/* ---- item ------------------------------------------------------------------------------------------------------ */

typedef struct item_context {
    notation in;
    bool encrypting;
    const configuration *plan;
    structured_job *job;
    PyObject **values; /* one for each of the job's names */
} item_context;

static bool is_name(ddbc_bytes name, const char *text)
{
    return name.len == strlen(text) && memcmp(name.ptr, text, name.len) == 0;
}

static bool is_reserved(ddbc_bytes name)
{
    return begins_with(name, (ddbc_bytes){(const uint8_t *)DDBC_STRUCTURED_RESERVED, strlen(DDBC_STRUCTURED_RESERVED)});
}

/* First all names and actions, since finding an action can run code of the user's; then the values. Of a stored item's
 * reserved attributes only the header and the footer are looked at: the others are not signed and not handed on. */
static bool name_in(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    const item_context *to = context;
    ddbc_item *item = &to->job->job->item;
    ddbc_item_attribute *attribute = &item->attributes[item->count];
    (void)index;
    if (!PyUnicode_Check(name)) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "an item's attribute names must be str");
    }
    attribute->sink = NULL;
    attribute->unread = (ddbc_bytes){NULL, 0};
    attribute->written = (ddbc_bytes){NULL, 0};
    attribute->action = DDBC_DO_NOTHING; /* of a reserved name, which the engine refuses */
    if (!call_text(c, name, &attribute->name)) {
        return false;
    }
    bool reserved = is_reserved(attribute->name);
    if (reserved && !to->encrypting) {
        PyObject **to_keep = is_name(attribute->name, DDBC_STRUCTURED_HEADER)   ? &to->job->stored_header
                             : is_name(attribute->name, DDBC_STRUCTURED_FOOTER) ? &to->job->stored_footer
                                                                                : NULL;
        if (to_keep != NULL) {
            *to_keep = value;
        }
        return true;
    }
    /* A reserved name in a plaintext item is left for the engine to refuse. */
    bool done = reserved         ? true
                : to->encrypting ? encrypt_action(c, to->plan, name, attribute->name, &attribute->action)
                                 : decrypt_action(c, to->plan, name, attribute->name, &attribute->action);
    if (!done) {
        return c->status.code == DDBC_OK ? false : ddbc_fail_in(&c->status, attribute->name);
    }
    to->job->odd_names = to->job->odd_names || !PyUnicode_CheckExact(name);
    to->job->names[item->count] = name;
    to->job->sinks[item->count] = NULL;
    to->values[item->count] = value;
    item->count++;
    return true;
}

static bool attribute_in(call *c, const item_context *to, size_t i)
{
    ddbc_item_attribute *attribute = &to->job->job->item.attributes[i];
    bool encrypts = to->encrypting && attribute->action == DDBC_ENCRYPT_AND_SIGN;
    /* What a stored item's legend says of an attribute is not known yet. */
    c->keeping = attribute->action != DDBC_ENCRYPT_AND_SIGN;
    bool done = encrypts ? encrypted_in(c, to->in, NESTED_STRUCTURED, to->values[i], attribute)
                         : value_in(c, to->in, to->values[i], &attribute->value);
    c->keeping = false;
    return done || c->status.code == DDBC_OK ? done : ddbc_fail_in(&c->status, attribute->name);
}

static bool reserved_in(call *c, notation in, PyObject *value, const char *name, ddbc_bytes *out)
{
    ddbc_attribute attribute;
    bool header = strcmp(name, DDBC_STRUCTURED_HEADER) == 0;
    if (value == NULL) {
        return true;
    }
    if (!value_in(c, in, value, &attribute)) {
        return c->status.code == DDBC_OK ? false
                                         : ddbc_fail_in(&c->status, (ddbc_bytes){(const uint8_t *)name, strlen(name)});
    }
    if (attribute.type != DDBC_TYPE_B) {
        (void)ddbc_fail(&c->status, header ? DDBC_MALFORMED_HEADER : DDBC_SIGNATURE_MISMATCH,
                        "the %s attribute is of type %s, not B", header ? "header" : "footer",
                        ddbc_type_name(attribute.type));
        return ddbc_fail_in(&c->status, (ddbc_bytes){(const uint8_t *)name, strlen(name)});
    }
    *out = attribute.as.bytes;
    return true;
}

/* The next attribute of the encryption context, held; NULL after the last one. */
static bool next_included(call *c, PyObject *actions, Py_ssize_t *position, PyObject **out)
{
    bool held = true;
    *out = NULL;
    Py_BEGIN_CRITICAL_SECTION(actions);
    PyObject *name = NULL;
    PyObject *action = NULL;
    while (*out == NULL && PyDict_Next(actions, position, &name, &action)) {
        if (action == c->state->actions[DDBC_SIGN_AND_INCLUDE]) {
            *out = name;
            held = call_hold(c, name);
        }
    }
    Py_END_CRITICAL_SECTION();
    return held;
}

/* An attribute of the encryption context must be there. */
static bool check_included(call *c, const configuration *plan, PyObject *item)
{
    Py_ssize_t position = 0;
    for (;;) {
        PyObject *name = NULL;
        if (!next_included(c, plan->actions, &position, &name)) {
            return false;
        }
        if (name == NULL) {
            return true;
        }
        if (PyMapping_HasKey(item, name) == 0) {
            ddbc_bytes text;
            if (PyUnicode_Check(name) && call_text(c, name, &text)) {
                (void)ddbc_fail(&c->status, DDBC_MISSING_ATTRIBUTE,
                                "the item lacks an attribute with action SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT");
                return ddbc_fail_in(&c->status, text);
            }
            return fail_argument(c, "an attribute's name in the actions must be a str");
        }
    }
}

bool structured_item_in(call *c, notation in, item_use use, PyObject *item, PyObject *given_plan, PyObject *materials,
                        structured_job *out)
{
    configuration plan = {NULL, NULL, false, {NULL, 0}};
    size_t count = 0;
    memset(out->job, 0, sizeof *out->job);
    int found = is_mapping(c, item);
    if (found < 0) {
        return false;
    }
    if (found == 0) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "an item must be a dict of attribute names and values");
    }
    if (!call_hold(c, item) || !plan_in(c, given_plan, out->job, &plan) || !mapping_size(c, item, &count)) {
        return false;
    }
    out->encrypted = use == USE_DECRYPT || (use == USE_EITHER && PyMapping_HasKey(item, c->state->header_name) == 1);
    out->job->leaves_values = true; /* for structured_left_out */
    out->job->item.attributes = call_array(c, count, sizeof(ddbc_item_attribute));
    out->names = call_array(c, count, sizeof(PyObject *));
    out->sinks = call_array(c, count, sizeof(PyObject *));
    item_context context = {in, !out->encrypted, &plan, out, call_array(c, count, sizeof(PyObject *))};
    bool done = out->job->item.attributes != NULL && out->names != NULL && out->sinks != NULL &&
                context.values != NULL && mapping_each(c, item, count, name_in, &context) &&
                (out->encrypted || check_included(c, &plan, item)) &&
                (materials == NULL || structured_materials_in(c, materials, out)) &&
                reserved_in(c, in, out->stored_header, DDBC_STRUCTURED_HEADER, &out->job->header) &&
                reserved_in(c, in, out->stored_footer, DDBC_STRUCTURED_FOOTER, &out->job->footer);
    for (size_t i = 0; done && i < out->job->item.count; i++) {
        done = attribute_in(c, &context, i);
    }
    return done;
}

/* ---- sinks ----------------------------------------------------------------------------------------------------- */

static size_t sink_size(const structured_job *job, bool encrypting, size_t index)
{
    const ddbc_item_attribute *attribute = &job->job->item.attributes[index];
    if (!encrypting) {
        return ddbc_structured_binary_size(job->job, index);
    }
    bool in_place = attribute->value.type == DDBC_TYPE_S || attribute->value.type == DDBC_TYPE_B;
    return attribute->action == DDBC_ENCRYPT_AND_SIGN && in_place ? attribute->value.as.bytes.len + DDBC_FIELD_OVERHEAD
                                                                  : 0;
}

bool structured_make_sinks(structured_job *job, bool encrypting)
{
    for (size_t i = 0; i < job->job->item.count; i++) {
        size_t size = sink_size(job, encrypting, i);
        if (size >= SINK_BYTES && !sink_make(&job->sinks[i], &job->job->item.attributes[i], size)) {
            return false;
        }
    }
    return true;
}

void structured_drop_sinks(structured_job *job)
{
    for (size_t i = 0; job->sinks != NULL && i < job->job->item.count; i++) {
        sink_drop(&job->sinks[i], &job->job->item.attributes[i]);
    }
}

/* ---- results --------------------------------------------------------------------------------------------------- */

static PyObject *attribute_out(call *c, notation out, structured_job *job, size_t i)
{
    PyObject *sink = job->sinks[i];
    const ddbc_item_attribute *attribute = &job->job->item.attributes[i];
    if (attribute->unread.ptr != NULL) {
        return named_out(c, attribute->name, structured_left_out(c, out, attribute->value.type, attribute->unread));
    }
    if (sink == NULL) {
        return value_out(c, out, &attribute->value);
    }
    job->sinks[i] = NULL; /* from here on the object is not ours alone */
    return binary_out(c, out, sink);
}

/* `value` is stolen. */
static bool put(PyObject *item, PyObject *name, PyObject *value)
{
    bool done = value != NULL && PyDict_SetItem(item, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

PyObject *structured_item_out(call *c, notation out, bool encrypting, structured_job *job)
{
    PyObject *item = new_dict(job->job->item.count + 2);
    bool done = item != NULL;
    for (size_t i = 0; done && i < job->job->item.count; i++) {
        done = put(item, job->names[i], attribute_out(c, out, job, i));
    }
    if (done && encrypting) {
        done = put(item, c->state->header_name, binary_out(c, out, bytes_out(job->job->header))) &&
               put(item, c->state->footer_name, binary_out(c, out, bytes_out(job->job->footer)));
    }
    if (!done) {
        Py_CLEAR(item);
    }
    return item;
}
