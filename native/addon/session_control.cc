// Methods of NativeSession that act on tasks: NativeControl of src/native/control.ts.
#include <string>
#include <utility>
#include <vector>

#include "addon/access_failure.h"
#include "addon/fields.h"
#include "addon/session.h"
#include "core/clock.h"
#include "core/control.h"

namespace ptraced::addon {
namespace {

using core::ControlError;
using core::Outcome;
using core::TaskSnapshot;
using core::Tracer;

Napi::Value to_js(Napi::Env env, const TaskSnapshot& task) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("tid", Napi::Number::New(env, task.tid));
  result.Set("pid", Napi::Number::New(env, task.pid));
  result.Set("state", Napi::Number::New(env, static_cast<int>(task.state)));
  result.Set("stopId", Napi::BigInt::New(env, task.stop_id));
  result.Set("stopReason",
             Napi::Number::New(env, task.reason ? static_cast<int>(*task.reason) : 0));
  if (!task.name.empty()) {
    result.Set("comm", Napi::Buffer<char>::Copy(env, task.name.data(), task.name.size()));
  }
  if (!task.stop_record.empty()) {
    result.Set("stopRecord",
               Napi::Buffer<char>::Copy(env, task.stop_record.data(), task.stop_record.size()));
  }
  return result;
}

Napi::Value to_js(Napi::Env env, const std::vector<TaskSnapshot>& tasks) {
  Napi::Array result = Napi::Array::New(env, tasks.size());
  uint32_t index = 0;
  for (const TaskSnapshot& task : tasks) {
    result.Set(index++, to_js(env, task));
  }
  return result;
}

Napi::Value to_js(Napi::Env env, const core::StepResult& step) {
  Napi::Object result = Napi::Object::New(env);
  if (step.task) {
    result.Set("task", to_js(env, *step.task));
  }
  result.Set("stepsDone", Napi::Number::New(env, step.done));
  Napi::Array records = Napi::Array::New(env, step.records.size());
  uint32_t index = 0;
  for (const std::string& record : step.records) {
    records.Set(index++, Napi::Buffer<char>::Copy(env, record.data(), record.size()));
  }
  result.Set("records", records);
  result.Set("cutShort", Napi::Boolean::New(env, step.cut_short));
  return result;
}

// The value, or the error thrown.
template <typename T>
Napi::Value value_of(Napi::Env env, const Outcome<T>& outcome) {
  if (!outcome.value) {
    throw make_access_failure(env, outcome.error);
  }
  return to_js(env, *outcome.value);
}

constexpr auto kAnswerTasks = [](Napi::Env env, const Outcome<std::vector<TaskSnapshot>>& outcome) {
  return value_of(env, outcome);
};

std::vector<pid_t> ids(const Napi::Object& object, const char* name) {
  std::vector<pid_t> result;
  for (const double id : get_numbers(object, name)) {
    result.push_back(static_cast<pid_t>(id));
  }
  return result;
}

int number(const Napi::Object& object, const char* name) {
  return static_cast<int>(get_number(object, name));
}

uint64_t stop_id(const Napi::Object& object, const char* name) {
  return static_cast<uint64_t>(get_bigint(object, name));
}

core::ResumeOptions resume_options(const Napi::Object& object) {
  core::ResumeOptions options;
  options.expected_stop_id = stop_id(object, "expectedStopId");
  if (object.Get("signal").IsNumber()) {
    options.signal = number(object, "signal");
  }
  return options;
}

int64_t deadline(const Napi::Object& object) {
  return core::monotonic_ns() + number(object, "timeoutMs") * core::kNanosecondsPerMillisecond;
}

}  // namespace

Napi::Value Session::list_tasks(const Napi::CallbackInfo& info) {
  const pid_t after = info[0].As<Napi::Number>();
  const uint32_t limit = info[1].As<Napi::Number>();
  return state_->on_tracer(
      info.Env(), [after, limit](Tracer& tracer) { return core::list_tasks(tracer, after, limit); },
      [](Napi::Env env, const std::vector<TaskSnapshot>& tasks) { return to_js(env, tasks); });
}

