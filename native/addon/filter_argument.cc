#include "addon/filter_argument.h"

#include <string>
#include <utility>
#include <vector>

#include "addon/failure.h"
#include "addon/fields.h"
#include "decode/decoder.h"

namespace ptraced::addon {
namespace {

uint32_t kinds_of(const Napi::Object& object) {
  const std::vector<double> kinds = get_numbers(object, "kinds");
  if (kinds.empty()) {
    return ~0U;
  }
  uint32_t mask = 0;
  for (const double kind : kinds) {
    mask |= kind < 32 ? 1U << static_cast<unsigned>(kind) : 0;
  }
  return mask;
}

std::vector<int32_t> ids_of(const Napi::Object& object, const char* name) {
  std::vector<int32_t> ids;
  for (const double id : get_numbers(object, name)) {
    ids.push_back(static_cast<int32_t>(id));
  }
  return ids;
}

std::vector<int32_t> errors_of(const Napi::Object& object, const std::string& field) {
  std::vector<int32_t> errors;
  for (const std::string& name : get_strings(object, "errnos")) {
    const int error = decode::errno_number(name);
    if (error == 0) {
      throw make_field_failure(object.Env(), "FIELD_INVALID",
                               field + ".errnos[" + std::to_string(errors.size()) + "]",
                               "must be the name of an error, such as ENOENT");
    }
    errors.push_back(error);
  }
  return errors;
}

// Descriptors lead to files by their real paths, arguments by the names that the tracee uses: each
// path counts in both forms, as in strace -P. Which those are was found before: a file system that
// does not answer must not hold up this thread.
std::vector<std::string> paths_of(const Napi::Object& object) {
  std::vector<std::string> paths = get_texts(object, "paths");
  if (object.Has("realPaths")) {
    for (std::string& real : get_texts(object, "realPaths")) {
      paths.push_back(std::move(real));
    }
  }
  return paths;
}

}  // namespace

decode::SyscallSet syscall_set(const Napi::Object& object, const std::string& field) {
  std::string error;
  decode::SyscallSet set = decode::SyscallSet::parse(get_strings(object, "syscalls"), error);
  if (!error.empty()) {
    throw make_unknown_syscall(object.Env(), field + ".syscalls", error);
  }
  return set;
}

wire::RecordFilter record_filter(const Napi::Object& object) {
  const std::string field = get_string(object, "field");
  wire::RecordFilter::Conditions conditions;
  conditions.syscalls = syscall_set(object, field);
  conditions.kinds = kinds_of(object);
  conditions.pids = ids_of(object, "pids");
  conditions.failed_only = get_bool(object, "failedOnly");
  conditions.successful_only = get_bool(object, "successfulOnly");
  conditions.errors = errors_of(object, field);
  conditions.min_duration_ns = get_bigint(object, "minDurationNs");
  conditions.paths = paths_of(object);
  conditions.descriptors = ids_of(object, "fds");
  return wire::RecordFilter(std::move(conditions));
}

}  // namespace ptraced::addon
