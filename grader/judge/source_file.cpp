#include "judge/source_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

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

/// Takes `word` off the front of `text`. Whether it stood there.
bool take(std::string_view& text, std::string_view word) {
  const bool there = text.starts_with(word);
  text.remove_prefix(there ? word.size() : 0);
  return there;
}

void take_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// Of a name that is longer than any file's, the beginning.
std::string shortened(std::string_view name) {
  constexpr std::size_t longest = 200;
  return std::string{name.substr(0, longest)} + (name.size() > longest ? "…" : "");
}

/// What stands between the quotes or angles of an include, an import or an embed. By hand:
/// std::regex recurses for every character, and a line may be a mebibyte long.
std::optional<std::string_view> included_by(std::string_view line) {
  take_blanks(line);
  if (!take(line, "#") && !take(line, "%:") && !take(line, "\?\?=")) {
    return std::nullopt;
  }
  take_blanks(line);
  if (!take(line, "include_next") && !take(line, "include") && !take(line, "import") &&
      !take(line, "embed")) {
    return std::nullopt;
  }
  take_blanks(line);
  if (!take(line, "\"") && !take(line, "<")) {
    return std::nullopt;
  }
  const auto end = line.find_first_of("\">");
  return end == std::string_view::npos ? std::nullopt : std::optional{line.substr(0, end)};
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
  std::size_t number = 0;
  while (!source.empty()) {
    ++number;
    const auto end = source.find('\n');
    const std::string_view line = source.substr(0, end);
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
    if (const auto what = included_by(line)) {
      const std::filesystem::path named{*what};
      bool climbs = false;
      for (const auto& part : named) {
        climbs = climbs || part == "..";
      }
      if (named.is_absolute() || climbs) {
        return fmt::format(
            "line {} includes \"{}\". Exercise files include headers by name, not by a path: "
            "<boost/asio/...>, <weir/...> or the exercise's own interface",
            number, shortened(*what));
      }
    }
  }
  return {};
}

} // namespace weir::grader
