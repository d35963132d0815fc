#include "wire/rules.h"

#include <algorithm>
#include <utility>

#include "decode/decoder.h"

namespace ptraced::wire {
namespace {

bool is_due(const InjectRule& rule, uint32_t count) {
  return count >= rule.first && (rule.last == 0 || count <= rule.last) &&
         (count - rule.first) % rule.step == 0;
}

bool may_fit(const InjectRule& rule, core::Arch arch, uint64_t number) {
  return rule.syscalls.contains(arch, number) && rule.at.syscalls().contains(arch, number);
}

bool stops_calls(const StopRule& rule) {
  return rule.at.passes_kind(RecordKind::kEnter) || rule.at.passes_kind(RecordKind::kExit);
}

}  // namespace

Rules::Rules(RuleSet set) : set_(std::move(set)) {
  for (const StopRule& rule : set_.stop) {
    file_facts_ |= rule.at.file_facts();
  }
}

std::shared_ptr<const core::Injection> Rules::tampering(const RecordFacts& facts) {
  std::shared_ptr<const core::Injection> chosen;
  if (decode::find_syscall(facts.arch, facts.number) == nullptr) {
    return chosen;  // a number that no table has is in every set, but nobody has named it
  }
  uint64_t index = 0;
  for (const InjectRule& rule : set_.inject) {
    const uint64_t key =
        index++ << 32 | static_cast<uint64_t>(facts.arch) << 16 | (facts.number & 0xffff);
    if (!rule.syscalls.contains(facts.arch, facts.number) || !rule.at.passes(facts)) {
      continue;
    }
    Counts& counts = rule.count_threads ? thread_counts_[facts.tid] : process_counts_[facts.pid];
    const uint32_t count = ++counts[key];
    if (!chosen && is_due(rule, count)) {
      chosen = rule.injection;
    }
    if (rule.exclusive) {
      break;
    }
  }
  return chosen;
}

uint8_t Rules::tampering_facts(core::Arch arch, uint64_t number) const {
  uint8_t facts = kNoFileFacts;
  for (const InjectRule& rule : set_.inject) {
    if (may_fit(rule, arch, number)) {
      facts |= rule.at.file_facts();
    }
  }
  return facts;
}

void Rules::rename_thread(pid_t from, pid_t to) {
  if (auto counts = thread_counts_.extract(from)) {
    counts.key() = to;
    thread_counts_.erase(to);
    thread_counts_.insert(std::move(counts));
  }
}

bool Rules::may_stop(RecordKind kind) const {
  return std::any_of(set_.stop.begin(), set_.stop.end(),
                     [&](const StopRule& rule) { return rule.at.passes_kind(kind); });
}

bool Rules::may_stop(core::Arch arch, uint64_t number) const {
  return std::any_of(set_.stop.begin(), set_.stop.end(), [&](const StopRule& rule) {
    return stops_calls(rule) && rule.at.syscalls().contains(arch, number);
  });
}

void Rules::hold(const RecordFacts& facts, core::Task& held, bool has_holder) const {
  for (const StopRule& rule : set_.stop) {
    if ((has_holder || rule.timeout_ns != 0) && rule.at.passes(facts)) {
      held.order_hold({.reason = core::StopReason::kRule, .timeout_ns = rule.timeout_ns});
    }
  }
}

int Rules::delivered(int signal) const {
  for (const SignalRule& rule : set_.signals) {
    if ((rule.signals >> (signal - 1) & 1) != 0) {
      return rule.replacement;
    }
  }
  return signal;
}

}  // namespace ptraced::wire
