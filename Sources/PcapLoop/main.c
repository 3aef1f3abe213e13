// The floor of everything that reads captures through libpcap: counts packets, and looks at none.
// Without a file it tells which libpcap it is.
#include <pcap/pcap.h>
#include <stdio.h>

static unsigned long packets;

static void pass(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes) {
  (void)user, (void)header, (void)bytes;
  packets++;
}

int main(int count, char **arguments) {
  if (count < 2) {
    puts(pcap_lib_version());
    return 0;
  }
  char reason[PCAP_ERRBUF_SIZE];
  pcap_t *file = pcap_open_offline_with_tstamp_precision(
      arguments[1], PCAP_TSTAMP_PRECISION_NANO, reason);
  if (file == NULL || pcap_loop(file, -1, pass, NULL) != 0) {
    fprintf(stderr, "PcapLoop: %s: %s\n", arguments[1], file == NULL ? reason : pcap_geterr(file));
    return 1;
  }
  printf("packets %lu\n", packets);
  pcap_close(file);
}
