#include <string>
#include <utility>

#include "addon/failure.h"
#include "addon/session.h"
#include "decode/decoder.h"

namespace ptraced::addon {
namespace {

// A buffer over the batch's own memory, which lives as long as the buffer.
Napi::Value frame_buffer(Napi::Env env, std::shared_ptr<const wire::Batch> batch) {
  auto* owner = new std::shared_ptr<const wire::Batch>(std::move(batch));
  const std::string& frame = (*owner)->frame;
  return Napi::Buffer<char>::NewOrCopy(
      env, const_cast<char*>(frame.data()), frame.size(),
      [](Napi::Env, char*, std::shared_ptr<const wire::Batch>* held) { delete held; }, owner);
}

Napi::Value frame_of(Napi::Env env, const wire::RingItem& item) {
  Napi::Object frame = Napi::Object::New(env);
  switch (item.kind) {
    case wire::RingItem::Kind::kBatch:
      frame.Set("kind", "batch");
      frame.Set("records", Napi::Number::New(env, static_cast<double>(item.records)));
      frame.Set("payload", Napi::Number::New(env, static_cast<double>(item.batch->payload)));
      frame.Set("lastSerial", Napi::BigInt::New(env, item.batch->last_serial));
      frame.Set("frame", frame_buffer(env, item.batch));
      break;
    case wire::RingItem::Kind::kLost:
      frame.Set("kind", "lost");
      frame.Set("count", Napi::BigInt::New(env, item.last_lost - item.first_lost + 1));
      frame.Set("firstSerial", Napi::BigInt::New(env, item.first_lost));
      frame.Set("lastSerial", Napi::BigInt::New(env, item.last_lost));
      frame.Set("reason", Napi::Number::New(env, static_cast<int>(item.reason)));
      break;
    case wire::RingItem::Kind::kMore:
      frame.Set("kind", "more");
      break;
    case wire::RingItem::Kind::kEnd:
    case wire::RingItem::Kind::kNothing:
      frame.Set("kind", "end");
      break;
  }
  return frame;
}

Napi::Value end_of(Napi::Env env, const SessionEnd& end) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("cause", Napi::Number::New(env, end.cause));
  result.Set("message", end.message);
  if (end.root_status) {
    result.Set("rootExit", exit_of(env, *end.root_status));
  }
  return result;
}

}  // namespace

Napi::Promise resolved(Napi::Env env, Napi::Value value) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  deferred.Resolve(value);
  return deferred.Promise();
}

Napi::Value exit_of(Napi::Env env, const core::WaitStatus& status) {
  Napi::Object exit = Napi::Object::New(env);
  if (status.exited()) {
    exit.Set("exitCode", Napi::Number::New(env, status.exit_code()));
  }
  const int signal = status.killed() ? status.fatal_signal() : 0;
  exit.Set("signal", Napi::Number::New(env, signal));
  exit.Set("signalName", std::string(decode::signal_name(signal)));
  exit.Set("coreDumped", Napi::Boolean::New(env, status.killed() && status.core_dumped()));
  return exit;
}

SessionState::SessionState(Napi::Env env)
    : started_(Napi::Promise::Deferred::New(env)),
      ended_(Napi::Promise::Deferred::New(env)),
      ended_promise_(Napi::Persistent(ended_.Promise())) {}

Napi::Promise SessionState::start(Target target, SessionOptions options) {
  const Napi::Env env = started_.Env();
  function_ = Napi::ThreadSafeFunction::New(env, Napi::Function(), "ptraced session",
                                            /*maxQueueSize=*/0, /*initialThreadCount=*/1);
  core::Result<std::shared_ptr<TracerThread>> thread =
      TracerThread::start(std::move(target), std::move(options), shared_from_this());
  if (thread) {
    thread_ = std::move(*thread);
  } else {
    function_.Release();
    started_.Reject(make_start_failure(env, thread.error()).Value());
  }
  return started_.Promise();
}

SessionState::Debt::~Debt() {
  if (!paid_) {  // on the tracer thread, which has not reported its last
    state_->call_js([deferred = deferred_](SessionState&, Napi::Env env) {
      deferred.Reject(make_failure(env, "SESSION_ENDED", "no tracee is left").Value());
    });
  }
}

void SessionState::Debt::run_out() {
  paid_ = true;
  state_->call_js([deferred = deferred_](SessionState&, Napi::Env env) {
    deferred.Reject(make_out_of_memory(env).Value());
  });
}

void SessionState::Debt::refuse(Napi::Env env) {
  paid_ = true;
  deferred_.Reject(make_failure(env, "SESSION_ENDED", "no tracee is left").Value());
}

void SessionState::on_started(pid_t root) {
  call_js([root](SessionState& self, Napi::Env env) {
    self.root_ = root;
    self.started_.Resolve(Session::create(env, self.shared_from_this()));
  });
}

void SessionState::on_failed(const core::Error& error) {
  call_js([error](SessionState& self, Napi::Env env) {
    self.started_.Reject(make_start_failure(env, error).Value());
  });
}

void SessionState::on_records() {
  if (records_awaited_.exchange(false)) {
    call_js([](SessionState& self, Napi::Env env) { self.serve_waiting(env); });
  }
}

void SessionState::on_ended(SessionEnd end) {
  call_js([end = std::move(end)](SessionState& self, Napi::Env env) {
    self.has_ended_ = true;
    self.thread_->forget_request();
    if (self.memory_thread_) {
      self.memory_thread_->stop(env);
    }
    self.ended_.Resolve(end_of(env, end));
  });
}

void SessionState::on_quiet() {
  function_.Release();
}

Napi::Promise SessionState::next(Napi::Env env, wire::Ring::CursorId cursor, size_t max_records) {
  const Waiting waiting = {Napi::Promise::Deferred::New(env), max_records};
  serve(env, cursor, waiting);
  return waiting.deferred.Promise();
}

// Settles the promise now, or remembers it.
void SessionState::serve(Napi::Env env, wire::Ring::CursorId cursor, const Waiting& waiting) {
  records_awaited_ = true;  // before the look, so that nothing comes between the two
  const wire::RingItem item = thread_->ring().next(cursor, waiting.max_records);
  if (item.kind == wire::RingItem::Kind::kNothing) {
    waiting_.insert_or_assign(cursor, waiting);
    return;
  }
  if (waiting_.empty()) {
    records_awaited_ = false;
  }
  waiting.deferred.Resolve(frame_of(env, item));
}

Napi::Value SessionState::take(Napi::Env env, wire::Ring::CursorId cursor, size_t max_records) {
  const wire::RingItem item = thread_->ring().next(cursor, max_records);
  return item.kind == wire::RingItem::Kind::kNothing ? env.Null() : frame_of(env, item);
}

void SessionState::close(Napi::Env env, wire::Ring::CursorId cursor) {
  thread_->ring().close(cursor);
  if (const auto it = waiting_.find(cursor); it != waiting_.end()) {
    it->second.deferred.Resolve(env.Null());
    waiting_.erase(it);
  }
}

std::shared_ptr<MemoryThread> SessionState::memory_thread(Napi::Env env) {
  if (!memory_thread_) {
    memory_thread_ = MemoryThread::start(env);
    if (has_ended_) {
      memory_thread_->stop(env);
    }
  }
  return memory_thread_;
}

void SessionState::dispose(Napi::Env env) {
  thread_->ring().clear();
  serve_waiting(env);
}

void SessionState::serve_waiting(Napi::Env env) {
  for (const auto& [cursor, waiting] : std::exchange(waiting_, {})) {
    serve(env, cursor, waiting);
  }
}

}  // namespace ptraced::addon
