#include "addon/user_lookup.h"

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon/failure.h"
#include "core/result.h"
#include "core/thread.h"
#include "decode/decoder.h"

namespace ptraced::addon {
namespace {

struct User {
  uid_t uid;
  gid_t gid;
  std::vector<gid_t> groups;  // supplementary ones, that of the user itself first
};

constexpr size_t kFirstBufferBytes = 4096;
constexpr size_t kMaxBufferBytes = 16 * 1024 * 1024;
constexpr int kFirstGroups = 64;
constexpr int kMaxGroups = 65536;  // NGROUPS_MAX of limits.h

// What getpwnam_r(3) lists besides 0 for a name that is not found.
bool means_unknown(int error) {
  return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

// `find` is getpwnam_r or getpwuid_r with its first argument. Points into `buffer`; null where
// there is no such user.
template <typename Find>
core::Result<const passwd*> find_entry(const char* operation, passwd& entry,
                                       std::vector<char>& buffer, Find find) {
  buffer.resize(kFirstBufferBytes);
  for (;;) {
    passwd* found = nullptr;
    const int error = find(&entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) {
      return static_cast<const passwd*>(found);
    }
    if (error == ERANGE && buffer.size() < kMaxBufferBytes) {
      buffer.resize(buffer.size() * 2);
    } else if (means_unknown(error)) {
      return static_cast<const passwd*>(nullptr);
    } else if (error != EINTR) {
      return core::Error{operation, error, 0};
    }
  }
}

// A user id in decimal. (uid_t)-1 is none.
std::optional<uid_t> number_of(const std::string& text) {
  if (text.empty() || text.size() > 10 ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const unsigned long long number = std::strtoull(text.c_str(), nullptr, 10);
  if (number >= UINT32_MAX) {
    return std::nullopt;
  }
  return static_cast<uid_t>(number);
}

// As initgroups(3) sets them.
core::Result<std::vector<gid_t>> groups_of(const passwd& user) {
  int count = kFirstGroups;
  for (;;) {
    std::vector<gid_t> groups(static_cast<size_t>(count));
    const int size = count;
    if (getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) >= 0) {
      groups.resize(static_cast<size_t>(count));
      return groups;
    }
    if (size >= kMaxGroups) {
      return core::Error{"getgrouplist", ERANGE, 0};
    }
    count = std::min(std::max(count, size * 2), kMaxGroups);
  }
}

// The user of that name, else the one whose id that is in decimal. Nothing where there is none.
core::Result<std::optional<User>> look_up(const std::string& name) {
  passwd entry = {};
  std::vector<char> buffer;
  core::Result<const passwd*> found =
      find_entry("getpwnam_r", entry, buffer,
                 [&name](auto... rest) { return getpwnam_r(name.c_str(), rest...); });
  const std::optional<uid_t> uid = number_of(name);
  if (found && *found == nullptr && uid) {
    found = find_entry("getpwuid_r", entry, buffer,
                       [uid](auto... rest) { return getpwuid_r(*uid, rest...); });
  }
  if (!found) {
    return found.error();
  }
  if (*found == nullptr) {
    return std::optional<User>();
  }
  core::Result<std::vector<gid_t>> groups = groups_of(**found);
  if (!groups) {
    return groups.error();
  }
  return std::optional<User>({(*found)->pw_uid, (*found)->pw_gid, std::move(*groups)});
}

Napi::Value to_js(Napi::Env env, const std::optional<User>& user) {
  if (!user) {
    return env.Null();
  }
  Napi::Array groups = Napi::Array::New(env, user->groups.size());
  for (size_t i = 0; i < user->groups.size(); ++i) {
    groups.Set(static_cast<uint32_t>(i), Napi::Number::New(env, user->groups[i]));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("uid", Napi::Number::New(env, user->uid));
  result.Set("gid", Napi::Number::New(env, user->gid));
  result.Set("groups", groups);
  return result;
}

}  // namespace

Napi::Value look_up_user(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string name = info[0].As<Napi::String>();
  const auto deferred = Napi::Promise::Deferred::New(env);
  auto answer = Napi::ThreadSafeFunction::New(env, Napi::Function(), "ptraced users",
                                              /*maxQueueSize=*/0, /*initialThreadCount=*/1);
  answer.Unref(env);  // a lookup that never ends does not keep the program
  const core::Status started = core::start_thread("ptraced-users", [name, deferred, answer] {
    core::Result<std::optional<User>> found = look_up(name);
    answer.NonBlockingCall([deferred, found = std::move(found)](Napi::Env later, Napi::Function) {
      if (found) {
        deferred.Resolve(to_js(later, *found));
      } else {
        const std::string why(decode::errno_description(found.error().code));
        const std::string message = "the name service of the server's machine failed: " + why;
        deferred.Reject(make_failure(later, "USER_LOOKUP_FAILED", message, found.error()).Value());
      }
    });
    answer.Release();
  });
  if (!started) {
    answer.Release();
    throw make_start_failure(env, started.error());
  }
  return deferred.Promise();
}

}  // namespace ptraced::addon
