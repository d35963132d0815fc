#include "addon/tracer_thread.h"

#include <cerrno>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include "addon/kernel_filter.h"
#include "core/control.h"
#include "core/thread.h"

namespace ptraced::addon {

namespace {

// Threads that wait for the death of a command that cannot be killed, since a file system does not
// answer.
constexpr int kMostHangingLaunches = 16;
std::atomic<int> hanging_launches = 0;

}  // namespace

std::atomic<size_t> TracerThread::count_ = 0;

TracerThread::TracerThread(Target target, SessionOptions options,
                           std::shared_ptr<ThreadEvents> events)
    : target_(std::move(target)),
      options_(std::move(options)),
      events_(std::move(events)),
      ring_(options_.ring_bytes, options_.block) {
  if (options_.await_reader) {
    first_reader_ = ring_.open({.lossless = true});
  }
}

core::Result<std::shared_ptr<TracerThread>> TracerThread::start(
    Target target, SessionOptions options, std::shared_ptr<ThreadEvents> events) {
  if (hanging_launches.load() >= kMostHangingLaunches) {
    return core::Error{"fork", EAGAIN, 0};
  }
  core::Wakeup::prepare_process();
  filter_in_kernel(target, options);
  options.recorder.sees_all_calls = sees_all_calls(target, options.follow);
  std::shared_ptr<TracerThread> self(
      new TracerThread(std::move(target), std::move(options), std::move(events)));
  self->ring_.set_listeners([events = self->events_] { events->on_records(); },
                            [raw = self.get()] {
                              const std::lock_guard lock(raw->mutex_);
                              if (raw->tracer_ != nullptr) {
                                raw->tracer_->kick();
                              }
                            });
  ++count_;
  const auto body = [self] {
    self->run();
    --count_;
  };
  if (const core::Status status = core::start_thread("ptraced-tracer", body); !status) {
    --count_;
    return status.error();
  }
  return self;
}

void TracerThread::set_tracer(core::Tracer* tracer) {
  const std::lock_guard lock(mutex_);
  tracer_ = tracer;
}

std::optional<wire::Ring::CursorId> TracerThread::take_first_reader() {
  const std::lock_guard lock(mutex_);
  return std::exchange(first_reader_, std::nullopt);
}

size_t TracerThread::live_tasks() const {
  const std::lock_guard lock(mutex_);
  return tracer_ == nullptr ? 0 : tracer_->task_count();
}

std::optional<core::WaitStatus> TracerThread::root_status() const {
  const std::lock_guard lock(mutex_);
  return tracer_ == nullptr ? std::nullopt : tracer_->root_status();
}

bool TracerThread::sees(const decode::SyscallSet& calls) const {
  return !filtered_in_kernel_ || needed_calls(options_).includes(calls);
}

bool TracerThread::post(std::function<void(core::Tracer&)> command) {
  const std::lock_guard lock(mutex_);
  return tracer_ != nullptr && tracer_->post(std::move(command));
}

// What was asked for before, such as a Step, may be about to end a stop or to change its registers.
core::Tracer* TracerThread::idle_tracer() const {
  return tracer_ != nullptr && !tracer_->has_commands() ? tracer_ : nullptr;
}

std::optional<core::TaskSnapshot> TracerThread::held_task(pid_t tid, uint64_t after_stop_id) const {
  const std::lock_guard lock(mutex_);
  core::Tracer* tracer = idle_tracer();
  return tracer == nullptr ? std::nullopt : tracer->held_tasks().first(tid, after_stop_id);
}

std::optional<core::TaskRegisters> TracerThread::held_registers(pid_t tid) const {
  const std::lock_guard lock(mutex_);
  core::Tracer* tracer = idle_tracer();
  return tracer == nullptr ? std::nullopt : tracer->held_tasks().registers(tid);
}

std::vector<core::TaskSnapshot> TracerThread::resume_held(const std::vector<pid_t>& tids,
                                                          uint64_t expected_stop_id) {
  const std::lock_guard lock(mutex_);
  core::Tracer* tracer = idle_tracer();
  if (tracer == nullptr) {
    return {};
  }
  std::vector<core::TaskSnapshot> taken = tracer->held_tasks().take(tids, expected_stop_id);
  if (!taken.empty() &&
      !tracer->post([taken](core::Tracer& it) { core::resume_taken(it, taken); })) {
    return {};
  }
  return taken;
}

void TracerThread::forget_request() {
  target_ = AttachTarget{};
  options_.recorder = {};
}

void TracerThread::end(core::EndAction action, int cause) {
  ring_.stop_blocking();
  const std::lock_guard lock(mutex_);
  if (!cause_) {
    cause_ = cause;
  }
  if (tracer_ != nullptr) {
    tracer_->post([action](core::Tracer& tracer) { tracer.end(action); });
  }
}

void TracerThread::run() {
  try {
    run_tracer();
  } catch (const std::exception& error) {  // std::bad_alloc; the end of the thread lets tracees go
    fail(error);
  }
}

void TracerThread::fail(const std::exception& error) {
  if (reported_start_) {
    events_->on_ended({.cause = kTracerFailure, .root_status = {}, .message = error.what()});
  } else {
    const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
    events_->on_failed({"tracer", memory ? ENOMEM : EINVAL, 0});
  }
  events_->on_quiet();
}

void TracerThread::run_tracer() {
  auto recorder = std::make_unique<wire::Recorder>(options_.recorder, ring_, summary_);
  core::Tracer tracer(*recorder, options_.follow);
  set_tracer(&tracer);
  try {
    trace(tracer, *recorder);
  } catch (...) {
    set_tracer(nullptr);
    tracer.refuse_commands();
    recorder->finish();
    throw;
  }
  events_->on_quiet();
  recorder.reset();  // nothing is observed any more, for as long as the command may yet run
  if (hangs_) {
    hanging_launches.fetch_add(1);
  }
  tracer.linger();
  if (hangs_) {
    hanging_launches.fetch_sub(1);
  }
}

void TracerThread::trace(core::Tracer& tracer, wire::Recorder& recorder) {
  core::Result<pid_t> root = 0;
  if (const auto* launch = std::get_if<core::LaunchOptions>(&target_)) {
    root = tracer.launch(*launch);
  } else {
    const AttachTarget& attach = std::get<AttachTarget>(target_);
    const core::Status status =
        tracer.attach(attach.pid, attach.single_thread, attach.start_paused);
    root = status ? core::Result<pid_t>(attach.pid) : core::Result<pid_t>(status.error());
  }
  if (!root) {
    hangs_ = root.error().code == ETIMEDOUT;
    set_tracer(nullptr);
    recorder.finish();
    events_->on_failed(root.error());
    return;
  }
  filtered_in_kernel_ = tracer.has_call_filter();
  reported_start_ = true;
  events_->on_started(*root);
  tracer.run();
  recorder.finish();
  set_tracer(nullptr);
  events_->on_ended(describe_end(tracer));
}

SessionEnd TracerThread::describe_end(const core::Tracer& tracer) {
  const std::lock_guard lock(mutex_);
  const int cause = tracer.ended_by_let_go() ? kClientRequest : kTraceesExited;
  return {.cause = cause_.value_or(cause), .root_status = tracer.root_status(), .message = {}};
}

}  // namespace ptraced::addon
