#include "precision.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

struct nemotop_precision nemotop_precision_take(bool before_others) {
  struct nemotop_precision before = {.policy = SCHED_OTHER};
  struct sched_param parameters = {0};
  pthread_getschedparam(pthread_self(), &before.policy, &parameters);
  before.priority = parameters.sched_priority;
  before.slack = (unsigned long)prctl(PR_GET_TIMERSLACK);
  prctl(PR_SET_TIMERSLACK, 1UL);
  if (before_others && before.policy == SCHED_OTHER) {
    parameters.sched_priority = sched_get_priority_min(SCHED_FIFO);
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
  }
  return before;
}

void nemotop_precision_give_back(struct nemotop_precision before) {
  struct sched_param parameters = {.sched_priority = before.priority};
  pthread_setschedparam(pthread_self(), before.policy, &parameters);
  prctl(PR_SET_TIMERSLACK, before.slack);
}
