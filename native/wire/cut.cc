#include "wire/cut.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace ptraced::wire {

size_t append_passing(const Batch& batch, const RecordFilter& filter, uint64_t& after,
                      CutLimits& limits, std::string& cut) {
  const BatchIndex& index = batch.index;
  const char* records = batch.frame.data() + batch.payload;
  std::vector<std::string_view> paths;
  const bool wants_paths = (filter.file_facts() & kFilePaths) != 0;
  size_t appended = 0;
  size_t position = after < batch.first_serial ? 0 : after - batch.first_serial + 1;
  for (; position < index.size() && !limits.reached(cut); ++position) {
    --limits.examined;
    after = batch.first_serial + position;
    if (filter.is_everything() ||
        filter.passes(index.facts(position, wants_paths ? &paths : nullptr))) {
      const size_t begin = index.offset(position);
      cut.append(records + begin, index.offset(position + 1) - begin);
      --limits.records;
      ++appended;
    }
  }
  return appended;
}

}  // namespace ptraced::wire
