#include "judge/source_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <regex>

namespace weir::grader {

namespace {

class descriptor {
public:
  explicit descriptor(int number) : number_{number} {}

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  ~descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  [[nodiscard]] int get() const { return number_; }

private:
  int number_;
};

source_file refused(const std::filesystem::path& file, const std::string& why) {
  return {.text = {}, .problem = file.string() + " " + why};
}

} // namespace

source_file read_source(const std::filesystem::path& file) {
  // O_NONBLOCK: opening a FIFO must not wait for somebody to write to it.
  const descriptor input{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (input.get() < 0) {
    if (errno == ELOOP) {
      return refused(
          file,
          "is a symbolic link. Put the file itself there (weir reset gives back the starter).");
    }
    return refused(file, fmt::format("can't be read: {}. weir reset gives back the starter.",
                                     std::strerror(errno)));
  }
  struct stat status{};
  if (::fstat(input.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return refused(file, "is not a regular file. weir reset gives back the starter.");
  }
  source_file read;
  std::string piece(std::size_t{64} << 10, '\0');
  for (;;) {
    const auto got = ::read(input.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return refused(file, fmt::format("can't be read: {}.", std::strerror(errno)));
    }
    if (got == 0) {
      return read;
    }
    read.text.append(piece, 0, static_cast<std::size_t>(got));
    if (read.text.size() > source_file::largest) {
      return refused(file, "is larger than 1 MiB, which no exercise needs.");
    }
  }
}

std::string find_forbidden_include(std::string_view source) {
  static const std::regex include{
      R"(^[ \t]*(?:#|%:|\?\?=)[ \t]*(?:include|include_next|import|embed)[ \t]*["<]([^">]*)[">])"};
  std::size_t number = 0;
  while (!source.empty()) {
    ++number;
    const auto end = source.find('\n');
    const std::string_view line = source.substr(0, end);
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
    std::match_results<std::string_view::const_iterator> match;
    if (line.find("in") == std::string_view::npos && line.find("embed") == std::string_view::npos) {
      continue;
    }
    if (std::regex_search(line.begin(), line.end(), match, include)) {
      const std::filesystem::path named = match[1].str();
      bool climbs = false;
      for (const auto& part : named) {
        climbs = climbs || part == "..";
      }
      if (named.is_absolute() || climbs) {
        return fmt::format(
            "line {} includes \"{}\". Exercise files include headers by name, not by a path: "
            "<boost/asio/...>, <weir/...> or the exercise's own interface",
            number, named.string());
      }
    }
  }
  return {};
}

} // namespace weir::grader
