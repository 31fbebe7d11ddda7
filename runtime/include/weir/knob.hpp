#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Knobs: what a scene lets people tune, with value, range, unit and documentation.
namespace weir {

/// A setting that cannot be: unknown knob, not a number, out of range. `what()` says what was
/// expected and what was found.
class knob_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

enum class knob_kind : std::uint8_t { real, integer, duration, choice };

/// What a knob is, whatever its type in the code. All values are doubles: a real number, a whole
/// number, nanoseconds (exact up to 104 days), or the index of a choice.
struct knob_info {
  std::string name = {}; ///< kebab-case, as in `--set arrival-rate=200/s`
  knob_kind kind = knob_kind::real;
  double value = 0; ///< default
  double min = 0;
  double max = 0;
  double step = 0;                ///< of a slider; 0 = a hundredth of the range
  std::string unit = {};          ///< "/s", "items", "B", "%"; durations and choices have none
  std::string documentation = {}; ///< what it means and what turning it does
  std::vector<std::string> choices = {};
};

/// Turns "20ms", "1.5s", "200/s", "12/min", "5%", "64KiB", "drop-newest" into the knob's value.
/// A real or whole number may go without its unit; a duration may not, except 0. Throws knob_error,
/// also when it is out of range.
[[nodiscard]] double parse_knob(const knob_info& knob, std::string_view text);

/// The value as `--set` takes it: "20ms", "200/s", "drop-newest". parse_knob reads it back to the
/// same value.
[[nodiscard]] std::string format_knob(const knob_info& knob, double value);

template <class T>
struct knob_options {
  T value{};
  T min{};
  T max{};
  T step{};
  std::string unit = {};
  std::string documentation = {};
};

/// A knob of a scene, as the scene's code sees it. T is double, an integer, a std::chrono duration,
/// or an enum whose enumerators count from 0.
///
///     const weir::knob<std::chrono::nanoseconds> latency{
///         "latency",
///         {.value = 20ms, .min = 0ms, .max = 1s, .documentation = "How long a call takes."}};
template <class T>
class knob {
public:
  knob(std::string name, knob_options<T> options)
    requires(!std::is_enum_v<T>)
      : info_{.name = std::move(name),
              .kind = kind(),
              .value = to_number(options.value),
              .min = to_number(options.min),
              .max = to_number(options.max),
              .step = to_number(options.step),
              .unit = std::move(options.unit),
              .documentation = std::move(options.documentation),
              .choices = {}} {}

  /// One of a few named choices, in the order of the enumerators.
  knob(std::string name, std::vector<std::string> choices, T value, std::string documentation)
    requires std::is_enum_v<T>
      : info_{.name = std::move(name),
              .kind = kind(),
              .value = to_number(value),
              .min = 0,
              .max = choices.empty() ? 0 : static_cast<double>(choices.size() - 1),
              .step = 1,
              .unit = {},
              .documentation = std::move(documentation),
              .choices = std::move(choices)} {}

  [[nodiscard]] const knob_info& info() const noexcept { return info_; }

  operator const knob_info&() const noexcept { return info_; }

  [[nodiscard]] static T from_number(double number) {
    if constexpr (kind() == knob_kind::duration) {
      const std::chrono::nanoseconds length{static_cast<std::int64_t>(number)};
      return std::chrono::duration_cast<T>(length);
    } else if constexpr (kind() == knob_kind::choice) {
      return static_cast<T>(static_cast<std::int64_t>(number));
    } else {
      return static_cast<T>(number);
    }
  }

private:
  static constexpr knob_kind kind() {
    if constexpr (std::is_enum_v<T>) {
      return knob_kind::choice;
    } else if constexpr (std::is_integral_v<T>) {
      return knob_kind::integer;
    } else if constexpr (std::is_floating_point_v<T>) {
      return knob_kind::real;
    } else {
      return knob_kind::duration;
    }
  }

  static double to_number(T value) {
    if constexpr (kind() == knob_kind::duration) {
      return static_cast<double>(
          std::chrono::duration_cast<std::chrono::nanoseconds>(value).count());
    } else {
      return static_cast<double>(value);
    }
  }

  knob_info info_;
};

/// The knobs of a scene and what they are set to.
class knob_set {
public:
  knob_set() = default;
  /// Throws std::logic_error for a declaration that makes no sense: no name, a name twice, an empty
  /// range, a default outside the range, no documentation.
  explicit knob_set(std::vector<knob_info> declared);

  /// Applies "name=value". Throws knob_error; an unknown name gets the nearest one suggested.
  void set(std::string_view assignment);
  void set(std::string_view name, std::string_view value);
  /// Sets a number directly, as a slider does. Throws knob_error when it is out of range or not
  /// whole where it must be.
  void set(std::string_view name, double value);
  void reset();

  [[nodiscard]] const std::vector<knob_info>& declared() const noexcept { return declared_; }

  /// Throws std::logic_error for a knob that the scene did not declare.
  [[nodiscard]] double number(std::string_view name) const;

  template <class T>
  [[nodiscard]] T get(const knob<T>& which) const {
    return knob<T>::from_number(number(which.info().name));
  }

  /// Every knob and its value as `--set` takes it.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> settings() const;
  /// "--set a=1 --set b=20ms" of those that differ from their default; empty when none does.
  [[nodiscard]] std::string command_line() const;
  /// [{"name","kind","value","default","min","max","step","unit","documentation","text","choices"}];
  /// durations in ns.
  [[nodiscard]] std::string to_json() const;
  /// A table for people: name, value, range, documentation.
  [[nodiscard]] std::string to_text() const;

private:
  [[nodiscard]] std::size_t index_of(std::string_view name) const;

  std::vector<knob_info> declared_ = {};
  std::vector<double> values_ = {};
};

} // namespace weir
