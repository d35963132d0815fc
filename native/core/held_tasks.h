// The tasks of a session that are held, for other threads than the tracer.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/ptrace.h"
#include "core/task_snapshot.h"

namespace ptraced::core {

// The registers of a held task.
struct TaskRegisters {
  Registers values;
  uint64_t stop_id = 0;
};

// A client that decides about each call of a program asks what has stopped, for its registers, and
// that it go on. None of the three needs a turn of the tracer thread, which would cost two switches
// of threads (docs/adr/0010): what they are about does not change while the task is held.
//
// It is the list that decides who lets a task go on: whoever has taken it off, once. It may lag
// behind the kernel, as the tracer does: SIGKILL ends a stop without asking.
class HeldTasks {
 public:
  // Keeps a task on the list. Tracer thread.
  class Listing {
   public:
    Listing() = default;
    Listing(HeldTasks& list, uint64_t stop_id) : list_(&list), stop_id_(stop_id) {}
    Listing(Listing&& other) noexcept
        : list_(std::exchange(other.list_, nullptr)), stop_id_(other.stop_id_) {}
    Listing& operator=(Listing&& other) noexcept {
      std::swap(list_, other.list_);
      std::swap(stop_id_, other.stop_id_);
      return *this;
    }
    ~Listing() {
      if (list_ != nullptr) {
        list_->remove(stop_id_);
      }
    }

   private:
    HeldTasks* list_ = nullptr;
    uint64_t stop_id_ = 0;
  };

  // Adds a task that has just come to be held; `registers` none where they could not be read.
  // Tracer thread.
  [[nodiscard]] Listing add(TaskSnapshot task, std::optional<Registers> registers);

  // The registers of the task have changed. Tracer thread.
  void change(const TaskRegisters& registers);

  // The task, or where `tid` is 0 any, in its stop after `after_stop_id`: of several the oldest, so
  // that a client that goes on from it sees all.
  std::optional<TaskSnapshot> first(pid_t tid, uint64_t after_stop_id) const;

  std::optional<TaskRegisters> registers(pid_t tid) const;

  // Takes these tasks off the list, for the caller to have them let go. All or none: none where one
  // is not on it, or not in the stop that is expected of each; 0: whichever.
  std::vector<TaskSnapshot> take(const std::vector<pid_t>& tids, uint64_t expected_stop_id);

 private:
  struct Held {
    TaskSnapshot task;
    std::optional<Registers> registers;
  };
  void remove(uint64_t stop_id);

  mutable std::mutex mutex_;
  std::map<uint64_t, Held> by_stop_;
  std::unordered_map<pid_t, uint64_t> stops_;  // of by_stop_, by tid
};

}  // namespace ptraced::core
