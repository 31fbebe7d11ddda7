// Part of every reader's module. A module's exit handlers go by a handle of the module's own, which
// the C library's start files bring along (crtbeginS.o, libc_nonshared.a). Readers' modules are
// linked without them, because looking those files up takes as long as the linking; this is what
// they are wanted for.

// NOLINTBEGIN(bugprone-reserved-identifier): these are the names the compiler and the library use
extern "C" {

int __cxa_atexit(void (*)(void*), void*, void*) noexcept;
int __cxa_at_quick_exit(void (*)(void*), void*) noexcept;

__attribute__((visibility("hidden"))) void* __dso_handle = &__dso_handle;

__attribute__((visibility("hidden"))) int atexit(void (*function)()) noexcept {
  return __cxa_atexit(reinterpret_cast<void (*)(void*)>(function), nullptr, &__dso_handle);
}

__attribute__((visibility("hidden"))) int at_quick_exit(void (*function)()) noexcept {
  return __cxa_at_quick_exit(reinterpret_cast<void (*)(void*)>(function), &__dso_handle);
}
}
// NOLINTEND(bugprone-reserved-identifier)
