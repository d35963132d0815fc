// The parts of a call's text that Options::max_string_bytes limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ptraced::decode {

// A string, with its quotes and the dots where it is cut; an array, with its brackets; or the
// address of a string that could not be read as far as it would have been shown.
struct TextSpan {
  uint32_t offset = 0;  // in the text
  uint32_t size = 0;
  // Of an array: offsets from `offset` of where each element or omission may begin, separator
  // included. A limit of N elements leaves out what stands from the N-th on.
  std::vector<uint32_t> elements = {};
  // Of an address: what could be read, in quotes. A limit of as many bytes, or fewer, shows it.
  std::string readable = {};
  size_t outer = 0;  // while it is written: position of the array around it, and 1; 0: none
};

}  // namespace ptraced::decode
