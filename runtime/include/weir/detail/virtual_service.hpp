/// \file
/// The marker by which the runtime knows its own context again: `execution_context` is not
/// polymorphic.
#pragma once

#include <boost/asio/execution_context.hpp>

namespace weir::detail {

class engine;

class virtual_service : public boost::asio::execution_context::service {
public:
  using key_type = virtual_service;
  static boost::asio::execution_context::id id;

  explicit virtual_service(boost::asio::execution_context& context) : service(context) {}

  engine* owner = nullptr;

private:
  void shutdown() override {}
};

/// The engine of `context`, or null when it is not a virtual context. Takes the service registry's
/// lock.
engine* engine_of(boost::asio::execution_context& context);

} // namespace weir::detail
