// The engine of one session: it makes or seizes tasks, waits for their stops, tells an Observer and
// lets them go on.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/held_tasks.h"
#include "core/input_feed.h"
#include "core/launch.h"
#include "core/observer.h"
#include "core/output_capture.h"
#include "core/placement.h"
#include "core/ptrace.h"
#include "core/task.h"
#include "core/task_snapshot.h"
#include "core/tracee_memory.h"
#include "core/wakeup.h"

namespace ptraced::core {

// Which new tasks are traced too.
struct FollowOptions {
  bool threads = true;
  bool processes = true;
  bool detach_on_exec = false;  // the first execve of a launched command does not count
};

// How all tasks of a session are let go.
enum class EndAction { kDetach, kKill };

// Made, run and destroyed on one thread, which becomes the tracer of every task; post() alone may
// be called from other threads. Invariant: each task of the table either runs, listens in a
// group-stop, has its stop in events_, or is held; nothing else keeps it. A held task hinders
// nothing: it dies by SIGKILL or by the execve of another thread, and is let go like any other.
class Tracer {
 public:
  Tracer(Observer& observer, FollowOptions follow);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // Starts the command and returns its pid once its execve has succeeded; the observer has the
  // on_enter and on_exit of it then. Errors are those of core::launch, of seize(), and "execve".
  // After an error no process is left, and the tracer cannot be used again.
  Result<pid_t> launch(const LaunchOptions& options);

  // Seizes the process with all threads that it has when this returns, or the one thread. Errors:
  // ESRCH, EPERM. After an error nothing is traced. With `start_paused` its threads are held when
  // this returns, but for those that cannot stop soon, as in control.h.
  Status attach(pid_t pid, bool single_thread, bool start_paused = false);

  // Traces until no task is left.
  void run();

  // After run(): reaps what the launched command, or a child that it gave us by CLONE_PARENT,
  // leaves behind when it was detached, and keeps its output pipes open for it. Returns when no
  // child is left. The thread must not end before: PR_SET_PDEATHSIG is told of the end of a thread.
  // Returns at once for an attached process, of which nothing is our child.
  void linger();

  // Runs the command on the tracer thread, soon. From any thread, until the tracer is gone. False
  // once run() has ended; a command that it no longer came to is destroyed without being called.
  bool post(std::function<void(Tracer&)> command);

  // Whether a command of post() has not been run to its end yet. From any thread.
  bool has_commands() const { return commands_left_.load(std::memory_order_acquire) != 0; }

  // From now on post() takes nothing; what is waiting is dropped.
  void refuse_commands();

  // Wakes the tracer because the observer accepts again. From any thread.
  void kick();

  // Lets every task go, this way. Tracer thread.
  void end(EndAction action);

  // What control.h is made of. Tracer thread.
  //
  // Holds the task at whatever stop comes next (T16); one that is held already stays so for good.
  void pause(Task& task, const HoldOrder& order);
  // Lets a held task go on as it would have without, or with another signal.
  void release(Task& task, std::optional<int> signal = std::nullopt);
  // A client has set the registers of a held task: what it wants counts, not the repetition of a
  // call that a pause ended, which has failed with EINTR then.
  void give_up_repetition(Task& task);
  // Lets a held task go on until the steps are done.
  void step(Task& task, std::shared_ptr<Step> step, std::optional<int> signal);
  // Detaches from the task at its next stop, or now where it is held; it is gone from tasks() then.
  void let_go(Task& task);
  // Asks the observer again whether it wants exit events, and has tasks stop so that it can be set.
  void renew_exit_events();
  bool exit_events() const { return exit_events_; }
  // Calls the waiter at once, and then as its type says. It is destroyed uncalled where the session
  // ends before it is done.
  void await(Waiter waiter);
  Observer& observer() { return observer_; }
  TaskSnapshot snapshot(const Task& task) const;

  // From any thread, but for what it says.
  HeldTasks& held_tasks() { return held_tasks_; }

