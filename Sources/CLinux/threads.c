#define _GNU_SOURCE
#include "threads.h"

#include <sched.h>
#include <sys/prctl.h>

void nemotop_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

int nemotop_core(void) { return sched_getcpu(); }

void nemotop_leave_core(int core, int distance) {
  cpu_set_t allowed, wanted;
  if (core < 0 || core >= CPU_SETSIZE) return;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || !CPU_ISSET(core, &allowed)) return;
  for (distance %= CPU_COUNT(&allowed); distance > 0; distance--)
    do core = (core + 1) % CPU_SETSIZE;
    while (!CPU_ISSET(core, &allowed));
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  if (sched_setaffinity(0, sizeof wanted, &wanted) == 0)
    sched_setaffinity(0, sizeof allowed, &allowed);
}
