/* The server that all are measured with, and the least that a client can cost: epoll, one write and one read a call.
 * floor serve GATHER        prints its port; answers GATHER requests at once, as soon as that many wait; until its input ends
 * floor ask PORT CALLS N    makes CALLS calls on N connections and prints its processor seconds; a tenth more goes before
 * floor idle PORT N         makes one call on each of N connections, says so, and keeps them until its input ends
 * Compiled by the bench with cc. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 4096
#define BODY 612

static char answer[1024];
static int length;
static const char request[] = "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

static void prepare(void) {
    length = sprintf(answer,
                     "HTTP/1.1 200 OK\r\nserver: floor\r\ndate: Fri, 27 Nov 2026 12:00:00 GMT\r\ncontent-type: text/html\r\n"
                     "content-length: %d\r\nconnection: keep-alive\r\naccept-ranges: bytes\r\n\r\n",
                     BODY);
    memset(answer + length, 'x', BODY);
    length += BODY;
}

static double used(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void watch(int set, int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static int serve(int set, int gather) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (void *)&at, sizeof at) || listen(listener, MOST)) return 1;
    getsockname(listener, (void *)&at, &size);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    watch(set, listener);
    watch(set, 0);
    static struct epoll_event events[64];
    static int waiting[MOST];
    static char asked[16384];
    int waits = 0;
    for (;;) {
        int count = epoll_wait(set, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == 0) return 0;
            if (fd == listener) {
                watch(set, accept(listener, 0, 0));
                continue;
            }
            int got = read(fd, asked, sizeof asked);
            if (got < 4 || memcmp(asked + got - 4, "\r\n\r\n", 4)) {
                close(fd);
                continue;
            }
            waiting[waits++] = fd;
            if (waits < gather) continue;
            for (int w = 0; w < waits; w++)
                if (write(waiting[w], answer, length) != length) return 1;
            waits = 0;
        }
    }
}

static int line(int set, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (void *)&to, sizeof to)) exit(1);
    watch(set, fd);
    return fd;
}

static void call(int fd) {
    if (write(fd, request, sizeof request - 1) != sizeof request - 1) exit(1);
}

/* Every answer but the last ones is followed by the next call. */
static void calls(int set, int *lines, int n, long todo) {
    struct epoll_event events[64];
    static char got[4096];
    long begun = 0, done = 0;
    for (int i = 0; i < n && begun < todo; i++, begun++) call(lines[i]);
    while (done < todo) {
        int count = epoll_wait(set, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (read(events[i].data.fd, got, sizeof got) != length) exit(1);
            done++;
            if (begun < todo) {
                call(events[i].data.fd);
                begun++;
            }
        }
    }
}

int main(int count, char **words) {
    static int lines[MOST];
    int set = epoll_create1(0);
    prepare();
    if (count == 3 && !strcmp(words[1], "serve")) return serve(set, atoi(words[2]));
    if (count < 4) return 2;
    int idle = !strcmp(words[1], "idle"), port = atoi(words[2]);
    int n = atoi(words[idle ? 3 : 4]);
    for (int i = 0; i < n; i++) lines[i] = line(set, port);
    if (idle) {
        char end;
        calls(set, lines, n, n);
        puts("idle");
        fflush(stdout);
        return read(0, &end, 1) < 0;
    }
    long todo = atol(words[3]);
    calls(set, lines, n, todo / 10);
    double before = used();
    calls(set, lines, n, todo);
    printf("%.9f\n", used() - before);
    return 0;
}
