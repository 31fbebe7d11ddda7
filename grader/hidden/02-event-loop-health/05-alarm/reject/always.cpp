// reject: quiet
// nobody can say that it was late
#include "alarm.hpp"

namespace {

class always final : public loop_alarm {
public:
  bool update(const sample&) override { return true; }
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<always>();
}
