#define _GNU_SOURCE
#include "benchmarks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { maximum_descriptors = 20000 };

// Subscribers are of the topic whose name begins like this; nobody subscribes twice.
static struct {
    char topic;
    int index;
} subscribers[maximum_descriptors];
static int of_topic[128][maximum_descriptors], counts[128];

static void answer(int connection, const char *text) { send(connection, text, strlen(text), MSG_NOSIGNAL); }

static void subscribe(int connection, char topic, int is_session) {
    subscribers[connection].topic = topic;
    subscribers[connection].index = counts[(int)topic];
    of_topic[(int)topic][counts[(int)topic]++] = connection;
    answer(connection, is_session ? "HTTP/1.1 101 Switching Protocols\r\n\r\n"
                                  : "HTTP/1.1 200 OK\r\n\r\nevent: sluice.start\n\n");
}

static void leave(int connection) {
    char topic = subscribers[connection].topic;
    if (topic) {
        int last = of_topic[(int)topic][--counts[(int)topic]];
        of_topic[(int)topic][subscribers[connection].index] = last;
        subscribers[last].index = subscribers[connection].index;
        subscribers[connection].topic = 0;
    }
    close(connection);
}

static void publish(char topic, const char *data, size_t size) {
    char frame[size + 8];
    size_t length;
    if (topic == 'S') {
        memcpy(frame, "data: ", 6);
        memcpy(frame + 6, data, size);
        memcpy(frame + 6 + size, "\n\n", 2);
        length = size + 8;
    } else {
        frame[0] = (char)0x81;
        frame[1] = 126;
        frame[2] = (char)(size >> 8);
        frame[3] = (char)size;
        memcpy(frame + 4, data, size);
        length = size + 4;
    }
    for (int index = 0; index < counts[(int)topic]; index++)
        send(of_topic[(int)topic][index], frame, length, MSG_NOSIGNAL);
}

static void *run(void *argument) {
    static const char path[] = " /topics/", length_field[] = "Content-Length: ";
    static char bytes[1 << 16];
    int listener = (int)(long)argument, poll = epoll_create1(0), on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    size_t kept = 0;
    for (;;) {
        int ready = epoll_wait(poll, events, 256, -1);
        for (int index = 0; index < ready; index++) {
            int connection = events[index].data.fd;
            if (connection == listener) {
                connection = accept(listener, NULL, NULL);
                if (connection < 0) continue;
                if (connection >= maximum_descriptors) {
                    close(connection);
                    continue;
                }
                setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event.data.fd = connection;
                epoll_ctl(poll, EPOLL_CTL_ADD, connection, &event);
                continue;
            }
            ssize_t count = read(connection, bytes + kept, sizeof bytes - 1 - kept);
            if (count <= 0) {
                leave(connection);
                continue;
            }
            // One connection publishes at a time, so one may have a part of a request left.
            char *next = bytes, *end = bytes + kept + count, *body;
            *end = 0;
            while ((body = strstr(next, "\r\n\r\n"))) {
                body += 4;
                char *topic = strstr(next, path) + strlen(path), *length = strstr(next, length_field);
                if (strncmp(next, "POST", 4)) {
                    subscribe(connection, *topic, strstr(next, "Upgrade: ") != NULL);
                    next = body;
                    continue;
                }
                size_t size = strtoul(length + strlen(length_field), NULL, 10);
                if (body + size > end) break;
                publish(*topic, body, size);
                answer(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
                next = body + size;
            }
            kept = end - next;
            memmove(bytes, next, kept);
        }
    }
}

int floor_start(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pthread_t thread;
    if (bind(listener, (void *)&address, length) || listen(listener, 1024) ||
        getsockname(listener, (void *)&address, &length) || pthread_create(&thread, NULL, run, (void *)(long)listener))
        return 0;
    pthread_setname_np(thread, "floor");
    return ntohs(address.sin_port);
}
