// The floor of everything that hands datagrams to the kernel one by one: sends the same ones again
// and again, 64 a system call, and writes nothing into them.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { batch = 64, most_bytes = 9000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  struct sockaddr_in6 remote = {.sin6_family = AF_INET6};
  if (count < 5 || inet_pton(AF_INET6, arguments[1], &remote.sin6_addr) != 1) {
    fputs("SendLoop: wants ADDRESS PORT BYTES SECONDS\n", stderr);
    return 64;
  }
  remote.sin6_port = htons((unsigned short)atoi(arguments[2]));
  size_t bytes = (size_t)atoi(arguments[3]);
  int descriptor = socket(AF_INET6, SOCK_DGRAM, 0);
  if (bytes > most_bytes || connect(descriptor, (struct sockaddr *)&remote, sizeof remote) != 0) {
    perror("SendLoop");
    return 1;
  }
  static char payload[most_bytes];
  struct iovec vector = {.iov_base = payload, .iov_len = bytes};
  static struct mmsghdr messages[batch];
  for (int index = 0; index < batch; index++) {
    messages[index].msg_hdr.msg_iov = &vector;
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  for (double end = now() + atof(arguments[4]); now() < end;) {
    sendmmsg(descriptor, messages, batch, 0);
  }
}
