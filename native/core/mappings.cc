#include "core/mappings.h"

#include <fcntl.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace ptraced::core {
namespace {

// Takes a number from the front, and the separator behind it.
bool take_hex(std::string_view& text, char separator, uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  const size_t length = static_cast<size_t>(end - text.data());
  if (error != std::errc() || length == text.size() || text[length] != separator) {
    return false;
  }
  text.remove_prefix(length + 1);
  return true;
}

// The kernel writes a line end in a path as \012 and nothing else so.
std::string unescape(std::string_view path) {
  constexpr std::string_view kLineEnd = "\\012";
  std::string result(path);
  for (size_t at = result.find(kLineEnd); at != std::string::npos;
       at = result.find(kLineEnd, at + 1)) {
    result.replace(at, kLineEnd.size(), "\n");
  }
  return result;
}

}  // namespace

bool parse_mapping(std::string_view line, Mapping& mapping) {
  if (!take_hex(line, '-', mapping.start) || !take_hex(line, ' ', mapping.end)) {
    return false;
  }
  const size_t permissions = line.find(' ');
  if (permissions == std::string_view::npos) {
    return false;
  }
  mapping.permissions = line.substr(0, permissions);
  line.remove_prefix(permissions + 1);
  if (!take_hex(line, ' ', mapping.offset)) {
    return false;
  }
  const size_t device = line.find(' ');
  const size_t inode = device == std::string_view::npos ? device : line.find(' ', device + 1);
  const size_t path = inode == std::string_view::npos ? inode : line.find_first_not_of(' ', inode);
  mapping.path = path == std::string_view::npos ? std::string() : unescape(line.substr(path));
  return true;
}

Result<Mappings> Mappings::open(pid_t tid) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/maps", tid);
  UniqueFd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return last_error("open", tid);
  }
  return Mappings(std::move(file));
}

Status Mappings::for_each(const std::function<bool(const Mapping&)>& visit) const {
  std::array<char, 16384> chunk;
  std::string text;
  Mapping mapping;
  off_t offset = 0;
  for (;;) {
    const ssize_t size = pread(file_.get(), chunk.data(), chunk.size(), offset);
    if (size < 0) {
      if (errno == EINTR) {
        continue;
      }
      return last_error("read");
    }
    if (size == 0) {
      return {};
    }
    offset += size;
    text.append(chunk.data(), static_cast<size_t>(size));
    size_t begin = 0;
    for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
      if (parse_mapping(std::string_view(text).substr(begin, end - begin), mapping) &&
          !visit(mapping)) {
        return {};
      }
      begin = end + 1;
    }
    text.erase(0, begin);
  }
}

Result<size_t> pointer_size(pid_t tid) {
  constexpr uint64_t k4GiB = uint64_t{1} << 32;
  const Result<Mappings> mappings = Mappings::open(tid);
  if (!mappings) {
    return mappings.error();
  }
  size_t size = 4;
  const Status status = mappings->for_each([&size](const Mapping& mapping) {
    if (mapping.end > k4GiB && mapping.path != "[vsyscall]") {
      size = 8;
    }
    return size == 4;
  });
  if (!status) {
    return status.error();
  }
  return size;
}

}  // namespace ptraced::core
