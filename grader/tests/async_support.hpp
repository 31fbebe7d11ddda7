#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

/// What tests of the asynchronous parts share.
namespace weir::grader::testing {

/// Runs one operation to its end. What it throws comes out; `cancel` may be emitted meanwhile.
template <typename T>
T run_to_end(boost::asio::awaitable<T> operation,
             boost::asio::cancellation_signal* cancel = nullptr) {
  boost::asio::io_context context{1};
  std::optional<T> result;
  std::exception_ptr error;
  auto done = [&](const std::exception_ptr& thrown, T value) {
    error = thrown;
    result = std::move(value);
  };
  if (cancel) {
    boost::asio::co_spawn(context, std::move(operation),
                          boost::asio::bind_cancellation_slot(cancel->slot(), done));
  } else {
    boost::asio::co_spawn(context, std::move(operation), done);
  }
  context.run();
  if (error) {
    std::rethrow_exception(error);
  }
  return std::move(*result);
}

/// A folder that is gone afterwards.
class temporary_folder {
public:
  temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error{"no temporary folder"};
    }
    path_ = std::filesystem::canonical(name);
  }

  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Creates the folders on the way.
  std::filesystem::path write(const std::filesystem::path& name, const std::string& text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }

private:
  std::filesystem::path path_;
};

} // namespace weir::grader::testing
