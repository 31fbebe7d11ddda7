#include <weir/detail/prelude_check.hpp>

// The type information by which Asio's service registry knows the service of a stock steady timer:
// defined in each object file that makes such a timer, and in none that has seen the prelude. That
// this library refers to it makes the linker export it from a program, too.
extern "C" __attribute__((weak)) const char stock_timer_service __asm__(
    "_ZTIN5boost4asio6detail14typeid_wrapperINS1_22deadline_timer_serviceINS1_"
    "18chrono_time_traitsINSt6chrono3_V212steady_clockENS0_11wait_traitsIS7_EEEEEEEE");

namespace weir::detail {

bool stock_timer_is_linked() noexcept {
  return &stock_timer_service != nullptr;
}

} // namespace weir::detail
