// Fields of JavaScript objects. TypeScript has validated them; one of another type throws a
// Napi::TypeError that names it. JS thread.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ptraced::addon {

[[noreturn]] void bad(const Napi::Object& object, const char* name);

std::string get_string(const Napi::Object& object, const char* name);
bool get_bool(const Napi::Object& object, const char* name);
double get_number(const Napi::Object& object, const char* name);
int64_t get_bigint(const Napi::Object& object, const char* name);
Napi::Object get_object(const Napi::Object& object, const char* name);
std::vector<std::string> get_strings(const Napi::Object& object, const char* name);
// NativeText of src/native/addon.ts: a string, or the bytes of a Uint8Array.
std::string get_text(const Napi::Object& object, const char* name);
std::vector<std::string> get_texts(const Napi::Object& object, const char* name);
std::vector<double> get_numbers(const Napi::Object& object, const char* name);

// An array of strings.
std::vector<std::string> string_array(const Napi::Value& value);
// The bytes of a NativeText; nothing where the value is none.
std::optional<std::string> text_of(const Napi::Value& value);

}  // namespace ptraced::addon
