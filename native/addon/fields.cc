#include "addon/fields.h"

#include <utility>

namespace ptraced::addon {

[[noreturn]] void bad(const Napi::Object& object, const char* name) {
  throw Napi::TypeError::New(object.Env(), std::string("native argument: ") + name);
}

std::string get_string(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsString()) {
    bad(object, name);
  }
  return value.As<Napi::String>();
}

bool get_bool(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsBoolean()) {
    bad(object, name);
  }
  return value.As<Napi::Boolean>();
}

double get_number(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) {
    bad(object, name);
  }
  return value.As<Napi::Number>().DoubleValue();
}

std::vector<std::string> get_strings(const Napi::Object& object, const char* name) {
  return string_array(object.Get(name));
}

std::vector<double> get_numbers(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) {
    bad(object, name);
  }
  const auto array = value.As<Napi::Array>();
  std::vector<double> numbers;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    numbers.push_back(array.Get(i).ToNumber().DoubleValue());
  }
  return numbers;
}

int64_t get_bigint(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsBigInt()) {
    bad(object, name);
  }
  bool lossless = true;
  return value.As<Napi::BigInt>().Int64Value(&lossless);
}

Napi::Object get_object(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsObject()) {
    bad(object, name);
  }
  return value.As<Napi::Object>();
}

std::vector<std::string> string_array(const Napi::Value& value) {
  if (!value.IsArray()) {
    throw Napi::TypeError::New(value.Env(), "native argument: not an array");
  }
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> strings;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    strings.push_back(array.Get(i).ToString());
  }
  return strings;
}

std::optional<std::string> text_of(const Napi::Value& value) {
  if (value.IsString()) {
    return value.As<Napi::String>().Utf8Value();
  }
  if (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
    const auto bytes = value.As<Napi::Uint8Array>();
    return std::string(reinterpret_cast<const char*>(bytes.Data()), bytes.ElementLength());
  }
  return std::nullopt;
}

std::string get_text(const Napi::Object& object, const char* name) {
  std::optional<std::string> text = text_of(object.Get(name));
  if (!text) {
    bad(object, name);
  }
  return std::move(*text);
}

std::vector<std::string> get_texts(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) {
    bad(object, name);
  }
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    std::optional<std::string> text = text_of(array.Get(i));
    if (!text) {
      bad(object, name);
    }
    texts.push_back(std::move(*text));
  }
  return texts;
}

}  // namespace ptraced::addon
