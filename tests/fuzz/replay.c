/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target without a fuzzer: every file of the folders named, then changes of it that are the same in every
 * run. Each input stands in a heap block of exactly its size.
 *
 *     fuzz_attribute [-changes=200] folder-or-file... */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define FILE_MAX ((size_t)1024 * 1024)

static size_t files_run;
static size_t inputs_run;
static unsigned long changes_per_file = 200;
static uint64_t random_state;

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static uint64_t random_next(void)
{
    /* splitmix64 */
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(size_t limit)
{
    return limit == 0 ? 0 : (size_t)(random_next() % limit);
}

static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size);
    if (copy == NULL && size > 0) {
        fail("replay", "no memory");
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    inputs_run++;
}

static size_t insert(uint8_t *data, size_t size, size_t room, size_t at, const uint8_t *more, size_t count)
{
    if (size + count > room) {
        return size;
    }
    memmove(data + at + count, data + at, size - at);
    memcpy(data + at, more, count);
    return size + count;
}

/* One change of the kinds that break parsers: bits, lengths, cuts, repeats. */
static size_t change(uint8_t *data, size_t size, size_t room)
{
    static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x10, 0x20, 0x0f};
    size_t at = below(size);
    uint8_t few[16];
    size_t count = 1 + below(sizeof few);
    switch (random_next() % 8) {
    case 0:
        if (size > 0) {
            data[at] ^= (uint8_t)(1u << random_next() % 8);
        }
        return size;
    case 1:
        if (size > 0) {
            data[at] = (uint8_t)random_next();
        }
        return size;
    case 2:
        for (size_t i = 0; i < 4 && at + i < size; i++) {
            data[at + i] = edges[random_next() % sizeof edges];
        }
        return size;
    case 3:
        if (size > 0) {
            data[at] = (uint8_t)(data[at] + 1 - 2 * (random_next() & 1));
        }
        return size;
    case 4:
        return at;
    case 5:
        count = count < size - at ? count : size - at;
        memmove(data + at, data + at + count, size - at - count);
        return size - count;
    case 6:
        for (size_t i = 0; i < count; i++) {
            few[i] = random_next() % 2 == 0 ? edges[random_next() % sizeof edges] : (uint8_t)random_next();
        }
        return insert(data, size, room, at, few, count);
    default:
        count = count < size - at ? count : size - at;
        memcpy(few, data + at, count);
        return insert(data, size, room, below(size), few, count);
    }
}

static void run_changes(const uint8_t *data, size_t size)
{
    size_t room = size + 256;
    uint8_t *changed = malloc(room);
    if (changed == NULL) {
        fail("replay", "no memory");
    }
    for (unsigned long i = 0; i < changes_per_file; i++) {
        size_t length = size;
        if (size > 0) {
            memcpy(changed, data, size);
        }
        for (size_t times = 1 + below(4); times > 0; times--) {
            length = change(changed, length, room);
        }
        run(changed, length);
    }
    free(changed);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(FILE_MAX);
    if (file == NULL || data == NULL) {
        fail(path, "cannot be opened");
    }
    size_t size = fread(data, 1, FILE_MAX, file);
    if (ferror(file) || fgetc(file) != EOF) {
        fail(path, "cannot be read, or is too large");
    }
    fclose(file);
    random_state = UINT64_C(0x243f6a8885a308d3);
    for (size_t i = 0; i < size; i++) {
        random_state = (random_state ^ data[i]) * UINT64_C(0x100000001b3);
    }
    run(data, size);
    run_changes(data, size);
    free(data);
    files_run++;
}

static void run_folder(const char *path)
{
    char name[4096];
    DIR *folder = opendir(path);
    if (folder == NULL) {
        fail(path, strerror(errno));
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        int length = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof name) {
            fail(path, "has a name that is too long");
        }
        run_file(name);
    }
    closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat info;
        if (strncmp(argv[i], "-changes=", 9) == 0) {
            changes_per_file = strtoul(argv[i] + 9, NULL, 10);
        } else if (stat(argv[i], &info) != 0) {
            fail(argv[i], strerror(errno));
        } else if (S_ISDIR(info.st_mode)) {
            run_folder(argv[i]);
        } else {
            run_file(argv[i]);
        }
    }
    if (files_run == 0) {
        fail("replay", "no file to run");
    }
    printf("%zu files, %zu inputs\n", files_run, inputs_run);
    return 0;
}
