#pragma once

#include "terminal/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// Turns the bytes of a terminal in raw mode into keys: UTF-8, CSI and SS3 sequences, bracketed
/// paste.
///
/// Pure: bytes in, keys out, in any cut of the stream. Escape alone and the beginning of a sequence
/// look alike, and only time tells them apart: when `pending()` is true after a read, the caller
/// waits a moment (25 ms will do) and calls `flush()` if nothing more has come. Text pasted between
/// bracketed-paste marks yields no keys, so that pasted code cannot press any. Sequences that make
/// no sense are swallowed whole.
class key_decoder {
public:
  /// Takes the next bytes and returns the keys they complete.
  std::vector<key> feed(std::string_view bytes);

  /// The stream has paused: a lone escape is the Escape key, any other unfinished sequence is
  /// dropped.
  std::vector<key> flush();

  /// True while bytes wait for the rest of their sequence.
  bool pending() const { return state_ != state::ground && state_ != state::paste; }

private:
  enum class state { ground, escape, csi, ss3, utf8, paste };

  void ground(unsigned char byte, std::vector<key>& keys);
  void after_escape(unsigned char byte, std::vector<key>& keys);
  void in_csi(unsigned char byte, std::vector<key>& keys);
  void in_utf8(unsigned char byte, std::vector<key>& keys);
  void in_paste(unsigned char byte);
  void finish_csi(unsigned char last, std::vector<key>& keys);

  state state_{state::ground};
  std::string parameters_;   // of the CSI sequence under way, or the tail seen inside a paste
  char32_t code_point_{};    // of the UTF-8 sequence under way
  int continuation_bytes_{}; // still to come
};

} // namespace weir::grader
