/* A Singer tap that costs as little as a tap can: what a run costs beside it is the runner's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LONGEST_LINE = 1024, STATE_EVERY = 10000 };

/* As argparse prints it: the runner learns from this text which flags there are. */
static const char HELP[] =
    "usage: tap-bench [-h] [--config CONFIG] [--state STATE] [--records N]\n\n"
    "  --config CONFIG  JSON file; \"records\" is how many records are written\n"
    "  --state STATE    accepted and ignored: every run writes all records\n"
    "  --records N      wins over the config (default: 1000000)\n";

static const char SCHEMA[] =
    "{\"type\": \"SCHEMA\", \"stream\": \"events\", \"schema\": {\"type\": \"object\", \"properties\": {"
    "\"id\": {\"type\": \"integer\"}, \"customer\": {\"type\": \"string\"}, \"amount\": {\"type\": \"number\"}, "
    "\"active\": {\"type\": \"boolean\"}, \"created_at\": {\"type\": \"string\", \"format\": \"date-time\"}, "
    "\"note\": {\"type\": [\"null\", \"string\"]}}}, \"key_properties\": [\"id\"], "
    "\"bookmark_properties\": [\"id\"]}\n";

static const char RECORD_START[] = "{\"type\": \"RECORD\", \"stream\": \"events\", \"record\": {\"id\": ";
static const char RECORD_REST[] =
    ", \"customer\": \"customer 471\", \"amount\": 129.95, \"active\": true, "
    "\"created_at\": \"2026-11-23T08:15:02+00:00\", \"note\": \"card\"}, "
    "\"time_extracted\": \"2026-11-23T08:15:02.123456Z\"}\n";

static char buffer[BUFFER];
static size_t fill;

static void flush(void) {
    for (size_t done = 0; done < fill;) {
        ssize_t count = write(1, buffer + done, fill - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            fprintf(stderr, "tap-bench: cannot write: %s\n", strerror(errno));
            exit(1);
        }
        done += (size_t)count;
    }
    fill = 0;
}

static void put(const char *text, size_t length) {
    memcpy(buffer + fill, text, length);
    fill += length;
}

static void put_number(long number) {
    char digits[20];
    int length = 0;
    do digits[length++] = (char)('0' + number % 10);
    while (number /= 10);
    while (length) buffer[fill++] = digits[--length];
}

static void put_state(long id) {
    fill += (size_t)sprintf(buffer + fill, "{\"type\": \"STATE\", \"value\": {\"bookmarks\": {\"events\": {\"id\": %ld}}}}\n", id);
}

static long records_in(const char *path) {
    static char text[65536];
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (length < 0) {
        fprintf(stderr, "tap-bench: cannot read %s: %s\n", path, strerror(errno));
        exit(2);
    }
    close(fd);
    const char *found = strstr(text, "\"records\"");
    found = found ? strchr(found, ':') : NULL;
    return found ? atol(found + 1) : 0;
}

int main(int argc, char **argv) {
    long records = 0, given = 0;
    for (int place = 1; place < argc; place++) {
        if (!strcmp(argv[place], "-h") || !strcmp(argv[place], "--help")) {
            fputs(HELP, stdout);
            return 0;
        }
        const char *value = argv[place + 1];
        if (value && !strcmp(argv[place], "--config")) records = records_in(value);
        else if (value && !strcmp(argv[place], "--records")) given = atol(value);
        else if (!value || strcmp(argv[place], "--state")) {
            fprintf(stderr, "tap-bench: unknown argument %s\n", argv[place]);
            return 2;
        }
        place++;
    }
    if (given > 0) records = given;
    if (records <= 0) records = 1000000;
    put(SCHEMA, sizeof SCHEMA - 1);
    for (long id = 1; id <= records; id++) {
        if (fill > BUFFER - 2 * LONGEST_LINE) flush();
        put(RECORD_START, sizeof RECORD_START - 1);
        put_number(id);
        put(RECORD_REST, sizeof RECORD_REST - 1);
        if (id % STATE_EVERY == 0 || id == records) put_state(id);
    }
    flush();
    return 0;
}