  // Tasks traced now. From any thread; may lag behind by a turn of the loop.
  size_t task_count() const { return task_count_.load(std::memory_order_relaxed); }
  pid_t root() const { return root_; }
  // Tracer thread.
  TaskTable& tasks() { return tasks_; }
  InputFeed& input() { return input_; }
  // Only the calls of LaunchOptions::call_filter stop, and those that the engine needs. From any
  // thread.
  bool has_call_filter() const { return call_filter_.load(std::memory_order_relaxed); }
  // The last task has left because of let_go().
  bool ended_by_let_go() const { return ended_by_let_go_; }
  // How the launched or attached process ended, where it ended while traced. From any thread.
  std::optional<WaitStatus> root_status() const { return root_status_.load(); }

 private:
  // A launched root on its way to the program.
  enum class LaunchStage { kNone, kBeforeExec, kInExec, kFailed };

  // A stop or end of a task that nobody has announced yet.
  struct Parked {
    std::vector<WaitEvent> events;
    int64_t since_ns;
  };

  // tracer.cc: the loop.
  void loop_until(const std::function<bool()>& done);
  void collect();
  Result<std::optional<WaitEvent>> wait(bool block);
  Result<std::optional<WaitEvent>> wait_for_own(bool block);
  void wait_for_wakeup();
  void prepare_to_block();
  void service_wakeups();
  void dispatch(const WaitEvent& event);
  void go_on(Task& task, Stopped stop, Resume how, int signal);
  void pass(Task& task, Stopped stop);
  void leave_trap_flag(Task& task, Stopped stop);
  void hold_behind_signal(Task& task, Stopped stop, int signal);
  void leave(Task& task, Stopped stop, Resume how, int signal);
  void resume_traced(Task& task, Stopped stop, Resume how, int signal);
  void forget(Task& task);
  void lose_all_tasks();

  // tracer_stops.cc: one function for each kind of stop.
  void on_stop(Task& task, Stopped stop, const WaitStatus& status);
  void on_syscall_stop(Task& task, Stopped stop);
  void on_syscall_enter(Task& task, Stopped stop, const SyscallStop& info);
  void on_syscall_exit(Task& task, Stopped stop, const SyscallStop& info);
  void on_signal_stop(Task& task, Stopped stop, int signal);
  void on_group_stop(Task& task, Stopped stop, int signal);
  void on_interrupt_stop(Task& task, Stopped stop);
  void on_exec_stop(Task& task, Stopped stop);
  Task* take_over_leader(const WaitEvent& event);
  void note_restarted_call(Task& task, const Stopped& stop);
  static bool make_again(Task& task, const Stopped& stop, std::optional<int64_t> elapsed_ns);
  void put_back_interrupted(Task& task, const Stopped& stop);
  void report(const Task& task, const Error& error);

  // tracer_seccomp.cc: stops of the call filter, and filters that programs install.
  void on_seccomp_stop(Task& task, Stopped stop);
  bool needs_no_stops(const Task& task) const;
  bool is_refused(Task& task, const SyscallExit& exit);
  bool has_filter(Task& task);
  void close_refused(Task& task, const Stopped& stop);
  void begin_filter_call(Task& task);
  void end_filter_call(Task& task, bool installed);
  bool awaits_threads(Task& task);
  bool stops_at_calls(Task& thread, int64_t waited_ns);
  void await_threads(Task& task, Stopped stop, Resume how, int signal);
  void note_remake(Task& task, const Stopped& stop);

  // tracer_sandbox.cc: what the call filter would change for the program.
  void mend_on_entry(Task& task, const Stopped& stop, const SyscallStop& info);
  void mend_on_exit(Task& task, const Stopped& stop, SyscallExit& exit);
  bool needs_no_new_privs(const Task& task, const SyscallEntry& entry);
  void end_forbidden(Task& task, const Stopped& stop);

