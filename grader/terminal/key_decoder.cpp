#include "terminal/key_decoder.hpp"

#include "terminal/text.hpp"

#include <array>
#include <utility>

namespace weir::grader {
namespace {

constexpr unsigned char escape_byte = 0x1b;
constexpr std::string_view paste_end = "\x1b[201~";
constexpr std::size_t longest_sequence = 32; // parameters beyond this are noise

key_name name_of_final(unsigned char last) {
  switch (last) {
  case 'A':
    return key_name::up;
  case 'B':
    return key_name::down;
  case 'C':
    return key_name::right;
  case 'D':
    return key_name::left;
  case 'H':
    return key_name::home;
  case 'F':
    return key_name::end;
  case 'M':
    return key_name::enter; // the keypad's, as SS3 M
  default:
    return key_name::other;
  }
}

key_name name_of_number(std::string_view number) {
  constexpr std::array<std::pair<std::string_view, key_name>, 6> names{{{"1", key_name::home},
                                                                        {"4", key_name::end},
                                                                        {"5", key_name::page_up},
                                                                        {"6", key_name::page_down},
                                                                        {"7", key_name::home},
                                                                        {"8", key_name::end}}};
  for (const auto& [digits, name] : names) {
    if (digits == number) {
      return name;
    }
  }
  return key_name::other;
}

} // namespace

std::string to_string(const key& pressed) {
  switch (pressed.name) {
  case key_name::character:
    return encode_utf8(pressed.character);
  case key_name::up:
    return "Up";
  case key_name::down:
    return "Down";
  case key_name::left:
    return "Left";
  case key_name::right:
    return "Right";
  case key_name::page_up:
    return "PageUp";
  case key_name::page_down:
    return "PageDown";
  case key_name::home:
    return "Home";
  case key_name::end:
    return "End";
  case key_name::enter:
    return "Enter";
  case key_name::escape:
    return "Escape";
  case key_name::backspace:
    return "Backspace";
  case key_name::tab:
    return "Tab";
  case key_name::other:
    break;
  }
  return "that key";
}

std::ostream& operator<<(std::ostream& out, const key& pressed) {
  return out << to_string(pressed);
}

std::vector<key> key_decoder::feed(std::string_view bytes) {
  std::vector<key> keys;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    switch (state_) {
    case state::ground:
      ground(byte, keys);
      break;
    case state::escape:
      after_escape(byte, keys);
      break;
    case state::csi:
      in_csi(byte, keys);
      break;
    case state::ss3:
      state_ = state::ground;
      keys.push_back({name_of_final(byte)});
      break;
    case state::utf8:
      in_utf8(byte, keys);
      break;
    case state::paste:
      in_paste(byte);
      break;
    }
  }
  return keys;
}

std::vector<key> key_decoder::flush() {
  if (!pending()) {
    return {};
  }
  const bool lone_escape = state_ == state::escape;
  state_ = state::ground;
  parameters_.clear();
  return lone_escape ? std::vector{key{key_name::escape}} : std::vector<key>{};
}

void key_decoder::ground(unsigned char byte, std::vector<key>& keys) {
  if (byte == escape_byte) {
    state_ = state::escape;
  } else if (byte == '\r' || byte == '\n') {
    keys.push_back({key_name::enter});
  } else if (byte == '\t') {
    keys.push_back({key_name::tab});
  } else if (byte == 0x7f || byte == 0x08) {
    keys.push_back({key_name::backspace});
  } else if (byte < 0x20) {
    keys.push_back({key_name::other});
  } else if (byte < 0x80) {
    keys.push_back(key::of(byte));
  } else if (byte >= 0xc2 && byte < 0xf5) {
    continuation_bytes_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    code_point_ = byte & (0x3fU >> continuation_bytes_);
    state_ = state::utf8;
  } // any other byte is not UTF-8: dropped
}

void key_decoder::after_escape(unsigned char byte, std::vector<key>& keys) {
  if (byte == '[') {
    state_ = state::csi;
    parameters_.clear();
  } else if (byte == 'O') {
    state_ = state::ss3;
  } else if (byte == escape_byte) {
    keys.push_back({key_name::escape}); // the first one stood alone; this one may begin a sequence
  } else {
    state_ = state::ground;
    keys.push_back({key_name::other}); // Alt and a letter
  }
}

void key_decoder::in_csi(unsigned char byte, std::vector<key>& keys) {
  if (byte >= 0x40 && byte <= 0x7e && !(byte == '[' && parameters_.empty())) {
    finish_csi(byte, keys);
  } else if (byte == escape_byte) {
    state_ = state::escape; // the sequence was cut off
  } else if (parameters_.size() < longest_sequence) {
    parameters_.push_back(static_cast<char>(byte));
  }
}

void key_decoder::finish_csi(unsigned char last, std::vector<key>& keys) {
  state_ = state::ground;
  const std::string parameters = std::exchange(parameters_, {});
  if (last == '~' && parameters == "200") {
    state_ = state::paste;
    return;
  }
  if (!parameters.empty() && parameters.front() == '[') { // the Linux console's F1 to F5
    keys.push_back({key_name::other});
    return;
  }
  const std::string_view number = std::string_view{parameters}.substr(0, parameters.find(';'));
  if (last == 'I' || last == 'O' || last == 'R' || (!number.empty() && number.front() == '<')) {
    return; // reports about focus, cursor or mouse: no key at all
  }
  keys.push_back({last == '~'   ? name_of_number(number)
                  : last == 'M' ? key_name::other
                                : name_of_final(last)});
}

void key_decoder::in_utf8(unsigned char byte, std::vector<key>& keys) {
  if ((byte & 0xc0U) != 0x80U) { // cut short: this byte begins something new
    state_ = state::ground;
    ground(byte, keys);
    return;
  }
  code_point_ = (code_point_ << 6U) | (byte & 0x3fU);
  if (--continuation_bytes_ == 0) {
    state_ = state::ground;
    keys.push_back(key::of(code_point_));
  }
}

void key_decoder::in_paste(unsigned char byte) {
  parameters_.push_back(static_cast<char>(byte));
  if (parameters_.size() > paste_end.size()) {
    parameters_.erase(0, parameters_.size() - paste_end.size());
  }
  if (parameters_ == paste_end) {
    state_ = state::ground;
    parameters_.clear();
  }
}

} // namespace weir::grader
