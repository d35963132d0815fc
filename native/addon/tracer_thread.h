// One session's tracer thread, and what it shares with the JS thread: its ring and its commands.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/held_tasks.h"
#include "core/launch.h"
#include "core/tracer.h"
#include "wire/recorder.h"
#include "wire/ring.h"
#include "wire/summary.h"

namespace ptraced::addon {

// What to trace.
struct AttachTarget {
  pid_t pid;
  bool single_thread;
  bool start_paused;
};
using Target = std::variant<core::LaunchOptions, AttachTarget>;

// How, and what is kept of it.
struct SessionOptions {
  wire::RecorderOptions recorder;
  core::FollowOptions follow;
  size_t ring_bytes;
  bool block;
  bool filter_in_kernel;  // of a command, where calls are left out; it cannot be detached then
  bool await_reader;  // there is a lossless reader before the first record; see take_first_reader()
};

// The values of ptraced.v1.EndCause that the tracer itself finds.
inline constexpr int kTraceesExited = 1;
inline constexpr int kClientRequest = 2;  // ControlService.Detach
inline constexpr int kTracerFailure = 6;

// How a session ended.
struct SessionEnd {
  int cause = kTraceesExited;
  std::optional<core::WaitStatus> root_status;
  std::string message;
};

// What the thread reports; every call is made on the tracer thread. Either on_failed alone, or
// on_started, any number of on_records, and on_ended once.
class ThreadEvents {
 public:
  virtual ~ThreadEvents() = default;
  virtual void on_started(pid_t root) = 0;
  virtual void on_failed(const core::Error& error) = 0;
  virtual void on_records() = 0;
  virtual void on_ended(SessionEnd end) = 0;
  // Nothing more is reported, though the thread may live on to reap a detached child.
  virtual void on_quiet() = 0;
};

// Lives as long as the thread or anybody else holds it. Methods may be called from any thread.
class TracerThread : public std::enable_shared_from_this<TracerThread> {
 public:
  // Where no thread can be made, nothing is reported.
  static core::Result<std::shared_ptr<TracerThread>> start(Target target, SessionOptions options,
                                                           std::shared_ptr<ThreadEvents> events);

  // Threads that have not ended, of all sessions: those that trace, and those that wait for the end
  // of a command that was let go.
  static size_t count() { return count_.load(std::memory_order_relaxed); }

  wire::Ring& ring() { return ring_; }
  const wire::Summary& summary() const { return summary_; }

  // The lossless reader that was there before the first record and so misses none; once. Under
  // BLOCK the tracees wait for it from the beginning. None without await_reader.
  std::optional<wire::Ring::CursorId> take_first_reader();

  size_t live_tasks() const;

  // Tracer::root_status() while the thread traces.
  std::optional<core::WaitStatus> root_status() const;

  // The kernel lets calls pass that the session does not look at. From on_started on.
  bool filtered_in_kernel() const { return filtered_in_kernel_; }

  // Whether all of these calls stop the tracees. From on_started on.
  bool sees(const decode::SyscallSet& calls) const;

  // Tracer::post(); false also where no tracer runs.
  bool post(std::function<void(core::Tracer&)> command);

  // Of the tasks that are held, as in core/held_tasks.h; nothing where no tracer runs, or where
  // commands wait for it: those came first.
  std::optional<core::TaskSnapshot> held_task(pid_t tid, uint64_t after_stop_id) const;
  std::optional<core::TaskRegisters> held_registers(pid_t tid) const;
  // Lets tasks go that are held, each in this stop, 0 for whichever, and returns them as they were:
  // all, or none where it is for the tracer to say what each is doing.
  std::vector<core::TaskSnapshot> resume_held(const std::vector<pid_t>& tids,
                                              uint64_t expected_stop_id);

  // Gives back what was asked for: the command with its arguments, filters, probes, rules. After
  // on_ended, on the thread that calls sees().
  void forget_request();

  // Detaches or kills; on_ended then has this cause. The first call decides the cause.
  void end(core::EndAction action, int cause);

 private:
  TracerThread(Target target, SessionOptions options, std::shared_ptr<ThreadEvents> events);

  void run();
  void run_tracer();
  void fail(const std::exception& error);
  void trace(core::Tracer& tracer, wire::Recorder& recorder);
  void set_tracer(core::Tracer* tracer);
  core::Tracer* idle_tracer() const;
  SessionEnd describe_end(const core::Tracer& tracer);

  static std::atomic<size_t> count_;

  Target target_;
  SessionOptions options_;
  const std::shared_ptr<ThreadEvents> events_;
  wire::Ring ring_;
  wire::Summary summary_;
  std::atomic<bool> filtered_in_kernel_ = false;
  bool reported_start_ = false;  // tracer thread
  bool hangs_ = false;           // tracer thread; the launch has timed out

  mutable std::mutex mutex_;
  std::optional<wire::Ring::CursorId> first_reader_;
  core::Tracer* tracer_ = nullptr;  // while the thread traces
  std::optional<int> cause_;
};

}  // namespace ptraced::addon
