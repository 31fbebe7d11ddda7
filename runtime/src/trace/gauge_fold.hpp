#pragma once

#include "saturate.hpp"
#include "weir/trace/summary.hpp"

#include <algorithm>

namespace weir::trace {

/// A gauge while it is being folded: the value that stands, and since when.
class gauge_fold {
public:
  gauge_fold(const source_info& source, std::int64_t length, std::size_t columns)
      : length_(length) {
    result_.name = source.name;
    result_.unit = source.unit;
    result_.capacity = source.capacity;
    result_.role = source.role;
    result_.column_max.assign(columns, 0);
  }

  void set(std::int64_t t_ns, double value) {
    if (!begun_) {
      begun_ = true;
      since_ = first_ = t_ns;
      result_.min = result_.max = value;
    } else {
      stand_until(t_ns);
    }
    result_.min = std::min(result_.min, value);
    result_.max = std::max(result_.max, value);
    result_.last = value;
    mark(t_ns, t_ns); // also a value that is replaced in the same instant
  }

  void limit(double capacity) { result_.capacity = std::max(result_.capacity, capacity); }

  gauge_summary finish() {
    if (begun_) {
      stand_until(length_);
      const auto stood = static_cast<double>(minus(length_, first_));
      result_.mean = stood > 0 ? area_ / stood : result_.last;
    }
    return std::move(result_);
  }

private:
  void stand_until(std::int64_t t_ns) {
    area_ += result_.last * static_cast<double>(minus(t_ns, since_));
    if (t_ns > since_) {
      mark(since_, t_ns - 1);
    }
    since_ = t_ns;
  }

  void mark(std::int64_t from, std::int64_t to) {
    auto& columns = result_.column_max;
    for (auto i = column_of(from), last = column_of(to); i <= last && i < columns.size(); ++i) {
      columns[i] = std::max(columns[i], result_.last);
    }
  }

  [[nodiscard]] std::size_t column_of(std::int64_t t_ns) const {
    const auto columns = result_.column_max.size();
    if (columns == 0 || length_ <= 0) {
      return 0;
    }
    const auto share =
        std::clamp(static_cast<double>(t_ns) / static_cast<double>(length_), 0.0, 1.0);
    const auto column = static_cast<std::size_t>(share * static_cast<double>(columns));
    return std::min(column, columns - 1);
  }

  gauge_summary result_;
  std::int64_t length_;
  std::int64_t first_ = 0;
  std::int64_t since_ = 0;
  double area_ = 0;
  bool begun_ = false;
};

} // namespace weir::trace
