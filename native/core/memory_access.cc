#include "core/memory_access.h"

#include <algorithm>

#include "core/process_memory.h"
#include "core/register_names.h"
#include "core/tracer.h"

namespace ptraced::core {
namespace {

// The task of that id, or another one of the process where the leader is not traced any more.
Task* find_task(Tracer& tracer, pid_t pid) {
  Task* found = tracer.tasks().find(pid);
  if (found != nullptr) {
    return found->announced ? found : nullptr;
  }
  tracer.tasks().for_each([&](Task& task) {
    if (task.pid == pid && task.announced && (found == nullptr || task.tid < found->tid)) {
      found = &task;
    }
  });
  return found;
}

ControlError not_found(pid_t tid) {
  return {.refusal = Refusal::kTaskNotFound, .tid = tid};
}

uint64_t stop_of(const Task& task) {
  return task.held ? task.held->id : 0;
}

std::optional<ControlError> check_stop(const Task& task, uint64_t expected_stop_id,
                                       bool must_be_held) {
  if (expected_stop_id != 0 && expected_stop_id != stop_of(task)) {
    return ControlError{
        .refusal = Refusal::kStopChanged, .tid = task.tid, .stop_id = stop_of(task)};
  }
  if (must_be_held && !task.held) {
    return ControlError{.refusal = Refusal::kNotHeld, .tid = task.tid};
  }
  return std::nullopt;
}

// A request of ptrace failed: the task is gone, or something is wrong.
AccessError failed(const Error& error, pid_t tid) {
  if (error.gone()) {
    return not_found(tid);
  }
  return ControlError{.refusal = Refusal::kFailed, .tid = tid, .error = error};
}

// The task's memory by a thread that has it: that of a leader that has ended is its threads' (T20).
ProcessMemory memory_of(Tracer& tracer, const Task& task) {
  const Task* with_memory = &task;
  if (!has_memory(task.tid)) {
    tracer.tasks().for_each([&](const Task& other) {
      if (other.pid == task.pid && with_memory == &task && has_memory(other.tid)) {
        with_memory = &other;
      }
    });
  }
  return ProcessMemory(with_memory->tid, with_memory->held.has_value()).without_waiting();
}

AccessResult<uint64_t> locate(const Task& task, pid_t memory_tid, const Location& at) {
  if (const auto* address = std::get_if<uint64_t>(&at)) {
    return *address;
  }
  const auto& expression = std::get<AddressExpression>(at);
  std::optional<Registers> now;
  if (expression.needs_registers()) {
    if (!task.held) {
      return ControlError{.refusal = Refusal::kNotHeld, .tid = task.tid};
    }
    const Result<Registers> got = registers(task.held->stop);
    if (!got) {
      return got.error().gone()
                 ? not_found(task.tid)
                 : ControlError{.refusal = Refusal::kFailed, .tid = task.tid, .error = got.error()};
    }
    now = *got;
  }
  const auto module_base = [memory_tid](std::string_view name) -> std::optional<uint64_t> {
    const Result<std::optional<uint64_t>> base = find_module(memory_tid, name);
    return base ? *base : std::nullopt;
  };
  const auto value = expression.evaluate({.registers = now ? &*now : nullptr,
                                          .module_base = module_base,
                                          .arguments = {},
                                          .result = {}});
  if (const auto* error = std::get_if<AddressError>(&value)) {
    return *error;
  }
  return std::get<uint64_t>(value);
}

// A task, its memory and a place in it.
struct Place {
  Task* task;
  ProcessMemory memory;
  uint64_t address;
};

AccessResult<Place> find_place(Tracer& tracer, pid_t pid, const Location& at) {
  Task* task = find_task(tracer, pid);
  if (task == nullptr) {
    return not_found(pid);
  }
  const ProcessMemory memory = memory_of(tracer, *task);
  const AccessResult<uint64_t> address = locate(*task, memory.tid(), at);
  if (const auto* error = std::get_if<AccessError>(&address)) {
    return *error;
  }
  return Place{task, memory, std::get<uint64_t>(address)};
}

MemoryFault impossible(const Error& error, uint64_t address) {
  return {MemoryFault::Kind::kImpossible, address, {}, error};
}

// The task of that very id, held.
AccessResult<Task*> find_held(Tracer& tracer, pid_t tid, uint64_t expected_stop_id) {
  Task* task = tracer.tasks().find(tid);
  if (task == nullptr || !task->announced) {
    return not_found(tid);
  }
  if (const auto error = check_stop(*task, expected_stop_id, /*must_be_held=*/true)) {
    return *error;
  }
  return task;
}

Registers changed(Registers registers, std::span<const std::pair<size_t, uint64_t>> values) {
  for (const auto& [index, value] : values) {
    set_register_value(registers, index, value);
  }
  return registers;
}

// The kernel sets one after the other and stops at the one that it refuses. Which that is, is found
// by trying each alone.
std::optional<RefusedRegister> find_refused(const Stopped& stop, const Registers& before,
                                            const RegisterWrite& write) {
  for (const auto& value : write.values) {
    if (!set_registers(stop, changed(before, std::span(&value, 1)))) {
      return RefusedRegister{value.first};
    }
  }
  return std::nullopt;
}

}  // namespace

AccessResult<MemoryRead> read_task_memory(Tracer& tracer, pid_t pid, const Location& at,
                                          size_t size) {
  const AccessResult<Place> found = find_place(tracer, pid, at);
  if (const auto* error = std::get_if<AccessError>(&found)) {
    return *error;
  }
  const Place& place = std::get<Place>(found);
  MemoryRead read = {.address = place.address,
                     .bytes = std::vector<uint8_t>(size),
                     .stop_id = stop_of(*place.task),
                     .fault = {}};
  const Result<size_t> got = place.memory.read(place.address, read.bytes);
  if (!got) {
    return impossible(got.error(), place.address);
  }
  if (*got < size) {
    read.bytes.resize(*got);
    read.fault = describe_unreadable(place.memory.tid(), place.address + *got);
  }
  return read;
}

AccessResult<WrittenMemory> write_task_memory(Tracer& tracer, pid_t pid, const Location& at,
                                              const TaskWrite& write) {
  const AccessResult<Place> found = find_place(tracer, pid, at);
  if (const auto* error = std::get_if<AccessError>(&found)) {
    return *error;
  }
  const Place& place = std::get<Place>(found);
  if (const auto error =
          check_stop(*place.task, write.expected_stop_id, write.expected.has_value())) {
    return *error;
  }
  MemoryWrite wanted = {
      .address = place.address, .bytes = write.bytes, .expected = {}, .force = write.force};
  if (write.expected) {
    wanted.expected = *write.expected;
  }
  auto done = write_memory(place.memory, wanted);
  if (const auto* fault = std::get_if<MemoryFault>(&done)) {
    return *fault;
  }
  return WrittenMemory{place.address, std::move(std::get<std::vector<uint8_t>>(done))};
}

AccessResult<MemoryTarget> find_memory(Tracer& tracer, pid_t pid, const Location& at) {
  const AccessResult<Place> found = find_place(tracer, pid, at);
  if (const auto* error = std::get_if<AccessError>(&found)) {
    return *error;
  }
  const Place& place = std::get<Place>(found);
  return MemoryTarget{.pid = place.task->pid,
                      .tid = place.memory.tid(),
                      .address = place.address,
                      .stop_id = stop_of(*place.task)};
}

AccessResult<TaskRegisters> task_registers(Tracer& tracer, pid_t tid) {
  const AccessResult<Task*> found = find_held(tracer, tid, 0);
  if (const auto* error = std::get_if<AccessError>(&found)) {
    return *error;
  }
  const HeldStop& held = *std::get<Task*>(found)->held;
  const Result<Registers> now = registers(held.stop);
  if (!now) {
    return failed(now.error(), tid);
  }
  return TaskRegisters{*now, held.id};
}

AccessResult<TaskRegisters> set_task_registers(Tracer& tracer, pid_t tid,
                                               const RegisterWrite& write) {
  const AccessResult<Task*> found = find_held(tracer, tid, write.expected_stop_id);
  if (const auto* error = std::get_if<AccessError>(&found)) {
    return *error;
  }
  Task& task = *std::get<Task*>(found);
  const Stopped& stop = task.held->stop;
  const Result<Registers> before = registers(stop);
  if (!before) {
    return failed(before.error(), tid);
  }
  const Status status = set_registers(stop, changed(*before, write.values));
  if (status) {
    tracer.give_up_repetition(task);
    const AccessResult<TaskRegisters> after = task_registers(tracer, tid);
    if (const auto* registers = std::get_if<TaskRegisters>(&after)) {
      tracer.held_tasks().change(*registers);
    }
    return after;
  }
  if (status.error().gone()) {
    return not_found(tid);
  }
  const std::optional<RefusedRegister> refused = find_refused(stop, *before, write);
  (void)set_registers(stop, *before);
  if (refused) {
    return *refused;
  }
  return failed(status.error(), tid);
}

}  // namespace ptraced::core
