// The floor of everything that counts the flows of a capture: reads a pcap file of Ethernet frames of
// IPv6 and UDP, alone or once in IPv6, finds each packet's flow in a table of one cache line a flow,
// adds to its packets and bytes, and compares its 64-bit number with the next expected. Nothing is
// checked, no interval ends, and nothing else is supported: a counter that is right does more.
//
// Each of the threads walks all records and keeps the flows of its share.
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { chunk = 1 << 20, batch = 32, ethernet = 14, ip6 = 40, udp = 8, number = 16 };

struct flow {
  uint64_t key[4];
  uint32_t ports;
  uint32_t lost;
  uint64_t packets, bytes, next;
} __attribute__((aligned(64)));

struct share {
  const char *path;
  unsigned index, count;
  uint64_t slots;
  uint64_t packets, flows, lost;
};

struct packet {
  const uint8_t *inner;
  uint64_t hash;
};

static uint64_t load(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

static void count(struct share *share, struct flow *table, const struct packet *packet) {
  uint64_t key[4];
  uint32_t ports;
  memcpy(key, packet->inner + 8, sizeof key);
  memcpy(&ports, packet->inner + ip6, sizeof ports);
  uint64_t slot = packet->hash & (share->slots - 1);
  struct flow *flow = table + slot;
  while (flow->packets && (flow->ports != ports || memcmp(flow->key, key, sizeof key)))
    flow = table + (slot = (slot + 1) & (share->slots - 1));
  uint64_t value = __builtin_bswap64(load(packet->inner + ip6 + udp + number));
  if (!flow->packets) {
    memcpy(flow->key, key, sizeof key);
    flow->ports = ports;
    share->flows++;
  } else {
    flow->lost += (uint32_t)(value - flow->next);
    share->lost += value - flow->next;
  }
  flow->packets++;
  flow->bytes += (uint64_t)packet->inner[4] << 8 | packet->inner[5];
  flow->next = value + 1;
  share->packets++;
}

static void *run(void *argument) {
  struct share *share = argument;
  struct flow *table = aligned_alloc(64, share->slots * sizeof *table);
  uint8_t *buffer = malloc(chunk);
  int file = open(share->path, O_RDONLY);
  if (!table || !buffer || file < 0) {
    fprintf(stderr, "LeastLoop: %s cannot be read\n", share->path);
    exit(1);
  }
  memset(table, 0, share->slots * sizeof *table);
  size_t filled = 0, start = 24;
  ssize_t got;
  while ((got = read(file, buffer + filled, chunk - filled)) > 0) {
    filled += (size_t)got;
    struct packet packets[batch];
    unsigned held = 0;
    while (start + 16 <= filled) {
      uint32_t length;
      memcpy(&length, buffer + start + 8, sizeof length);
      if (start + 16 + length > filled) break;
      const uint8_t *inner = buffer + start + 16 + ethernet;
      if (inner[6] == 41) inner += ip6;
      uint32_t ports;
      memcpy(&ports, inner + ip6, sizeof ports);
      uint64_t hash = (load(inner + 8) ^ load(inner + 24)) * 0x9E3779B97F4A7C15;
      hash = (hash ^ load(inner + 16) ^ load(inner + 32) ^ ports) * 0xC2B2AE3D27D4EB4F;
      hash = (hash ^ hash >> 32) * 0x9E3779B97F4A7C15 >> 24;
      start += 16 + length;
      if ((hash >> 32) % share->count != share->index) continue;
      packets[held].inner = inner;
      packets[held].hash = hash;
      __builtin_prefetch(table + (hash & (share->slots - 1)));
      if (++held < batch) continue;
      for (unsigned each = 0; each < held; each++) count(share, table, packets + each);
      held = 0;
    }
    for (unsigned each = 0; each < held; each++) count(share, table, packets + each);
    memmove(buffer, buffer + start, filled - start);
    filled -= start;
    start = 0;
  }
  close(file);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4) {
    fputs("LeastLoop: wants a pcap file, how many flows there are, and threads\n", stderr);
    return 64;
  }
  unsigned threads = (unsigned)atoi(arguments[3]);
  if (threads < 1 || threads > 64) return 64;
  uint64_t slots = 1024;
  while (slots * threads < 2 * strtoull(arguments[2], NULL, 10)) slots *= 2;
  struct share shares[64];
  pthread_t running[64];
  for (unsigned each = 0; each < threads; each++) {
    shares[each] = (struct share){arguments[1], each, threads, slots, 0, 0, 0};
    if (pthread_create(&running[each], NULL, run, &shares[each])) return 1;
  }
  uint64_t packets = 0, flows = 0, lost = 0;
  for (unsigned each = 0; each < threads; each++) {
    pthread_join(running[each], NULL);
    packets += shares[each].packets;
    flows += shares[each].flows;
    lost += shares[each].lost;
  }
  printf("packets %lu flows %lu lost %lu\n", packets, flows, lost);
}
