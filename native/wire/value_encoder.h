// Trees of values as ptraced.v1.Value.
#pragma once

#include <protozero/pbf_writer.hpp>
#include <string>

#include "decode/value_tree.h"

namespace ptraced::wire {

// Appends the arguments as field `field` (repeated ptraced.v1.Argument).
void add_arguments(protozero::pbf_writer& parent, protozero::pbf_tag_type field,
                   const decode::CallValues& values);

// Appends one value as field `field`.
void add_value(protozero::pbf_writer& parent, protozero::pbf_tag_type field,
               decode::CallValues::Root root);

// A whole ptraced.v1.Value.
std::string encode_value(decode::CallValues::Root root);

}  // namespace ptraced::wire
