#include "hash.hpp"
#include "roles_from_names.hpp"
#include "weir/trace/file.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#ifndef WEIR_VERSION
#define WEIR_VERSION "0.1.0"
#endif

namespace weir::trace {

// Events are copied as they lie in memory; a port to a big-endian machine has to swap them here.
static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::string_view magic{"\x89WEIR\r\n\x1a", 8};
constexpr std::size_t version_text = 24;
constexpr std::size_t fixed_part = 8 + 4 + 4 + version_text;

std::uint64_t checksum(std::string_view bytes) noexcept {
  hasher h;
  h.add(bytes);
  return h.value();
}

class byte_writer {
public:
  template <class Number>
  void number(Number value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }

  void bytes(std::string_view value) { out_ += value; }

  [[nodiscard]] std::string take() { return std::move(out_); }

private:
  std::string out_;
};

/// Reads what is there; once something is missing, everything after is missing too.
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    Number value{};
    const auto found = bytes(sizeof value);
    if (!found.empty()) { // memcpy takes no null pointer, not even for 0 bytes
      std::memcpy(&value, found.data(), found.size());
    }
    return value;
  }

  std::string_view bytes(std::uint64_t count) {
    if (count > rest_.size()) {
      short_ = true;
      rest_ = {};
      return {};
    }
    const auto found = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(found.size());
    return found;
  }

  std::string text() { return std::string(bytes(number<std::uint32_t>())); }

  /// A number of elements that follow, each at least `smallest` bytes: a damaged one is not
  /// allocated for.
  std::uint32_t count(std::size_t smallest) {
    const auto stated = number<std::uint32_t>();
    if (stated > rest_.size() / smallest) {
      short_ = true;
      return 0;
    }
    return stated;
  }

  [[nodiscard]] bool ran_short() const noexcept { return short_; }

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
  std::string_view rest_;
  bool short_ = false;
};

std::string encode_tables(const recording& trace) {
  byte_writer out;
  out.text(trace.header.exercise);
  out.text(trace.header.scenario);
  out.number(trace.header.seed);
  out.text(trace.header.token);
  out.number(static_cast<std::uint32_t>(trace.header.knobs.size()));
  for (const auto& [name, value] : trace.header.knobs) {
    out.text(name);
    out.text(value);
  }
  out.number(static_cast<std::uint32_t>(trace.strings.size()));
  for (const auto& text : trace.strings) {
    out.text(text);
  }
  out.number(static_cast<std::uint32_t>(trace.sources.size()));
  for (const auto& source : trace.sources) {
    out.number(static_cast<std::uint8_t>(source.kind));
    out.text(source.name);
    out.text(source.unit);
    out.number(source.capacity);
    out.text(source.file);
    out.text(source.function);
    out.number(source.line);
    out.number(static_cast<std::uint32_t>(source.labels.size()));
    for (const auto& label : source.labels) {
      out.text(label);
    }
    out.number(static_cast<std::uint8_t>(source.role));
    out.text(source.subject);
  }
  out.number(static_cast<std::uint32_t>(trace.tasks.size()));
  for (const auto& task : trace.tasks) {
    out.number(task.id);
    out.number(task.name);
    out.number(task.parent);
  }
  return out.take();
}

/// Sources have roles from this version on.
constexpr std::uint32_t first_with_roles = 2;

source_info decode_source(byte_reader& in, std::uint32_t version) {
  source_info source;
  source.kind = static_cast<source_kind>(in.number<std::uint8_t>());
  source.name = in.text();
  source.unit = in.text();
  source.capacity = in.number<double>();
  source.file = in.text();
  source.function = in.text();
  source.line = in.number<std::uint32_t>();
  source.labels.resize(in.count(4));
  for (auto& label : source.labels) {
    label = in.text();
  }
  if (version >= first_with_roles) {
    source.role = static_cast<source_role>(in.number<std::uint8_t>());
    source.subject = in.text();
  }
  return source;
}

/// nullopt when the tables end early.
std::optional<recording> decode_tables(std::string_view bytes, std::uint32_t version) {
  byte_reader in(bytes);
  recording trace;
  trace.header.exercise = in.text();
  trace.header.scenario = in.text();
  trace.header.seed = in.number<std::uint64_t>();
  trace.header.token = in.text();
  trace.header.knobs.resize(in.count(8));
  for (auto& [name, value] : trace.header.knobs) {
    name = in.text();
    value = in.text();
  }
  trace.strings.resize(in.count(4));
  for (auto& text : trace.strings) {
    text = in.text();
  }
  trace.sources.clear();
  for (auto left = in.count(33); left != 0 && !in.ran_short(); --left) {
    trace.sources.push_back(decode_source(in, version));
  }
  trace.tasks.resize(in.count(12));
  for (auto& task : trace.tasks) {
    task.id = in.number<std::uint32_t>();
    task.name = in.number<string_id>();
    task.parent = in.number<std::uint32_t>();
  }
  if (in.ran_short()) {
    return std::nullopt;
  }
  return trace;
}

