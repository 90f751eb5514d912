/* SPDX-License-Identifier: Apache-2.0
 * structured_items: items of the structured format, one and many, and what can be read of them without keys. */
#include "batch.h"
#include "core/status.h"
#include "structured.h"
#include "structured_job.h"

#define JOB_PARTS 3

/* ---- encrypt and decrypt --------------------------------------------------------------------------------------- */

static bool job_in(call *c, notation in, bool encrypting, PyObject *item, PyObject *plan, PyObject *materials,
                   structured_job *job)
{
    return structured_item_in(c, in, encrypting ? USE_ENCRYPT : USE_DECRYPT, item, plan, materials, job) &&
           (encrypting || ddbc_structured_resolve(c->workspace, job->job, &c->status)) &&
           structured_make_sinks(job, encrypting);
}

static bool has_ecdsa(const ddbc_structured_job *jobs, size_t count, bool encrypting)
{
    for (size_t i = 0; i < count; i++) {
        if ((encrypting ? jobs[i].suite : jobs[i].parsed.suite) == DDBC_SUITE_ECDSA) {
            return true;
        }
    }
    return false;
}

/* An ECDSA signature takes long whatever the size. */
static bool work(call *c, bool encrypting, ddbc_structured_job *jobs, size_t count, size_t *failed)
{
    bool (*function)(ddbc_workspace *, ddbc_structured_job *, size_t, size_t *, ddbc_status *) =
        encrypting ? ddbc_structured_encrypt : ddbc_structured_decrypt;
    if (c->bytes < GIL_RELEASE_BYTES && !has_ecdsa(jobs, count, encrypting)) {
        return function(c->workspace, jobs, count, failed, &c->status);
    }
    bool done;
    call_guard(c);
    WITHOUT_GIL_BEGIN
    done = function(c->workspace, jobs, count, failed, &c->status);
    WITHOUT_GIL_END
    return done;
}

static PyObject *run_one(PyObject *module, PyObject *const *given, Py_ssize_t count, bool encrypting)
{
    notation in;
    call c;
    if (!call_count(encrypting ? "structured_encrypt" : "structured_decrypt", count, 4) ||
        !notation_in(given[1], &in) || !call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    ddbc_structured_job job;
    structured_job parts = {.job = &job};
    size_t failed = 0;
    PyObject *out = NULL;
    if (job_in(&c, in, encrypting, given[0], given[2], given[3], &parts) && work(&c, encrypting, &job, 1, &failed)) {
        call_settle(&c);
        out = structured_item_out(&c, in, encrypting, &parts);
    }
    if (out == NULL) {
        call_raise(&c);
    }
    structured_drop_sinks(&parts);
    call_end(&c);
    return out;
}

PyObject *structured_encrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_one(module, arguments, count, true);
}

PyObject *structured_decrypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_one(module, arguments, count, false);
}

/* ---- batches --------------------------------------------------------------------------------------------------- */

typedef struct structured_group {
    call *c;
    notation in;
    bool encrypting;
    PyObject *given;           /* tuple of jobs */
    ddbc_structured_job *jobs; /* the engine wants them side by side */
    structured_job *parts;
} structured_group;

static bool group_begin(void *of, size_t capacity)
{
    structured_group *group = of;
    group->jobs = call_array(group->c, capacity, sizeof *group->jobs);
    group->parts = call_array(group->c, capacity, sizeof *group->parts);
    return group->jobs != NULL && group->parts != NULL;
}

static bool group_take(void *of, size_t index, size_t place)
{
    structured_group *group = of;
    PyObject *job = DDBC_TUPLE_ITEM(group->given, (Py_ssize_t)index);
    group->parts[place] = (structured_job){.job = &group->jobs[place]};
    if (!PyTuple_Check(job) || PyTuple_Size(job) != JOB_PARTS) {
        PyErr_Format(PyExc_TypeError, "a job must be a tuple of %d: item, plan, materials", JOB_PARTS);
        return false;
    }
    return job_in(group->c, group->in, group->encrypting, PyTuple_GetItem(job, 0), PyTuple_GetItem(job, 1),
                  PyTuple_GetItem(job, 2), &group->parts[place]);
}

