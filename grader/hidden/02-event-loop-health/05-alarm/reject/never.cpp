// reject: warns
// the quietest of all
#include "alarm.hpp"

namespace {

class never final : public loop_alarm {
public:
  bool update(const sample&) override { return false; }
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<never>();
}
