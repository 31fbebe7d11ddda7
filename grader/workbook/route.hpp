#pragma once

#include "workbook/chapters.hpp"
#include "workbook/exercise.hpp"
#include "workbook/progress.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace weir::grader {

/// The reader's way through the workbook: which exercises are still ahead. A view; what it is made
/// of must outlive it.
class route {
public:
  route(std::span<const exercise> exercises, const std::vector<chapter>& chapters,
        const progress& reached)
      : exercises_{exercises}, chapters_{chapters}, reached_{reached} {}

  /// The reader took the chapter's fast track and has passed its door since, or had before. A later
  /// failure of the door does not take it back.
  bool is_known(const chapter& each) const;

  /// Not passed, and not of a chapter that is known.
  bool is_pending(const exercise& ex) const;

  /// Id of the exercise whose pass settles `ex` as well, since the reader took the fast track
  /// through its chapter; empty where there is none.
  std::string door_of(const exercise& ex) const;

  /// The first pending one at or behind the place `from`, and then from the start again; null when
  /// none is left.
  const exercise* next_pending(std::size_t from) const;

private:
  std::span<const exercise> exercises_;
  const std::vector<chapter>& chapters_;
  const progress& reached_;
};

} // namespace weir::grader