static bool group_work(void *of, size_t count, size_t *failed)
{
    structured_group *group = of;
    return work(group->c, group->encrypting, group->jobs, count, failed);
}

static bool group_is_quiet(const void *of, size_t place)
{
    const structured_group *group = of;
    return batch_is_quiet(group->c, group->in, &group->jobs[place].item, group->parts[place].odd_names);
}

static PyObject *group_give(void *of, size_t place)
{
    structured_group *group = of;
    return structured_item_out(group->c, group->in, group->encrypting, &group->parts[place]);
}

static void group_drop(void *of, size_t count)
{
    structured_group *group = of;
    for (size_t i = 0; i < count; i++) {
        structured_drop_sinks(&group->parts[i]);
    }
}

static const batch_format structured_format = {group_begin,    group_take, group_work,
                                               group_is_quiet, group_give, group_drop};

static PyObject *run_batch(PyObject *module, PyObject *const *given, Py_ssize_t count, bool encrypting)
{
    notation in;
    call c;
    if (!call_count(encrypting ? "structured_encrypt_items" : "structured_decrypt_items", count, 2) ||
        !notation_in(given[1], &in)) {
        return NULL;
    }
    PyObject *tuple = PySequence_Tuple(given[0]);
    if (tuple == NULL) {
        return NULL;
    }
    if (!call_begin(&c, state_of_module(module))) {
        Py_DECREF(tuple);
        return NULL;
    }
    call_guard(&c); /* an item's names and actions are looked up after values of those before it were taken in */
    structured_group group = {.c = &c, .in = in, .encrypting = encrypting, .given = tuple};
    PyObject *out = batch_run(&c, &structured_format, &group, (size_t)PyTuple_Size(tuple));
    call_end(&c);
    Py_DECREF(tuple);
    return out;
}

PyObject *structured_encrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_batch(module, arguments, count, true);
}

PyObject *structured_decrypt_items(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return run_batch(module, arguments, count, false);
}

/* ---- without keys ---------------------------------------------------------------------------------------------- */

