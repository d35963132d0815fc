#include "addon/probe_argument.h"

#include <string>
#include <utility>

#include "addon/failure.h"
#include "addon/fields.h"
#include "addon/filter_argument.h"

namespace ptraced::addon {
namespace {

core::AddressExpression address_of(const Napi::Object& object) {
  const std::string text = get_text(object, "address");
  auto parsed = core::AddressExpression::parse(text, /*call_words=*/true);
  if (const auto* error = std::get_if<core::AddressError>(&parsed)) {
    const char* name = object.Get("address").IsString() ? ".address" : ".address_bytes";
    const std::string field = get_string(object, "field") + name;
    throw make_failure(object.Env(), "ADDRESS_SYNTAX", field + ": " + error->message, {},
                       {{"field", field}, {"position", std::to_string(error->position)}});
  }
  return std::get<core::AddressExpression>(std::move(parsed));
}

wire::MemoryProbe memory_probe(const Napi::Object& object) {
  wire::MemoryProbe probe = {.name = get_string(object, "name"),
                             .at = record_filter(get_object(object, "at")),
                             .address = address_of(object)};
  const std::string length = get_string(object, "length");
  const auto number = static_cast<uint32_t>(get_number(object, "number"));
  if (length == "bytes") {
    probe.bytes = number;
  } else if (length == "argument") {
    probe.length = wire::MemoryProbe::Length::kArgument;
    probe.argument = number < 6 ? number : 5;
  } else {
    probe.length = wire::MemoryProbe::Length::kReturn;
  }
  probe.max_bytes = static_cast<uint32_t>(get_number(object, "maxBytes"));
  return probe;
}

}  // namespace

std::vector<wire::MemoryProbe> memory_probes(const Napi::Value& value) {
  if (!value.IsArray()) {
    throw Napi::TypeError::New(value.Env(), "native argument: probes");
  }
  const auto array = value.As<Napi::Array>();
  std::vector<wire::MemoryProbe> probes;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    probes.push_back(memory_probe(array.Get(i).As<Napi::Object>()));
  }
  return probes;
}

}  // namespace ptraced::addon
