#include <weir/testing/fate.hpp>

#include <typeinfo>

namespace weir::testing {

namespace {

/// What is thrown, looked at once.
struct look {
  boost::system::error_code code;
  std::string type;
  std::string text;
};

std::string text_of(const boost::system::error_code& code) {
  if (code == boost::asio::error::operation_aborted)
    return "ended with operation_aborted";
  return weir::text("threw \"{}\"", code);
}

look look_at(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    return {error.code(), {}, text_of(error.code())};
  } catch (const boost::asio::multiple_exceptions& both) {
    return {{},
            typeid(both).name(),
            "threw asio::multiple_exceptions, as `||` and `&&` do when both sides fail"};
  } catch (const std::exception& error) {
    return {{}, typeid(error).name(), weir::text("threw \"{}\"", error.what())};
  } catch (int number) {
    return {{}, typeid(number).name(), weir::text("threw the number {}", number)};
  } catch (...) {
    return {{}, {}, "threw something that is no std::exception"};
  }
}

} // namespace

failure::failure(boost::system::error_code code)
    : thrown_(std::make_exception_ptr(boost::system::system_error(code))),
      code_(code),
      text_(text_of(code)) {}

failure::failure(std::exception_ptr thrown) : thrown_(std::move(thrown)) {
  look seen = look_at(thrown_);
  code_ = seen.code;
  type_ = std::move(seen.type);
  text_ = std::move(seen.text);
}

bool failure::operator==(const failure& other) const noexcept {
  if (code_ || other.code_)
    return code_ == other.code_;
  return type_ == other.type_ && text_ == other.text_;
}

} // namespace weir::testing
