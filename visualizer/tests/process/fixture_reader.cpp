#include "fixture.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

void do_mischief(mischief what) {
  switch (what) {
  case mischief::none:
    return;
  case mischief::crash:
    std::fputs("about to crash\n", stderr);
    std::signal(SIGSEGV, SIG_DFL); // a sanitizer would make something else of it
    std::raise(SIGSEGV);
    return;
  case mischief::hang:
    for (volatile bool forever = true; forever;) {
    }
    return;
  case mischief::leave:
    std::_Exit(7);
  case mischief::complain:
    std::fputs("a line on standard output\n", stdout);
    std::fflush(stdout);
    return;
  case mischief::kill:
    ::kill(::getppid(), SIGKILL);
    return;
  case mischief::fork:
    if (::fork() == 0) {
      ::pause();
    }
    return;
  case mischief::escape:
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, 0);
    do_mischief(mischief::hang);
    return;
  }
}

double version() {
  return FIXTURE_VERSION;
}

double visits() {
  static double calls = 0;
  return ++calls;
}
