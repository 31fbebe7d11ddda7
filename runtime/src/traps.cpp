/// \file
/// Stops a run that would leave virtual time. Sockets, resolvers, signal sets, thread pools and
/// `std::thread` all come to `pthread_create` in the end (Asio's services start a thread of their
/// own on a foreign context), so that is where they are met.
#include <weir/detail/engine.hpp>

#include <dlfcn.h>
#include <pthread.h>

#include <cerrno>

namespace {
using create_function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
}

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
  if (auto* e = weir::detail::engine::current()) {
    e->stop(
        weir::detail::stop_reason::left_virtual_time,
        "the code asked for an operating-system thread. Inside a run there is one thread and "
        "virtual time: std::thread, thread_pool, sockets, resolvers and signal sets need a real "
        "io_context. Use timers, channels and co_spawn, or the models in weir/world: thread_pool "
        "is "
        "one");
    return EPERM;
  }
  static const auto real = reinterpret_cast<create_function>(::dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, start, argument);
}
