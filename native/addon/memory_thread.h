// A thread of a session that reads its tracees' memory where that may take long, or forever: a page
// that a userfaultfd or a file system of the tracee answers for. The tracer must not wait for
// those, and libuv's few threads serve the whole server.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "addon/failure.h"

namespace ptraced::addon {

// Lives as long as its thread or anybody else holds it. Methods are for the JS thread.
class MemoryThread : public std::enable_shared_from_this<MemoryThread> {
 public:
  // Throws where no thread can be made.
  static std::shared_ptr<MemoryThread> start(Napi::Env env);

  // Runs `work()` on the thread, after what is asked for already, and `answer(env, result)` on this
  // one; the promise resolves with the answer, or rejects with what the answer throws. Rejects with
  // SESSION_ENDED after stop().
  template <typename Work, typename Answer>
  Napi::Promise run(Napi::Env env, Work work, Answer answer);

  // Rejects what is waiting and ends the thread once the work that it is at has returned.
  void stop(Napi::Env env);

 private:
  using OnJs = std::function<void(Napi::Env)>;
  struct Job {
    Napi::Promise::Deferred deferred;
    std::function<OnJs()> work;
  };

  explicit MemoryThread(Napi::Env env);
  void post(Napi::Env env, Job job);
  void loop();

  Napi::ThreadSafeFunction function_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
};

template <typename Work, typename Answer>
Napi::Promise MemoryThread::run(Napi::Env env, Work work, Answer answer) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  const auto task = [deferred, work = std::move(work),
                     answer = std::move(answer)]() mutable -> OnJs {
    return [deferred, result = work(), answer = std::move(answer)](Napi::Env later) mutable {
      try {
        deferred.Resolve(answer(later, std::move(result)));
      } catch (const Napi::Error& error) {
        deferred.Reject(error.Value());
      } catch (const std::bad_alloc&) {
        deferred.Reject(make_out_of_memory(later).Value());
      }
    };
  };
  post(env, {deferred, task});
  return deferred.Promise();
}

}  // namespace ptraced::addon
