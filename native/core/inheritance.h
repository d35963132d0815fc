// What a launched command gets of the process that it is launched from, where that process stands
// for it: `ptracectl trace` in place of the command itself.
#pragma once

#include <sys/time.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ptraced::core {

// Signals are bits: N-1 is signal N.
struct Inheritance {
  struct Range {
    int first;
    int last;
  };

  // As they were before this process changed them.
  uint64_t ignored_signals = 0;
  uint64_t blocked_signals = 0;
  uint64_t pending_signals = 0;
  // Open descriptors, standard streams included. The command gets them without close-on-exec; those
  // above 2 are closed here then, as they would be had this process become the command: somebody
  // may wait for the end of a pipe or for a lock.
  std::vector<Range> descriptors;
  // Of those, the ones that stay open here as well.
  std::vector<int> kept_descriptors;
  // Standard streams that this process has no use for: /dev/null takes their place here.
  std::vector<int> released_streams;

  // What execve(2) keeps and fork(2) does not hand on. read_process() fills it in.
  int parent_death_signal = 0;
  bool subreaper = false;
  std::array<itimerval, 3> timers = {};
  bool reset_on_fork = false;  // sched(7): policy, priority and nice value are set again

  bool has(int descriptor) const;
};

// Reads what belongs to this process. Must be called by its first thread, which execve(2) left.
void read_process(Inheritance& inheritance);

// In the child, where only async-signal-safe calls are allowed.

// Each signal gets its default disposition, or SIG_IGN where it is in `ignored`.
void set_dispositions(uint64_t ignored);
// Clears close-on-exec for what is handed on, and closes standard streams that are not.
void pass_descriptors(const Inheritance& inheritance);
// Timers, parent-death signal and the like. After the change of the user, which would clear some.
void restore_process(const Inheritance& inheritance);
// The mask, and what was pending behind it.
void restore_mask(uint64_t blocked, uint64_t pending);

// Entries of an environment that a service manager made for this process alone. The command stands
// in its place: with this process's id there, it would refuse its sockets (sd_listen_fds(3)) and
// leave its watchdog alone (sd_watchdog_enabled(3)).
class IdentityEntries {
 public:
  // Keeps pointers into `environment`, strings and a null pointer at the end, which it changes.
  explicit IdentityEntries(std::vector<char*>& environment);
  // In the child: puts its own process id in.
  void rewrite();

 private:
  std::vector<std::string> entries_;  // with room for any id
};

// In this process once the child has its descriptors: closes ours, stops our timers, which are the
// command's now, and ignores again what is to be ignored and has no handler here.
void hand_over(const Inheritance& inheritance);

}  // namespace ptraced::core