  // tracer_exit.cc: how tasks end.
  void on_exit_event(Task& task, Stopped stop);
  void on_death(Task& task, const WaitStatus& told);
  bool is_superseded(const Task& task, const WaitStatus& status);
  bool may_wait(const Task& task);
  void note_group_exit(const Task& task);
  void set_exit_events(Task& task, const Stopped& stop);

  // tracer_children.cc: new tasks.
  void on_fork_stop(Task& parent, Stopped stop, StopKind kind);
  void tell_untraced_child(Task& parent, const Stopped& stop, const SyscallExit& exit);
  bool is_thread(Task& parent, const Stopped& stop, StopKind kind, pid_t child);
  void park(const WaitEvent& event);
  void replay(pid_t tid);
  void adopt_orphans();

  // tracer_inject.cc: tampering.
  int inject_on_entry(Task& task, const Stopped& stop, const SyscallStop& info);
  void inject_on_exit(Task& task, const Stopped& stop, SyscallExit& exit);
  void patch(Task& task, bool on_exit);
  void delay(Task& task, Stopped stop, Resume how, int signal);
  void end_delay(Task& task);

  // tracer_hold.cc: holding and stepping.
  void hold(Task& task, Stopped stop, Resume how, int signal);
  void end_step(Task& task);
  static bool ends_step(Task& task);
  static bool is_trap(const siginfo_t& info);
  static void note_pending_trap(Task& task);
  Resume step_way(const Task& task, const Stopped& stop);
  void release_overdue();
  void settle_waiters();

  // tracer_start.cc: launch and attach; tracer_end.cc: detach and kill.
  bool swallows(Task& task, const SyscallStop& info);
  Status seize_threads(pid_t pid, bool single_thread);
  void begin_program(Task& task);
  bool needs_no_seize(pid_t tid);
  void fail_launch(Task& task, int error);
  void kill_process(const Task& task);

  Observer& observer_;
  const bool measures_system_time_;  // linger() waits without the observer
  const FollowOptions follow_;
  Wakeup wakeup_;
  TraceeMemory memory_;
  OutputCapture output_;
  InputFeed input_;
  Placement placement_;
  int64_t placement_review_ns_ = 0;
  HeldTasks held_tasks_;
  TaskTable tasks_;
  std::atomic<size_t> task_count_ = 0;
  std::deque<WaitEvent> events_;  // collected, not yet dispatched
  std::unordered_map<pid_t, Parked> parked_;

  pid_t root_ = 0;
  std::atomic<std::optional<WaitStatus>> root_status_;
  bool launched_ = false;
  // A child of this thread has been let go: another thread of the process may trace it by now.
  bool shares_children_ = false;
  bool start_paused_ = false;
  SeizeOptions seize_options_;  // of every task, exit events aside
  bool exit_events_ = false;
  bool ended_by_let_go_ = false;
  LaunchStage launch_stage_ = LaunchStage::kNone;
  bool installs_filter_ = false;    // the command, before its execve
  bool sets_no_new_privs_ = false;  // as installs_filter_
  std::atomic<bool> call_filter_ = false;
  bool gave_no_new_privs_ = false;  // to be able to install the call filter
  uint64_t filter_changes_ = 1;     // a task installed a seccomp filter, perhaps for others too
  int launch_error_ = 0;
  std::optional<EndAction> ending_;
  int64_t detach_deadline_ns_ = 0;

  uint64_t last_stop_id_ = 0;
  int64_t next_release_ns_ = 0;  // no held task is due before; 0: none is due
  std::vector<Waiter> waiters_;
  int64_t next_waiter_ns_ = 0;  // as next_release_ns_
  bool tasks_changed_ = false;  // since the waiters were called

  std::mutex commands_mutex_;
  std::vector<std::function<void(Tracer&)>> commands_;
  std::atomic<size_t> commands_left_ = 0;  // those of commands_, and those that are being run
  bool takes_commands_ = true;
};

}  // namespace ptraced::core