Napi::Value Session::pause(const Napi::CallbackInfo& info) {
  return state_->on_tracer_later<Outcome<std::vector<TaskSnapshot>>>(
      info.Env(),
      [tids = ids(info[0].As<Napi::Object>(), "tids")](Tracer& tracer, auto pay) {
        if (const auto error = core::pause_tasks(tracer, tids, core::StopReason::kPause, pay)) {
          pay(*error);
        }
      },
      kAnswerTasks);
}

Napi::Value Session::resume(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const std::vector<pid_t> tids = ids(request, "tids");
  const core::ResumeOptions options = resume_options(request);
  if (!options.signal) {
    const auto resumed = state_->thread().resume_held(tids, options.expected_stop_id);
    if (!resumed.empty()) {
      return resolved(info.Env(), to_js(info.Env(), resumed));
    }
  }
  return state_->on_tracer(
      info.Env(),
      [tids, options](Tracer& tracer) { return core::resume_tasks(tracer, tids, options); },
      kAnswerTasks);
}

Napi::Value Session::step(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const std::string kind = get_string(request, "kind");
  return state_->on_tracer_later<Outcome<core::StepResult>>(
      info.Env(),
      [tid = number(request, "tid"), count = static_cast<uint32_t>(number(request, "count")),
       kind = kind == "syscall" ? core::StepKind::kSyscall : core::StepKind::kInstruction,
       options = resume_options(request), until = deadline(request)](Tracer& tracer, auto pay) {
        core::step_task(tracer, tid, {.kind = kind, .count = count, .deadline_ns = until}, options,
                        pay);
      },
      [](Napi::Env env, const Outcome<core::StepResult>& outcome) {
        return value_of(env, outcome);
      });
}

Napi::Value Session::wait_stop(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const pid_t tid = number(request, "tid");
  const uint64_t after = stop_id(request, "afterStopId");
  if (const auto task = state_->thread().held_task(tid, after)) {
    return resolved(info.Env(), to_js(info.Env(), *task));
  }
  return state_->on_tracer_later<Outcome<TaskSnapshot>>(
      info.Env(),
      [tid, after, until = deadline(request)](Tracer& tracer, auto pay) {
        core::wait_stop(tracer, tid, after, until, pay);
      },
      [](Napi::Env env, const Outcome<TaskSnapshot>& outcome) { return value_of(env, outcome); });
}

Napi::Value Session::send_signal(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const bool thread_only = get_bool(request, "threadOnly");
  return state_->on_tracer(
      info.Env(),
      [tid = number(request, "pid"), signal = number(request, "signal"),
       thread_only](Tracer& tracer) { return core::send_signal(tracer, tid, signal, thread_only); },
      [](Napi::Env env, const std::optional<ControlError>& error) {
        if (error) {
          throw make_access_failure(env, *error);
        }
        return env.Undefined();
      });
}

Napi::Value Session::detach_processes(const Napi::CallbackInfo& info) {
  return state_->on_tracer_later<Outcome<std::vector<TaskSnapshot>>>(
      info.Env(),
      [pids = ids(info[0].As<Napi::Object>(), "pids")](Tracer& tracer, auto pay) {
        if (const auto error = core::detach_processes(tracer, pids, pay)) {
          pay(*error);
        }
      },
      kAnswerTasks);
}

Napi::Value Session::set_holder(const Napi::CallbackInfo& info) {
  const bool present = info[0].As<Napi::Boolean>();
  return state_->on_tracer(
      info.Env(),
      [present](Tracer& tracer) {
        // TracerThread::run gives every tracer a Recorder.
        static_cast<wire::Recorder&>(tracer.observer()).set_holder(present);
        if (!present) {
          core::resume_tasks(tracer, {}, {});
        }
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

}  // namespace ptraced::addon
