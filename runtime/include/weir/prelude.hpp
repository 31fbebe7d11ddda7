/// \file
/// The header that every translation unit sees first.
///
/// It is included by force (`-include weir/prelude.hpp`, or as a precompiled header), so that
/// Weir's specialisations of Asio's timer and of `use_awaitable` are known before anything can
/// instantiate Asio's own. A translation unit that misses it builds a stock timer on the virtual
/// context, and such a timer starts an operating-system thread; a run that finds one ends as
/// `left_virtual_time`.
#pragma once

#include <weir/detail/awaitable_hook.hpp>
#include <weir/detail/timer.hpp>
#include <weir/expect.hpp>
#include <weir/run.hpp>
#include <weir/virtual_context.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

// Asio's functions and some of its types live in libweir: they have to be those of these headers.
#if defined(WEIR_BUILT_WITH_ASIO) && WEIR_BUILT_WITH_ASIO != BOOST_ASIO_VERSION
#error libweir was built with another Asio. Include that Boost, or build Weir with this one
#endif
// g++ and clang disagree about some of Asio's mangled names.
#if defined(WEIR_BUILT_WITH_CLANG) && defined(__clang__) != WEIR_BUILT_WITH_CLANG
#error libweir was built by another compiler. Use that one (g++ or clang), or build Weir with this
#endif

namespace asio = boost::asio;
