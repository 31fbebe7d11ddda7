#include <weir/policy.hpp>

namespace weir {

namespace {

class depth_first_policy final : public policy {
public:
  explicit depth_first_policy(std::size_t deviations) : bound_(deviations) {}

  bool begin_run(std::uint64_t) override {
    if (started_ && !backtrack())
      return false;
    started_ = true;
    position_ = 0;
    spent_ = 0;
    return true;
  }

  std::size_t choose(const choice_point& point) override {
    if (position_ == path_.size())
      path_.push_back({0, point.size()});
    const std::size_t chosen = path_[position_++].chosen;
    if (chosen != 0)
      ++spent_;
    return chosen;
  }

  void end_run(std::size_t) override { path_.resize(position_); }

private:
  struct point {
    std::size_t chosen;
    std::size_t width;
  };

  /// The next path in depth-first order; false when there is none within the bound.
  bool backtrack() {
    std::size_t spent = spent_;
    while (!path_.empty()) {
      point& last = path_.back();
      const std::size_t before = spent - (last.chosen != 0 ? 1 : 0);
      if (last.chosen + 1 < last.width && before < bound_) {
        ++last.chosen;
        return true;
      }
      spent = before;
      path_.pop_back();
    }
    return false;
  }

  std::size_t bound_;
  std::vector<point> path_;
  std::size_t position_ = 0;
  std::size_t spent_ = 0;
  bool started_ = false;
};

} // namespace

std::unique_ptr<policy> make_depth_first(std::size_t deviations) {
  return std::make_unique<depth_first_policy>(deviations);
}

} // namespace weir
