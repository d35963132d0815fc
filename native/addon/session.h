// NativeSession and NativeCursor of src/native/addon.ts. JS thread, but for the ThreadEvents.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <new>
#include <unordered_map>

#include "addon/failure.h"
#include "addon/memory_reader.h"
#include "addon/memory_thread.h"
#include "addon/tracer_thread.h"

namespace ptraced::addon {

// What the JS objects of a session share. The tracer thread reaches it by the ThreadEvents alone,
// which hand everything over to the JS thread.
class SessionState final : public ThreadEvents, public std::enable_shared_from_this<SessionState> {
 public:
  explicit SessionState(Napi::Env env);

  // Starts the thread. The promise settles once the command runs or the process is attached: with a
  // NativeSession.
  Napi::Promise start(Target target, SessionOptions options);

  Napi::Value ended() const { return ended_promise_.Value(); }
  pid_t root() const { return root_; }
  TracerThread& thread() { return *thread_; }

  // The next item of a cursor: now, or when it comes. One request at a time for each cursor.
  Napi::Promise next(Napi::Env env, wire::Ring::CursorId cursor, size_t max_records);
  // The same without waiting: null where there is nothing now.
  Napi::Value take(Napi::Env env, wire::Ring::CursorId cursor, size_t max_records);
  void close(Napi::Env env, wire::Ring::CursorId cursor);
  // Frees the ring.
  void dispose(Napi::Env env);

  // The thread that reads memory beside the tracer; it takes no work once the session has ended.
  std::shared_ptr<MemoryThread> memory_thread(Napi::Env env);

  // Runs `work(Tracer&)` on the tracer thread, and `answer(env, result)` on this one with what it
  // returned; the promise resolves with the answer, or rejects with what the answer throws. Rejects
  // with SESSION_ENDED where no tracee is left.
  template <typename Work, typename Answer>
  Napi::Promise on_tracer(Napi::Env env, Work work, Answer answer);

  // The same for work that takes its time: `work(Tracer&, pay)` calls `pay(result)` once, sooner or
  // later, on the tracer thread. Rejects with SESSION_ENDED where that destroys `pay` uncalled.
  template <typename Result, typename Work, typename Answer>
  Napi::Promise on_tracer_later(Napi::Env env, Work work, Answer answer);

  void on_started(pid_t root) override;
  void on_failed(const core::Error& error) override;
  void on_records() override;
  void on_ended(SessionEnd end) override;
  void on_quiet() override;

 private:
  template <typename Function>
  void call_js(Function function);
  // A promise that the tracer thread owes an answer to. Destroyed without one, it is rejected.
  class Debt {
   public:
    Debt(std::shared_ptr<SessionState> state, Napi::Promise::Deferred deferred)
        : state_(std::move(state)), deferred_(deferred) {}
    ~Debt();
    Debt(const Debt&) = delete;
    Debt& operator=(const Debt&) = delete;

    // Tracer thread.
    template <typename Result, typename Answer>
    void pay(Result result, Answer answer);
    // There was not enough memory for the work. Tracer thread.
    void run_out();
    // JS thread.
    void refuse(Napi::Env env);

   private:
    std::shared_ptr<SessionState> state_;
    Napi::Promise::Deferred deferred_;
    bool paid_ = false;
  };
  // A request for the next item.
  struct Waiting {
    Napi::Promise::Deferred deferred;
    size_t max_records;
  };
  void serve(Napi::Env env, wire::Ring::CursorId cursor, const Waiting& waiting);
  void serve_waiting(Napi::Env env);

  Napi::Promise::Deferred started_;
  Napi::Promise::Deferred ended_;
  Napi::Reference<Napi::Promise> ended_promise_;
  Napi::ThreadSafeFunction function_;
  std::shared_ptr<TracerThread> thread_;
  std::shared_ptr<MemoryThread> memory_thread_;  // from its first use on
  bool has_ended_ = false;
  pid_t root_ = 0;
  std::atomic<bool> records_awaited_ = false;  // the JS thread is to be woken for the next ones
  std::unordered_map<wire::Ring::CursorId, Waiting> waiting_;
};

// A promise of what is known already.
Napi::Promise resolved(Napi::Env env, Napi::Value value);

// A NativeExit: how a process ended.
Napi::Value exit_of(Napi::Env env, const core::WaitStatus& status);

// Classes and functions of the module.
class Session : public Napi::ObjectWrap<Session> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object create(Napi::Env env, std::shared_ptr<SessionState> state);
  static Napi::Object create_reader(Napi::Env env, MemoryReader::State state);

