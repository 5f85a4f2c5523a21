/* A Singer tap that formats each record and does no more: with the target in sink.c it keeps one core busy. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LONGEST_LINE = 8192, LONGEST_TEXT = 4096, STATE_EVERY = 10000 };

/* As argparse prints it: the runner learns from this text which flags there are. */
static const char HELP[] =
    "usage: tap-bench [-h] [--config CONFIG] [--state STATE]\n\n"
    "  --config CONFIG  JSON file; \"records\" is how many records are written (default: 1000000),\n"
    "                   \"text\" how long another text in each record is (default: none)\n"
    "  --state STATE    accepted and ignored: every run writes all records\n";

static const char SCHEMA[] =
    "{\"type\": \"SCHEMA\", \"stream\": \"events\", \"schema\": {\"type\": \"object\", \"properties\": {"
    "\"id\": {\"type\": \"integer\"}, \"customer\": {\"type\": \"string\"}, \"amount\": {\"type\": \"number\"}, "
    "\"active\": {\"type\": \"boolean\"}, \"created_at\": {\"type\": \"string\", \"format\": \"date-time\"}, "
    "\"note\": {\"type\": [\"null\", \"string\"]}, \"text\": {\"type\": [\"null\", \"string\"]}}}, \"key_properties\": [\"id\"], "
    "\"bookmark_properties\": [\"id\"]}\n";

static char buffer[BUFFER];
static size_t fill;
static char text[LONGEST_TEXT + 16];

/* Sets the member that makes records longer. */
static void set_text(long length) {
    static const char WORDS[] = "lorem ipsum dolor sit amet ";
    if (length <= 0) return;
    if (length > LONGEST_TEXT) length = LONGEST_TEXT;
    char *end = text + sprintf(text, ", \"text\": \"");
    for (long place = 0; place < length; place++) *end++ = WORDS[place % (long)(sizeof WORDS - 1)];
    strcpy(end, "\"");
}

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

/* A row differs from the next one in each field, as those of a database do. */
static void put_record(long id) {
    long second = id % 60, minute = id / 60 % 60, hour = id / 3600 % 24;
    fill += (size_t)snprintf(
        buffer + fill, LONGEST_LINE,
        "{\"type\": \"RECORD\", \"stream\": \"events\", \"record\": {\"id\": %ld, \"customer\": \"customer %03ld\", "
        "\"amount\": %ld.%02ld, \"active\": %s, \"created_at\": \"2026-11-23T%02ld:%02ld:%02ld+00:00\", "
        "\"note\": \"no %ld\"%s}, \"time_extracted\": \"2026-11-23T08:15:02.123456Z\"}\n",
        id, id % 997, id * 31 % 997, id % 100, id % 2 ? "true" : "false", hour, minute, second, id % 10, text);
}

static void put_state(long id) {
    fill += (size_t)snprintf(buffer + fill, LONGEST_LINE, "{\"type\": \"STATE\", \"value\": {\"bookmarks\": {\"events\": {\"id\": %ld}}}}\n", id);
}

static long number_in(const char *path, const char *name) {
    static char text[65536];
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (length < 0) {
        fprintf(stderr, "tap-bench: cannot read %s: %s\n", path, strerror(errno));
        exit(2);
    }
    close(fd);
    text[length] = 0;
    const char *found = strstr(text, name);
    found = found ? strchr(found, ':') : NULL;
    return found ? atol(found + 1) : 0;
}

int main(int argc, char **argv) {
    long records = 0;
    for (int place = 1; place < argc; place++) {
        if (!strcmp(argv[place], "-h") || !strcmp(argv[place], "--help")) {
            fputs(HELP, stdout);
            return 0;
        }
        const char *value = argv[place + 1];
        if (value && !strcmp(argv[place], "--config")) {
            records = number_in(value, "\"records\"");
            set_text(number_in(value, "\"text\""));
        } else if (!value || strcmp(argv[place], "--state")) {
            fprintf(stderr, "tap-bench: unknown argument %s\n", argv[place]);
            return 2;
        }
        place++;
    }
    if (records <= 0) records = 1000000;
    memcpy(buffer, SCHEMA, sizeof SCHEMA - 1);
    fill = sizeof SCHEMA - 1;
    for (long id = 1; id <= records; id++) {
        if (fill > BUFFER - 2 * LONGEST_LINE) flush();
        put_record(id);
        if (id % STATE_EVERY == 0 || id == records) put_state(id);
    }
    flush();
    return 0;
}
