#include "judge/system_call_filter.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace weir::grader {

namespace {

#if defined(__x86_64__)
constexpr unsigned this_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned this_architecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned this_architecture = 0;
#endif

constexpr unsigned allow = SECCOMP_RET_ALLOW;
constexpr unsigned kill = SECCOMP_RET_KILL_PROCESS;

constexpr unsigned refuse(int error) {
  return SECCOMP_RET_ERRNO | static_cast<unsigned>(error);
}

/// Appends rules; every rule leaves the system call's number in the accumulator.
class builder {
public:
  explicit builder(system_call_filter& filter) : filter_{filter} {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, this_architecture, 1, 0);
    give(kill);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    constexpr unsigned x32_bit = 0x40000000;
    jump(BPF_JGE, x32_bit, 0, 1);
    give(kill);
#endif
  }

  void always(long number, unsigned answer) {
    jump(BPF_JEQ, static_cast<unsigned>(number), 0, 1);
    give(answer);
  }

  /// `answer` unless all of `bits` are set in the argument's lower half.
  void unless_bits(long number, unsigned argument, unsigned bits, unsigned answer) {
    jump(BPF_JEQ, static_cast<unsigned>(number), 0, 4);
    load_argument(argument);
    jump(BPF_JSET, bits, 1, 0);
    give(answer);
    load(offsetof(seccomp_data, nr));
  }

  void unless_equal(long number, unsigned argument, std::initializer_list<unsigned> values,
                    unsigned answer) {
    const auto count = static_cast<unsigned char>(values.size());
    jump(BPF_JEQ, static_cast<unsigned>(number), 0, static_cast<unsigned char>(count + 3));
    load_argument(argument);
    unsigned char left = count;
    for (const unsigned value : values) {
      jump(BPF_JEQ, value, left, 0);
      --left;
    }
    give(answer);
    load(offsetof(seccomp_data, nr));
  }

  void unless_own_pid(long number, unsigned argument, unsigned answer) {
    jump(BPF_JEQ, static_cast<unsigned>(number), 0, 5);
    load_argument(argument);
    jump(BPF_JEQ, 0, 2,
         0); // 0 means itself to prlimit, and its own group to kill: setsid made that the same
    filter_.own_pid_operands.push_back(filter_.instructions.size());
    jump(BPF_JEQ, 0, 1, 0);
    give(answer);
    load(offsetof(seccomp_data, nr));
  }

  void finish() { give(allow); }

private:
  system_call_filter& filter_;

  void load(std::size_t offset) {
    filter_.instructions.push_back(
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset)));
  }

  void load_argument(unsigned index) {
    load(offsetof(seccomp_data, args) + index * sizeof(__u64)); // both processors are little-endian
  }

  void jump(unsigned condition, unsigned operand, unsigned char if_true, unsigned char if_false) {
    filter_.instructions.push_back(BPF_JUMP(
        static_cast<unsigned short>(BPF_JMP | condition | BPF_K), operand, if_true, if_false));
  }

  void give(unsigned answer) { filter_.instructions.push_back(BPF_STMT(BPF_RET | BPF_K, answer)); }
};

} // namespace

system_call_filter system_call_filter::make(signals allowed) {
  system_call_filter filter;
  if constexpr (this_architecture == 0) {
    return filter;
  }
  builder rules{filter};
#if defined(SYS_fork)
  rules.always(SYS_fork, kill);
  rules.always(SYS_vfork, kill);
#endif
  rules.unless_bits(SYS_clone, 0, CLONE_THREAD, kill);
  rules.always(SYS_clone3,
               refuse(ENOSYS)); // its flags are in memory; the C library falls back to clone
  rules.unless_equal(SYS_socket, 0, {AF_UNIX}, refuse(EACCES));
  for (const long number :
       {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_unshare, SYS_setns, SYS_mount,
        SYS_bpf, SYS_userfaultfd, SYS_perf_event_open, SYS_keyctl, SYS_setsid, SYS_setpgid}) {
    rules.always(number, refuse(EPERM));
  }
  if (allowed == signals::only_to_itself) {
    rules.unless_own_pid(SYS_kill, 0, refuse(EPERM));
    rules.unless_own_pid(SYS_tgkill, 0, refuse(EPERM));
    rules.unless_own_pid(SYS_prlimit64, 0, refuse(EPERM));
    for (const long number : {SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_open,
                              SYS_pidfd_send_signal}) {
      rules.always(number, refuse(EPERM));
    }
  }
  rules.finish();
  return filter;
}

std::string system_call_filter::bytes() const {
  std::string all(instructions.size() * sizeof(sock_filter), '\0');
  std::memcpy(all.data(), instructions.data(), all.size());
  return all;
}

int system_call_filter::install_for_self() {
  for (const auto at : own_pid_operands) {
    instructions[at].k = static_cast<unsigned>(::getpid());
  }
  const sock_fprog program{static_cast<unsigned short>(instructions.size()), instructions.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    return errno;
  }
  return 0;
}

} // namespace weir::grader
