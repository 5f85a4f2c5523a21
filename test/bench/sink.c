/* A Singer target that finds each line, remembers the last STATE and prints it: the least that a target does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20 };

/* As argparse prints it: the runner learns from this text which flags there are. */
static const char HELP[] =
    "usage: target-bench [-h] [--config CONFIG]\n\n"
    "  --config CONFIG  accepted and ignored\n";

static const char STATE[] = "{\"type\": \"STATE\", \"value\": ";

static char *state;
static size_t state_length;

static char *grown(char *memory, size_t size) {
    char *larger = realloc(memory, size);
    if (!larger) {
        fputs("target-bench: out of memory\n", stderr);
        exit(1);
    }
    return larger;
}

static void take(const char *line, size_t length) {
    size_t head = sizeof STATE - 1;
    if (length <= head || memcmp(line, STATE, head)) return;
    state_length = length - head - 1;
    state = grown(state, state_length);
    memcpy(state, line + head, state_length);
}

int main(int argc, char **argv) {
    for (int place = 1; place < argc; place++) {
        if (!strcmp(argv[place], "-h") || !strcmp(argv[place], "--help")) {
            fputs(HELP, stdout);
            return 0;
        }
        if (!argv[place + 1] || strcmp(argv[place], "--config")) {
            fprintf(stderr, "target-bench: unknown argument %s\n", argv[place]);
            return 2;
        }
        place++;
    }
    size_t size = BUFFER, fill = 0;
    char *buffer = grown(NULL, size);
    for (;;) {
        if (fill == size) buffer = grown(buffer, size *= 2);
        ssize_t count = read(0, buffer + fill, size - fill);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            fprintf(stderr, "target-bench: cannot read: %s\n", strerror(errno));
            return 1;
        }
        if (count == 0) break;
        char *line = buffer, *end = buffer + fill + count, *stop;
        char *unseen = buffer + fill;
        while ((stop = memchr(unseen, '\n', (size_t)(end - unseen)))) {
            take(line, (size_t)(stop - line));
            line = unseen = stop + 1;
        }
        fill = (size_t)(end - line);
        memmove(buffer, line, fill);
    }
    if (fill) take(buffer, fill);
    if (state) printf("%.*s\n", (int)state_length, state);
    return 0;
}
