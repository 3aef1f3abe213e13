#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// linux/close_range.h is younger than some C libraries that have the system call.
#define MARK_CLOSE_ON_EXEC (1U << 2)

int network_namespace_enter(int descriptor) {
  return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : errno;
}

/// Makes a descriptor a standard one that survives the exec, even where it is that one already.
static int install(int descriptor, int standard) {
  if (descriptor == standard) return fcntl(standard, F_SETFD, 0);
  return dup2(descriptor, standard);
}

/// The child's side. Only calls that are safe after a fork of a threaded process stand here.
static void become(const struct program *program, pid_t parent, int report) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  // An own group, so that the terminal's Ctrl-C reaches the parent alone, which ends the child.
  if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0
      && getppid() == parent  // else the parent ended before the line above
      && install(program->input, 0) >= 0 && install(program->output, 1) >= 0
      && install(program->error, 2) >= 0) {
    syscall(SYS_close_range, 3U, ~0U, MARK_CLOSE_ON_EXEC);
    execve(program->arguments[0], program->arguments, program->environment);
  }
  int reason = errno;
  if (write(report, &reason, sizeof reason) != sizeof reason) _exit(126);
  _exit(127);
}

int program_start(const struct program *program, pid_t *identifier) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return errno;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) become(program, parent, report[1]);
  int reason = errno;
  close(report[1]);
  if (child > 0) {
    // The pipe closes with the exec; what comes out of it before is the reason of a failure.
    ssize_t count;
    do count = read(report[0], &reason, sizeof reason);
    while (count < 0 && errno == EINTR);
    if (count != sizeof reason) reason = 0;
    else waitpid(child, NULL, 0);
  }
  close(report[0]);
  *identifier = child;
  return reason;
}

int program_await(pid_t identifier) {
  siginfo_t information;
  int result;
  do result = waitid(P_PID, (id_t)identifier, &information, WEXITED | WNOWAIT);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

/// Reaps a child, and takes what it used where that is asked for.
static int reap(pid_t identifier, int *status, struct rusage *used) {
  int raw;
  pid_t result;
  do result = wait4(identifier, &raw, 0, used);
  while (result < 0 && errno == EINTR);
  if (result < 0) return errno;
  *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw);
  return 0;
}

int program_reap(pid_t identifier, int *status) { return reap(identifier, status, NULL); }

static int64_t nanoseconds(struct timeval time) {
  return time.tv_sec * INT64_C(1000000000) + time.tv_usec * INT64_C(1000);
}

int program_measure(
    pid_t identifier, int milliseconds, int *status, struct program_usage *usage) {
  int process = (int)syscall(SYS_pidfd_open, identifier, 0);
  if (process < 0) return errno;
  struct pollfd end = {.fd = process, .events = POLLIN};
  int count;
  do count = poll(&end, 1, milliseconds);
  while (count < 0 && errno == EINTR);
  close(process);
  if (count == 0) kill(-identifier, SIGKILL);
  struct rusage used;
  int result = reap(identifier, status, &used);
  if (result != 0) return result;
  usage->processor_nanoseconds = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
  usage->peak_bytes = used.ru_maxrss * INT64_C(1024);
  return 0;
}

int program_replace(char *const *arguments, char *const *environment) {
  // A thread that is not the first may block signals that the process does not.
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, NULL);
  execvpe(arguments[0], arguments, environment);
  return errno;
}
