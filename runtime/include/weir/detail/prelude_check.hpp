/// \file
/// Whether every translation unit of the program has seen weir/prelude.hpp. Part of the
/// implementation.
#pragma once

namespace weir::detail {

/// Some translation unit has instantiated Asio's own steady timer. Ours has the same name and
/// another layout: the linker has merged the two, and the program can only crash.
[[nodiscard]] bool stock_timer_is_linked() noexcept;

inline constexpr char without_prelude[] =
    "some file of this program includes Asio without Weir's prelude, so that there are two kinds "
    "of "
    "steady_timer under one name. Compile every file with -include weir/prelude.hpp, as all that "
    "link the target weir::runtime do, and build again";

} // namespace weir::detail
