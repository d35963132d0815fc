#include "wire/record_filter.h"

#include <algorithm>
#include <utility>

namespace ptraced::wire {
namespace {

bool is_call(RecordKind kind) {
  return kind == RecordKind::kEnter || kind == RecordKind::kExit;
}

template <typename T>
void make_set(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <typename T>
bool contains(const std::vector<T>& set, const T& value) {
  return std::binary_search(set.begin(), set.end(), value);
}

// A relative path is below no other: it is what a call is given.
bool is_below(std::string_view path, std::string_view root) {
  if (!root.starts_with('/')) {
    return path == root;
  }
  return (root == "/" && path.starts_with('/')) ||
         (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/'));
}

}  // namespace

std::string normal_path(std::string_view path) {
  std::string normal;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (part == "..") {
      normal.resize(normal.empty() ? 0 : normal.rfind('/'));
    } else if (!part.empty() && part != ".") {
      normal += '/';
      normal += part;
    }
  }
  return normal.empty() ? "/" : normal;
}

RecordFilter::RecordFilter(Conditions conditions) : conditions_(std::move(conditions)) {
  make_set(conditions_.pids);
  make_set(conditions_.errors);
  make_set(conditions_.descriptors);
  for (std::string& path : conditions_.paths) {
    if (path.starts_with('/')) {
      path = normal_path(path);
    }
  }
  make_set(conditions_.paths);
  looks_at_outcome_ = conditions_.failed_only || conditions_.successful_only ||
                      !conditions_.errors.empty() || conditions_.min_duration_ns > 0;
  everything_ = conditions_.syscalls.is_everything() && conditions_.kinds == ~0U &&
                conditions_.pids.empty() && !looks_at_outcome_ && !looks_at_files();
  if (looks_at_files()) {
    file_facts_ |= kListedDescriptors;
  }
  if (!conditions_.paths.empty()) {
    file_facts_ |= kFilePaths;
  }
}

bool RecordFilter::has_pid(pid_t id) const {
  return contains(conditions_.pids, id);
}

bool RecordFilter::passes_call(const RecordFacts& facts) const {
  return !is_call(facts.kind) || (conditions_.syscalls.contains(facts.arch, facts.number) &&
                                  (conditions_.descriptors.empty() || uses_descriptor(facts)) &&
                                  (conditions_.paths.empty() || uses_path(facts)));
}

bool RecordFilter::uses_descriptor(const RecordFacts& facts) const {
  return (facts.gathered & kListedDescriptors) == 0 ||
         std::any_of(facts.descriptors.begin(), facts.descriptors.end(),
                     [&](int32_t fd) { return contains(conditions_.descriptors, fd); });
}

bool RecordFilter::uses_path(const RecordFacts& facts) const {
  return (facts.gathered & kFilePaths) == 0 ||
         std::any_of(facts.paths.begin(), facts.paths.end(), [&](std::string_view path) {
           return std::any_of(conditions_.paths.begin(), conditions_.paths.end(),
                              [&](const std::string& root) { return is_below(path, root); });
         });
}

bool RecordFilter::passes_outcome(const RecordFacts& facts) const {
  if (!looks_at_outcome_ || facts.kind != RecordKind::kExit) {
    return true;
  }
  return (!conditions_.failed_only || facts.outcome == Outcome::kFailure) &&
         (!conditions_.successful_only || facts.outcome == Outcome::kSuccess) &&
         (conditions_.errors.empty() ||
          (facts.outcome == Outcome::kFailure && contains(conditions_.errors, facts.error))) &&
         facts.duration_ns >= conditions_.min_duration_ns;
}

}  // namespace ptraced::wire