void decode_events(byte_reader& in, recording& trace, const std::string& name) {
  const auto stated = in.number<std::uint64_t>();
  const auto available = in.rest().size() / sizeof(event);
  const bool complete =
      !in.ran_short() && stated <= available &&
      in.rest().size() - static_cast<std::size_t>(stated) * sizeof(event) >= sizeof(std::uint64_t);
  const auto count = static_cast<std::size_t>(stated < available ? stated : available);
  const auto bytes = in.bytes(count * sizeof(event));
  trace.events.resize(count);
  if (count != 0) {
    std::memcpy(trace.events.data(), bytes.data(), bytes.size());
  }
  if (!complete) {
    trace.truncated = true;
    trace.remark =
        name + " breaks off: it holds " + std::to_string(count) +
        (in.ran_short() ? std::string(" events") : " of " + std::to_string(stated) + " events") +
        ", and the run went on after them. Was its writer stopped, or the disk full?";
  } else if (in.number<std::uint64_t>() != checksum(bytes)) {
    trace.truncated = true;
    trace.remark = name +
                   " is damaged: its events do not match their checksum, so some may be wrong. "
                   "Run it again to get a good one.";
  }
}

std::string_view text_until_nul(std::string_view field) {
  return field.substr(0, field.find('\0'));
}

} // namespace

std::string encode(const recording& trace) {
  const auto tables = encode_tables(trace);
  const std::string_view events(reinterpret_cast<const char*>(trace.events.data()),
                                trace.events.size() * sizeof(event));
  byte_writer out;
  out.bytes(magic);
  out.number(file_version);
  out.number(static_cast<std::uint32_t>(sizeof(event)));
  std::string writer = WEIR_VERSION;
  writer.resize(version_text - 1);
  out.bytes(writer);
  out.number('\0');
  out.number(static_cast<std::uint64_t>(tables.size()));
  out.bytes(tables);
  out.number(checksum(tables));
  out.number(static_cast<std::uint64_t>(trace.events.size()));
  out.bytes(events);
  out.number(checksum(events));
  return out.take();
}

recording decode(std::span<const std::byte> encoded, const std::string& name) {
  using reason = file_error::reason;
  byte_reader in({reinterpret_cast<const char*>(encoded.data()), encoded.size()});
  if (in.bytes(magic.size()) != magic) {
    throw file_error(
        reason::not_a_trace,
        name + " is not a weir trace: it does not begin with a trace's signature. "
               "Traces are written by `weir run`, when a test fails, and by `weir scene`.");
  }
  const auto version = in.number<std::uint32_t>();
  const auto event_size = in.number<std::uint32_t>();
  const auto writer = text_until_nul(in.bytes(version_text));
  if (version > file_version) {
    throw file_error(reason::newer_version,
                     name + " was written by weir " + std::string(writer) + " in trace format " +
                         std::to_string(version) + "; this weir (" + WEIR_VERSION +
                         ") reads formats up to " + std::to_string(file_version) +
                         ". Open it with weir " + std::string(writer) + " or later.");
  }
  const auto size = in.number<std::uint64_t>();
  const auto tables = in.bytes(size);
  const auto stated = in.number<std::uint64_t>();
  if (in.ran_short()) {
    throw file_error(reason::damaged,
                     name + " is a weir trace that breaks off before its first event: it has " +
                         std::to_string(encoded.size()) + " bytes, and its tables alone need " +
                         std::to_string(fixed_part + sizeof size + sizeof stated) +
                         (size < encoded.size() ? "" : " and more") +
                         ". Run it again to get a whole one.");
  }
  auto trace = version != 0 && event_size == sizeof(event) && stated == checksum(tables)
                   ? decode_tables(tables, version)
                   : std::nullopt;
  if (!trace) {
    throw file_error(reason::damaged,
                     name + " is a weir trace, but its tables are damaged: their checksum does "
                            "not match. Run it again to get a good one.");
  }
  decode_events(in, *trace, name);
  if (version < first_with_roles) {
    guess_roles_by_name(*trace);
  }
  return std::move(*trace);
}

} // namespace weir::trace
