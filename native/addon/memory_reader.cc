#include "addon/memory_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "addon/access_failure.h"

namespace ptraced::addon {
namespace {

using core::ProcessReader;
using core::Result;
using Bytes = std::shared_ptr<std::vector<uint8_t>>;

constexpr size_t kMaxBytes = 16 << 20;

uint64_t big(const Napi::Value& value) {
  bool lossless = true;
  return value.As<Napi::BigInt>().Uint64Value(&lossless);
}

size_t number(const Napi::Value& value) {
  return static_cast<size_t>(value.As<Napi::Number>().Int64Value());
}

std::vector<uint8_t> bytes_of(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

// The value, or the failure thrown.
template <typename T>
const T& value_of(Napi::Env env, const Result<T>& result) {
  if (!result) {
    throw make_read_failure(env, result.error());
  }
  return *result;
}

Napi::Object mapping_object(Napi::Env env, const core::Mapping& mapping) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("start", Napi::BigInt::New(env, mapping.start));
  object.Set("end", Napi::BigInt::New(env, mapping.end));
  object.Set("permissions", mapping.permissions);
  object.Set("offset", Napi::BigInt::New(env, mapping.offset));
  object.Set("path", Napi::Buffer<char>::Copy(env, mapping.path.data(), mapping.path.size()));
  return object;
}

// Bytes that were read, and what is at their end where they are fewer than asked for.
struct Read {
  std::shared_ptr<uint8_t[]> bytes;
  size_t size;
  std::optional<core::MemoryFault> fault;
};

// The bytes stand behind `headroom` zeros. They are not written twice, as a vector's would be.
Result<Read> read_bytes(const ProcessReader& process, uint64_t address, size_t size,
                        size_t headroom) {
  Read read = {std::make_shared_for_overwrite<uint8_t[]>(headroom + size), headroom + size, {}};
  std::fill_n(read.bytes.get(), headroom, uint8_t{0});
  const Result<size_t> got = process.read(address, std::span(read.bytes.get() + headroom, size));
  if (!got) {
    return got.error();
  }
  if (*got < size) {
    read.size = headroom + *got;
    read.fault = process.describe(address + *got);
  }
  return read;
}

// A buffer that owns the bytes.
Napi::Value buffer_of(Napi::Env env, const Read& read) {
  auto* owner = new std::shared_ptr<uint8_t[]>(read.bytes);
  return Napi::Buffer<uint8_t>::NewOrCopy(
      env, owner->get(), read.size,
      [](Napi::Env, uint8_t*, std::shared_ptr<uint8_t[]>* held) { delete held; }, owner);
}

}  // namespace

Napi::Value fault_object(Napi::Env env, const core::MemoryFault& fault) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("address", Napi::BigInt::New(env, fault.address));
  object.Set("permissions", fault.permissions);
  return object;
}

Napi::Value bytes_buffer(Napi::Env env, Bytes bytes) {
  auto* owner = new Bytes(std::move(bytes));
  return Napi::Buffer<uint8_t>::NewOrCopy(
      env, (*owner)->data(), (*owner)->size(),
      [](Napi::Env, uint8_t*, Bytes* held) { delete held; }, owner);
}

Napi::Function MemoryReader::define(Napi::Env env) {
  return DefineClass(env, "NativeMemoryReader",
                     {InstanceAccessor<&MemoryReader::address>("address"),
                      InstanceAccessor<&MemoryReader::stop_id>("stopId"),
                      InstanceMethod<&MemoryReader::read>("read"),
                      InstanceMethod<&MemoryReader::mappings>("mappings"),
                      InstanceMethod<&MemoryReader::read_strings>("readStrings"),
                      InstanceMethod<&MemoryReader::search>("search"),
                      InstanceMethod<&MemoryReader::close>("close")});
}

Napi::Object MemoryReader::create(Napi::Env env, Napi::FunctionReference& constructor,
                                  State state) {
  return constructor.New({Napi::External<State>::New(env, &state)});
}

MemoryReader::MemoryReader(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "NativeMemoryReader comes from openMemory");
  }
  state_ = *info[0].As<Napi::External<State>>().Data();
}

std::shared_ptr<const ProcessReader> MemoryReader::process(Napi::Env env) const {
  if (!state_.process) {
    throw Napi::TypeError::New(env, "the memory reader is closed");
  }
  return state_.process;
}

