// Methods of NativeSession that act on memory and registers: NativeMemory of src/native/memory.ts.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon/access_failure.h"
#include "addon/failure.h"
#include "addon/fields.h"
#include "addon/memory_reader.h"
#include "addon/session.h"
#include "core/memory_access.h"
#include "core/process_reader.h"
#include "core/register_names.h"

namespace ptraced::addon {
namespace {

using core::AccessError;
using core::AccessResult;
using core::Tracer;

constexpr size_t kMaxReadOnTracer = 64 << 10;

// The value, or the failure thrown.
template <typename T>
T& value_of(Napi::Env env, AccessResult<T>& result) {
  if (const auto* error = std::get_if<AccessError>(&result)) {
    throw make_access_failure(env, *error);
  }
  return std::get<T>(result);
}

uint64_t big(const Napi::Value& value) {
  bool lossless = true;
  return value.As<Napi::BigInt>().Uint64Value(&lossless);
}

// NativeLocation.
core::Location location(const Napi::Value& value) {
  if (value.IsBigInt()) {
    return big(value);
  }
  const std::optional<std::string> text = text_of(value);
  if (!text) {
    throw Napi::TypeError::New(value.Env(), "native argument: location");
  }
  auto parsed = core::AddressExpression::parse(*text, /*call_words=*/false);
  if (const auto* error = std::get_if<core::AddressError>(&parsed)) {
    throw make_access_failure(value.Env(), *error);
  }
  return std::get<core::AddressExpression>(std::move(parsed));
}

std::vector<uint8_t> bytes_of(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::shared_ptr<std::vector<uint8_t>> shared(std::vector<uint8_t>&& bytes) {
  return std::make_shared<std::vector<uint8_t>>(std::move(bytes));
}

Napi::Value registers_object(Napi::Env env, const core::TaskRegisters& registers) {
  auto values = Napi::BigUint64Array::New(env, core::kRegisterCount);
  for (size_t i = 0; i < core::kRegisterCount; ++i) {
    values[i] = core::register_value(registers.values, i);
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("values", values);
  object.Set("stopId", Napi::BigInt::New(env, registers.stop_id));
  return object;
}

constexpr auto kAnswerRegisters = [](Napi::Env env, AccessResult<core::TaskRegisters> result) {
  return registers_object(env, value_of(env, result));
};

core::RegisterWrite register_write(const Napi::Object& values, const Napi::Value& stop_id) {
  core::RegisterWrite write = {.values = {}, .expected_stop_id = big(stop_id)};
  const Napi::Array names = values.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).As<Napi::String>();
    const std::optional<size_t> index = core::find_register(name);
    if (!index) {
      throw make_failure(values.Env(), "UNKNOWN_REGISTER", "there is no register '" + name + "'",
                         {}, {{"register", name}});
    }
    write.values.emplace_back(*index, big(values.Get(name)));
  }
  return write;
}

// A task's memory, ready to be read by another thread.
struct Opened {
  core::MemoryTarget target;
  std::shared_ptr<const core::ProcessReader> process;
};

AccessResult<Opened> open_process(Tracer& tracer, pid_t pid, const core::Location& at) {
  const AccessResult<core::MemoryTarget> target = core::find_memory(tracer, pid, at);
  if (const auto* error = std::get_if<AccessError>(&target)) {
    return *error;
  }
  const auto& found = std::get<core::MemoryTarget>(target);
  core::Result<core::ProcessReader> process = core::ProcessReader::open(found.pid, found.tid);
  if (!process) {
    return core::ControlError{
        .refusal = core::Refusal::kFailed, .tid = pid, .error = process.error()};
  }
  return Opened{found, std::make_shared<core::ProcessReader>(std::move(*process))};
}

}  // namespace

Napi::Value Session::read_memory(const Napi::CallbackInfo& info) {
  const pid_t pid = info[0].As<Napi::Number>();
  const auto size =
      std::min(static_cast<size_t>(info[2].As<Napi::Number>().Int64Value()), kMaxReadOnTracer);
  return state_->on_tracer(
      info.Env(),
      [pid, at = location(info[1]), size](Tracer& tracer) {
        return core::read_task_memory(tracer, pid, at, size);
      },
      [](Napi::Env env, AccessResult<core::MemoryRead> result) -> Napi::Value {
        core::MemoryRead& read = value_of(env, result);
        Napi::Object object = Napi::Object::New(env);
        object.Set("address", Napi::BigInt::New(env, read.address));
        object.Set("stopId", Napi::BigInt::New(env, read.stop_id));
        object.Set("data", bytes_buffer(env, shared(std::move(read.bytes))));
        if (read.fault) {
          object.Set("fault", fault_object(env, *read.fault));
        }
        return object;
      });
}

Napi::Value Session::write_memory(const Napi::CallbackInfo& info) {
  const pid_t pid = info[0].As<Napi::Number>();
  const auto object = info[2].As<Napi::Object>();
  core::TaskWrite write = {.bytes = bytes_of(object.Get("data")),
                           .expected = {},
                           .force = object.Get("force").ToBoolean(),
                           .expected_stop_id = big(object.Get("expectedStopId"))};
  if (!object.Get("expected").IsUndefined()) {
    write.expected = bytes_of(object.Get("expected"));
  }
  return state_->on_tracer(
      info.Env(),
      [pid, at = location(info[1]), write = std::move(write)](Tracer& tracer) {
        return core::write_task_memory(tracer, pid, at, write);
      },
      [](Napi::Env env, AccessResult<core::WrittenMemory> result) -> Napi::Value {
        core::WrittenMemory& written = value_of(env, result);
        Napi::Object answer = Napi::Object::New(env);
        answer.Set("address", Napi::BigInt::New(env, written.address));
        answer.Set("previous", bytes_buffer(env, shared(std::move(written.previous))));
        return answer;
      });
}

Napi::Value Session::open_memory(const Napi::CallbackInfo& info) {
  const pid_t pid = info[0].As<Napi::Number>();
  return state_->on_tracer(
      info.Env(),
      [pid, at = location(info[1])](Tracer& tracer) { return open_process(tracer, pid, at); },
      [state = state_](Napi::Env env, AccessResult<Opened> result) -> Napi::Value {
        const Opened& opened = value_of(env, result);
        return create_reader(env, {state->memory_thread(env), opened.process, opened.target});
      });
}

Napi::Value Session::registers(const Napi::CallbackInfo& info) {
  const pid_t tid = info[0].As<Napi::Number>();
  if (const auto registers = state_->thread().held_registers(tid)) {
    return resolved(info.Env(), registers_object(info.Env(), *registers));
  }
  return state_->on_tracer(
      info.Env(), [tid](Tracer& tracer) { return core::task_registers(tracer, tid); },
      kAnswerRegisters);
}

Napi::Value Session::set_registers(const Napi::CallbackInfo& info) {
  const pid_t tid = info[0].As<Napi::Number>();
  return state_->on_tracer(
      info.Env(),
      [tid, write = register_write(info[1].As<Napi::Object>(), info[2])](Tracer& tracer) {
        return core::set_task_registers(tracer, tid, write);
      },
      kAnswerRegisters);
}

}  // namespace ptraced::addon
