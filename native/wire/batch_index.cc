#include "wire/batch_index.h"

#include <algorithm>
#include <utility>

namespace ptraced::wire {

size_t BatchIndex::bytes() const {
  return entries_.size() * sizeof(Entry) + files_.size() * sizeof(int32_t) +
         paths_.size() * sizeof(std::string) + path_bytes_;
}

RecordFacts BatchIndex::facts(size_t record, std::vector<std::string_view>* paths) const {
  const Entry& entry = entries_[record];
  const std::span<const int32_t> files(files_);
  RecordFacts facts = {.kind = static_cast<RecordKind>(entry.kind),
                       .pid = entry.pid,
                       .tid = entry.tid,
                       .arch = static_cast<core::Arch>(entry.arch),
                       .number = entry.number == kNoNumber ? UINT64_MAX : entry.number,
                       .outcome = static_cast<Outcome>(entry.outcome),
                       .error = entry.error,
                       .duration_ns = entry.duration_ns,
                       .gathered = entry.gathered,
                       .descriptors = files.subspan(entry.files, entry.descriptors)};
  if (paths != nullptr) {
    paths->clear();
    for (const int32_t number : files.subspan(entry.files + entry.descriptors, entry.paths)) {
      paths->push_back(paths_[static_cast<size_t>(number)]);
    }
    facts.paths = *paths;
  }
  return facts;
}

void BatchIndex::add(size_t offset, size_t end, const RecordFacts& facts) {
  constexpr size_t kMaxFiles = UINT16_MAX;
  const size_t descriptors = std::min(facts.descriptors.size(), kMaxFiles);
  const size_t paths = std::min(facts.paths.size(), kMaxFiles);
  entries_.push_back({.duration_ns = facts.duration_ns,
                      .offset = static_cast<uint32_t>(offset),
                      .pid = facts.pid,
                      .tid = facts.tid,
                      .files = static_cast<uint32_t>(files_.size()),
                      .number = static_cast<uint16_t>(std::min<uint64_t>(facts.number, kNoNumber)),
                      .error = static_cast<uint16_t>(facts.error),
                      .descriptors = static_cast<uint16_t>(descriptors),
                      .paths = static_cast<uint16_t>(paths),
                      .kind = static_cast<uint8_t>(facts.kind),
                      .arch = static_cast<uint8_t>(facts.arch),
                      .outcome = static_cast<uint8_t>(facts.outcome),
                      .gathered = facts.gathered});
  files_.insert(files_.end(), facts.descriptors.begin(), facts.descriptors.begin() + descriptors);
  for (size_t i = 0; i < paths; ++i) {
    files_.push_back(path_number(facts.paths[i]));
  }
  end_ = end;
}

int32_t BatchIndex::path_number(std::string_view path) {
  if (const auto known = path_numbers_.find(path); known != path_numbers_.end()) {
    return known->second;
  }
  const auto number = static_cast<int32_t>(paths_.size());
  paths_.emplace_back(path);
  path_bytes_ += path.size();
  path_numbers_.emplace(path, number);
  return number;
}

BatchIndex BatchIndex::take() {
  BatchIndex taken;
  taken.entries_ = entries_;  // a copy has no spare room, and the room here is used again
  taken.files_ = files_;
  taken.paths_ = std::exchange(paths_, {});
  taken.path_bytes_ = std::exchange(path_bytes_, 0);
  taken.end_ = std::exchange(end_, 0);
  entries_.clear();
  files_.clear();
  path_numbers_.clear();
  return taken;
}

}  // namespace ptraced::wire
