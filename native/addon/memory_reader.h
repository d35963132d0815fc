// NativeMemoryReader of src/native/memory.ts. JS thread; the work is done on a MemoryThread.
#pragma once

#include <napi.h>

#include <memory>

#include "addon/memory_thread.h"
#include "core/memory_access.h"
#include "core/process_reader.h"

namespace ptraced::addon {

class MemoryReader : public Napi::ObjectWrap<MemoryReader> {
 public:
  // What is shared with work under way.
  struct State {
    std::shared_ptr<MemoryThread> thread;
    std::shared_ptr<const core::ProcessReader> process;
    core::MemoryTarget target;
  };

  static Napi::Function define(Napi::Env env);
  static Napi::Object create(Napi::Env env, Napi::FunctionReference& constructor, State state);

  explicit MemoryReader(const Napi::CallbackInfo& info);

 private:
  Napi::Value address(const Napi::CallbackInfo& info);
  Napi::Value stop_id(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value mappings(const Napi::CallbackInfo& info);
  Napi::Value read_strings(const Napi::CallbackInfo& info);
  Napi::Value search(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  // Throws where the reader has been closed.
  std::shared_ptr<const core::ProcessReader> process(Napi::Env env) const;

  State state_;
};

// NativeFault.
Napi::Value fault_object(Napi::Env env, const core::MemoryFault& fault);

// A buffer that owns the bytes.
Napi::Value bytes_buffer(Napi::Env env, std::shared_ptr<std::vector<uint8_t>> bytes);

}  // namespace ptraced::addon
