/// \file
/// Makes a failing schedule simpler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace weir {

struct shrunk {
  std::vector<std::uint32_t> choices;
  std::size_t runs = 0;
};

/// Looks for a schedule with fewer departures from first-in-first-out order (zeros) that still
/// fails: first the shortest failing prefix, then ever smaller groups of departures put back to
/// zero (delta debugging after Zeller and Hildebrandt, IEEE TSE 2002), then smaller values of those
/// that must stay.
///
/// `still_fails` runs a candidate and gives the choices that were really made when it fails in the
/// same way. At most `budget` candidates are run. The result fails, or is `choices` itself.
shrunk shrink(std::vector<std::uint32_t> choices, std::size_t budget,
              const std::function<std::optional<std::vector<std::uint32_t>>(
                  const std::vector<std::uint32_t>&)>& still_fails);

} // namespace weir