static PyObject *data_keys_out(const ddbc_structured_header *header)
{
    PyObject *list = PyList_New((Py_ssize_t)header->key_count);
    for (size_t i = 0; list != NULL && i < header->key_count; i++) {
        const ddbc_data_key *key = &header->keys[i];
        PyObject *parts = Py_BuildValue("(NNN)", bytes_out(key->provider_id), bytes_out(key->provider_info),
                                        bytes_out(key->ciphertext));
        if (parts == NULL || PyList_SetItem(list, (Py_ssize_t)i, parts) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *header_out(call *c, const ddbc_structured_header *header)
{
    return Py_BuildValue("{s:i,s:i,s:N,s:N,s:N,s:N}", "version", (int)header->version, "suite", (int)header->suite,
                         "message_id", bytes_out(header->message_id), "legend", text_out(c, header->legend),
                         "encryption_context", text_pairs_out(c, header->context, header->context_count), "data_keys",
                         data_keys_out(header));
}

static bool header_in(call *c, notation in, PyObject *item, ddbc_structured_header *out)
{
    ddbc_attribute attribute;
    PyObject *value = PyObject_GetItem(item, c->state->header_name);
    if (value == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_KeyError)) {
            return false;
        }
        PyErr_Clear();
        return ddbc_fail(&c->status, DDBC_MALFORMED_HEADER,
                         "the item has no header (" DDBC_STRUCTURED_HEADER "): it is not of the structured format");
    }
    bool held = call_hold(c, value);
    Py_DECREF(value);
    if (!held || !value_in(c, in, value, &attribute)) {
        return false;
    }
    if (attribute.type != DDBC_TYPE_B) {
        return ddbc_fail(&c->status, DDBC_MALFORMED_HEADER, "the header attribute is of type %s, not B",
                         ddbc_type_name(attribute.type));
    }
    return ddbc_structured_read_header(c->workspace, attribute.as.bytes, out, &c->status);
}

PyObject *structured_header(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    notation in;
    call c;
    ddbc_structured_header header;
    if (!call_count("structured_header", count, 2) || !notation_in(arguments[1], &in) ||
        !call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    bool done = call_hold(&c, arguments[0]) && header_in(&c, in, arguments[0], &header);
    return call_finish(&c, done ? header_out(&c, &header) : NULL);
}

static uint8_t version_of(const structured_job *job)
{
    if (job->encrypted) {
        return job->job->parsed.version;
    }
    for (size_t i = 0; i < job->job->item.count; i++) {
        if (job->job->item.attributes[i].action == DDBC_SIGN_AND_INCLUDE) {
            return 2;
        }
    }
    return 1;
}

static PyObject *context_out(call *c, const structured_job *job)
{
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    return ddbc_structured_context(c->workspace, job->job, version_of(job), &pairs, &count, &c->status)
               ? text_pairs_out(c, pairs, count)
               : NULL;
}

static PyObject *actions_out(call *c, const structured_job *job)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < job->job->item.count; i++) {
        ddbc_action action = job->job->item.attributes[i].action;
        if (action != DDBC_DO_NOTHING && PyDict_SetItem(dict, job->names[i], c->state->actions[action]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

static PyObject *look_at(PyObject *module, PyObject *const *arguments, Py_ssize_t count, const char *name,
                         PyObject *(*out)(call *, const structured_job *))
{
    notation in;
    call c;
    ddbc_structured_job job;
    structured_job parts = {.job = &job};
    if (!call_count(name, count, 3) || !notation_in(arguments[1], &in) || !call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    bool done = structured_item_in(&c, in, USE_EITHER, arguments[0], arguments[2], NULL, &parts) &&
                (!parts.encrypted || ddbc_structured_resolve(c.workspace, &job, &c.status));
    return call_finish(&c, done ? out(&c, &parts) : NULL);
}

PyObject *structured_context(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return look_at(module, arguments, count, "structured_context", context_out);
}

PyObject *structured_actions(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    return look_at(module, arguments, count, "structured_actions", actions_out);
}

PyObject *structured_serialize_context(PyObject *module, PyObject *context)
{
    call c;
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    ddbc_bytes bytes;
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    bool done = text_pairs_in(&c, context, &pairs, &count) &&
                ddbc_structured_write_context(c.workspace, pairs, count, &bytes, &c.status);
    return call_finish(&c, done ? bytes_out(bytes) : NULL);
}

PyObject *structured_serialize_value(PyObject *module, PyObject *value)
{
    call c;
    ddbc_attribute attribute;
    uint8_t type_id[2];
    ddbc_bytes bytes;
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    bool done = call_hold(&c, value);
    if (done && nested_in(&c, NOTATION_WIRE, NESTED_STRUCTURED, value, &attribute.type, &bytes)) {
        ddbc_structured_type_id(attribute.type, type_id);
    } else {
        done = done && wire_value_in(&c, value, 1, &attribute) &&
               ddbc_attribute_check(c.workspace, &attribute, &c.status) &&
               ddbc_structured_write_value(c.workspace, &attribute, type_id, &bytes, &c.status);
    }
    return call_finish(
        &c, done ? Py_BuildValue("(NN)", bytes_out((ddbc_bytes){type_id, sizeof type_id}), bytes_out(bytes)) : NULL);
}

PyObject *structured_deserialize_value(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    call c;
    ddbc_bytes type_id;
    ddbc_bytes bytes;
    if (!call_count("structured_deserialize_value", count, 2) || !call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    bool done = call_buffer(&c, arguments[0], &type_id) && call_buffer(&c, arguments[1], &bytes);
    if (done && type_id.len != 2) {
        done = ddbc_fail(&c.status, DDBC_INVALID_ARGUMENT, "a type id has two bytes");
    }
    return call_finish(&c, done ? structured_bytes_out(&c, NOTATION_WIRE, type_id.ptr, bytes) : NULL);
}
