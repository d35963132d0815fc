#include "addon/files.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "addon/failure.h"
#include "addon/fields.h"
#include "core/file_questions.h"
#include "core/thread.h"

namespace ptraced::addon {
namespace {

using core::FileAnswer;
using core::FileQuestion;

// Calls of one kind that run, those whose child hangs included: each has a thread.
constexpr int kMostCalls = 16;
std::atomic<int> running[2];

// null for what is not there; undefined for what did not answer.
Napi::Value to_js(Napi::Env env, const std::vector<FileAnswer>& answers) {
  Napi::Array result = Napi::Array::New(env, answers.size());
  for (uint32_t i = 0; i < answers.size(); ++i) {
    if (answers[i].text) {
      const std::string& text = *answers[i].text;
      result.Set(i, Napi::Buffer<char>::Copy(env, text.data(), text.size()));
    } else if (!answers[i].late) {
      result.Set(i, env.Null());
    }
  }
  return result;
}

Napi::Value ask(const Napi::CallbackInfo& info, FileQuestion::Kind kind) {
  const Napi::Env env = info.Env();
  std::atomic<int>& count = running[static_cast<int>(kind)];
  std::vector<FileQuestion> questions;
  for (std::string& path : get_texts(info[0].As<Napi::Object>(), "paths")) {
    questions.push_back({kind, std::move(path)});
  }
  if (count.fetch_add(1) >= kMostCalls) {
    count.fetch_sub(1);
    throw make_failure(env, "RATE_LIMIT", "too many calls wait for files that do not answer", {},
                       {{"limit", "file_calls"}, {"maximum", std::to_string(kMostCalls)}});
  }
  const auto deferred = Napi::Promise::Deferred::New(env);
  auto function = Napi::ThreadSafeFunction::New(env, Napi::Function(), "ptraced files",
                                                /*maxQueueSize=*/0, /*initialThreadCount=*/1);
  const core::Status started = core::start_thread("ptraced-files", [questions, deferred, function,
                                                                    &count] {
    const core::Status asked =
        core::ask_about_files(questions, [&](std::vector<FileAnswer> answers) {
          function.NonBlockingCall(
              [deferred, answers = std::move(answers)](Napi::Env later, Napi::Function) {
                deferred.Resolve(to_js(later, answers));
              });
          function.Release();
        });
    if (!asked) {
      function.NonBlockingCall([deferred, error = asked.error()](Napi::Env later, Napi::Function) {
        deferred.Reject(make_start_failure(later, error).Value());
      });
      function.Release();
    }
    count.fetch_sub(1);
  });
  if (!started) {
    count.fetch_sub(1);
    function.Release();
    throw make_start_failure(env, started.error());
  }
  return deferred.Promise();
}

}  // namespace

Napi::Value real_paths(const Napi::CallbackInfo& info) {
  return ask(info, FileQuestion::Kind::kRealPath);
}

Napi::Value read_files(const Napi::CallbackInfo& info) {
  return ask(info, FileQuestion::Kind::kContents);
}

}  // namespace ptraced::addon
