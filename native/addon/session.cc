#include "addon/session.h"

#include <string>
#include <utility>

#include "addon/arguments.h"
#include "addon/fields.h"

namespace ptraced::addon {
namespace {

// The constructors that create() calls; one set for each environment (worker threads have theirs).
struct Constructors {
  Napi::FunctionReference session;
  Napi::FunctionReference cursor;
  Napi::FunctionReference memory_reader;
};

Constructors& constructors(Napi::Env env) {
  auto* held = env.GetInstanceData<Constructors>();
  if (held == nullptr) {
    held = new Constructors;
    env.SetInstanceData(held);
  }
  return *held;
}

// The first argument, or without one, any number.
size_t max_records(const Napi::CallbackInfo& info) {
  return info[0].IsNumber() ? static_cast<size_t>(info[0].As<Napi::Number>().Int64Value())
                            : SIZE_MAX;
}

template <typename State>
Napi::External<State> wrap(Napi::Env env, State* state) {
  return Napi::External<State>::New(env, state);
}

}  // namespace

Napi::Function Session::define(Napi::Env env) {
  Napi::Function constructor =
      DefineClass(env, "NativeSession",
                  {InstanceAccessor<&Session::root_pid>("rootPid"),
                   InstanceAccessor<&Session::ended>("ended"),
                   InstanceMethod<&Session::info>("info"),
                   InstanceMethod<&Session::sees_calls>("seesCalls"),
                   InstanceMethod<&Session::open_cursor>("openCursor"),
                   InstanceMethod<&Session::summary>("summary"),
                   InstanceMethod<&Session::update>("update"),
                   InstanceMethod<&Session::end>("end"),
                   InstanceMethod<&Session::write_stdin>("writeStdin"),
                   InstanceMethod<&Session::stdin_drained>("stdinDrained"),
                   InstanceMethod<&Session::dispose>("dispose"),
                   InstanceMethod<&Session::read_memory>("readMemory"),
                   InstanceMethod<&Session::write_memory>("writeMemory"),
                   InstanceMethod<&Session::open_memory>("openMemory"),
                   InstanceMethod<&Session::registers>("registers"),
                   InstanceMethod<&Session::set_registers>("setRegisters"),
                   InstanceMethod<&Session::list_tasks>("listTasks"),
                   InstanceMethod<&Session::pause>("pause"),
                   InstanceMethod<&Session::resume>("resume"),
                   InstanceMethod<&Session::step>("step"),
                   InstanceMethod<&Session::wait_stop>("waitStop"),
                   InstanceMethod<&Session::send_signal>("sendSignal"),
                   InstanceMethod<&Session::detach_processes>("detachProcesses"),
                   InstanceMethod<&Session::set_holder>("setHolder")});
  constructors(env).session = Napi::Persistent(constructor);
  constructors(env).memory_reader = Napi::Persistent(MemoryReader::define(env));
  return constructor;
}

Napi::Object Session::create(Napi::Env env, std::shared_ptr<SessionState> state) {
  return constructors(env).session.New({wrap(env, &state)});
}

Napi::Object Session::create_reader(Napi::Env env, MemoryReader::State state) {
  return MemoryReader::create(env, constructors(env).memory_reader, std::move(state));
}

Session::Session(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "NativeSession comes from launch or attach");
  }
  state_ = *info[0].As<Napi::External<std::shared_ptr<SessionState>>>().Data();
}

Napi::Value Session::root_pid(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), state_->root());
}

Napi::Value Session::ended(const Napi::CallbackInfo&) {
  return state_->ended();
}

Napi::Value Session::info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const wire::Ring::Stats stats = state_->thread().ring().stats();
  Napi::Object result = Napi::Object::New(env);
  result.Set("firstSerial", Napi::BigInt::New(env, stats.first_serial));
  result.Set("lastSerial", Napi::BigInt::New(env, stats.last_serial));
  result.Set("lostRecords", Napi::BigInt::New(env, stats.lost_records));
  result.Set("liveTasks", Napi::Number::New(env, state_->thread().live_tasks()));
  if (const auto status = state_->thread().root_status()) {
    result.Set("rootExit", exit_of(env, *status));
  }
  result.Set("filteredInKernel", Napi::Boolean::New(env, state_->thread().filtered_in_kernel()));
  result.Set("ringBytes", Napi::Number::New(env, stats.bytes));
  return result;
}

Napi::Value Session::sees_calls(const Napi::CallbackInfo& info) {
  std::string error;
  const auto calls = decode::SyscallSet::parse(string_array(info[0]), error);
  return Napi::Boolean::New(info.Env(), !error.empty() || state_->thread().sees(calls));
}

Napi::Value Session::open_cursor(const Napi::CallbackInfo& info) {
  wire::ReaderOptions options = reader_options(info[0].As<Napi::Object>());
  TracerThread& thread = state_->thread();
  if (options.start == wire::ReaderOptions::Start::kOldest && options.lossless &&
      options.filter.is_everything()) {
    if (const auto first = thread.take_first_reader()) {
      return Cursor::create(info.Env(), state_, *first);
    }
  }
  return Cursor::create(info.Env(), state_, thread.ring().open(std::move(options)));
}

Napi::Value Session::end(const Napi::CallbackInfo& info) {
  const std::string action = info[0].As<Napi::String>();
  state_->thread().end(action == "kill" ? core::EndAction::kKill : core::EndAction::kDetach,
                       info[1].As<Napi::Number>());
  return state_->ended();
}

void Session::dispose(const Napi::CallbackInfo& info) {
  state_->dispose(info.Env());
}

Napi::Function Cursor::define(Napi::Env env) {
  Napi::Function constructor =
      DefineClass(env, "NativeCursor",
                  {InstanceMethod<&Cursor::next>("next"), InstanceMethod<&Cursor::take>("take"),
                   InstanceAccessor<&Cursor::last_serial>("lastSerial"),
                   InstanceMethod<&Cursor::close>("close")});
  constructors(env).cursor = Napi::Persistent(constructor);
  return constructor;
}

Napi::Object Cursor::create(Napi::Env env, std::shared_ptr<SessionState> state,
                            wire::Ring::CursorId id) {
  return constructors(env).cursor.New({wrap(env, &state), Napi::Number::New(env, id)});
}

Cursor::Cursor(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (info.Length() != 2 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "NativeCursor comes from openCursor");
  }
  state_ = *info[0].As<Napi::External<std::shared_ptr<SessionState>>>().Data();
  id_ = info[1].As<Napi::Number>();
}

Cursor::~Cursor() {
  if (state_) {
    state_->thread().ring().close(id_);
  }
}

Napi::Value Cursor::next(const Napi::CallbackInfo& info) {
  return state_->next(info.Env(), id_, max_records(info));
}

Napi::Value Cursor::take(const Napi::CallbackInfo& info) {
  return state_->take(info.Env(), id_, max_records(info));
}

Napi::Value Cursor::last_serial(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), state_->thread().ring().served(id_));
}

void Cursor::close(const Napi::CallbackInfo& info) {
  state_->close(info.Env(), id_);
}

}  // namespace ptraced::addon
