#include <weir/virtual_context.hpp>

namespace weir {

namespace detail {

boost::asio::execution_context::id virtual_service::id;

engine* engine_of(boost::asio::execution_context& context) {
  if (!boost::asio::has_service<virtual_service>(context))
    return nullptr;
  return boost::asio::use_service<virtual_service>(context).owner;
}

} // namespace detail

virtual_context::virtual_context() {
  boost::asio::use_service<detail::virtual_service>(*this).owner = &engine_;
}

virtual_context::~virtual_context() {
  // What is destroyed may post its unwinding (`~awaitable_thread` does), so each step is followed
  // by another look.
  engine_.abandon_pending();
  {
    const detail::current_engine scope(engine_);
    shutdown();
  }
  engine_.abandon_pending();
  const detail::current_engine scope(engine_);
  destroy();
}

} // namespace weir
