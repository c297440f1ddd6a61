/* The least that a request and a response can cost: epoll, one byte there and back, on one connection (rr) or on a new one
 * for each (crr), which the server closes first.
 * floor serve rr|crr            prints its port, serves one connection or as many as come until its input ends
 * floor ask PORT SECONDS rr|crr prints how many exchanges it made
 * Compiled by the bench with cc, where there is one. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void watch(int set, int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

/* One byte, when it is there. */
static int next(int set, int fd, char *byte) {
    struct epoll_event event;
    epoll_wait(set, &event, 1, -1);
    return read(fd, byte, 1);
}

static int serve_each(int set, int listener) {
    struct epoll_event event;
    char byte;
    watch(set, listener);
    watch(set, 0);
    for (;;) {
        epoll_wait(set, &event, 1, -1);
        if (event.data.fd == 0) return 0;
        if (event.data.fd == listener) {
            watch(set, accept(listener, 0, 0));
            continue;
        }
        if (read(event.data.fd, &byte, 1) == 1 && write(event.data.fd, &byte, 1) != 1) return 0;
        close(event.data.fd);
    }
}

int main(int count, char **words) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int set = epoll_create1(0);
    char byte = 1;
    if (count == 3) {
        socklen_t length = sizeof at;
        bind(fd, (void *)&at, sizeof at);
        listen(fd, 128);
        getsockname(fd, (void *)&at, &length);
        printf("%d\n", ntohs(at.sin_port));
        fflush(stdout);
        if (!strcmp(words[2], "crr")) return serve_each(set, fd);
        int client = accept(fd, 0, 0);
        watch(set, client);
        for (;;) {
            if (next(set, client, &byte) != 1 || write(client, &byte, 1) != 1) return 0;
        }
    }
    if (count != 5) return 2;
    int each = !strcmp(words[4], "crr");
    at.sin_port = htons(atoi(words[2]));
    if (!each) {
        if (connect(fd, (void *)&at, sizeof at)) return 1;
        watch(set, fd);
    }
    double begun = now(), end = begun + atof(words[3]), t = begun;
    long done = 0;
    while (t < end) {
        if (each) {
            fd = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(fd, (void *)&at, sizeof at)) return 1;
            watch(set, fd);
        }
        if (write(fd, &byte, 1) != 1 || next(set, fd, &byte) != 1) return 1;
        if (each) {
            if (next(set, fd, &byte) != 0) return 1;
            close(fd);
        }
        done++;
        t = now();
    }
    printf("%ld %.6f\n", done, t - begun);
    return 0;
}
