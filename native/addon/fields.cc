#include "addon/fields.h"

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

}  // namespace ptraced::addon