void MemoryReader::close(const Napi::CallbackInfo&) {
  state_.process.reset();
}

Napi::Value MemoryReader::address(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), state_.target.address);
}

Napi::Value MemoryReader::stop_id(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), state_.target.stop_id);
}

Napi::Value MemoryReader::read(const Napi::CallbackInfo& info) {
  const uint64_t address = big(info[0]);
  const size_t size = std::min(number(info[1]), kMaxBytes);
  const size_t headroom = std::min(number(info[2]), kMaxBytes);
  return state_.thread->run(
      info.Env(),
      [process = process(info.Env()), address, size, headroom] {
        return read_bytes(*process, address, size, headroom);
      },
      [](Napi::Env env, const Result<Read>& result) -> Napi::Value {
        const Read& read = value_of(env, result);
        Napi::Object object = Napi::Object::New(env);
        object.Set("data", buffer_of(env, read));
        if (read.fault) {
          object.Set("fault", fault_object(env, *read.fault));
        }
        return object;
      });
}

Napi::Value MemoryReader::mappings(const Napi::CallbackInfo& info) {
  core::MappingsRange range;
  if (info[0].IsObject()) {
    const auto wanted = info[0].As<Napi::Object>();
    range = {.from = big(wanted.Get("from")),
             .max_count = number(wanted.Get("maxCount")),
             .max_path_bytes = number(wanted.Get("maxPathBytes"))};
  } else {
    range.with_paths = false;
  }
  return state_.thread->run(
      info.Env(), [process = process(info.Env()), range] { return process->mappings(range); },
      [](Napi::Env env, const Result<std::vector<core::Mapping>>& result) -> Napi::Value {
        const std::vector<core::Mapping>& list = value_of(env, result);
        Napi::Array array = Napi::Array::New(env, list.size());
        uint32_t index = 0;
        for (const core::Mapping& mapping : list) {
          array.Set(index++, mapping_object(env, mapping));
        }
        return array;
      });
}

Napi::Value MemoryReader::read_strings(const Napi::CallbackInfo& info) {
  const uint64_t address = big(info[0]);
  const size_t max_strings = number(info[1]);
  const size_t max_string_bytes = number(info[2]);
  return state_.thread->run(
      info.Env(),
      [process = process(info.Env()), address, max_strings, max_string_bytes] {
        return process->read_strings(address, max_strings, max_string_bytes);
      },
      [](Napi::Env env, const Result<core::StringVector>& result) -> Napi::Value {
        const core::StringVector& vector = value_of(env, result);
        Napi::Array strings = Napi::Array::New(env, vector.strings.size());
        uint32_t index = 0;
        for (const std::string& string : vector.strings) {
          strings.Set(index++, Napi::Buffer<char>::Copy(env, string.data(), string.size()));
        }
        Napi::Object object = Napi::Object::New(env);
        object.Set("strings", strings);
        object.Set("truncated", Napi::Boolean::New(env, vector.truncated));
        if (vector.fault) {
          object.Set("fault", fault_object(env, *vector.fault));
        }
        return object;
      });
}

Napi::Value MemoryReader::search(const Napi::CallbackInfo& info) {
  const auto range = info[0].As<Napi::Object>();
  const auto wanted = info[1].As<Napi::Object>();
  const uint64_t start = big(range.Get("start"));
  const uint64_t end = std::min(big(range.Get("end")), start + kMaxBytes);
  const uint64_t limit = big(range.Get("limit"));
  const size_t max_matches = number(info[2]);
  core::Pattern pattern = {bytes_of(wanted.Get("value")), bytes_of(wanted.Get("mask"))};
  if (pattern.value.empty() || pattern.value.size() != pattern.mask.size() || end < start ||
      limit < end) {
    throw Napi::TypeError::New(info.Env(), "native argument: search");
  }
  return state_.thread->run(
      info.Env(),
      [process = process(info.Env()), start, end, limit, max_matches,
       pattern = std::move(pattern)] {
        return process->search(start, end, limit, pattern, max_matches);
      },
      [](Napi::Env env, const Result<std::vector<uint64_t>>& result) -> Napi::Value {
        const std::vector<uint64_t>& matches = value_of(env, result);
        auto array = Napi::BigUint64Array::New(env, matches.size());
        std::copy(matches.begin(), matches.end(), array.Data());
        return array;
      });
}

}  // namespace ptraced::addon
