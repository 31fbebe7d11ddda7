#include "support/system_call_filter.hpp"
#include "testing/catch.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

using weir::support::system_call_filter;

namespace {

constexpr std::uint32_t allowed = SECCOMP_RET_ALLOW;
constexpr std::uint32_t killed = SECCOMP_RET_KILL_PROCESS;
constexpr std::uint32_t own_pid = 4321;

constexpr std::uint32_t refused(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0;
#endif

/// What the kernel would make of it: the few instructions that the filter is made of.
std::uint32_t answer(const system_call_filter& filter, const seccomp_data& call) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < filter.instructions.size(); ++at) {
    const auto& step = filter.instructions[at];
    bool holds = false;
    switch (step.code) {
    case BPF_LD | BPF_W | BPF_ABS:
      REQUIRE(step.k + sizeof accumulator <= sizeof call);
      std::memcpy(&accumulator, reinterpret_cast<const char*>(&call) + step.k, sizeof accumulator);
      continue;
    case BPF_RET | BPF_K:
      return step.k;
    case BPF_JMP | BPF_JEQ | BPF_K:
      holds = accumulator == step.k;
      break;
    case BPF_JMP | BPF_JGE | BPF_K:
      holds = accumulator >= step.k;
      break;
    case BPF_JMP | BPF_JSET | BPF_K:
      holds = (accumulator & step.k) != 0;
      break;
    default:
      FAIL("an instruction that the test does not know: " << step.code);
    }
    at += holds ? step.jt : step.jf;
  }
  FAIL("it goes on beyond its last instruction");
  return 0;
}

std::uint32_t answer(const system_call_filter& filter, long number, std::uint64_t first = 0) {
  seccomp_data call{};
  call.nr = static_cast<int>(number);
  call.arch = architecture;
  call.args[0] = first;
  return answer(filter, call);
}

/// As the process with that number would install it.
system_call_filter made(system_call_filter::signals allowed_signals) {
  auto filter = system_call_filter::make(allowed_signals);
  for (const auto at : filter.own_pid_operands) {
    filter.instructions.at(at).k = own_pid;
  }
  return filter;
}

} // namespace

TEST_CASE("the filter lets ordinary calls pass, and refuses those of another processor") {
  const auto filter = made(system_call_filter::signals::only_to_itself);
  for (const long number : {SYS_read, SYS_write, SYS_mmap, SYS_futex, SYS_openat, SYS_exit_group,
                            SYS_execve, SYS_prctl, SYS_socketpair}) {
    CHECK(answer(filter, number) == allowed);
  }
  seccomp_data foreign{};
  foreign.nr = SYS_read;
  foreign.arch = AUDIT_ARCH_I386;
  CHECK(answer(filter, foreign) == killed);
#if defined(__x86_64__)
  CHECK(answer(filter, SYS_read | 0x40000000) == killed); // x32
#endif
}

TEST_CASE("the filter lets threads start, and no processes") {
  const auto filter = made(system_call_filter::signals::anywhere);
  CHECK(answer(filter, SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND) == allowed);
  CHECK(answer(filter, SYS_clone, SIGCHLD) == killed);
  CHECK(answer(filter, SYS_clone3) == refused(ENOSYS));
#if defined(SYS_fork)
  CHECK(answer(filter, SYS_fork) == killed);
  CHECK(answer(filter, SYS_vfork) == killed);
#endif
}

TEST_CASE("the filter lets sockets of this machine open, and no others") {
  const auto filter = made(system_call_filter::signals::anywhere);
  CHECK(answer(filter, SYS_socket, AF_UNIX) == allowed);
  for (const std::uint64_t family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET}) {
    CHECK(answer(filter, SYS_socket, family) == refused(EACCES));
  }
}

TEST_CASE("the filter refuses what changes the sandbox or looks into others") {
  const auto filter = made(system_call_filter::signals::anywhere);
  for (const long number :
       {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_unshare, SYS_setns, SYS_mount,
        SYS_bpf, SYS_userfaultfd, SYS_perf_event_open, SYS_keyctl, SYS_setsid, SYS_setpgid}) {
    CHECK(answer(filter, number) == refused(EPERM));
  }
}

TEST_CASE("where others can be seen, the filter lets signals and limits reach only the process") {
  const auto filter = made(system_call_filter::signals::only_to_itself);
  for (const long number : {SYS_kill, SYS_tgkill, SYS_prlimit64}) {
    CHECK(answer(filter, number, own_pid) == allowed);
    CHECK(answer(filter, number, 0) == allowed);
    for (const std::uint64_t other :
         {std::uint64_t{1}, std::uint64_t{own_pid + 1}, ~std::uint64_t{0}}) {
      CHECK(answer(filter, number, other) == refused(EPERM));
    }
  }
  CHECK(answer(filter, SYS_tkill, own_pid) == refused(EPERM));
  CHECK(answer(filter, SYS_pidfd_open, own_pid) == refused(EPERM));
  CHECK(answer(made(system_call_filter::signals::anywhere), SYS_kill, 1) == allowed);
}

TEST_CASE("the filter's bytes are its instructions, as bwrap reads them") {
  const auto filter = made(system_call_filter::signals::anywhere);
  CHECK(filter.bytes().size() == filter.instructions.size() * sizeof(sock_filter));
}
