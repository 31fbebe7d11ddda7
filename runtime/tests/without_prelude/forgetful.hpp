#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <memory>

/// Has a timer of its own.
class forgetful {
public:
  explicit forgetful(boost::asio::any_io_executor executor);
  forgetful(const forgetful&) = delete;
  forgetful& operator=(const forgetful&) = delete;
  ~forgetful();

private:
  struct state;
  std::unique_ptr<state> state_;
};
