// Trees of values as ptraced.v1.Value.
#pragma once

#include <protozero/pbf_writer.hpp>
#include <string>

#include "decode/value_tree.h"

namespace ptraced::wire {

// Up to which size of the buffer that is written values are encoded. Strings are cut there, and no
// child of a value follows; what is cut is `truncated`. What of the values that are open is still
// written, names and numbers, takes less than kMaxOverrun.
struct SizeLimit {
  const std::string& buffer;
  size_t bytes;

  static constexpr size_t kMaxOverrun = 8 << 10;
};

// Appends the arguments as field `field` (repeated ptraced.v1.Argument) to the buffer. Returns
// whether nothing of them was cut.
bool add_arguments(protozero::pbf_writer& parent, protozero::pbf_tag_type field,
                   const decode::CallValues& values, SizeLimit limit);

// Appends one value as field `field`. Returns whether nothing of it was cut.
bool add_value(protozero::pbf_writer& parent, protozero::pbf_tag_type field,
               decode::CallValues::Root root, SizeLimit limit);

// A whole ptraced.v1.Value.
std::string encode_value(decode::CallValues::Root root);

}  // namespace ptraced::wire
