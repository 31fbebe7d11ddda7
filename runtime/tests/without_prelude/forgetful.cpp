// Compiled without the prelude, as a file is whose author has forgotten it.
#include "forgetful.hpp"

#include <boost/asio/steady_timer.hpp>

struct forgetful::state {
  explicit state(boost::asio::any_io_executor executor) : timer(std::move(executor)) {}

  boost::asio::steady_timer timer;
};

forgetful::forgetful(boost::asio::any_io_executor executor)
    : state_(std::make_unique<state>(std::move(executor))) {
  state_->timer.expires_after(std::chrono::seconds(1));
}

forgetful::~forgetful() = default;
