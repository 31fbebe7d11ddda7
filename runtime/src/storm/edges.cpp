#include <weir/storm/edges.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <typeinfo>

namespace weir::storm {

namespace {

/// Nobody but this file can name it, so nobody can have caught and thrown it anew.
struct derived_error final : boost::system::system_error {
  derived_error()
      : system_error(boost::asio::error::connection_refused, "a class derived from system_error") {}
};

} // namespace

std::string_view to_string(thrown kind) noexcept {
  switch (kind) {
  case thrown::system_error:
    return "a system_error";
  case thrown::derived:
    return "an error of a class derived from system_error";
  case thrown::runtime_error:
    return "a runtime_error";
  case thrown::number:
    return "the number 42";
  case thrown::aborted:
    return "an operation_aborted that nobody asked for";
  }
  return "something unknown";
}

std::exception_ptr make_exception(thrown kind) {
  using boost::system::system_error;
  switch (kind) {
  case thrown::system_error:
    return std::make_exception_ptr(system_error(boost::asio::error::connection_reset));
  case thrown::derived:
    return std::make_exception_ptr(derived_error());
  case thrown::runtime_error:
    return std::make_exception_ptr(std::runtime_error("a runtime_error"));
  case thrown::number:
    return std::make_exception_ptr(42);
  case thrown::aborted:
    break;
  }
  return std::make_exception_ptr(system_error(boost::asio::error::operation_aborted));
}

std::optional<thrown> kind_of(const std::exception_ptr& error) noexcept {
  const auto if_it_is = [](bool so, thrown kind) {
    return so ? std::optional(kind) : std::nullopt;
  };
  if (!error)
    return std::nullopt;
  try {
    std::rethrow_exception(error);
  } catch (const derived_error&) {
    return thrown::derived;
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted)
      return thrown::aborted;
    return if_it_is(e.code() == boost::asio::error::connection_reset &&
                        typeid(e) == typeid(boost::system::system_error),
                    thrown::system_error);
  } catch (const std::runtime_error& e) {
    return if_it_is(typeid(e) == typeid(std::runtime_error), thrown::runtime_error);
  } catch (int number) {
    return if_it_is(number == 42, thrown::number);
  } catch (...) {
    return std::nullopt;
  }
}

bool is(const std::exception_ptr& error, thrown kind) noexcept {
  return kind_of(error) == kind;
}

} // namespace weir::storm
