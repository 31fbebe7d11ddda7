#include "judge/captured_text.hpp"

#include <algorithm>

namespace weir::grader {

void captured_text::append(std::string_view bytes) {
  size_ += bytes.size();
  const auto to_head = std::min(bytes.size(), each_end_ - std::min(each_end_, head_.size()));
  head_ += bytes.substr(0, to_head);
  bytes.remove_prefix(to_head);
  if (bytes.size() >= each_end_) {
    tail_ = bytes.substr(bytes.size() - each_end_);
    return;
  }
  tail_ += bytes;
  if (tail_.size() > 2 * each_end_) {
    tail_.erase(0, tail_.size() - each_end_);
  }
}

std::string captured_text::text() const {
  const auto tail_size = std::min(tail_.size(), each_end_);
  const auto missing = size_ - head_.size() - tail_size;
  if (size_ == head_.size() + tail_.size()) {
    return head_ + tail_;
  }
  return head_ + "\n… " + std::to_string(missing) + " bytes left out …\n" +
         tail_.substr(tail_.size() - tail_size);
}

} // namespace weir::grader