  explicit Session(const Napi::CallbackInfo& info);

 private:
  Napi::Value root_pid(const Napi::CallbackInfo& info);
  Napi::Value ended(const Napi::CallbackInfo& info);
  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value sees_calls(const Napi::CallbackInfo& info);
  Napi::Value open_cursor(const Napi::CallbackInfo& info);
  Napi::Value end(const Napi::CallbackInfo& info);
  // session_stdin.cc
  Napi::Value write_stdin(const Napi::CallbackInfo& info);
  Napi::Value stdin_drained(const Napi::CallbackInfo& info);
  // session_control.cc
  Napi::Value list_tasks(const Napi::CallbackInfo& info);
  Napi::Value pause(const Napi::CallbackInfo& info);
  Napi::Value resume(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value wait_stop(const Napi::CallbackInfo& info);
  Napi::Value send_signal(const Napi::CallbackInfo& info);
  Napi::Value detach_processes(const Napi::CallbackInfo& info);
  Napi::Value set_holder(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);

  // session_records.cc
  Napi::Value summary(const Napi::CallbackInfo& info);
  Napi::Value update(const Napi::CallbackInfo& info);

  // session_memory.cc
  Napi::Value read_memory(const Napi::CallbackInfo& info);
  Napi::Value write_memory(const Napi::CallbackInfo& info);
  Napi::Value open_memory(const Napi::CallbackInfo& info);
  Napi::Value registers(const Napi::CallbackInfo& info);
  Napi::Value set_registers(const Napi::CallbackInfo& info);

  std::shared_ptr<SessionState> state_;
};

class Cursor : public Napi::ObjectWrap<Cursor> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object create(Napi::Env env, std::shared_ptr<SessionState> state,
                             wire::Ring::CursorId id);

  explicit Cursor(const Napi::CallbackInfo& info);
  ~Cursor() override;

 private:
  Napi::Value next(const Napi::CallbackInfo& info);
  Napi::Value take(const Napi::CallbackInfo& info);
  Napi::Value last_serial(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<SessionState> state_;
  wire::Ring::CursorId id_ = 0;
};

// Runs `function` on the JS thread. Where the environment is going down, nothing happens: the end
// of the process lets the tracees go.
template <typename Function>
void SessionState::call_js(Function function) {
  function_.NonBlockingCall([self = shared_from_this(), function = std::move(function)](
                                Napi::Env env, Napi::Function) mutable { function(*self, env); });
}

template <typename Result, typename Answer>
void SessionState::Debt::pay(Result result, Answer answer) {
  paid_ = true;
  state_->call_js([deferred = deferred_, result = std::move(result), answer = std::move(answer)](
                      SessionState&, Napi::Env env) mutable {
    try {
      deferred.Resolve(answer(env, std::move(result)));
    } catch (const Napi::Error& error) {
      deferred.Reject(error.Value());
    } catch (const std::bad_alloc&) {
      deferred.Reject(make_out_of_memory(env).Value());
    }
  });
}

template <typename Work, typename Answer>
Napi::Promise SessionState::on_tracer(Napi::Env env, Work work, Answer answer) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  const auto debt = std::make_shared<Debt>(shared_from_this(), deferred);
  const bool taken = thread_->post(
      [debt, work = std::move(work), answer = std::move(answer)](core::Tracer& tracer) mutable {
        try {
          debt->pay(work(tracer), std::move(answer));
        } catch (const std::bad_alloc&) {
          debt->run_out();
        }
      });
  if (!taken) {
    debt->refuse(env);
  }
  return deferred.Promise();
}

template <typename Result, typename Work, typename Answer>
Napi::Promise SessionState::on_tracer_later(Napi::Env env, Work work, Answer answer) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  const auto debt = std::make_shared<Debt>(shared_from_this(), deferred);
  const bool taken = thread_->post(
      [debt, work = std::move(work), answer = std::move(answer)](core::Tracer& tracer) {
        try {
          work(tracer, [debt, answer](Result result) { debt->pay(std::move(result), answer); });
        } catch (const std::bad_alloc&) {
          debt->run_out();
        }
      });
  if (!taken) {
    debt->refuse(env);
  }
  return deferred.Promise();
}

}  // namespace ptraced::addon
