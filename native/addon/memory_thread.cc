#include "addon/memory_thread.h"

#include <exception>
#include <new>
#include <string>

#include "core/thread.h"

namespace ptraced::addon {

MemoryThread::MemoryThread(Napi::Env env)
    : function_(Napi::ThreadSafeFunction::New(env, Napi::Function(), "ptraced memory",
                                              /*maxQueueSize=*/0, /*initialThreadCount=*/1)) {}

std::shared_ptr<MemoryThread> MemoryThread::start(Napi::Env env) {
  std::shared_ptr<MemoryThread> self(new MemoryThread(env));
  if (const core::Status status = core::start_thread("ptraced-memory", [self] { self->loop(); });
      !status) {
    self->function_.Release();
    throw make_start_failure(env, status.error());
  }
  return self;
}

void MemoryThread::post(Napi::Env env, Job job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    job.deferred.Reject(make_failure(env, "SESSION_ENDED", "no tracee is left").Value());
    return;
  }
  jobs_.push_back(std::move(job));
  changed_.notify_one();
}

void MemoryThread::stop(Napi::Env env) {
  std::deque<Job> refused;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    refused.swap(jobs_);
    changed_.notify_one();
  }
  for (const Job& job : refused) {
    job.deferred.Reject(make_failure(env, "SESSION_ENDED", "no tracee is left").Value());
  }
}

void MemoryThread::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) {
      break;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    OnJs answer;
    try {
      answer = job.work();
    } catch (const std::bad_alloc&) {
      answer = [deferred = job.deferred](Napi::Env env) {
        deferred.Reject(make_out_of_memory(env).Value());
      };
    } catch (const std::exception& error) {
      answer = [deferred = job.deferred, message = std::string(error.what())](Napi::Env env) {
        deferred.Reject(make_failure(env, "TRACER_FAILURE", message).Value());
      };
    }
    function_.NonBlockingCall(
        [answer = std::move(answer)](Napi::Env env, Napi::Function) { answer(env); });
    lock.lock();
  }
  function_.Release();
}

}  // namespace ptraced::addon
