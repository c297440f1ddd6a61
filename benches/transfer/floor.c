/* The least that a request and a response can cost: epoll, one connection, one byte there and back.
 * floor serve            prints its port, serves one connection
 * floor ask PORT SECONDS prints how many exchanges it made
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

static int watched(int fd) {
    int one = 1, set = epoll_create1(0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
    return set;
}

int main(int count, char **words) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct epoll_event event;
    char byte = 1;
    if (count == 2) {
        socklen_t length = sizeof at;
        bind(fd, (void *)&at, sizeof at);
        listen(fd, 1);
        getsockname(fd, (void *)&at, &length);
        printf("%d\n", ntohs(at.sin_port));
        fflush(stdout);
        int client = accept(fd, 0, 0), set = watched(client);
        for (;;) {
            epoll_wait(set, &event, 1, -1);
            if (read(client, &byte, 1) != 1 || write(client, &byte, 1) != 1) return 0;
        }
    }
    if (count != 4) return 2;
    at.sin_port = htons(atoi(words[2]));
    if (connect(fd, (void *)&at, sizeof at)) return 1;
    int set = watched(fd);
    double begun = now(), end = begun + atof(words[3]), t = begun;
    long done = 0;
    while (t < end) {
        if (write(fd, &byte, 1) != 1) return 1;
        epoll_wait(set, &event, 1, -1);
        if (read(fd, &byte, 1) != 1) return 1;
        done++;
        t = now();
    }
    printf("%ld %.6f\n", done, t - begun);
    return 0;
}
