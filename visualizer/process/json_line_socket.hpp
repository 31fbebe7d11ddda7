#pragma once

#include "process/owned_descriptor.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace weir::viz {

/// One end of a stream socket that carries a JSON object a line. Reading never blocks.
class json_line_socket {
public:
  /// Longer lines end the connection: nobody has that much to say.
  static constexpr std::size_t longest_line = std::size_t{4} << 20;

  explicit json_line_socket(owned_descriptor end);

  [[nodiscard]] int descriptor() const noexcept { return end_.get(); }

  /// The messages that are there by now. Something that is no JSON object closes the connection.
  std::vector<boost::json::object> receive();

  /// False once the other end has closed, or talked nonsense, and `receive` has given everything.
  [[nodiscard]] bool open() const noexcept { return open_; }

  /// Waits while the other end does not read. A connection that breaks shows in `open`.
  void send(const boost::json::object& message);

private:
  owned_descriptor end_;
  std::string pending_;
  bool open_ = true;
};

} // namespace weir::viz
