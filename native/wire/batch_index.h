// What filters look at of the records of a batch, so that none has to be decoded for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wire/record_filter.h"

namespace ptraced::wire {

// One entry a record, by its position in the batch, and the files of calls beside them. Written on
// the tracer thread, then only read.
class BatchIndex {
 public:
  size_t size() const { return entries_.size(); }

  // Memory that it takes.
  size_t bytes() const;

  // Bytes from the first record to where this one begins; of size(), to where the last one ends.
  size_t offset(size_t record) const {
    return record < entries_.size() ? entries_[record].offset : end_;
  }

  // The facts of a record. Paths are left out unless `paths` has room for views of them; views are
  // good as long as the index, and `paths` is not used again.
  RecordFacts facts(size_t record, std::vector<std::string_view>* paths) const;

  // Adds a record that takes the bytes from `offset` to `end`.
  void add(size_t offset, size_t end, const RecordFacts& facts);

  // What was added since the last call, in no more memory than it needs.
  BatchIndex take();

 private:
  static constexpr uint16_t kNoNumber = UINT16_MAX;

  struct Entry {
    int64_t duration_ns;
    uint32_t offset;
    int32_t pid;
    int32_t tid;
    uint32_t files;   // where its descriptors begin in files_; its paths follow them
    uint16_t number;  // kNoNumber: none that a table has
    uint16_t error;
    uint16_t descriptors;
    uint16_t paths;
    uint8_t kind;
    uint8_t arch;
    uint8_t outcome;
    uint8_t gathered;
  };

  int32_t path_number(std::string_view path);

  std::vector<Entry> entries_;
  std::vector<int32_t> files_;      // descriptors, and numbers of paths
  std::vector<std::string> paths_;  // each once
  size_t path_bytes_ = 0;
  size_t end_ = 0;
  std::map<std::string, int32_t, std::less<>> path_numbers_;  // while records are added
};

}  // namespace ptraced::wire
